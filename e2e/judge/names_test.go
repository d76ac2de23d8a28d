package judge_test

import (
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"github.com/edgeproof/edgeproof/e2e/judge"
)

func object(t *testing.T, text string) *unstructured.Unstructured {
	t.Helper()
	var o map[string]any
	if err := yaml.Unmarshal([]byte(text), &o); err != nil {
		t.Fatal(err)
	}
	return &unstructured.Unstructured{Object: o}
}

// TestNamesAreTheBundles: issuers are distinguished by their directory, and components are where they run.
func TestNamesAreTheBundles(t *testing.T) {
	t.Parallel()
	issuer := func(name, host, solver string) string {
		return "apiVersion: cert-manager.io/v1\nkind: ClusterIssuer\nmetadata: {name: " + name +
			"}\nspec: {acme: {server: \"https://" + host + ".api.letsencrypt.org/directory\", solvers: [{dns01: " +
			"{cloudflare: {" + solver + "}}}]}}"
	}
	ingress := func(name string) string {
		return "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web, namespace: apps, annotations: " +
			"{cert-manager.io/cluster-issuer: " + name + "}}\nspec: {rules: [{host: a.example.org}]}"
	}
	deployment := func(namespace, image string) string {
		return "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d, namespace: " + namespace +
			"}\nspec: {template: {spec: {containers: [{name: c, image: " + image + ", args: [--provider=cloudflare, " +
			"--source=ingress]}]}}}"
	}
	const token, key = "apiTokenSecretRef: {name: cf, key: t}",
		"email: a@example.org, apiKeySecretRef: {name: cfkey, key: k}"
	reference := judge.Reference()
	for name, c := range map[string]struct {
		objects []string
		change  func(*judge.Target)
	}{
		"other names": {
			[]string{issuer("le", "acme-v02", token), issuer("le-test", "acme-staging-v02", token), ingress("le")},
			func(t *judge.Target) {
				t.Production.Name, t.Staging.Name = "le", "le-test"
				t.Credential = judge.Credential{Secret: "cf", Key: "t"}
			},
		},
		"the one that routes request": {
			[]string{issuer("a", "acme-v02", token), issuer("b", "acme-v02", token), ingress("b")},
			func(t *judge.Target) {
				t.Production.Name, t.Credential = "b", judge.Credential{Secret: "cf", Key: "t"}
			},
		},
		"a name that routes request and the bundle has not": {
			[]string{issuer("letsencrypt-prod", "acme-v02", token), ingress("letsencrypt-production")},
			func(t *judge.Target) { t.Credential = judge.Credential{Secret: "cf", Key: "t"} },
		},
		"a global key": {
			[]string{issuer("letsencrypt-production", "acme-v02", key), ingress("letsencrypt-production")},
			func(t *judge.Target) { t.Credential = judge.Credential{Secret: "cfkey", Key: "k"} },
		},
		"other namespaces": {
			[]string{
				deployment("certs", "quay.io/jetstack/cert-manager-controller:v1.19.3"),
				deployment("dns", "registry.k8s.io/external-dns/external-dns:v0.21.0"),
			},
			func(t *judge.Target) { t.Namespace, t.DNSNamespace = "certs", "dns" },
		},
		"one namespace": {
			[]string{
				deployment("network", "quay.io/jetstack/cert-manager-controller:v1.19.3"),
				deployment("network", "registry.k8s.io/external-dns/external-dns:v0.21.0"),
			},
			func(t *judge.Target) { t.Namespace = "network" },
		},
	} {
		var objects []*unstructured.Unstructured
		for _, text := range c.objects {
			objects = append(objects, object(t, text))
		}
		got, err := judge.Expect(reference, objects)
		if err != nil {
			t.Fatal(err)
		}
		want := reference
		c.change(&want)
		if got.Production != want.Production || got.Staging != want.Staging || got.Credential != want.Credential ||
			got.Namespace != want.Namespace || got.DNSNamespace != want.DNSNamespace {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
	}
}
