package edge_test

import (
	"slices"
	"testing"
	"time"

	networking "k8s.io/api/networking/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/edgeproof/edgeproof/e2e/edge"
)

// shop is an Ingress with all that a route is read from.
func shop() *networking.Ingress {
	to := func(name string, port networking.ServiceBackendPort) networking.IngressBackend {
		return networking.IngressBackend{Service: &networking.IngressServiceBackend{Name: name, Port: port}}
	}
	other := to("fallback", networking.ServiceBackendPort{Number: 80})
	return &networking.Ingress{
		ObjectMeta: meta.ObjectMeta{
			Namespace: "shop", Name: "web", CreationTimestamp: meta.NewTime(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)),
			Annotations: map[string]string{"cert-manager.io/cluster-issuer": "le", "kubernetes.io/ingress.class": "edge"},
		},
		Spec: networking.IngressSpec{
			DefaultBackend: &other,
			Rules: []networking.IngressRule{
				{Host: "www.example.com", IngressRuleValue: networking.IngressRuleValue{HTTP: &networking.HTTPIngressRuleValue{
					Paths: []networking.HTTPIngressPath{
						{Path: "/", Backend: to("web", networking.ServiceBackendPort{Name: "http"})},
						{Path: "/bucket", Backend: networking.IngressBackend{}},
					},
				}}},
				{Host: "*.Apps.example.com."},
			},
			TLS: []networking.IngressTLS{{Hosts: []string{"www.example.com", "api.example.com"}, SecretName: "web-tls"}},
		},
		Status: networking.IngressStatus{LoadBalancer: networking.IngressLoadBalancerStatus{
			Ingress: []networking.IngressLoadBalancerIngress{{IP: "203.0.113.1"}, {Hostname: "lb.example.net"}, {}},
		}},
	}
}

func TestFromIngress(t *testing.T) {
	t.Parallel()
	r := edge.FromIngress(shop())
	for _, c := range []struct{ what, got, want string }{
		{"name", r.String(), "Ingress shop/web"},
		{"resource", r.Resource(), "ingress/shop/web"},
		{"class", r.Class.Class, "edge"},
		{"issuer", r.Issuer().String(), "ClusterIssuer le"},
		{"annotate", r.Annotate("a=b", "c-"), "kubectl -n shop annotate ingress web --overwrite a=b c-"},
		{"remove an annotation", r.Unannotate("a"), "kubectl -n shop annotate ingress web a-"},
		{"patch", r.Patch("merge", "{}"), "kubectl -n shop patch ingress web --type=merge -p '{}'"},
		{"edit", r.Command("edit"), "kubectl -n shop edit ingress web"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %s, want %s", c.what, c.got, c.want)
		}
	}
	for _, c := range []struct {
		what      string
		got, want []string
	}{
		{"hosts", r.Hosts(), []string{"www.example.com", "*.apps.example.com", "api.example.com"}},
		{"hosts of rules", r.RuleHosts(), []string{"www.example.com", "*.Apps.example.com."}},
		{"hosts of TLS", r.TLSHosts(), []string{"www.example.com", "api.example.com"}},
		{"published", r.Published, []string{"203.0.113.1", "lb.example.net"}},
	} {
		if !slices.Equal(c.got, c.want) {
			t.Errorf("%s: %q, want %q", c.what, c.got, c.want)
		}
	}
}

func TestRouteOfHost(t *testing.T) {
	t.Parallel()
	r := edge.FromIngress(shop())
	for _, c := range []struct {
		host    string
		rule    string   // host of the rule, "" for none
		tls     bool     // whether a block covers it
		backend []string // Services, "" for what is none
	}{
		{"www.example.com", "www.example.com", true, []string{"web", ""}},
		{"a.apps.example.com", "*.Apps.example.com.", false, []string{"fallback"}},
		{"a.b.apps.example.com", "", false, []string{"fallback"}},
		{"api.example.com", "", true, []string{"fallback"}},
	} {
		rule := r.RuleFor(c.host)
		if got := rule != nil; got != (c.rule != "") || got && rule.Host != c.rule {
			t.Errorf("%s: rule %+v, want %q", c.host, rule, c.rule)
		}
		if got := r.TLSFor(c.host); (got != nil) != c.tls {
			t.Errorf("%s: TLS block %+v", c.host, got)
		}
		var services []string
		for _, b := range r.Backends(rule) {
			name := ""
			if b != nil {
				name = b.Service
			}
			services = append(services, name)
		}
		if !slices.Equal(services, c.backend) {
			t.Errorf("%s: leads to %q, want %q", c.host, services, c.backend)
		}
	}
}
