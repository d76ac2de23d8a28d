package survey

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/edgeproof/edgeproof/e2e/edge/image"
)

// Role is what a component does in the edge.
type Role string

// The roles.
const (
	IsCertManager Role = "cert-manager"
	IsExternalDNS Role = "external-dns"
	IsController  Role = "controller"
	IsTunnel      Role = "tunnel"
)

// program is a component of the edge as it is recognized: by its images, and by its chart where that cannot be
// rendered.
type program struct {
	name   string
	role   Role
	images []string // last part of the repository, or more of it
	charts []string
}

// programs are the components that are known.
func programs() []program {
	return []program{
		{"cert-manager", IsCertManager, []string{
			"cert-manager-controller", "cert-manager-webhook",
			"cert-manager-cainjector",
		}, []string{"cert-manager"}},
		{"external-dns", IsExternalDNS, []string{"external-dns"}, []string{"external-dns"}},
		{"traefik", IsController, []string{"traefik"}, []string{"traefik"}},
		{
			"ingress-nginx", IsController,
			[]string{"ingress-nginx/controller", "nginx-ingress-controller"},
			[]string{"ingress-nginx"},
		},
		{
			"nginx-ingress", IsController,
			[]string{"nginx-ingress", "nginx-gateway-fabric"},
			[]string{"nginx-ingress", "nginx-gateway-fabric"},
		},
		{"envoy-gateway", IsController, []string{"envoyproxy/gateway"}, []string{"gateway-helm", "envoy-gateway"}},
		{"cilium", IsController, []string{"cilium/cilium", "cilium/operator-generic"}, []string{"cilium"}},
		{
			"istio", IsController,
			[]string{"istio/pilot", "pilot", "proxyv2"},
			[]string{"istiod", "istio", "istio-base", "istio-gateway", "gateway"},
		},
		{
			"haproxy-ingress", IsController,
			[]string{"haproxy-ingress", "kubernetes-ingress"},
			[]string{"haproxy-ingress", "kubernetes-ingress"},
		},
		{"contour", IsController, []string{"projectcontour/contour", "contour"}, []string{"contour"}},
		{
			"kong", IsController,
			[]string{"kong/kubernetes-ingress-controller", "kubernetes-ingress-controller"},
			[]string{"kong", "ingress"},
		},
		{"kgateway", IsController, []string{"kgateway"}, []string{"kgateway"}},
		{"caddy-ingress", IsController, []string{"caddyserver/ingress"}, []string{"caddy-ingress-controller"}},
		{
			"cloudflared", IsTunnel,
			[]string{"cloudflared"},
			[]string{"cloudflared", "cloudflare-tunnel", "cloudflare-tunnel-remote"},
		},
	}
}

// programOf recognizes what a pod runs.
func programOf(pod corev1.PodSpec) (program, string, bool) {
	for _, c := range pod.Containers {
		for _, p := range programs() {
			for _, name := range p.images {
				if owner, last, more := strings.Cut(name, "/"); more {
					if strings.Contains(c.Image, "/"+owner+"/") && image.Is(c.Image, last) {
						return p, c.Image, true
					}
				} else if image.Is(c.Image, name) {
					return p, c.Image, true
				}
			}
		}
	}
	return program{}, "", false
}

// programOfChart recognizes a release whose chart cannot be had.
func programOfChart(chart string) (program, bool) {
	for _, p := range programs() {
		if slices.Contains(p.charts, chart) {
			return p, true
		}
	}
	return program{}, false
}
