package externaldns_test

import (
	"slices"
	"testing"

	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/edgeproof/edgeproof/e2e/edge"
	"github.com/edgeproof/edgeproof/e2e/edge/externaldns"
)

func TestDNSEndpoint(t *testing.T) {
	t.Parallel()
	e := externaldns.DNSEndpoint{ObjectMeta: meta.ObjectMeta{Namespace: "shop", Name: "nas"}}
	e.Spec.Endpoints = []externaldns.Endpoint{
		{DNSName: "NAS.example.com", RecordType: "A", Targets: []string{"203.0.113.1"}},
		{DNSName: "nas.example.com", RecordType: "AAAA", Targets: []string{"2001:db8::1"}},
		{DNSName: "web.example.com", RecordType: "CNAME", Targets: []string{"lb.example.net."}},
		{DNSName: "txt.example.com", RecordType: "TXT", Targets: []string{"hello"}},
	}
	r := e.Route()
	if got := r.Hosts(); !slices.Equal(got, []string{"nas.example.com", "web.example.com"}) {
		t.Errorf("hosts %v", got)
	}
	if a, n := r.PublishedFor("nas.example.com"), r.PublishedFor("web.example.com"); len(a) != 2 ||
		n[0] != "lb.example.net" {
		t.Errorf("targets %v and %v", a, n)
	}
	if got := externaldns.Resource(r.Source); got != "crd/shop/nas" {
		t.Errorf("resource %s", got)
	}
}

func TestService(t *testing.T) {
	t.Parallel()
	s := core.Service{ObjectMeta: meta.ObjectMeta{Namespace: "shop", Name: "mail"}}
	if externaldns.FromService(&s) != nil {
		t.Error("a Service without the annotation describes no route")
	}
	s.Annotations = map[string]string{externaldns.LegacyPrefix + "hostname": "mail.example.com, imap.example.com"}
	s.Status.LoadBalancer.Ingress = []core.LoadBalancerIngress{{IP: "203.0.113.9"}}
	r := externaldns.FromService(&s)
	if got := r.Hosts(); len(got) != 2 || got[1] != "imap.example.com" || r.PublishedFor(got[0])[0] != "203.0.113.9" {
		t.Errorf("hosts %v, published %v", got, r.Published)
	}
}

func TestSources(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]string{
		edge.Ingress: "ingress", edge.HTTPRoute: "gateway-httproute", edge.IngressRoute: "traefik-proxy",
		edge.DNSEndpoint: "crd", edge.Service: "service",
	} {
		if got := externaldns.SourceOf(kind); got != want {
			t.Errorf("%s: %s, want %s", kind, got, want)
		}
	}
}
