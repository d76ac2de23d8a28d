package standin_test

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/edgeproof/edgeproof/e2e/bundle"
	"github.com/edgeproof/edgeproof/e2e/standin"
)

// user is an external-dns that reads its token from a Secret, and a registry's credential.
const user = `---
apiVersion: apps/v1
kind: Deployment
metadata: {name: dns, namespace: x}
spec:
  selector: {matchLabels: {a: b}}
  template:
    metadata: {labels: {a: b}}
    spec:
      imagePullSecrets: [{name: pull}]
      containers:
        - name: dns
          image: registry.k8s.io/external-dns/external-dns:v0.21.0
          args: [--provider=cloudflare, --source=ingress]
          env: [{name: CF_API_TOKEN, valueFrom: {secretKeyRef: {name: token, key: api-token}}}]
`

func read(t *testing.T, text string) *bundle.Bundle {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "all.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	b, err := bundle.Read(t.Context(), dir, bundle.Options{Value: standin.Variable})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestSecretsOfWhicheverMaker(t *testing.T) {
	t.Parallel()
	object := func(version, kind, name, spec string) string {
		return "---\napiVersion: " + version + "\nkind: " + kind + "\nmetadata: {name: " + name + ", namespace: x}\n" +
			spec + "\n"
	}
	for _, c := range []struct{ name, given, from string }{
		{"SOPS", object("v1", "Secret", "token", `stringData: {api-token: "ENC[AES256_GCM,data:AA]"}`+
			"\nsops: {version: 3.9.0}"), "Secret x/token"},
		{"a sealed Secret", object("bitnami.com/v1alpha1", "SealedSecret", "token",
			`spec: {encryptedData: {api-token: AgB}}`), "SealedSecret x/token"},
		{
			"an ExternalSecret of another name", object("external-secrets.io/v1", "ExternalSecret", "cloudflare",
				`spec: {target: {name: token}, data: [{secretKey: api-token, remoteRef: {key: a}}]}`),
			"ExternalSecret x/cloudflare",
		},
		{
			"an ExternalSecret whose keys the store knows",
			object("external-secrets.io/v1", "ExternalSecret", "token", `spec: {dataFrom: [{extract: {key: a}}]}`),
			"ExternalSecret x/token",
		},
		{
			"a template of an ExternalSecret", object("external-secrets.io/v1", "ExternalSecret", "token",
				`spec: {target: {template: {data: {api-token: "{{ .t }}"}}}, data: [{secretKey: t, remoteRef: {key: a}}]}`),
			"ExternalSecret x/token",
		},
		{
			"1Password", object("onepassword.com/v1", "OnePasswordItem", "token", `spec: {itemPath: vaults/a/items/b}`),
			"OnePasswordItem x/token",
		},
		{"Vault", object("secrets.hashicorp.com/v1beta1", "VaultStaticSecret", "v",
			`spec: {destination: {name: token, create: true}}`), "VaultStaticSecret x/v"},
		{
			"the CSI driver of secret stores", object("secrets-store.csi.x-k8s.io/v1", "SecretProviderClass", "v",
				`spec: {secretObjects: [{secretName: token, type: Opaque, data: [{key: api-token, objectName: a}]}]}`),
			"SecretProviderClass x/v",
		},
		{
			"a placeholder", object("v1", "Secret", "token", `stringData: {api-token: "<path:secret/data/cf#token>"}`),
			"Secret x/token",
		},
		{"no source", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := read(t, user+c.given)
			got := standin.Secrets(b, b.Objects())
			var token, pull *standin.Secret
			for i, s := range got {
				switch s.Name {
				case "token":
					token = &got[i]
				case "pull":
					pull = &got[i]
				}
			}
			if token == nil || pull == nil || len(got) != 2 {
				t.Fatalf("stand-ins %+v, want token and pull", got)
			}
			if token.From != c.from || token.Namespace != "x" || token.Reason == "" {
				t.Errorf("stand-in %+v, want one from %q", token, c.from)
			}
			if diff := cmp.Diff([]standin.Key{{Name: "api-token", Purpose: standin.CloudflareToken}}, token.Keys); diff != "" {
				t.Errorf("keys (-want +got)\n%s", diff)
			}
			if pull.Type != "kubernetes.io/dockerconfigjson" || pull.Keys[0].Purpose != standin.Registry {
				t.Errorf("stand-in %+v, want a credential of a registry", pull)
			}
		})
	}
}

func TestASecretInTheClearNeedsNoStandIn(t *testing.T) {
	t.Parallel()
	b := read(t, user+"---\napiVersion: v1\nkind: Secret\nmetadata: {name: token, namespace: x}\nstringData: "+
		"{api-token: abc}\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: pull, namespace: "+
		"x}\nstringData: {a: b}\n")
	if got := standin.Secrets(b, b.Objects()); len(got) != 0 {
		t.Errorf("stand-ins %+v, want none", got)
	}
}

func TestValuesAreAskedForOnlyWhereTheyMatter(t *testing.T) {
	t.Parallel()
	s := standin.Secret{Namespace: "x", Name: "s", Keys: []standin.Key{
		{Name: "a", Purpose: standin.Random},
		{Name: "t", Purpose: standin.CloudflareToken},
	}}
	asked := 0
	o, err := s.Object(func(_ standin.Secret, key standin.Key) (string, error) {
		asked++
		return "minted-" + key.Name, nil
	})
	if err != nil || asked != 1 {
		t.Fatalf("asked %d times, %v; want once", asked, err)
	}
	text, _, _ := unstructured.NestedString(o.Object, "data", "t")
	if plain, _ := base64.StdEncoding.DecodeString(text); string(plain) != "minted-t" {
		t.Errorf("value %q, want the minted one", plain)
	}
	if other, _, _ := unstructured.NestedString(o.Object, "data", "a"); len(other) < 10 {
		t.Errorf("value %q, want a random one", other)
	}
}

func TestVariable(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		uses []string
		want string
	}{
		{"SECRET_DOMAIN", nil, "secret-domain.example"},
		{"DOMAIN_0", nil, "domain-0.example"},
		{"base", []string{"web.${base}"}, "base.example"},
		{"TS_NET", []string{"web.${TS_NET}"}, "ts-net.example"},
		{"LAST", []string{"10.0.0.${LAST}"}, "stand-in-last"},
		{"SECRET_EMAIL", nil, "admin@secret-email.example"},
		{"CLUSTER_LB_IP", nil, "192.0.2.10"},
		{"TIMEZONE", nil, "UTC"},
		{"CLOUDFLARE_TUNNEL_ID", nil, "stand-in-cloudflare-tunnel-id"},
		{strings.Repeat("X", 80) + "_DOMAIN", nil, strings.Repeat("x", 50) + ".example"},
	} {
		if got := standin.Variable(c.name, c.uses); got != c.want {
			t.Errorf("%s is %q, want %q", c.name, got, c.want)
		}
	}
}

// Whatever a variable is called, its stand-in is one line that YAML reads as text.
func FuzzVariable(f *testing.F) {
	f.Add("SECRET_DOMAIN", "a.${SECRET_DOMAIN}")
	f.Add("", "")
	f.Add("é[", "x")
	f.Fuzz(func(t *testing.T, name, use string) {
		if got := standin.Variable(name, []string{use}); got == "" || strings.ContainsAny(got, "\n\"'{}$") {
			t.Errorf("stand-in %q of %q", got, name)
		}
	})
}
