package edge

import "slices"

// The kinds of objects that a route is read from.
const (
	Ingress         = "Ingress"
	HTTPRoute       = "HTTPRoute"
	GRPCRoute       = "GRPCRoute"
	TLSRoute        = "TLSRoute"
	IngressRoute    = "IngressRoute"
	IngressRouteTCP = "IngressRouteTCP"
	DNSEndpoint     = "DNSEndpoint"
	Service         = "Service"
)

// GatewayKinds are the kinds that attach to a Gateway.
func GatewayKinds() []string { return []string{HTTPRoute, GRPCRoute, TLSRoute} }

// TraefikKinds are Traefik's own.
func TraefikKinds() []string { return []string{IngressRoute, IngressRouteTCP} }

// OfGateway reports whether the object attaches to a Gateway.
func (s Source) OfGateway() bool { return slices.Contains(GatewayKinds(), s.Kind) }

// OfTraefik reports whether the object is of one of Traefik's own kinds.
func (s Source) OfTraefik() bool { return slices.Contains(TraefikKinds(), s.Kind) }

// OnlyNames reports whether the object gives hosts an address and routes no request: what answers there is another
// matter.
func (s Source) OnlyNames() bool { return s.Kind == DNSEndpoint || s.Kind == Service }
