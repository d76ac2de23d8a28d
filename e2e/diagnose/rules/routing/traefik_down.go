package routing

import (
	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

const traefikDown diagnose.Code = "traefik-down"

func traefikDownRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     traefikDown,
		Meaning:  "no pod of the ingress controller is ready",
		Evidence: "the Deployment, DaemonSet or StatefulSet of Traefik has no available pod",
		Remedy:   "make its pods ready",
		Blocks:   []diagnose.Layer{diagnose.DNS},
		Find:     ofTraefik(findTraefikDown),
	}}
}

func findTraefikDown(r *diagnose.Route) []diagnose.Finding {
	t := r.Traefik
	if !t.Runs() || t.Available() {
		return nil
	}
	text, command := "find out why its pod is not ready", t.Kubectl("describe")
	switch {
	case t.Desired == 0 && t.Kind == "DaemonSet":
		text = "let its nodeSelector, affinity and tolerations fit a node"
	case t.Desired == 0:
		text, command = "start it", t.Kubectl("scale", "--replicas=1")
	}
	evidence := []diagnose.Evidence{diagnose.Fact(t.String(), "%d of %d pods available", t.Workload.Available, t.Desired)}
	for _, pod := range t.Pods {
		evidence = append(
			evidence,
			diagnose.Fact(diagnose.Object("Pod", pod.Namespace, pod.Name), "%s", whyNotReady(pod)),
		)
	}
	return diagnose.One(
		t.String(),
		"no pod of the ingress controller is ready, so no host is served",
		diagnose.Remedy{Text: text, Command: command},
		evidence...)
}
