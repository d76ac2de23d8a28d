package testbed

import (
	"errors"
	"strings"
	"testing"

	"github.com/edgeproof/edgeproof/e2e/await"
	"github.com/edgeproof/edgeproof/e2e/standin"
	"github.com/edgeproof/edgeproof/mocks/control/api"
)

func standIn() standin.Secret {
	return standin.Secret{Namespace: "cert-manager", Name: "token", Keys: []standin.Key{
		{Name: "api-token", Purpose: standin.CloudflareToken},
		{Name: "email", Purpose: standin.CloudflareEmail},
		{Name: "key", Purpose: standin.CloudflareKey},
		{Name: "other", Purpose: standin.Random},
	}}
}

func TestStandInsWaitForTheirNamespace(t *testing.T) {
	t.Parallel()
	s := newTestbed(t, builder(t).Build())
	s.StandIns = []standin.Secret{standIn()}
	if err := s.provideStandIns(t.Context()); err != nil {
		t.Fatal(err)
	}
	if tokens, err := s.Internet.Tokens(t.Context()); err != nil || len(tokens) != 0 {
		t.Errorf("without the namespace %v is minted, %v", tokens, err)
	}
}

func TestStandIns(t *testing.T) {
	t.Parallel()
	const namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: cert-manager}\n"
	for name, there := range map[string]string{
		"there is none": "", "one has another key": token + "data: {api-token: \"\", mine: b3duLXRva2Vu}\n",
	} {
		b := builder(t).WithObjects(object(t, namespace))
		if there != "" {
			b = b.WithObjects(object(t, there))
		}
		s := newTestbed(t, b.Build())
		s.StandIns = []standin.Secret{standIn()}
		wanted := []SecretKey{{Namespace: "cert-manager", Name: "token", Key: "api-token"}}
		for range 2 { // the second finds all
			if err := s.provideTokens(t.Context(), wanted); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		secret, value := read(t, s.Client, wanted[0])
		tokens, err := s.Internet.Tokens(t.Context())
		if err != nil || len(tokens) != 1 || tokens[0].Fingerprint != api.Fingerprint(value) {
			t.Errorf("%s: the provider knows %+v, %v; want the one token of the Secret", name, tokens, err)
		}
		users, err := s.Internet.Users(t.Context())
		known := false
		for _, u := range users {
			known = known || u.Email == string(secret.Data["email"]) &&
				u.Fingerprint == api.Fingerprint(string(secret.Data["key"]))
		}
		if err != nil || !known {
			t.Errorf("%s: the users are %+v, %v; want the one of the Secret", name, users, err)
		}
		if len(secret.Data["other"]) == 0 || there != "" && string(secret.Data["mine"]) != "own-token" {
			t.Errorf("%s: the Secret has %v", name, secret.Data)
		}
	}
}

func TestARefusedApplicationOfARepositoryIsNoError(t *testing.T) {
	t.Parallel()
	s := newTestbed(t, builder(t).Build())
	late := &await.Error{Result: await.Result{What: "apply of Ingress a"}, Cause: errors.New("denied")}
	if err := s.refused(t.Context(), "a.yaml: Ingress a", late); !strings.Contains(message(err), "give APPS=") {
		t.Errorf("of a bundle that is judged whole: %v, want an error with a remedy", err)
	}
	s.Survey = true
	if err := s.refused(t.Context(), "a.yaml: Ingress a", late); err != nil {
		t.Errorf("of a repository: %v, want none", err)
	}
	if err := s.refused(t.Context(), "a.yaml: Ingress a", errors.New("no connection")); err == nil {
		t.Error("an error of the test environment is passed over")
	}
}
