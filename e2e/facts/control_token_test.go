package facts_test

import (
	"context"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/mocks/control/api"
)

func TestControlKnowsTokensByFingerprint(t *testing.T) {
	t.Parallel()
	store, kept, client := fake(t)
	here, err := store.AddZone(api.Zone{Name: "here.example"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.AddZone(api.Zone{Name: "there.example"}); err != nil {
		t.Fatal(err)
	}
	add := func(token api.Token) facts.Credential {
		t.Helper()
		_, value, err := store.AddToken(token, "")
		if err != nil {
			t.Fatal(err)
		}
		return facts.NewCredential(value+"\n", "")
	}
	if _, err := store.AddUser("a@example.org", "0123456789abcdef0123456789abcdef01234"); err != nil {
		t.Fatal(err)
	}
	past, future := time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	both, one := []string{"here.example", "there.example"}, []string{"here.example"}
	may := func(status string, read, dns, edit bool, zones []string) facts.Token {
		return facts.Token{Status: status, ZoneRead: &read, DNSRead: &dns, DNSEdit: &edit, Zones: zones}
	}
	internet := facts.FromControl(client)
	for name, c := range map[string]struct {
		credential facts.Credential
		want       facts.Token
	}{
		"all rights": {add(api.Token{Permissions: api.EditDNS()}), may("active", true, true, true, both)},
		"one zone": {
			add(api.Token{Permissions: api.EditDNS(), Zones: []api.ID{here.ID}}),
			may("active", true, true, true, one),
		},
		"no zone read": {
			add(api.Token{Permissions: []api.Permission{api.DNSEdit}}),
			may("active", false, true, true, nil),
		},
		"no edit": {
			add(api.Token{Permissions: []api.Permission{api.ZoneRead, api.DNSRead}}),
			may("active", true, true, false, both),
		},
		"expired": {
			add(api.Token{Permissions: api.EditDNS(), Expires: &past}),
			may("expired", true, true, true, both),
		},
		"not yet": {
			add(api.Token{Permissions: api.EditDNS(), NotBefore: &future}),
			may("not-yet", true, true, true, both),
		},
		"disabled": {
			add(api.Token{Permissions: api.EditDNS(), Status: api.TokenDisabled}),
			may("disabled", true, true, true, both),
		},
		"unknown":   {facts.NewCredential(token, ""), facts.Token{Status: "unknown"}},
		"malformed": {facts.NewCredential("Bearer "+token, ""), facts.Token{Status: "malformed"}},
		"a global key": {
			facts.NewCredential("0123456789abcdef0123456789abcdef01234", "A@example.org"),
			may("active", true, true, true, both),
		},
		"somebody else's": {
			facts.NewCredential("0123456789abcdef0123456789abcdef01234", "b@example.org"),
			facts.Token{Status: "unknown"},
		},
		"a key as a token": {
			facts.NewCredential("0123456789abcdef0123456789abcdef01234", ""),
			facts.Token{Status: "malformed"},
		},
	} {
		got, err := internet.Try(context.Background(), c.credential)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}

	c := facts.NewCredential(token, "")
	for n, e := range []api.JournalEntry{
		{Outcome: "403 10000", Detail: map[string]string{"token": c.Fingerprint(), "agent": "cert-manager"}},
		{Outcome: "200", Detail: map[string]string{"token": c.Fingerprint()}},
		{Outcome: "403 10000", Detail: map[string]string{"token": "sha256:another"}},
		{Outcome: "dropped", Detail: map[string]string{"token": c.Fingerprint()}},
		{Outcome: "503", Detail: map[string]string{"token": c.Fingerprint()}, Client: "10.0.0.7"},
	} {
		e.Source, e.Op, e.Time = api.SourceAPI, fmt.Sprintf("GET /%d", n), past
		kept.Record(e)
	}
	got, err := internet.Try(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	when := past.UTC().Format(time.RFC3339Nano)
	want := []facts.Refusal{
		{Time: when, Method: "GET", Path: "/0", Status: 403, Code: 10000, Client: "cert-manager"},
		{Time: when, Method: "GET", Path: "/4", Status: 503, Client: "10.0.0.7"},
	}
	if d := cmp.Diff(want, got.Refusals); d != "" {
		t.Errorf("refusals (-want +got):\n%s", d)
	}
	if got.Granted != when {
		t.Errorf("last granted %q, want %q", got.Granted, when)
	}
}

func TestTheJournalIsBounded(t *testing.T) {
	t.Parallel()
	_, kept, client := fake(t)
	now := time.Now()
	for n := range 30 {
		kept.Record(api.JournalEntry{
			Source: api.SourceDNS, Client: netip.MustParseAddr("10.0.0.1").String(),
			Time: now.Add(time.Duration(n-30) * time.Minute),
		})
	}
	for name, c := range map[string]struct {
		since time.Time
		most  int
		want  []uint64
	}{
		"by number": {now.Add(-time.Hour), 3, []uint64{28, 29, 30}},
		"by time":   {now.Add(-150 * time.Second), 100, []uint64{29, 30}},
	} {
		entries, err := facts.FromControl(client).Journal(context.Background(), c.since, c.most)
		if err != nil {
			t.Fatal(err)
		}
		var got []uint64
		for _, e := range entries {
			got = append(got, e.Seq)
		}
		if d := cmp.Diff(c.want, got, cmpopts.EquateEmpty()); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
}
