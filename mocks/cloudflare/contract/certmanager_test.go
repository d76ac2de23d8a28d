package contract_test

import (
	"slices"
	"strings"
	"testing"

	solver "github.com/cert-manager/cert-manager/pkg/issuer/acme/dns/cloudflare"

	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

const (
	challenge = "_acme-challenge.www.example.com."
	keyDigest = "LPsIwTo7o8BoG0-vjCyGQGBWSVIPxI-i_X336eUOQZo"
)

func newSolver(t *testing.T, email, key, token string) *solver.DNSProvider {
	t.Helper()
	p, err := solver.NewDNSProviderCredentials(email, key, token, nil, "cert-manager-challenges/v1.19.3")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestCertManagerPresentsAndCleansUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := newSolver(t, "owner@example.com", "", tokenValue) // an e-mail address beside a token, as users do
	ctx := w.internet()
	if err := p.Present(ctx, "www.example.com", challenge, keyDigest); err != nil {
		t.Fatal(err)
	}
	if got := w.contents("TXT"); !slices.Equal(got, []string{keyDigest}) {
		t.Errorf("TXT = %q, want the digest without quotes", got)
	}
	// example.com and *.example.com of one certificate: two values, one name.
	for _, step := range []error{
		p.Present(ctx, "*.www.example.com", challenge, "second"),
		p.Present(ctx, "www.example.com", challenge, keyDigest), // again: found, not written
		p.CleanUp(ctx, "www.example.com", challenge, keyDigest),
		p.CleanUp(ctx, "www.example.com", challenge, keyDigest), // again: nothing to do
	} {
		if step != nil {
			t.Error(step)
		}
	}
	if got := w.contents("TXT"); !slices.Equal(got, []string{"second"}) {
		t.Errorf("TXT = %q after clean-up", got)
	}
	want := []string{
		"GET /zones?name=_acme-challenge.www.example.com", "GET /zones?name=www.example.com", "GET /zones?name=example.com",
		"GET /zones/{zone}/dns_records?per_page=100&type=TXT&name=_acme-challenge.www.example.com",
		"GET /zones?name=_acme-challenge.www.example.com", "GET /zones?name=www.example.com", "GET /zones?name=example.com",
		"POST /zones/{zone}/dns_records",
	}
	if got := w.ops()[:len(want)]; !slices.Equal(got, want) {
		t.Errorf("requests %q\nwant %q", got, want)
	}
}

func TestCertManagerWithGlobalKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const key = "0123456789abcdef0123456789abcdef01234"
	if _, err := w.store.AddUser("owner@example.com", key); err != nil {
		t.Fatal(err)
	}
	if err := newSolver(t, "owner@example.com", key, "").Present(w.internet(), "", challenge, keyDigest); err != nil {
		t.Error(err)
	}
}

// The words that an operator finds in a challenge's status.
func TestCertManagerShowsTheReason(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		token  string
		change func(*world)
		want   []string
	}{
		"malformed": {token: "abc-def", want: []string{"6003: Invalid request headers<- 6111: Invalid format for " +
			"Authorization header"}},
		"unknown": {token: unknownToken, want: []string{
			"9109: Invalid access token",
			"while attempting to find Zones for domain",
		}},
		"no Zone:Read": {
			change: func(w *world) {
				w.edit(func(k *api.Token) { k.Permissions = []api.Permission{api.DNSEdit} })
			},
			want: []string{
				"0: Actor 'com.cloudflare.api.token.",
				"requires permission 'com.cloudflare.api.account.zone.list' " +
					"to list zones",
			},
		},
		"zone out of scope": {
			change: func(w *world) { w.edit(func(k *api.Token) { k.Zones = []api.ID{api.NewID()} }) },
			want:   []string{"Found no Zones for domain " + challenge},
		},
		"no DNS:Edit": {
			change: func(w *world) {
				w.edit(func(k *api.Token) { k.Permissions = []api.Permission{api.ZoneRead, api.DNSRead} })
			},
			want: []string{`POST "/zones/`, "10000: Authentication error"},
		},
		"no DNS at all": {
			change: func(w *world) {
				w.edit(func(k *api.Token) { k.Permissions = []api.Permission{api.ZoneRead} })
			},
			want: []string{`GET "/zones/`, "10000: Authentication error"},
		},
		"quota": {
			change: func(w *world) {
				if _, err := w.store.UpdateZone(w.zone.ID, func(z *api.Zone) { z.Plan.MaxRecords = 1 }); err != nil {
					w.t.Fatal(err)
				}
				if _, err := w.store.Create(w.zone.ID, zone.Draft("a", "A", "192.0.2.1")); err != nil {
					w.t.Fatal(err)
				}
			},
			want: []string{"81045: Record quota exceeded."},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			if tc.change != nil {
				tc.change(w)
			}
			if tc.token == "" {
				tc.token = tokenValue
			}
			err := newSolver(t, "", "", tc.token).Present(w.internet(), "", challenge, keyDigest)
			if err == nil {
				t.Fatal("the challenge was presented")
			}
			for _, want := range tc.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q\ndoes not say %q", err, want)
				}
			}
		})
	}
}

// After an error it goes on with the next label's length and the same name: a failure that lasts is asked for
// once a label, and one that passes has later names cut in the middle, so that the challenge fails though the
// API works again.
func TestCertManagerCutsNamesAfterAnError(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		times int
		do    api.Effect
		asked []string
		words string
	}{
		"passing": {
			1,
			api.Effect{Status: 500, Code: 10000, Message: "Internal error"},
			[]string{
				"_acme-challenge.www.example.com", "_acme-challenge.www.example.com", "e-challenge.www.example.com",
				"nge.www.example.com",
			},
			"Found no Zones for domain " + challenge,
		},
		"lasting": {
			0,
			api.Effect{Status: 503, HTML: true},
			slices.Repeat([]string{"_acme-challenge.www.example.com"}, 4),
			"invalid character '<' looking for beginning of value",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.fail("/zones", tc.times, tc.do)
			p := newSolver(t, "", "", tokenValue)
			err := p.Present(w.internet(), "", challenge, keyDigest)
			if err == nil || !strings.Contains(err.Error(), tc.words) {
				t.Errorf("error %v, want %q", err, tc.words)
			}
			var asked []string
			for _, op := range w.ops() {
				asked = append(asked, strings.TrimPrefix(op, "GET /zones?name="))
			}
			if !slices.Equal(asked, tc.asked) {
				t.Errorf("asked for %q\nwant      %q", asked, tc.asked)
			}
			w.faults.ClearAll()
			if err := p.Present(w.internet(), "", challenge, keyDigest); err != nil {
				t.Errorf("the second try: %v", err)
			}
		})
	}
}
