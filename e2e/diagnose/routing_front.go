package diagnose

import (
	"fmt"
	"slices"
	"strings"
	"time"

	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/probe"
)

const (
	publishedService = "providers.kubernetesingress.ingressendpoint.publishedservice"
	endpointAddress  = "providers.kubernetesingress.ingressendpoint.ip"
	endpointName     = "providers.kubernetesingress.ingressendpoint.hostname"
	onlyNamespaces   = "providers.kubernetesingress.namespaces"
)

// frontService is the Service whose address Traefik publishes: the one its flag names, or else the load balancer that selects its pods.
func (x *index) frontService() *core.Service {
	if namespace, n, ok := strings.Cut(x.traefik.flag(publishedService), "/"); ok {
		return x.services[name{Namespace: namespace, Name: n}]
	}
	for i := range x.s.Services {
		s := &x.s.Services[i]
		if s.Spec.Type != core.ServiceTypeLoadBalancer || len(s.Spec.Selector) == 0 {
			continue
		}
		selector := labels.SelectorFromSet(s.Spec.Selector)
		if slices.ContainsFunc(x.traefik.pods, func(p *core.Pod) bool { return p.Namespace == s.Namespace && selector.Matches(labels.Set(p.Labels)) }) {
			return s
		}
	}
	return nil
}

// frontAddresses are the addresses and names of that Service.
func (x *index) frontAddresses() []string {
	if x.front == nil {
		return nil
	}
	return addressesOf(x.front.Status.LoadBalancer.Ingress, func(i loadBalancer) (string, string) { return i.IP, i.Hostname })
}

func serviceName(s *core.Service) string { return object("Service", s.Namespace, s.Name) }

func findTraefikDown(r *route) []Finding {
	t := r.traefik
	if t.Deployment == nil || t.available() {
		return nil
	}
	text, command := "see why its pod is not ready", fmt.Sprintf("kubectl -n %s describe deployment %s", t.Namespace, t.Name)
	if t.Spec.Replicas != nil && *t.Spec.Replicas == 0 {
		text, command = "start it", fmt.Sprintf("kubectl -n %s scale deployment %s --replicas=1", t.Namespace, t.Name)
	}
	evidence := []Evidence{says(t.String(), "%d replicas available", t.Status.AvailableReplicas)}
	for _, pod := range t.pods {
		evidence = append(evidence, says(object("Pod", pod.Namespace, pod.Name), "%s", whyNotReady(pod)))
	}
	return finding(t.String(), "no pod of the ingress controller is ready, so no host is served", Remedy{text, command}, evidence...)
}

// findTraefikBlind finds what keeps Traefik from seeing the Ingress: a filter of namespaces, or rights that it lacks.
func findTraefikBlind(r *route) []Finding {
	t := r.traefik
	if only := t.flag(onlyNamespaces); only != "" && r.ingress != nil && !slices.Contains(strings.Split(only, ","), r.Ingress.Namespace) {
		return finding(t.String(), fmt.Sprintf("Traefik watches the namespaces %s only, so it does not see %s", only, ingressName(r.ingress)),
			Remedy{Text: "add namespace " + r.Ingress.Namespace + " to --" + onlyNamespaces + ", or remove the flag"},
			says(t.String(), "--%s=%s", onlyNamespaces, only))
	}
	if l := r.forbidden; l != nil {
		return finding(t.String(), "Traefik has no right to read what it routes by", Remedy{Text: "give its ClusterRole the resource that the log names, and bind it"}, logged(facts.Traefik, *l))
	}
	return nil
}

// findForbidden is the newest line in which Traefik is refused by the API server.
func findForbidden(lines []facts.Line) *facts.Line {
	for i := len(lines) - 1; i >= 0; i-- {
		if text := lines[i].Message + " " + lines[i].Fields["error"]; strings.Contains(text, "is forbidden") {
			return &lines[i]
		}
	}
	return nil
}

// settling is how long Traefik may take to write the status of a new Ingress.
const settling = 30 * time.Second

func (r *route) statusEmpty() bool {
	return r.ingress != nil && len(r.published) == 0 && !r.has(ingressNoClass, ingressWrongClass, classMissing, traefikDown, traefikBlind)
}

func findStatusPending(r *route) []Finding {
	if !r.statusEmpty() || r.address == "" || r.age(r.ingress.CreationTimestamp.Time) > settling {
		return nil
	}
	return finding(ingressName(r.ingress), "the Ingress is new; Traefik writes its status in a moment", Remedy{Text: "wait"},
		says(ingressName(r.ingress), "created %s, no address in its status", stamp(r.ingress.CreationTimestamp.Time)))
}

// findStatusEmpty finds why the Ingress has no address. external-dns then has nothing to publish, and deletes what it had.
func findStatusEmpty(r *route) []Finding {
	if !r.statusEmpty() || r.has(ingressStatusEmpty) {
		return nil
	}
	empty := says(ingressName(r.ingress), "status.loadBalancer is empty")
	t := r.traefik
	switch flag := t.flag(publishedService); {
	case t.Deployment != nil && flag == "" && t.flag(endpointAddress) == "" && t.flag(endpointName) == "":
		return finding(t.String(), "Traefik is not told which address to publish, so the Ingress has none and external-dns publishes nothing",
			Remedy{Text: fmt.Sprintf("give it --%s=NAMESPACE/SERVICE", publishedService)}, empty, says(t.String(), "no flag --providers.kubernetesingress.ingressendpoint.*"))
	case flag != "" && r.front == nil && r.looked(facts.Services, t.space()):
		return finding(t.String(), "the Service whose address Traefik is to publish does not exist",
			Remedy{Text: "name the Service of Traefik"}, empty, says(t.String(), "--%s=%s", publishedService, flag))
	case r.front != nil && r.address == "":
		return finding(serviceName(r.front), "the Service of the ingress controller has no address, so the Ingress has none and external-dns publishes nothing",
			Remedy{"give the load balancer an address: install or repair its controller, or set the Service's type to LoadBalancer", fmt.Sprintf("kubectl -n %s describe service %s", r.front.Namespace, r.front.Name)},
			empty, says(serviceName(r.front), "type %s, no address in its status", r.front.Spec.Type))
	}
	object, evidence := ingressName(r.ingress), []Evidence{empty}
	if r.front != nil {
		evidence = append(evidence, says(serviceName(r.front), "address %s", r.address))
	}
	return finding(object, "Traefik has not written its address into the Ingress, so external-dns publishes nothing", r.restartTraefik("restart Traefik, and see whether it may update ingresses/status"), evidence...)
}

// findStatusStale finds an Ingress that still reports an address which the ingress controller no longer has. DNS follows it faithfully.
func findStatusStale(r *route) []Finding {
	want := r.address
	if fixed := r.traefik.flag(endpointAddress); fixed != "" {
		want = fixed
	}
	if r.traefik.flag(endpointName) != "" || want == "" || len(r.published) == 0 || slices.Contains(r.published, want) || r.front == nil {
		return nil
	}
	return finding(ingressName(r.ingress), fmt.Sprintf("the Ingress still reports %s, the ingress controller is at %s", list(r.published), want),
		r.restartTraefik("restart Traefik, so that it writes the status again; DNS follows in one interval"),
		says(ingressName(r.ingress), "status.loadBalancer %s", list(r.published)), says(serviceName(r.front), "address %s", r.address))
}

// findAddressStale finds a fixed address that Traefik is told to publish and where nobody listens, while its Service has another and
// answers there. Alone that the two differ says nothing: the fixed one may be that of a router in front.
func findAddressStale(r *route) []Finding {
	fixed := r.traefik.flag(endpointAddress)
	if fixed == "" || r.address == "" || fixed == r.address || !slices.Contains(r.published, fixed) || unreachable(fixed) {
		return nil
	}
	if r.raw == nil || r.raw.HTTP == nil || r.https == nil || r.https.Failed != probe.StepConnect {
		return nil
	}
	return finding(r.traefik.String(), fmt.Sprintf("Traefik is told to publish %s, where nobody listens; its Service is at %s", fixed, r.address),
		Remedy{Text: fmt.Sprintf("replace --%s by --%s=NAMESPACE/SERVICE, so that the address follows the Service", endpointAddress, publishedService)},
		says(r.traefik.String(), "--%s=%s", endpointAddress, fixed), says(serviceName(r.front), "address %s", r.address), probed(r.https))
}

func (r *route) restartTraefik(text string) Remedy {
	if r.traefik.Deployment == nil {
		return Remedy{Text: text}
	}
	return Remedy{text, fmt.Sprintf("kubectl -n %s rollout restart deployment/%s", r.traefik.Namespace, r.traefik.Name)}
}
