package facts_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/types"

	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/mocks/control/api"
)

const token = "Abcdefghijklmnopqrstuvwxyz0123456789-_XY"

type object = map[string]any

func named(namespace, name string, more object) object {
	out := object{"metadata": object{
		"namespace": namespace, "name": name,
		"managedFields": []any{object{"manager": "m"}},
	}}
	for k, v := range more {
		out[k] = v
	}
	return out
}

func cluster() *apiServer {
	const b64 = "QWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXowMTIzNDU2Nzg5LV9YWQ==" // of token
	credential := named("cert-manager", "cloudflare-api-token",
		object{"type": "Opaque", "data": object{"api-token": b64}})
	return &apiServer{
		logs: `time="2026-03-01T12:00:00Z" level=error msg="refused ` + token + `"` + "\n",
		objects: map[string]any{
			"/api/v1/namespaces/cert-manager/secrets/cloudflare-api-token": credential,
			"/api/v1/namespaces/kube-system/configmaps/coredns": named("kube-system", "coredns",
				object{"data": object{"Corefile": ".:53 # " + token}}),
		},
		lists: map[string][]any{
			"/api/v1/secrets": {credential},
			"/api/v1/pods": {named("cert-manager", "external-dns-1", object{
				"spec": object{"containers": []any{object{
					"name": "external-dns", "image": "registry.k8s.io/external-dns/external-dns:v0.20.0",
					"args": []any{"--txt-encrypt-aes-key=short"},
					"env": []any{
						object{"name": "CF_API_TOKEN", "value": "plain-text-token-of-somebody"},
						object{"name": "NOTE", "value": "uses " + token},
					},
				}}},
				"status": object{"containerStatuses": []any{object{
					"name": "external-dns", "restartCount": 1,
					"state": object{"running": object{}},
				}}},
			})},
			"/api/v1/events": {named("develop", "e", object{"message": "token " + token + " refused"})},
			"/apis/cert-manager.io/v1/clusterissuers": {named("", "letsencrypt-production", solvedBy(object{
				"apiTokenSecretRef": object{"name": "cloudflare-api-token", "key": "api-token"},
			}))},
			"/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations": {named("", "cert-manager-webhook", object{
				"webhooks": []any{
					object{"name": "a", "clientConfig": object{"caBundle": "TE9ORyBQRU0="}},
					object{"name": "b", "clientConfig": object{}},
				},
			})},
			"/api/v1/services": {named("traefik", "traefik", object{
				"status": object{"loadBalancer": object{"ingress": []any{object{"ip": "203.0.113.10"}}}},
			})},
			"/apis/networking.k8s.io/v1/ingresses": {
				ingress("develop", "c", "c.safeops.work"), ingress("develop", "a", "a.safeops.work"),
				ingress("staging", "b", "*.safeops.work"),
				ingress("develop", "frontend", "develop.safeops.work"), ingress("staging", "d", ""),
			},
		},
	}
}

func ingress(namespace, name, host string) object {
	return named(namespace, name, object{"spec": object{"rules": []any{object{"host": host}}}})
}

// solvedBy is the spec of an issuer with one solver of Cloudflare.
func solvedBy(config object) object {
	return object{"spec": object{"acme": object{"solvers": []any{object{"dns01": object{"cloudflare": config}}}}}}
}

func TestCollectEverything(t *testing.T) {
	t.Parallel()
	w := &world{entries: []api.JournalEntry{{Seq: 1}}}
	s := facts.Collect(context.Background(), cluster().connect(t, w),
		facts.Scope{Controller: types.NamespacedName{Namespace: "traefik", Name: "traefik"}})

	if s.Kubernetes != "v1.37.2" {
		t.Errorf("version %q", s.Kubernetes)
	}
	var names []string
	for _, i := range s.Ingresses {
		names = append(names, i.Namespace+"/"+i.Name)
		if i.ManagedFields != nil {
			t.Errorf("%s keeps its managed fields", i.Name)
		}
	}
	if d := cmp.Diff([]string{"develop/a", "develop/c", "develop/frontend", "staging/b", "staging/d"}, names); d != "" {
		t.Errorf("ingresses, over three pages (-want +got):\n%s", d)
	}
	if got := len(s.DNS); got != 3 {
		t.Errorf("asked the DNS for %d hosts, want 3: no wildcard, no empty one", got)
	}
	if a := s.DNS["a.safeops.work"]; a.Authority.Names[0] != "authority.a.safeops.work" ||
		a.Resolver.Names[0] != "resolver.a.safeops.work" {
		t.Errorf("answers are mixed up: %+v", a)
	}
	p := s.Probes["develop.safeops.work"]
	if p.HTTPS.Request.URL != "https://develop.safeops.work/" || p.HTTP.Request.URL != "http://develop.safeops.work/" ||
		p.RawIP.Request.Address != "203.0.113.10" ||
		p.RawHTTP.Request.Address != "203.0.113.10" || p.RawHTTP.Request.URL != "http://develop.safeops.work/" {
		t.Errorf("probes: %+v", p)
	}
	if hooks := s.ValidatingWebhooks; len(hooks) != 1 ||
		!strings.HasPrefix(string(hooks[0].Webhooks[0].ClientConfig.CABundle), "sha256:") ||
		hooks[0].Webhooks[1].ClientConfig.CABundle != nil {
		t.Errorf("webhooks: %+v", hooks)
	}
	if !strings.HasPrefix(s.ClusterDNS, ".:53") || len(s.Tokens) != 1 || len(s.Domains) != 3 || len(s.Journal) != 1 {
		t.Errorf("cluster DNS %q, tokens %+v, domains %+v, journal %+v", s.ClusterDNS, s.Tokens, s.Domains, s.Journal)
	}
	if len(s.Zones) != 1 || len(s.RecordsOf("develop.safeops.work")) != 1 {
		t.Errorf("zones: %+v", s.Zones)
	}
	if len(s.Logs) != 2 || !s.Logs[0].Previous || s.Logs[1].Previous || s.Logs[0].Component != facts.ExternalDNS {
		t.Errorf("logs: %+v", s.Logs)
	}
	for _, p := range []facts.Part{facts.Orders, facts.Challenges} {
		if e := s.Trouble(p); len(e) != 1 || e[0].Reason != "Forbidden" {
			t.Errorf("a refused list of %s is no fact: %+v", p, e)
		}
	}
	if len(s.Errors) != 2 {
		t.Errorf("errors: %+v", s.Errors)
	}
}

func TestNoSecretIsKept(t *testing.T) {
	t.Parallel()
	w := &world{
		entries: []api.JournalEntry{{Op: "GET /" + token, Outcome: token, Detail: map[string]string{"query": token}}},
		records: map[string]facts.Answer{
			"TXT _acme-challenge.a.safeops.work": {Rcode: "NOERROR", Data: []string{token}},
			"CAA safeops.work":                   {Rcode: "NOERROR", Data: []string{`0 issue "` + token + `"`}},
		},
	}
	s := facts.Collect(context.Background(), cluster().connect(t, w), facts.Scope{})
	if s.ClusterDNS == "" || len(s.Journal) == 0 || len(s.Domains["a.safeops.work"].Challenge.Resolver.Data) == 0 ||
		len(w.tried) == 0 || w.tried[0].Reveal() != token {
		t.Fatal("the secret was met in too few places")
	}
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{token, "QWJjZGVmZ2", "plain-text-token-of-somebody", "aes-key=short"} {
		if strings.Contains(string(text), secret) {
			t.Errorf("the snapshot holds %q", secret)
		}
	}
	shape, ok := s.Secret("cert-manager", "cloudflare-api-token")
	if !ok {
		t.Fatal("the shape of the Secret is gone")
	}
	key, _ := shape.Key("api-token")
	if key.Length != len(token) || key.Fingerprint == "" || key.Spaced {
		t.Errorf("shape: %+v", key)
	}
	if want := "refused [" + key.Fingerprint + "]"; s.Logs[0].Lines[0].Message != want {
		t.Errorf("log line %q, want %q", s.Logs[0].Lines[0].Message, want)
	}
}

func TestASnapshotIsTheSameAfterItsJSON(t *testing.T) {
	t.Parallel()
	s := facts.Collect(context.Background(), cluster().connect(t, &world{}), facts.Scope{})
	first, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var again facts.Snapshot
	if err := json.Unmarshal(first, &again); err != nil {
		t.Fatal(err)
	}
	second, err := json.Marshal(again)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(first), string(second)); d != "" {
		t.Errorf("after reading it back (-first +second):\n%s", d)
	}
}

func TestANarrowScopeAsksNoMore(t *testing.T) {
	t.Parallel()
	a := cluster()
	s := facts.Collect(context.Background(), a.connect(t, nil),
		facts.Scope{
			Parts:      []facts.Part{facts.ClusterIssuers, facts.Certificates},
			Namespaces: []string{"develop", "staging"},
		})
	slices.Sort(a.asked)
	want := []string{
		"/apis/cert-manager.io/v1/clusterissuers",
		"/apis/cert-manager.io/v1/namespaces/develop/certificates",
		"/apis/cert-manager.io/v1/namespaces/staging/certificates",
	}
	if d := cmp.Diff(want, a.asked); d != "" {
		t.Errorf("requests (-want +got):\n%s", d)
	}
	if len(s.Errors) != 0 || s.Has(facts.Pods) || !s.Has(facts.Certificates) {
		t.Errorf("parts %v, errors %v", s.Parts, s.Errors)
	}
}

func TestAskingNobodyIsAFact(t *testing.T) {
	t.Parallel()
	s := facts.Collect(context.Background(), cluster().connect(t, nil),
		facts.Scope{Parts: []facts.Part{facts.Probes}, Hosts: []string{"x.example"}})
	if e := s.Trouble(facts.Probes); len(e) != 1 {
		t.Errorf("errors: %+v", s.Errors)
	}
	s = facts.Collect(context.Background(), cluster().connect(t, &world{broken: true}),
		facts.Scope{Parts: []facts.Part{facts.Provider}})
	if e := s.Trouble(facts.Provider); len(e) != 1 || e[0].Message != "list zones: gone" {
		t.Errorf("errors: %+v", s.Errors)
	}
}

func TestCollectEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	s := facts.Collect(ctx, cluster().connect(t, &world{}), facts.Scope{Parts: []facts.Part{facts.Pods}})
	if len(s.Trouble(facts.Pods)) != 1 {
		t.Errorf("errors: %+v", s.Errors)
	}
}
