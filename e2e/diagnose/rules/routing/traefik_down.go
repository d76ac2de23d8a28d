package routing

import (
	"fmt"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

const traefikDown diagnose.Code = "traefik-down"

func traefikDownRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     traefikDown,
		Meaning:  "no pod of the ingress controller is ready",
		Evidence: "the Deployment of Traefik has no available replica",
		Remedy:   "make its pods ready",
		Blocks:   []diagnose.Layer{diagnose.DNS},
		Find:     ofTraefik(findTraefikDown),
	}}
}

func findTraefikDown(r *diagnose.Route) []diagnose.Finding {
	t := r.Index.Traefik
	if t.Deployment == nil || t.Available() {
		return nil
	}
	text, command := "find out why its pod is not ready", fmt.Sprintf(
		"kubectl -n %s describe deployment %s",
		t.Namespace,
		t.Name,
	)
	if t.Spec.Replicas != nil && *t.Spec.Replicas == 0 {
		text, command = "start it", fmt.Sprintf("kubectl -n %s scale deployment %s --replicas=1", t.Namespace, t.Name)
	}
	evidence := []diagnose.Evidence{diagnose.Fact(t.String(), "%d replicas available", t.Status.AvailableReplicas)}
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
