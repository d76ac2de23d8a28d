package gateway_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	api "sigs.k8s.io/gateway-api/apis/v1"
	"sigs.k8s.io/yaml"

	"github.com/edgeproof/edgeproof/e2e/edge"
	"github.com/edgeproof/edgeproof/e2e/edge/gateway"
)

const public = `
metadata: {namespace: edge, name: public, annotations: {cert-manager.io/cluster-issuer: le}}
spec:
  gatewayClassName: traefik
  listeners:
  - {name: web, port: 8000, protocol: HTTP, allowedRoutes: {namespaces: {from: All}}}
  - name: https
    port: 8443
    protocol: HTTPS
    hostname: "*.example.com"
    tls: {certificateRefs: [{name: wildcard, namespace: certs}]}
    allowedRoutes: {namespaces: {from: Selector, selector: {matchLabels: {team: shop}}}}
  - {name: own, port: 8443, protocol: HTTPS, hostname: own.example.com}
status: {addresses: [{value: 203.0.113.1}, {value: lb.example.net}]}
`

func read[T any](t *testing.T, text string) T {
	t.Helper()
	var out T
	if err := yaml.UnmarshalStrict([]byte(text), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// world has the Gateway and one HTTPRoute of namespace shop, whose spec is given.
func world(t *testing.T, spec string, grants ...api.ReferenceGrant) (*gateway.World, *gateway.Route) {
	t.Helper()
	r := api.HTTPRoute{Spec: read[api.HTTPRouteSpec](t, spec)}
	r.ObjectMeta = meta.ObjectMeta{Namespace: "shop", Name: "web"}
	w := gateway.New(&gateway.Objects{
		Classes:  []api.GatewayClass{{ObjectMeta: meta.ObjectMeta{Name: "traefik"}}},
		Gateways: []api.Gateway{read[api.Gateway](t, public)}, HTTPRoutes: []api.HTTPRoute{r}, Grants: grants,
	}, map[string]map[string]string{"shop": {"team": "shop"}, "edge": {}})
	return w, w.Route(edge.Source{Kind: edge.HTTPRoute, Namespace: "shop", Name: "web"})
}

func TestAttach(t *testing.T) {
	t.Parallel()
	const all = `{name: public, namespace: edge}`
	for name, c := range map[string]struct{ spec, hosts, taken, refused string }{
		"to two": {
			`{parentRefs: [` + all + `], hostnames: [www.example.com]}`, "www.example.com", "web https", "own: 3",
		},
		"a wildcard is of many labels": {
			`{parentRefs: [{name: public, namespace: edge, sectionName: https}], hostnames: [a.b.example.com]}`,
			"a.b.example.com", "https", "",
		},
		"no hostname": {
			`{parentRefs: [{name: public, namespace: edge, sectionName: https}]}`, "*.example.com", "https", "",
		},
		"no intersection": {
			`{parentRefs: [{name: public, namespace: edge, sectionName: https}], hostnames: [www.example.net]}`,
			"www.example.net", "", "https: 5",
		},
		"a port that no listener has": {
			`{parentRefs: [{name: public, namespace: edge, sectionName: web, port: 80}]}`, "", "", "web: 2",
		},
		"no such section": {
			`{parentRefs: [{name: public, namespace: edge, sectionName: http}], hostnames: [www.example.com]}`,
			"www.example.com", "", ": 1",
		},
		"a Gateway of another namespace": {
			`{parentRefs: [{name: public}], hostnames: [www.example.com]}`, "www.example.com", "", ": 0",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, r := world(t, c.spec)
			var taken, refused []string
			for _, p := range r.Parents {
				for _, l := range p.Taken {
					taken = append(taken, string(l.Name))
				}
				for _, f := range p.Refused {
					at := ""
					if f.Listener != nil {
						at = string(f.Listener.Name)
					}
					refused = append(refused, at+": "+strconv.Itoa(int(f.Reason)))
				}
			}
			got := [3]string{strings.Join(r.Hosts(), " "), strings.Join(taken, " "), strings.Join(refused, " ")}
			if d := cmp.Diff([3]string{c.hosts, c.taken, c.refused}, got); d != "" {
				t.Errorf("hosts, taken, refused (-want +got):\n%s", d)
			}
		})
	}
}

func TestWhatAListenerGives(t *testing.T) {
	t.Parallel()
	w, r := world(t, `{parentRefs: [{name: public, namespace: edge}], hostnames: [www.example.com],
		rules: [{matches: [{path: {value: /shop}}], backendRefs: [{name: web, port: 8080}]}]}`)
	want := &edge.Route{
		Source: edge.Source{Kind: "HTTPRoute", Namespace: "shop", Name: "web"},
		Rules: []edge.Rule{{
			Host:  "www.example.com",
			Paths: []edge.Path{{Path: "/shop", Backend: &edge.Backend{Service: "web", Namespace: "shop", Port: 8080}}},
		}},
		TLS:       []edge.TLS{{Hosts: []string{"www.example.com"}, Secret: "wildcard", Namespace: "certs"}},
		Published: []string{"203.0.113.1", "lb.example.net"},
		Listener: &edge.Listener{
			Source:      edge.Source{Kind: "Gateway", Namespace: "edge", Name: "public"},
			Annotations: map[string]string{"cert-manager.io/cluster-issuer": "le"},
		},
	}
	if d := cmp.Diff(want, r.Route); d != "" {
		t.Errorf("route (-want +got):\n%s", d)
	}
	if r.Issuer().Name != "le" || len(w.Gateways("traefik")) != 1 {
		t.Errorf("issuer %v, %d Gateways", r.Issuer(), len(w.Gateways("traefik")))
	}
}

func TestGranted(t *testing.T) {
	t.Parallel()
	from := edge.Source{Kind: "Gateway", Namespace: "edge", Name: "public"}
	to := edge.Source{Kind: "Secret", Namespace: "certs", Name: "wildcard"}
	const grant = `{metadata: {namespace: certs}, spec: {
		from: [{group: gateway.networking.k8s.io, kind: Gateway, namespace: edge}], to: [{group: "", kind: Secret, name: NAME}]}}`
	for name, want := range map[string]bool{"wildcard": true, "other": false} {
		w, _ := world(t, `{}`, read[api.ReferenceGrant](t, strings.Replace(grant, "NAME", name, 1)))
		if got := w.Granted(from, "", to); got != want {
			t.Errorf("a grant for %s: %v", name, got)
		}
		if other := (edge.Source{Kind: "HTTPRoute", Namespace: "edge"}); w.Granted(other, "", to) {
			t.Error("granted to another kind")
		}
	}
}

func TestListenerSet(t *testing.T) {
	t.Parallel()
	set := read[api.ListenerSet](t, `{metadata: {namespace: shop, name: more, annotations: {cert-manager.io/issuer: own}},
		spec: {parentRef: {name: public, namespace: edge}, listeners: [{name: shop, port: 8443, protocol: HTTPS,
			hostname: shop.example.com, tls: {certificateRefs: [{name: shop-tls}]}}]},
		status: {listeners: [{name: shop, attachedRoutes: 1, conditions: [{type: Programmed, status: "True"}]}]}}`)
	r := api.HTTPRoute{ObjectMeta: meta.ObjectMeta{Namespace: "shop", Name: "web"}}
	r.Spec = read[api.HTTPRouteSpec](t, `{parentRefs: [{kind: ListenerSet, name: more}], hostnames: [shop.example.com]}`)
	w := gateway.New(&gateway.Objects{
		Gateways: []api.Gateway{read[api.Gateway](t, public)}, ListenerSets: []api.ListenerSet{set},
		HTTPRoutes: []api.HTTPRoute{r},
	}, nil)
	got := w.Route(edge.Source{Kind: edge.HTTPRoute, Namespace: "shop", Name: "web"})
	if len(got.Taken()) != 1 || got.Listener.Kind != "ListenerSet" || got.Issuer().Name != "own" ||
		got.TLS[0].Secret != "shop-tls" || got.TLS[0].Namespace != "shop" || len(got.Published) != 2 ||
		got.Taken()[0].Condition("Programmed") == nil {
		t.Errorf("route %+v, listener %+v", got.Route, got.Taken())
	}
}
