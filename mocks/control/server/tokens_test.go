package server_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"

	"github.com/edgeproof/edgeproof/mocks/control/api"
)

func TestTokens(t *testing.T) {
	t.Parallel()
	i := internet(t)
	c := client(t, i)
	minted, err := c.CreateToken(t.Context(), api.TokenDraft{Name: "minted", Zones: []string{"example.com"}})
	must(t, err)
	if got, ok := i.Store.TokenFor(minted.Value); !ok || got.ID != minted.Token.ID || len(got.Zones) != 1 ||
		!got.May(api.DNSEdit) {
		t.Errorf("minted %+v", got)
	}
	_, err = c.CreateToken(t.Context(), api.TokenDraft{Value: "given-value", Permissions: []api.Permission{api.ZoneRead}})
	must(t, err)
	tokens, err := c.Tokens(t.Context())
	must(t, err)
	text, err := json.Marshal(tokens)
	must(t, err)
	if len(tokens) != 2 || bytes.Contains(text, []byte("given-value")) || bytes.Contains(text, []byte(minted.Value)) {
		t.Errorf("listed %s", text)
	}
	disabled, past := api.TokenDisabled, time.Now().Add(-time.Hour)
	patched, err := c.PatchToken(t.Context(), api.Fingerprint("given-value"),
		api.TokenPatch{Status: &disabled, Expires: &past})
	if err != nil || patched.Status != api.TokenDisabled || patched.Expires == nil {
		t.Errorf("patched %+v, %v", patched, err)
	}
	must(t, c.RevokeToken(t.Context(), minted.Token.ID.String()))
	refused(t, c.RevokeToken(t.Context(), minted.Token.ID.String()), 404, api.CodeNotFound)
	for _, wrong := range []api.TokenDraft{
		{Value: "given-value"}, {Permissions: []api.Permission{"Everything"}},
	} {
		_, err := c.CreateToken(t.Context(), wrong)
		refused(t, err, 400, api.CodeInvalid)
	}
	guarded, err := c.CreateToken(t.Context(), api.TokenDraft{
		Permissions: api.Permissions(),
		DenyFrom:    []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")},
	})
	if err != nil || guarded.Token.AcceptsFrom(netip.MustParseAddr("192.0.2.1")) || !guarded.Token.May(api.TokensEdit) {
		t.Errorf("guarded %+v, %v", guarded.Token, err)
	}
	open, err := c.PatchToken(t.Context(), guarded.Token.ID.String(), api.TokenPatch{DenyFrom: &[]netip.Prefix{}})
	if err != nil || !open.AcceptsFrom(netip.MustParseAddr("192.0.2.1")) {
		t.Errorf("open %+v, %v", open, err)
	}
	_, err = c.CreateToken(t.Context(), api.TokenDraft{Zones: []string{"absent.test"}})
	refused(t, err, 404, api.CodeNotFound)
	if got := i.Journal.Entries(api.JournalFilter{Contains: "given-value"}); len(got) > 0 {
		t.Errorf("the journal has a token: %+v", got)
	}
}

func TestRollingAToken(t *testing.T) {
	t.Parallel()
	i := internet(t)
	c := client(t, i)
	made, err := c.CreateToken(t.Context(), api.TokenDraft{Value: "first-value"})
	must(t, err)
	rolled, err := c.RollToken(t.Context(), made.Token.Fingerprint, "second-value")
	if err != nil || rolled.Token.ID != made.Token.ID || rolled.Token.Fingerprint != api.Fingerprint("second-value") {
		t.Errorf("rolled %+v, %v", rolled, err)
	}
	if _, ok := i.Store.TokenFor("first-value"); ok {
		t.Error("the old value still counts")
	}
	_, err = c.CreateToken(t.Context(), api.TokenDraft{Value: "third-value"})
	must(t, err)
	_, err = c.RollToken(t.Context(), made.Token.ID.String(), "third-value")
	refused(t, err, 400, api.CodeInvalid)
}

func TestUsers(t *testing.T) {
	t.Parallel()
	i := internet(t)
	c := client(t, i)
	_, err := c.AddUser(t.Context(), api.UserDraft{Email: "a@example.com", Key: "global-key"})
	must(t, err)
	users, err := c.Users(t.Context())
	if err != nil || len(users) != 1 || users[0].Fingerprint != api.Fingerprint("global-key") {
		t.Errorf("users %+v, %v", users, err)
	}
	_, err = c.AddUser(t.Context(), api.UserDraft{Email: "b@example.com"})
	refused(t, err, 400, api.CodeInvalid)
}

func TestLimit(t *testing.T) {
	t.Parallel()
	i := internet(t)
	c := client(t, i)
	_, err := c.CreateToken(t.Context(), api.TokenDraft{Value: "limited-token-of-forty-characters-abcdef"})
	must(t, err)
	for policy, l := range map[string]api.Limit{
		`"default";q=1;w=60`: {Requests: 1, WindowSeconds: 60},
		`"default";q=1;w=1`:  {PerSecond: 1},
	} {
		must(t, c.SetLimit(t.Context(), l))
		var w *httptest.ResponseRecorder
		for range 2 {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/client/v4/zones", nil)
			r.Header.Set("Authorization", "Bearer limited-token-of-forty-characters-abcdef")
			w = httptest.NewRecorder()
			i.API.ServeHTTP(w, r)
		}
		if w.Code != http.StatusTooManyRequests || w.Header().Get("Ratelimit-Policy") != policy {
			t.Errorf("%s: the second request: HTTP %d, %v", policy, w.Code, w.Header())
		}
	}
	refused(t, c.SetLimit(t.Context(), api.Limit{Requests: -1}), 400, api.CodeInvalid)
	refused(t, c.SetLimit(t.Context(), api.Limit{PerSecond: -1}), 400, api.CodeInvalid)
}
