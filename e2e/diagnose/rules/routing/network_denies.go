package routing

import (
	"fmt"

	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge"
	"github.com/edgeproof/edgeproof/e2e/edge/networkpolicy"
	"github.com/edgeproof/edgeproof/e2e/edge/traefik"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

const networkDenies diagnose.Code = "networkpolicy-denies"

func networkDeniesRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:    networkDenies,
		Meaning: "NetworkPolicies do not let the ingress controller reach the application",
		Evidence: "502, 504 or no answer at all with ready endpoints, and the policies of the application's " +
			"namespace, or of the " +
			"ingress controller's, let no such connection through",
		Remedy: "add a rule for the ingress controller's namespace and the target port",
		After:  []diagnose.Code{backendNoEndpoints},
		Find:   ofTraefik(findNetworkDenies),
	}}
}

func findNetworkDenies(r *diagnose.Route) []diagnose.Finding {
	if len(r.Index.Snapshot.NetworkPolicies) == 0 || len(r.Traefik.Pods) == 0 || r.Has(backendNoEndpoints) {
		return nil
	}
	rep := failing(r)
	if !answered(rep, 502, 504) || !traefik.Answers(rep.HTTP.Body) {
		if rep = stalls(r); rep == nil {
			return nil
		}
	}
	from := r.Traefik.Pods[0]
	if from.Spec.HostNetwork {
		return nil // it comes from the node, which policies treat as each network plugin likes
	}
	return backends(r, func(b *edge.Backend, s *core.Service) []diagnose.Finding {
		if s == nil || len(s.Spec.Selector) == 0 {
			return nil
		}
		to := podOf(r, s)
		if to == nil {
			return nil
		}
		port := targetOf(b, s, to)
		by := networkpolicy.Denies(r.Index.Snapshot.NetworkPolicies, peer(r, from), peer(r, to), port)
		if len(by) == 0 {
			return nil
		}
		first := diagnose.Object("NetworkPolicy", by[0].Namespace, by[0].Name)
		evidence := []diagnose.Evidence{diagnose.Probed(rep)}
		for _, p := range by {
			evidence = append(evidence, diagnose.Fact(
				diagnose.Object("NetworkPolicy", p.Namespace, p.Name),
				"selects the pod, and none of its %d rules lets the connection through",
				len(p.Spec.Ingress)+len(p.Spec.Egress),
			))
		}
		what, rule := fmt.Sprintf(
			"no rule lets namespace %s reach port %d of the pods of %s",
			from.Namespace,
			port.Number,
			serviceName(s),
		), fmt.Sprintf(
			"add a from-rule for namespace %s and port %d",
			from.Namespace,
			port.Number,
		)
		if by[0].Namespace == from.Namespace && from.Namespace != to.Namespace {
			what = fmt.Sprintf(
				"no rule lets the ingress controller out to port %d of namespace %s",
				port.Number,
				to.Namespace,
			)
			rule = fmt.Sprintf("add a to-rule for namespace %s and port %d", to.Namespace, port.Number)
		}
		return diagnose.One(first, first+": "+what, diagnose.Remedy{
			Text: rule, Command: fmt.Sprintf("kubectl -n %s edit networkpolicy %s", by[0].Namespace, by[0].Name),
		}, evidence...)
	})
}

// podOf is a pod of a Service, nil for none.
func podOf(r *diagnose.Route, s *core.Service) *core.Pod {
	selector := labels.SelectorFromSet(s.Spec.Selector)
	for _, pod := range r.Index.Pods[s.Namespace] {
		if selector.Matches(labels.Set(pod.Labels)) {
			return pod
		}
	}
	return nil
}

func peer(r *diagnose.Route, pod *core.Pod) networkpolicy.Peer {
	out := networkpolicy.Peer{Namespace: pod.Namespace, Labels: pod.Labels, Address: pod.Status.PodIP}
	if !r.Index.Looked(facts.Namespaces, "") {
		return out
	}
	for i := range r.Index.Snapshot.Namespaces {
		if n := &r.Index.Snapshot.Namespaces[i]; n.Name == pod.Namespace {
			out.NamespaceLabels = n.Labels
		}
	}
	return out
}

// targetOf is the port of a pod that a backend leads to.
func targetOf(b *edge.Backend, s *core.Service, pod *core.Pod) networkpolicy.Port {
	for _, p := range s.Spec.Ports {
		if (b.Port == 0 || p.Port != b.Port) && (b.PortName == "" || p.Name != b.PortName) {
			continue
		}
		out := networkpolicy.Port{Number: p.TargetPort.IntVal}
		if out.Number == 0 && p.TargetPort.Type == intstr.Int {
			out.Number = p.Port
		}
		for _, c := range pod.Spec.Containers {
			for _, port := range c.Ports {
				switch {
				case p.TargetPort.Type == intstr.String && port.Name == p.TargetPort.StrVal:
					out = networkpolicy.Port{Number: port.ContainerPort, Name: port.Name}
				case port.ContainerPort == out.Number:
					out.Name = port.Name
				}
			}
		}
		if out.Number == 0 {
			out = networkpolicy.Port{Number: p.Port, Name: p.TargetPort.StrVal}
		}
		return out
	}
	return networkpolicy.Port{}
}
