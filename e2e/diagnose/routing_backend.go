package diagnose

import (
	"fmt"
	"strings"

	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/probe"
)

// backends calls f for each Service that the route leads to, once for each path, until it returns something. The Service is nil when it
// does not exist.
func (r *route) backends(f func(*networking.IngressServiceBackend, *core.Service) []Finding) []Finding {
	if r.ingress == nil {
		return nil
	}
	try := func(b *networking.IngressBackend) []Finding {
		if b == nil || b.Service == nil {
			return nil
		}
		return f(b.Service, r.services[r.named(b.Service.Name)])
	}
	if r.rule != nil && r.rule.HTTP != nil {
		for i := range r.rule.HTTP.Paths {
			if found := try(&r.rule.HTTP.Paths[i].Backend); found != nil {
				return found
			}
		}
	} else {
		return try(r.ingress.Spec.DefaultBackend)
	}
	return nil
}

func findServiceMissing(r *route) []Finding {
	if !r.looked(facts.Services, r.Ingress.Namespace) {
		return nil
	}
	return r.backends(func(b *networking.IngressServiceBackend, s *core.Service) []Finding {
		if s != nil {
			return nil
		}
		evidence := []Evidence{says(ingressName(r.ingress), "backend Service %s", b.Name), says(object("Service", r.Ingress.Namespace, b.Name), "not found")}
		for i := range r.s.Services {
			if other := &r.s.Services[i]; other.Name == b.Name {
				evidence = append(evidence, says(serviceName(other), "is in another namespace"))
			}
		}
		return finding(object("Service", r.Ingress.Namespace, b.Name), "the Service that the Ingress leads to does not exist in its namespace",
			Remedy{Text: "create the Service, or name one of namespace " + r.Ingress.Namespace + ": an Ingress reaches no other"}, evidence...)
	})
}

func findPortWrong(r *route) []Finding {
	return r.backends(func(b *networking.IngressServiceBackend, s *core.Service) []Finding {
		if s == nil {
			return nil
		}
		var has []string
		for _, p := range s.Spec.Ports {
			if (b.Port.Number != 0 && p.Port == b.Port.Number) || (b.Port.Name != "" && p.Name == b.Port.Name) {
				return nil
			}
			has = append(has, strings.TrimSpace(fmt.Sprintf("%d %s", p.Port, p.Name)))
		}
		want := b.Port.Name
		if want == "" {
			want = fmt.Sprint(b.Port.Number)
		}
		return finding(ingressName(r.ingress), fmt.Sprintf("the Ingress leads to port %s of %s, which it does not have", want, serviceName(s)),
			Remedy{Text: "name one of the Service's ports: " + list(has)}, says(ingressName(r.ingress), "backend %s port %s", s.Name, want), says(serviceName(s), "ports %s", list(has)))
	})
}

// findNoEndpoints finds a Service without a ready endpoint. The status of the answer does not tell: it is 404 or 503, as Traefik is set up.
func findNoEndpoints(r *route) []Finding {
	if !r.looked(facts.EndpointSlices, r.Ingress.Namespace) {
		return nil
	}
	return r.backends(func(_ *networking.IngressServiceBackend, s *core.Service) []Finding {
		if s == nil || s.Spec.Type == core.ServiceTypeExternalName || r.ready(s) {
			return nil
		}
		object, why, command, evidence := r.whyNoEndpoints(s)
		evidence = append([]Evidence{says(serviceName(s), "no ready endpoint in its EndpointSlices")}, evidence...)
		return finding(object, fmt.Sprintf("%s has no ready endpoint: %s", serviceName(s), why), Remedy{"make its pods ready: " + why, command}, evidence...)
	})
}

// ready reports whether the Service has an endpoint that is ready; unknown counts as ready (the field's documentation says so).
func (r *route) ready(s *core.Service) bool {
	for _, slice := range r.endpoints[nameOf(&s.ObjectMeta)] {
		for i := range slice.Endpoints {
			if e := &slice.Endpoints[i]; len(e.Addresses) > 0 && (e.Conditions.Ready == nil || *e.Conditions.Ready) {
				return true
			}
		}
	}
	return false
}

// whyNoEndpoints tells a selector that fits nothing, a Deployment without pods, and pods that are not ready apart.
func (r *route) whyNoEndpoints(s *core.Service) (subject, why, command string, evidence []Evidence) {
	selector := labels.SelectorFromSet(s.Spec.Selector)
	for _, pod := range r.pods[s.Namespace] {
		if selector.Matches(labels.Set(pod.Labels)) {
			subject = object("Pod", pod.Namespace, pod.Name)
			why = whyNotReady(pod)
			return subject, "pod " + pod.Name + " is not ready, " + why, fmt.Sprintf("kubectl -n %s describe pod %s", pod.Namespace, pod.Name), []Evidence{says(subject, "%s", why)}
		}
	}
	for i := range r.s.Deployments {
		d := &r.s.Deployments[i]
		if d.Namespace != s.Namespace || !selector.Matches(labels.Set(d.Spec.Template.Labels)) {
			continue
		}
		subject = object("Deployment", d.Namespace, d.Name)
		if d.Spec.Replicas != nil && *d.Spec.Replicas == 0 {
			return subject, subject + " is scaled to 0", fmt.Sprintf("kubectl -n %s scale deployment %s --replicas=1", d.Namespace, d.Name), []Evidence{says(subject, "spec.replicas 0")}
		}
		return subject, subject + " has no pod", fmt.Sprintf("kubectl -n %s describe deployment %s", d.Namespace, d.Name), []Evidence{says(subject, "%d of its pods available", d.Status.AvailableReplicas)}
	}
	return serviceName(s), "no pod and no Deployment fits its selector", fmt.Sprintf("kubectl -n %s get pods --show-labels", s.Namespace),
		[]Evidence{says(serviceName(s), "selector %s", meta.FormatLabelSelector(&meta.LabelSelector{MatchLabels: s.Spec.Selector}))}
}

func whyNotReady(pod *core.Pod) string {
	for i := range pod.Status.ContainerStatuses {
		c := &pod.Status.ContainerStatuses[i]
		if w := c.State.Waiting; w != nil {
			return strings.TrimSuffix(w.Reason+": "+short(w.Message), ": ")
		}
		if t := c.State.Terminated; t != nil {
			return strings.TrimSuffix(t.Reason+": "+short(t.Message), ": ")
		}
	}
	for _, c := range pod.Status.Conditions {
		if c.Status == core.ConditionFalse && c.Message != "" {
			return c.Reason + ": " + short(c.Message)
		}
	}
	return "phase " + string(pod.Status.Phase)
}

// findRefused finds a backend that takes no connection though it is said to be ready: Traefik then answers itself. Its access log does not
// tell: it gives what its own proxy writes as OriginStatus, too (traefik v3.6 pkg/middlewares/accesslog, AddOriginFields).
func findRefused(r *route) []Finding {
	rep := r.secure()
	if !answered(rep, 502, 504) {
		rep = r.http
	}
	if !answered(rep, 502, 504) || !ownWords(rep.HTTP.Body) || r.has(backendNoEndpoints) {
		return nil
	}
	return r.backends(func(_ *networking.IngressServiceBackend, s *core.Service) []Finding {
		if s == nil {
			return nil
		}
		var targets []string
		for _, p := range s.Spec.Ports {
			targets = append(targets, p.TargetPort.String())
		}
		return finding(serviceName(s), "the pods of the Service do not take connections on its target port",
			Remedy{"let the application listen on the target port, on all addresses, or change the port; look for a NetworkPolicy", fmt.Sprintf("kubectl -n %s get endpointslices,networkpolicies", s.Namespace)},
			probed(rep), says(serviceName(s), "targetPort %s", list(targets)))
	})
}

// ownWords reports whether a body is one that Traefik writes itself.
func ownWords(body string) bool {
	switch strings.TrimSpace(body) {
	case "", "404 page not found", "no available server", "Internal Server Error", "Bad Gateway", "Gateway Timeout", "Service Unavailable":
		return true
	}
	return false
}

func answered(rep *probe.Report, statuses ...int) bool {
	for _, status := range statuses {
		if rep != nil && rep.HTTP != nil && rep.HTTP.Status == status {
			return true
		}
	}
	return false
}

// findApplication finds an application that fails by itself: the route is in order up to it. The body tells Traefik's 404 from another,
// except that of a Go program, which has the same; then only Traefik's access log does. Of errors of its own proxy it does not: they stand
// there as the origin's.
func findApplication(r *route) []Finding {
	if r.beside() {
		return nil
	}
	return r.failsItself()
}

// findOwnAnswer notes that the application has nothing at a path that nobody said it had something at.
func findOwnAnswer(r *route) []Finding {
	if !r.beside() {
		return nil
	}
	return r.failsItself()
}

// beside reports whether there is nothing at the path that was asked for, of which nobody said that there is.
func (r *route) beside() bool { return r.assumed && answered(r.secure(), 404) }

func (r *route) failsItself() []Finding {
	rep := r.secure()
	if rep == nil || rep.HTTP == nil || !bad(rep.HTTP.Status) || rep.HTTP.Status == 421 || r.broken(Routing) || r.rule == nil {
		return nil
	}
	status, body := rep.HTTP.Status, strings.TrimSpace(rep.HTTP.Body)
	evidence := []Evidence{probed(rep)}
	l := r.access[r.Host]
	switch logs := l != nil; {
	case logs && l.Fields["RouterName"] == "":
		return nil
	case status >= 500 && ownWords(body):
		return nil
	case logs && l.Fields["OriginStatus"] == fmt.Sprint(status):
		evidence = append(evidence, says("log "+string(facts.Traefik), "RouterName=%s OriginStatus=%s", l.Fields["RouterName"], l.Fields["OriginStatus"]))
	case ownWords(body):
		return nil
	}
	return r.backends(func(_ *networking.IngressServiceBackend, s *core.Service) []Finding {
		if s == nil {
			return nil
		}
		return finding(serviceName(s), fmt.Sprintf("the route is in order; the application behind it answers %d", status),
			Remedy{"look at the application, not at the edge", fmt.Sprintf("kubectl -n %s describe service %s", s.Namespace, s.Name)}, evidence...)
	})
}
