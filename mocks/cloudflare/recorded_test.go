package cloudflare_test

import (
	"encoding/json"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/edgeproof/edgeproof/mocks/cloudflare"
	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/evidence"
	"github.com/edgeproof/edgeproof/mocks/journal"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

// TestAsRecorded plays what was recorded from the real service at the fake.
func TestAsRecorded(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob("../evidence/testdata/recorded/*.json")
	if err != nil || len(paths) == 0 {
		t.Fatalf("recordings: %v, %v", paths, err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			var recording evidence.Recording
			if err := json.Unmarshal(text, &recording); err != nil {
				t.Fatal(err)
			}
			s := fakeService(t)
			for _, given := range recording.Given {
				add := evidence.Step{Method: "POST", Path: "/zones/{zone}/dns_records", Body: given}
				if _, err := s.Play(t.Context(), add); err != nil {
					t.Fatal(err)
				}
			}
			for _, step := range recording.Steps {
				played, err := s.Play(t.Context(), step)
				if err != nil {
					t.Fatal(err)
				}
				if played.Answer, err = s.Scrub(played.Answer); err != nil {
					t.Fatal(err)
				}
				for _, difference := range evidence.Differences(step, played) {
					t.Errorf("%s %s: %s", step.Method, step.Path, difference)
				}
			}
		})
	}
}

// TestProbes: the recorder's probes can be played, and what they leave out of their answers is what they must.
func TestProbes(t *testing.T) {
	t.Parallel()
	s := fakeService(t)
	for _, probe := range evidence.Probes() {
		for _, step := range probe.Steps {
			played, err := s.Play(t.Context(), step)
			if err != nil {
				t.Fatal(probe.Name, err)
			}
			kept, err := s.Scrub(played.Answer)
			if err != nil {
				t.Fatal(probe.Name, err)
			}
			for _, secret := range []string{s.Token, s.ZoneID, "Example Account"} {
				if strings.Contains(string(kept), secret) {
					t.Errorf("%s: %q is kept in %s", probe.Name, secret, kept)
				}
			}
		}
	}
}

func fakeService(t *testing.T) *evidence.Service {
	t.Helper()
	store := zone.New(zone.Options{})
	z, err := store.AddZone(api.Zone{Name: evidence.ZoneName})
	if err != nil {
		t.Fatal(err)
	}
	_, token, err := store.AddToken(api.Token{Permissions: api.EditDNS()}, "")
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(cloudflare.New(cloudflare.Options{Store: store}))
	t.Cleanup(server.Close)
	return &evidence.Service{
		Base: server.URL + cloudflare.Prefix, Token: token, Zone: z.Name, ZoneID: z.ID.String(), Client: server.Client(),
	}
}

// TestARefusalNamesItsSource: the journal shows where the answer is known from.
func TestARefusalNamesItsSource(t *testing.T) {
	t.Parallel()
	j := journal.New(10)
	s := cloudflare.New(cloudflare.Options{Store: zone.New(zone.Options{}), Journal: j})
	s.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), "GET", "/client/v4/no/such", nil))
	entries := j.Entries(api.JournalFilter{})
	if len(entries) != 1 || entries[0].Detail["source"] != "cert-manager/cert-manager#7540, 2025-03" {
		t.Errorf("%+v", entries)
	}
}
