package facts_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/edgeproof/edgeproof/e2e/edge/logline"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/probe"
)

// otherwise is a cluster with two ingress controllers and an Ingress of either; the second has two addresses,
// one of IPv6.
func otherwise() *apiServer {
	a := cluster()
	route := func(name, class, host string, paths []any, addresses ...any) object {
		return named("shop", name, object{
			"spec":   object{"ingressClassName": class, "rules": []any{object{"host": host, "http": object{"paths": paths}}}},
			"status": object{"loadBalancer": object{"ingress": addresses}},
		})
	}
	a.lists["/apis/networking.k8s.io/v1/ingressclasses"] = []any{
		named("", "traefik", object{"spec": object{"controller": "traefik.io/ingress-controller"}}),
		named("", "nginx", object{"spec": object{"controller": "k8s.io/ingress-nginx"}}),
	}
	a.lists["/api/v1/services"] = []any{named("traefik", "traefik", object{
		"spec":   object{"type": "LoadBalancer", "selector": object{"app": "traefik"}},
		"status": object{"loadBalancer": object{"ingress": []any{object{"ip": "203.0.113.10"}}}},
	})}
	a.lists["/api/v1/pods"] = []any{object{
		"metadata": object{"namespace": "traefik", "name": "traefik-1", "labels": object{"app": "traefik"}},
		"spec": object{"containers": []any{object{
			"name":  "traefik",
			"image": "rancher/mirrored-library-traefik:3.6.12",
		}}},
	}}
	a.lists["/apis/networking.k8s.io/v1/ingresses"] = []any{
		route("ours", "traefik", "ours.safeops.work", []any{object{"path": "/v1/items"}, object{"path": "/v2"}},
			object{"ip": "203.0.113.10"}),
		route("theirs", "nginx", "theirs.safeops.work", []any{
			object{"path": "/(.*)"},
			object{"path": "/api"},
			object{"path": "/"},
		},
			object{"ip": "198.51.100.20"}, object{"ip": "2001:db8::20"}),
	}
	return a
}

func TestEveryIngressIsAskedWhereItIsServed(t *testing.T) {
	t.Parallel()
	w := &world{records: map[string]facts.Answer{"AAAA theirs.safeops.work": {
		Rcode:     "NOERROR",
		Addresses: []string{"2001:db8::20"},
	}}}
	scope := facts.Scope{Hosts: []string{"ours.safeops.work", "theirs.safeops.work"}}
	s := facts.Collect(t.Context(), otherwise().connect(t, w), scope)
	for host, want := range map[string][2]string{
		"ours.safeops.work":   {"203.0.113.10", "https://ours.safeops.work/v1/items"},
		"theirs.safeops.work": {"198.51.100.20", "https://theirs.safeops.work/"},
	} {
		p := s.Probes[host]
		if p.RawIP == nil || p.RawIP.Request.Address != want[0] || p.HTTPS.Request.URL != want[1] || !p.Assumed {
			t.Errorf("%s: %+v; want %v, assumed", host, p, want)
		}
	}
	if got := s.DNS["theirs.safeops.work"].Authority.Addresses; !slices.Equal(got,
		[]string{"203.0.113.10", "2001:db8::20"}) {
		t.Errorf("addresses of a host of both families: %v", got)
	}
	if slices.Contains(w.asked, "AAAA ours.safeops.work") {
		t.Error("the AAAA record of a host without an IPv6 address was queried")
	}
	scope.Paths = map[string]string{"ours.safeops.work": "/v2"}
	if p := facts.Collect(t.Context(), otherwise().connect(t, w), scope).Probes["ours.safeops.work"]; p.Assumed ||
		p.HTTPS.Request.URL != "https://ours.safeops.work/v2" {
		t.Errorf("a path that was given: %+v", p)
	}
}

// several is an internet whose provider knows one credential of several.
type several struct {
	*world

	good string
}

func (s several) Zones(ctx context.Context, c facts.Credential) ([]facts.Zone, error) {
	if c.Reveal() != s.good {
		return nil, errors.New("list zones: no such token")
	}
	return s.world.Zones(ctx, c)
}

func TestOneCredentialThatReadsIsEnough(t *testing.T) {
	t.Parallel()
	const b64 = "YW5vdGhlcg==" // of another
	a := cluster()
	a.objects["/api/v1/namespaces/dev/secrets/old"] = named("dev", "old",
		object{"type": "Opaque", "data": object{"token": b64}})
	a.lists["/apis/cert-manager.io/v1/issuers"] = []any{named("dev", "old",
		solvedBy(object{"apiTokenSecretRef": object{"name": "old", "key": "token"}}))}
	for valid, want := range map[string]int{token: 0, "a third": 1} {
		s := facts.Collect(t.Context(), a.connect(t, several{&world{}, valid}), facts.Scope{})
		if got := len(s.Trouble(facts.Provider)); got != want || len(s.Zones) != 1-want {
			t.Errorf("%d errors of the provider and %d zones, want %d errors: %+v", got, len(s.Zones), want, s.Errors)
		}
	}
}

func TestOnlyCredentialsOfTheEdgeHaveFingerprints(t *testing.T) {
	t.Parallel()
	a := cluster()
	a.lists["/api/v1/secrets"] = append(a.lists["/api/v1/secrets"],
		named("shop", "database", object{"type": "Opaque", "data": object{"password": "aHVudGVyMg=="}}))
	s := facts.Collect(t.Context(), a.connect(t, &world{}), facts.Scope{})
	for secret, want := range map[string]bool{"cert-manager/cloudflare-api-token": true, "shop/database": false} {
		namespace, name, _ := strings.Cut(secret, "/")
		found, ok := s.Secret(namespace, name)
		if !ok || len(found.Keys) != 1 || found.Keys[0].Length == 0 || (found.Keys[0].Fingerprint != "") != want {
			t.Errorf("%s: %+v; want a fingerprint: %t", secret, found, want)
		}
	}
}

func TestCopiesOfImages(t *testing.T) {
	t.Parallel()
	for image, want := range map[string]facts.Component{
		"rancher/mirrored-library-traefik:3.6.12":                        facts.Traefik,
		"rancher/mirrored-jetstack-cert-manager-controller:v1.19.3":      facts.CertManager,
		"registry:5000/mirrored-jetstack-cert-manager-webhook@sha256:00": facts.Webhook,
		"rancher/mirrored-some-traefik-dashboard:v1":                     "",
		"library/error-pages-traefik:v1":                                 "",
	} {
		if got := facts.ComponentOf(running(image)); got != want {
			t.Errorf("%s: %q, want %q", image, got, want)
		}
	}
}

func TestClientsOfAnAccessLogAreLeftOut(t *testing.T) {
	t.Parallel()
	got := logline.ParseAll(`2026-03-01T12:00:00Z ERR x
198.51.100.7 - alice [01/Mar/2026:12:00:00 +0000] "GET /reset?code=1 HTTP/2.0" 200 5 "-" "-" 1 "r@kubernetes" "http://10.0.0.1" 2ms
the end`)
	var texts []string
	for _, l := range got {
		texts = append(texts, l.Message)
	}
	if diff := cmp.Diff([]string{"x", "the end"}, texts); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// Each address that a name has is asked, and each path of its rules.
func TestEachAddressAndPathIsAsked(t *testing.T) {
	t.Parallel()
	w := &world{resolved: &probe.Resolution{Records: []probe.AddressRecord{
		{Type: "A", Address: "198.51.100.20"}, {Type: "AAAA", Address: "2001:db8::20"},
	}}}
	s := facts.Collect(context.Background(), otherwise().connect(t, w), facts.Scope{})
	var got []string
	for _, host := range []string{"ours.safeops.work", "theirs.safeops.work"} {
		for _, rep := range slices.Concat(s.Probes[host].Paths, s.Probes[host].Each) {
			got = append(got, strings.TrimSpace(rep.Request.URL+" "+rep.Request.Address))
		}
	}
	want := []string{
		"https://ours.safeops.work/v2",
		"https://ours.safeops.work/v1/items 198.51.100.20", "https://ours.safeops.work/v1/items 2001:db8::20",
		"https://theirs.safeops.work/api",
		"https://theirs.safeops.work/ 198.51.100.20", "https://theirs.safeops.work/ 2001:db8::20",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}
