package diagnose

import (
	api "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/edgeproof/edgeproof/e2e/edge/gateway"
	"github.com/edgeproof/edgeproof/e2e/edge/traefik"
)

// Parents are the Gateways that the route names, by itself or by a ListenerSet, whether it attaches or not.
func (r *Route) Parents() []*api.Gateway {
	if r.Gateway == nil {
		return nil
	}
	out := r.Gateway.Gateways()
	if len(out) > 0 {
		return out
	}
	for i := range r.Gateway.Parents {
		if g := r.Index.Gateways.Gateway(gateway.Name(r.Gateway.Parents[i].Named)); g != nil {
			out = append(out, g)
		}
	}
	return out
}

// ofOtherGateway reports whether a controller other than Traefik serves the Gateways that the route names.
func (r *Route) ofOtherGateway() bool {
	other := false
	for _, g := range r.Parents() {
		class := r.Index.Gateways.Class(g)
		if class == nil || class.Spec.ControllerName == traefik.GatewayController {
			return false
		}
		other = true
	}
	return other
}
