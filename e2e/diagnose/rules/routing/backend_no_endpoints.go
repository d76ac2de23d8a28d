package routing

import (
	"fmt"

	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

const backendNoEndpoints diagnose.Code = "backend-no-endpoints"

func backendNoEndpointsRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     backendNoEndpoints,
		Meaning:  "the Service has no ready endpoint: its pods are not there, not ready, or not selected",
		Evidence: "no endpoint of its EndpointSlices is ready; the answer is 404 or 503, by Traefik's configuration",
		Remedy:   "make the pods ready, or correct the selector",
		After:    []diagnose.Code{podsUnscheduled},
		Find:     findNoEndpoints,
	}}
}

// findNoEndpoints finds a Service without a ready endpoint. The status of the answer does not tell: it is 404 or 503,
// as Traefik is set up.
func findNoEndpoints(r *diagnose.Route) []diagnose.Finding {
	if !r.Index.Looked(facts.EndpointSlices, r.Ingress.Namespace) || r.Has(podsUnscheduled) {
		return nil
	}
	if !starved(r) {
		return nil
	}
	return backends(r, func(_ *edge.Backend, s *core.Service) []diagnose.Finding {
		if s == nil || s.Spec.Type == core.ServiceTypeExternalName || ready(r, s) {
			return nil
		}
		object, why, command, evidence := whyNoEndpoints(r, s)
		evidence = append(
			[]diagnose.Evidence{diagnose.Fact(serviceName(s), "no ready endpoint in its EndpointSlices")},
			evidence...)
		return diagnose.One(
			object,
			fmt.Sprintf("%s has no ready endpoint: %s", serviceName(s), why),
			diagnose.Remedy{Text: "make its pods ready: " + why, Command: command},
			evidence...)
	})
}

// starving says that a Service of the route has no ready endpoint.
type starving bool

// starved reports whether a Service that the route leads to has no ready endpoint.
func starved(r *diagnose.Route) bool {
	return bool(diagnose.Once(r, func(r *diagnose.Route) starving {
		return backends(r, func(_ *edge.Backend, s *core.Service) []diagnose.Finding {
			if s == nil || ready(r, s) {
				return nil
			}
			return []diagnose.Finding{{}}
		}) != nil
	}))
}

// ready reports whether the Service has an endpoint that is ready; unknown counts as ready (the field's documentation
// says so).
func ready(r *diagnose.Route, s *core.Service) bool {
	for _, slice := range r.Index.Endpoints[diagnose.NameOf(&s.ObjectMeta)] {
		for i := range slice.Endpoints {
			if e := &slice.Endpoints[i]; len(e.Addresses) > 0 && (e.Conditions.Ready == nil || *e.Conditions.Ready) {
				return true
			}
		}
	}
	return false
}

// whyNoEndpoints tells a selector that fits nothing, a workload without pods, and pods that are not ready apart.
func whyNoEndpoints(r *diagnose.Route, s *core.Service) (subject, why, command string, evidence []diagnose.Evidence) {
	selector := labels.SelectorFromSet(s.Spec.Selector)
	for _, pod := range r.Index.Pods[s.Namespace] {
		if selector.Matches(labels.Set(pod.Labels)) {
			subject, why = diagnose.Object("Pod", pod.Namespace, pod.Name), whyNotReady(pod)
			command = fmt.Sprintf("kubectl -n %s describe pod %s", pod.Namespace, pod.Name)
			seen := append([]diagnose.Evidence{diagnose.Fact(subject, "%s", why)}, underPressure(r, pod)...)
			return subject, "pod " + pod.Name + " is not ready, " + why, command, seen
		}
	}
	for _, w := range r.Index.Snapshot.AllWorkloads() {
		if w.Namespace != s.Namespace || !selector.Matches(labels.Set(w.Template.Labels)) {
			continue
		}
		p := diagnose.Program{Workload: w}
		switch {
		case w.Desired == 0 && w.Kind == "DaemonSet":
			seen := diagnose.Fact(p.String(), "0 pods desired, nodeSelector %v", w.Template.Spec.NodeSelector)
			return p.String(), p.String() + " fits no node", p.Kubectl("describe"), []diagnose.Evidence{seen}
		case w.Desired == 0:
			seen := diagnose.Fact(p.String(), "spec.replicas 0")
			return p.String(), p.String() + " is scaled to 0", p.Kubectl("scale", "--replicas=1"), []diagnose.Evidence{seen}
		}
		seen := []diagnose.Evidence{diagnose.Fact(p.String(), "%d of its pods available", w.Available)}
		if object, why, more := refusedPods(r, &w); why != "" {
			return object, p.String() + " has no pod: " + why, p.Kubectl("describe"), append(seen, more...)
		}
		return p.String(), p.String() + " has no pod", p.Kubectl("describe"), seen
	}
	fits := meta.FormatLabelSelector(&meta.LabelSelector{MatchLabels: s.Spec.Selector})
	command = fmt.Sprintf("kubectl -n %s get pods --show-labels", s.Namespace)
	seen := diagnose.Fact(serviceName(s), "selector %s", fits)
	return serviceName(s), "no pod and no workload matches its selector", command, []diagnose.Evidence{seen}
}
