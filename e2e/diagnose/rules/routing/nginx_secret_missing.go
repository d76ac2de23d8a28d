package routing

import (
	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

const nginxDropsRouter diagnose.Code = "nginx-provider-drops-router"

func nginxSecretRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code: nginxDropsRouter,
		Meaning: "Traefik's ingress-nginx provider leaves out an Ingress whose TLS Secret is missing, where " +
			"ingress-nginx would show a default " +
			"certificate",
		Evidence: "the provider takes the Ingress, and the Secret of a TLS block does not exist; 404",
		Remedy:   "see the certificate layer: the route comes back with its Secret",
		Kind:     diagnose.Wait,
		Find:     ofTraefik(findDropped),
	}}
}

func findDropped(r *diagnose.Route) []diagnose.Finding {
	dropped, ok := r.DroppedForSecret()
	if !ok || !fails(r) {
		return nil
	}
	return diagnose.One(r.Source.String(), "Traefik drops the router of "+r.Host+" until its TLS Secret exists",
		diagnose.Remedy{Text: "see the certificate layer"}, dropped, diagnose.Probed(failing(r)))
}
