package acme_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	certmanager "github.com/cert-manager/cert-manager/third_party/forked/acme"
	"github.com/google/go-cmp/cmp"
	xacme "golang.org/x/crypto/acme"

	"github.com/edgeproof/edgeproof/mocks/acme"
)

// asking records what a client was answered to its orders.
type asking struct {
	next   http.RoundTripper
	orders *[]string
}

// RoundTrip passes on.
func (a asking) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := a.next.RoundTrip(r)
	if err != nil || !strings.HasSuffix(r.URL.Path, "/order-plz") {
		return resp, err
	}
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	resp.Body = io.NopCloser(bytes.NewReader(body))
	*a.orders = append(*a.orders, string(body))
	return resp, err
}

func TestAnOrderWithoutProfileIsClassic(t *testing.T) {
	t.Parallel()
	_, https, _, _ := authority(t)
	client := account(t, https)
	var orders []string
	client.HTTPClient = &http.Client{Transport: asking{https.Client().Transport, &orders}}
	for range 5 { // of three profiles drawn by lot, five times the same is 1 in 243
		if _, err := client.AuthorizeOrder(t.Context(), xacme.DomainIDs("www.example.com")); err != nil {
			t.Fatal(err)
		}
	}
	for _, body := range orders {
		if !strings.Contains(body, `"profile": "classic"`) && !strings.Contains(body, "badNonce") {
			t.Errorf("order %s", body)
		}
	}
}

// What each profile gives, as letsencrypt.org/docs/profiles has it: asked for by name, and as the default.
func TestProfilesAsIssued(t *testing.T) {
	t.Parallel()
	a, https, x, _ := authority(t)
	client := account(t, https)
	for profile, want := range map[string]struct {
		life       time.Duration
		commonName bool
	}{
		acme.Classic:    {90 * 24 * time.Hour, true},
		acme.TLSServer:  {45 * 24 * time.Hour, false},
		acme.ShortLived: {160 * time.Hour, false},
	} {
		check := func(how string, options ...xacme.OrderOption) {
			// A name of its own: Pebble may hand out an authorization again that is valid already.
			name := strings.ReplaceAll(how, " ", "-") + "." + profile + ".example.com"
			chain, err := issue(t.Context(), client, name, x.set, options...)
			if err != nil {
				t.Fatalf("%s %s: %v", profile, how, err)
			}
			leaf := chain[0]
			if life := leaf.NotAfter.Sub(leaf.NotBefore).Round(time.Hour); life != want.life ||
				(leaf.Subject.CommonName == name) != want.commonName {
				t.Errorf("%s %s: valid for %v, subject %v", profile, how, life, leaf.Subject)
			}
		}
		check("by name", xacme.WithOrderIssuanceProfile(xacme.ProfileName(profile)))
		if err := a.SetProfiles(acme.Profiles{Default: profile}); err != nil {
			t.Fatal(err)
		}
		check("by default")
	}
}

// cert-manager's own client, which takes spec.acme.profile: it believes the directory it has read, and hears
// from the authority when that has changed since.
func TestAProfileThatIsWithdrawn(t *testing.T) {
	t.Parallel()
	a, https, _, _ := authority(t)
	fresh := func() *certmanager.Client {
		known := account(t, https)
		c := &certmanager.Client{Key: known.Key, DirectoryURL: known.DirectoryURL, HTTPClient: https.Client()}
		if _, err := c.GetReg(t.Context(), ""); err != nil {
			t.Fatal(err)
		}
		return c
	}
	order := func(c *certmanager.Client, options ...certmanager.OrderOption) error {
		_, err := c.AuthorizeOrder(t.Context(), certmanager.DomainIDs("www.example.com"), options...)
		return err
	}
	offered := func(c *certmanager.Client) []string {
		directory, err := c.Discover(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, name := range []string{acme.Classic, acme.TLSServer, acme.ShortLived} {
			if directory.Profiles.Has(name) {
				names = append(names, name)
			}
		}
		return names
	}
	before := fresh()
	if diff := cmp.Diff([]string{acme.Classic, acme.TLSServer, acme.ShortLived}, offered(before)); diff != "" {
		t.Error(diff)
	}
	if err := order(before, certmanager.WithOrderProfile(acme.ShortLived)); err != nil {
		t.Error(err)
	}
	if err := a.SetProfiles(acme.Profiles{Offered: []string{acme.Classic}}); err != nil {
		t.Fatal(err)
	}
	var refused *certmanager.Error
	if err := order(before, certmanager.WithOrderProfile(acme.ShortLived)); !errors.As(err, &refused) ||
		refused.ProblemType != "urn:ietf:params:acme:error:invalidProfile" || refused.StatusCode != http.StatusBadRequest {
		t.Errorf("a client that has read the old directory: %v", err)
	}
	after := fresh()
	if diff := cmp.Diff([]string{acme.Classic}, offered(after)); diff != "" {
		t.Error(diff)
	}
	if err := order(after, certmanager.WithOrderProfile(acme.ShortLived)); !errors.Is(err,
		certmanager.ErrProfileNotInSetOfSupportedProfiles) {
		t.Errorf("a client that has read the new directory: %v", err)
	}
	if err := errors.Join(order(after), order(after, certmanager.WithOrderProfile(acme.Classic))); err != nil {
		t.Error(err)
	}
}

// Pebble lets a client choose the dates, Let's Encrypt does not.
func TestDatesAreRefused(t *testing.T) {
	t.Parallel()
	_, https, x, _ := authority(t)
	client := account(t, https)
	for name, option := range map[string]xacme.OrderOption{
		"not before": xacme.WithOrderNotBefore(time.Now()), "not after": xacme.WithOrderNotAfter(time.Now().Add(time.Hour)),
	} {
		_, err := client.AuthorizeOrder(t.Context(), xacme.DomainIDs("dated.example.com"), option)
		var refused *xacme.Error
		if !errors.As(err, &refused) || refused.StatusCode != http.StatusBadRequest ||
			refused.ProblemType != "urn:ietf:params:acme:error:malformed" ||
			refused.Detail != "NotBefore and NotAfter are not supported" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := issue(t.Context(), client, "dated.example.com", x.set); err != nil {
		t.Errorf("without dates: %v", err)
	}
}

func TestSetProfiles(t *testing.T) {
	t.Parallel()
	a, _, _, _ := authority(t)
	all := []string{acme.Classic, acme.ShortLived, acme.TLSServer}
	for name, tc := range map[string]struct{ set, want acme.Profiles }{
		"nothing": {acme.Profiles{}, acme.Profiles{Offered: all, Default: acme.Classic}},
		"a default": {
			acme.Profiles{Default: acme.ShortLived},
			acme.Profiles{Offered: all, Default: acme.ShortLived},
		},
		"an offer": {
			acme.Profiles{Offered: []string{acme.TLSServer, acme.Classic}},
			acme.Profiles{Offered: []string{acme.Classic, acme.TLSServer}, Default: acme.Classic},
		},
		"without classic": {
			acme.Profiles{Offered: []string{acme.TLSServer, acme.ShortLived}},
			acme.Profiles{Offered: []string{acme.ShortLived, acme.TLSServer}, Default: acme.TLSServer},
		},
		"the same one more": {
			acme.Profiles{Offered: []string{acme.Classic, acme.Classic}},
			acme.Profiles{Offered: []string{acme.Classic}, Default: acme.Classic},
		},
	} {
		if err := a.SetProfiles(tc.set); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(tc.want, a.Profiles()); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
	before := a.Profiles()
	for _, wrong := range []acme.Profiles{
		{Offered: []string{"tlsclient"}},
		{Default: "none"},
		{Offered: []string{acme.Classic}, Default: acme.ShortLived},
	} {
		if err := a.SetProfiles(wrong); err == nil {
			t.Errorf("%+v was taken", wrong)
		}
	}
	if diff := cmp.Diff(before, a.Profiles()); diff != "" {
		t.Errorf("a refused change left a trace:\n%s", diff)
	}
}
