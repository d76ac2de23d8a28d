package facts_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/edgeproof/edgeproof/e2e/facts"
)

// extended gives a cluster the kinds that a cluster need not have, with one object of most of them.
func extended(a *apiServer) *apiServer {
	group := func(name string, versions ...string) object {
		var list []any
		for _, v := range versions {
			list = append(list, object{"groupVersion": name + "/" + v, "version": v})
		}
		return object{"name": name, "versions": list}
	}
	a.objects["/apis"] = object{"kind": "APIGroupList", "groups": []any{
		group("gateway.networking.k8s.io", "v1", "v1beta1", "v1alpha2"), group("gateway.networking.x-k8s.io", "v1alpha1"),
		group("traefik.io", "v1alpha1"), group("traefik.containo.us", "v1alpha1"), group("externaldns.k8s.io", "v1alpha1"),
		group("external-secrets.io", "v1"),
	}}
	const gateway = "/apis/gateway.networking.k8s.io/"
	a.absent = map[string]bool{gateway + "v1/tlsroutes": true, gateway + "v1beta1/tlsroutes": true}
	a.lists[gateway+"v1/gateways"] = []any{named("edge", "public", object{
		"spec": object{"gatewayClassName": "traefik", "listeners": []any{object{
			"name": "https", "port": 8443, "protocol": "HTTPS", "hostname": "*.safeops.work",
			"allowedRoutes": object{"namespaces": object{"from": "All"}},
		}}},
		"status": object{"addresses": []any{object{"type": "IPAddress", "value": "203.0.113.10"}}},
	})}
	a.lists[gateway+"v1/httproutes"] = []any{named("shop", "web", object{"spec": object{
		"parentRefs": []any{object{"name": "public", "namespace": "edge"}}, "hostnames": []any{"gw.safeops.work"},
		"rules": []any{object{
			"filters": []any{object{"type": "RequestHeaderModifier", "requestHeaderModifier": object{
				"set": []any{object{"name": "Authorization", "value": "Basic c2VjcmV0"}},
			}}},
			"backendRefs": []any{object{"name": "web", "port": 8080}},
		}},
	}})}
	a.lists[gateway+"v1alpha2/tlsroutes"] = []any{named("shop", "tls", object{"spec": object{
		"hostnames": []any{"tls.safeops.work"},
	}})}
	a.lists["/apis/traefik.io/v1alpha1/ingressroutes"] = []any{named("shop", "route", object{
		"apiVersion": "traefik.io/v1alpha1", "kind": "IngressRoute", "spec": object{
			"entryPoints": []any{"websecure"},
			"routes": []any{object{
				"match": "Host(`ir.safeops.work`) && PathPrefix(`/shop`)", "kind": "Rule",
				"services": []any{object{"name": "web", "port": "http"}},
			}},
			"tls": object{"secretName": "ir-tls"},
		},
	})}
	a.lists["/apis/traefik.io/v1alpha1/middlewares"] = []any{named("shop", "auth", object{"spec": object{
		"headers": object{"customRequestHeaders": object{"Authorization": "Basic c2VjcmV0"}},
	}})}
	a.lists["/apis/traefik.containo.us/v1alpha1/ingressroutes"] = []any{named("shop", "old", object{
		"apiVersion": "traefik.containo.us/v1alpha1", "spec": object{"routes": []any{}},
	})}
	a.lists["/apis/externaldns.k8s.io/v1alpha1/dnsendpoints"] = []any{named("shop", "nas", object{"spec": object{
		"endpoints": []any{object{"dnsName": "nas.safeops.work", "recordType": "A", "targets": []any{"203.0.113.10"}}},
	}})}
	return a
}

func TestRoutesOfOtherKinds(t *testing.T) {
	t.Parallel()
	a := extended(cluster())
	s := facts.Collect(context.Background(), a.connect(t, &world{}), facts.Scope{})
	if e := slices.Concat(s.Trouble(facts.GatewayAPI), s.Trouble(facts.TraefikKinds),
		s.Trouble(facts.DNSEndpoints)); len(e) > 0 {
		t.Fatalf("errors: %+v", e)
	}
	var got []string
	for _, r := range s.Routes(s.Gateways()) {
		if r.Kind != "Ingress" {
			got = append(got, r.String()+": "+strings.Join(r.Hosts(), " "))
		}
	}
	want := []string{
		"HTTPRoute shop/web: gw.safeops.work", "TLSRoute shop/tls: tls.safeops.work", "IngressRoute shop/old: ",
		"IngressRoute shop/route: ir.safeops.work", "DNSEndpoint shop/nas: nas.safeops.work",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("routes (-want +got):\n%s", d)
	}
	if url := s.Probes["ir.safeops.work"].HTTPS.Request.URL; url != "https://ir.safeops.work/shop" {
		t.Errorf("the IngressRoute was probed at %s", url)
	}
	if _, probed := s.Probes["nas.safeops.work"]; probed || len(s.DNS["nas.safeops.work"].Authority.Addresses) == 0 {
		t.Errorf("a name that no route serves is resolved and not probed: %v, %+v", probed, s.DNS["nas.safeops.work"])
	}
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), "c2VjcmV0") {
		t.Error("the value of a header is kept")
	}
	var again facts.Snapshot
	if err := json.Unmarshal(text, &again); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(s.GatewayAPI, again.GatewayAPI); d != "" {
		t.Errorf("Gateway API, written and read (-before +after):\n%s", d)
	}
	if d := cmp.Diff(s.Traefik, again.Traefik); d != "" {
		t.Errorf("Traefik's kinds, written and read (-before +after):\n%s", d)
	}
}

// A cluster without the kinds is asked for its groups and nothing more.
func TestKindsThatAreNotThereCostNothing(t *testing.T) {
	t.Parallel()
	a := cluster()
	s := facts.Collect(context.Background(), a.connect(t, &world{}), facts.Scope{})
	for _, path := range a.asked {
		for _, group := range []string{"gateway.", "traefik.", "externaldns.", "external-"} {
			if strings.Contains(path, "/apis/"+group) {
				t.Errorf("asked for %s", path)
			}
		}
	}
	if e := slices.Concat(s.Trouble(facts.GatewayAPI), s.Trouble(facts.TraefikKinds)); len(e) > 0 {
		t.Errorf("that is no error: %+v", e)
	}
}
