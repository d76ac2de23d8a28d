package traefik_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/edgeproof/edgeproof/e2e/edge"
	"github.com/edgeproof/edgeproof/e2e/edge/traefik"
)

func TestRules(t *testing.T) {
	t.Parallel()
	for rule, want := range map[string]struct{ hosts, path, old string }{
		"Host(`A.example.com`)": {"a.example.com", "/", ""},
		"(Host(`a.com`) || Host(\"b.com\")) && PathPrefix(`/api`)": {"a.com b.com", "/api", ""},
		"Host(`a.com`) && !Host(`b.com`)":                          {"a.com", "/", ""},
		"HostSNI(`*`)":                                             {"", "/", ""},
		"Host(`a.com`, `b.com`)":                                   {"a.com b.com", "/", "Host takes one value"},
		"HostRegexp(`{sub:[a-z]+}.a.com`)":                         {"", "/", "HostRegexp has a {name:pattern}"},
		"HostRegexp(`^[a-z]{2}\\.a\\.com$`)":                       {"", "/", ""},
		"Host(`a.com`) && Headers(`x`, `y`)":                       {"a.com", "/", "Headers is Header"},
		"Host(`a.com`) && Path(`/{id:[0-9]+}`)":                    {"a.com", "/", "Path has a {name:pattern}"},
		"Host(`a.com":                                              {"", "/", ""},
	} {
		hosts, path := traefik.Hosts(rule)
		if got := strings.Join(hosts, " "); got != want.hosts || path != want.path {
			t.Errorf("%s: hosts %q, path %s", rule, got, path)
		}
		if old := traefik.OldSyntax(rule); want.old == "" && old != "" || !strings.Contains(old, want.old) {
			t.Errorf("%s: old syntax %q, want %q", rule, old, want.old)
		}
	}
}

func TestIngressRoute(t *testing.T) {
	t.Parallel()
	var o traefik.IngressRoute
	if err := yaml.UnmarshalStrict([]byte(`
apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata: {namespace: shop, name: web, annotations: {kubernetes.io/ingress.class: edge}}
spec:
  entryPoints: [websecure]
  routes:
  - {match: "Host(`+"`a.com`"+`)", kind: Rule, middlewares: [{name: auth}],
     services: [{name: web, port: http}, {name: mirror, kind: TraefikService}, {name: api@internal, kind: TraefikService}]}
  - {match: "Host(`+"`a.com`"+`) && PathPrefix(`+"`/x`"+
		`)", kind: Rule, services: [{name: x, namespace: other, port: 80}]}
  tls: {secretName: a-tls}
`), &o); err != nil {
		t.Fatal(err)
	}
	r := o.Route(edge.IngressRoute)
	want := []edge.Rule{{Host: "a.com", Paths: []edge.Path{
		{Path: "/", Backend: &edge.Backend{Service: "web", Namespace: "shop", PortName: "http"}},
		{Path: "/"},
		{Path: "/"},
		{Path: "/x", Backend: &edge.Backend{Service: "x", Namespace: "other", Port: 80}},
	}}}
	if d := cmp.Diff(want, r.Rules); d != "" {
		t.Errorf("rules (-want +got):\n%s", d)
	}
	if r.Class.Class != "edge" || len(r.TLS) != 1 || r.TLS[0].Secret != "a-tls" || len(r.Published) != 0 || o.Old() {
		t.Errorf("route %+v", r)
	}
}

func TestReferences(t *testing.T) {
	t.Parallel()
	for ref, want := range map[traefik.Reference]string{
		{Name: "auth"}:                     "shop/auth",
		{Name: "auth", Namespace: "other"}: "other/auth",
		{Name: "my-ns-auth@kubernetescrd"}: "my/ns-auth my-ns/auth @kubernetescrd",
		{Name: "auth@file"}:                "@file",
	} {
		names, provider := ref.Candidates("shop")
		var got []string
		for _, n := range names {
			got = append(got, n.String())
		}
		if provider != "" {
			got = append(got, "@"+provider)
		}
		if d := cmp.Diff(want, strings.Join(got, " ")); d != "" {
			t.Errorf("%+v (-want +got):\n%s", ref, d)
		}
	}
}
