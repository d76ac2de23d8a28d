package facts_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/edgeproof/edgeproof/e2e/facts"
)

// secret is a Secret of the namespace cert-manager, and the path of its own.
func (a *apiServer) secret(name string, data map[string]string) {
	encoded := object{}
	for key, value := range data {
		encoded[key] = base64.StdEncoding.EncodeToString([]byte(value))
	}
	a.objects["/api/v1/namespaces/cert-manager/secrets/"+name] = named("cert-manager", name, object{"data": encoded})
}

func externalDNS(container object) object {
	container["image"] = "external-dns:v0.20.0"
	spec := object{"containers": []any{container}, "volumes": []any{object{
		"name":   "cf",
		"secret": object{"secretName": "token"},
	}}}
	return named("cert-manager", "external-dns", object{"spec": object{"template": object{"spec": spec}}})
}

func fromSecret(variable, name, key string) object {
	return object{"name": variable, "valueFrom": object{"secretKeyRef": object{"name": name, "key": key}}}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	const value = "a-token-of-forty-characters-or-nearly-so"
	ref := func(name, key string) object { return object{"name": name, "key": key} }
	for name, c := range map[string]struct {
		issuer      object // of the ClusterIssuer "acme"
		externalDNS object
		want        []facts.Token
		tried       []string // value and e-mail address
		troubles    int
	}{
		"one credential for both": {
			issuer:      object{"apiTokenSecretRef": ref("token", "key")},
			externalDNS: object{"env": []any{fromSecret("CF_API_TOKEN", "token", "key")}},
			want: []facts.Token{{
				Secret: "token", Key: "key",
				UsedBy: []string{"ClusterIssuer acme", "Deployment cert-manager/external-dns"}, Status: "active",
			}},
			tried: []string{value + " "},
		},
		"a global key": {
			issuer: object{"email": "a@example.org", "apiKeySecretRef": ref("token", "global")},
			externalDNS: object{"env": []any{
				fromSecret("CF_API_KEY", "token", "global"),
				object{"name": "CF_API_EMAIL", "value": "a@example.org"},
			}},
			want: []facts.Token{{
				Secret: "token", Key: "global", GlobalKey: true,
				UsedBy: []string{"ClusterIssuer acme", "Deployment cert-manager/external-dns"}, Status: "active",
			}},
			tried: []string{"0123456789 a@example.org"},
		},
		"a global key with its address in a Secret": {
			externalDNS: object{"env": []any{
				fromSecret("CF_API_KEY", "token", "global"),
				fromSecret("CF_API_EMAIL", "token", "mail"),
			}},
			want: []facts.Token{{
				Secret: "token", Key: "global", GlobalKey: true,
				UsedBy: []string{"Deployment cert-manager/external-dns"}, Status: "active",
			}},
			tried: []string{"0123456789 b@example.org"},
		},
		"all of a Secret as variables": {
			externalDNS: object{"envFrom": []any{object{"prefix": "CF_", "secretRef": object{"name": "all"}}}},
			want: []facts.Token{{
				Secret: "all", Key: "API_TOKEN",
				UsedBy: []string{"Deployment cert-manager/external-dns"}, Status: "active",
			}},
			tried: []string{value + " "},
		},
		"a variable of its own wins": {
			externalDNS: object{
				"envFrom": []any{object{"prefix": "CF_", "secretRef": object{"name": "all"}}},
				"env":     []any{object{"name": "CF_API_TOKEN", "value": "x"}},
			},
		},
		"a file of a Secret": {
			externalDNS: object{
				"env":          []any{object{"name": "CF_API_TOKEN", "value": "file:/etc/cf/key"}},
				"volumeMounts": []any{object{"name": "cf", "mountPath": "/etc/cf"}},
			},
			want: []facts.Token{{
				Secret: "token", Key: "key", UsedBy: []string{"Deployment cert-manager/external-dns"},
				Status: "active",
			}},
			tried: []string{value + " "},
		},
		"no Secret, no key, nothing in it": {
			issuer:      object{"apiTokenSecretRef": ref("gone", "key")},
			externalDNS: object{"env": []any{fromSecret("CF_API_TOKEN", "token", "empty")}},
			want: []facts.Token{
				{Secret: "gone", Key: "key", UsedBy: []string{"ClusterIssuer acme"}},
				{Secret: "token", Key: "empty", UsedBy: []string{"Deployment cert-manager/external-dns"}},
			},
		},
		"no key for a global key": {
			issuer: object{"apiKeySecretRef": ref("token", "gone")},
			want: []facts.Token{
				{Secret: "token", Key: "gone", GlobalKey: true, UsedBy: []string{"ClusterIssuer acme"}},
			},
		},
		"no right to read it": {
			issuer:   object{"apiTokenSecretRef": ref("locked", "key")},
			want:     []facts.Token{{Secret: "locked", Key: "key", UsedBy: []string{"ClusterIssuer acme"}}},
			troubles: 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, w := &apiServer{lists: map[string][]any{}, objects: map[string]any{}}, &world{}
			a.secret("token", map[string]string{"key": value +
				"\n", "global": "0123456789", "mail": "b@example.org", "empty": ""})
			a.secret("all", map[string]string{"API_TOKEN": value})
			a.lists["/apis/cert-manager.io/v1/clusterissuers"] = []any{named("", "acme", solvedBy(c.issuer))}
			if c.externalDNS != nil {
				a.lists["/apis/apps/v1/deployments"] = []any{externalDNS(c.externalDNS)}
			}
			s := facts.Collect(context.Background(), a.connect(t, w), facts.Scope{Parts: []facts.Part{facts.Tokens}})
			for i := range c.want {
				if filled := able(); c.want[i].Status != "" { // every field that the provider fills is kept
					filled.Secret, filled.Key, filled.GlobalKey, filled.UsedBy = c.want[i].Secret, c.want[i].Key, c.want[i].GlobalKey,
						c.want[i].UsedBy
					c.want[i] = filled
				}
				c.want[i].Namespace = "cert-manager"
			}
			if d := cmp.Diff(c.want, s.Tokens, cmpopts.IgnoreFields(facts.Token{}, "Fingerprint")); d != "" {
				t.Errorf("tokens (-want +got):\n%s", d)
			}
			var tried []string
			for _, with := range w.tried {
				tried = append(tried, with.Reveal()+" "+with.Email)
			}
			if d := cmp.Diff(c.tried, tried); d != "" {
				t.Errorf("tried (-want +got):\n%s", d)
			}
			for _, got := range s.Tokens {
				if (got.Fingerprint != "") != (got.Status != "") {
					t.Errorf("a fingerprint says that there is a value, and a status that it was tried: %+v", got)
				}
			}
			if e := s.Trouble(facts.Tokens); len(e) != c.troubles {
				t.Errorf("errors: %+v", e)
			}
		})
	}
}

func TestAProviderThatDoesNotAnswerIsAFact(t *testing.T) {
	t.Parallel()
	s := facts.Collect(context.Background(), cluster().connect(t, &world{broken: true}),
		facts.Scope{Parts: []facts.Part{facts.Tokens}})
	if e := s.Trouble(facts.Tokens); len(e) != 1 || !strings.Contains(e[0].Message, "key api-token of Secret "+
		"cert-manager/cloudflare-api-token") {
		t.Errorf("errors: %+v", s.Errors)
	}
	if len(s.Tokens) != 1 || s.Tokens[0].Status != "" || s.Tokens[0].Fingerprint == "" {
		t.Errorf("tokens: %+v", s.Tokens)
	}
}

func TestACredentialIsNeverPrinted(t *testing.T) {
	t.Parallel()
	c := facts.NewCredential("  "+token+"\n", "a@example.org")
	if c.Reveal() != token {
		t.Errorf("%q", c.Reveal())
	}
	text, err := json.Marshal(struct{ C any }{c})
	if err != nil {
		t.Fatal(err)
	}
	shown := []string{string(text)}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		shown = append(shown, fmt.Sprintf(verb, c), fmt.Sprintf(verb, struct{ c facts.Credential }{c}),
			fmt.Sprintf(verb, struct{ C facts.Credential }{c}), fmt.Sprintf(verb, &c), fmt.Sprintf(verb, []facts.Credential{c}))
	}
	for _, s := range shown {
		if strings.Contains(s, token) {
			t.Errorf("shows the value: %s", s)
		}
	}
	if !slices.Contains(shown, c.Fingerprint()) {
		t.Errorf("none of %q is the fingerprint", shown)
	}
}
