package rules_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"gotest.tools/v3/golden"

	"github.com/edgeproof/edgeproof/e2e/diagnose/rules"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

// corpus is by folder of fixtures/bench the world that its snapshot is of.
func corpus(t *testing.T) map[string]change {
	t.Helper()
	out := map[string]change{
		"healthy/as-it-should-be":                  func(*facts.Snapshot) {},
		"healthy/another-owner-at-another-host":    dnsChange(t, "a record of another owner at another host"),
		"shared-credential/secret-missing":         sceneChange(t, credentialScenes(), "token-secret-missing"),
		"shared-credential/token-no-zone-read":     sceneChange(t, credentialScenes(), "token-no-zone-read"),
		"routing/backend-service-missing":          sceneChange(t, routingScenes(), "backend-service-missing"),
		"routing/ingress-no-class":                 sceneChange(t, routingScenes(), "ingress-no-class"),
		"dns/owner-mismatch":                       dnsChange(t, "owner-mismatch"),
		"dns/error-that-no-rule-knows":             dnsChange(t, "an error of the record that no rule knows"),
		"certificate/rate-limited":                 certificateChange(t, "acme-rate-limited"),
		"certificate/txt-record-never-seen":        certificateChange(t, "propagation-never-seen"),
		"double/token-revoked-and-service-missing": sceneChange(t, credentialScenes(), "two causes/credential and routing"),
	}
	for _, more := range []map[string]change{publicCertificates(), publicWorlds(), doubles()} {
		maps.Copy(out, more)
	}
	return out
}

// TestCorpus keeps the example corpus what the tests of the rules say: each snapshot is one of theirs, and explained
// alike. With -update it writes those that are not there or are explained otherwise.
func TestCorpus(t *testing.T) {
	t.Parallel()
	for folder, do := range corpus(t) {
		s := healthy().Snapshot
		do(s)
		file := filepath.Join("../../../fixtures/bench", filepath.FromSlash(folder), "snapshot.json")
		want := encoded(t, rules.Explain(s, route()))
		if bytes.Equal(want, explained(t, file)) {
			continue
		}
		if !golden.FlagUpdate() {
			t.Errorf("%s: explained otherwise than the world that it is of; run make update", file)
			continue
		}
		text, err := json.MarshalIndent(s, "", " ")
		if err == nil {
			err = os.WriteFile(file, append(text, '\n'), 0o600)
		}
		if err != nil {
			t.Error(err)
		}
	}
}

// explained is the diagnosis of a saved snapshot, empty where there is none.
func explained(t *testing.T, file string) []byte {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	var s facts.Snapshot
	if err := json.Unmarshal(raw, &s); err != nil {
		t.Fatal(err)
	}
	return encoded(t, rules.Explain(&s, route()))
}

func dnsChange(t *testing.T, name string) change {
	t.Helper()
	return rowChange(t, dnsRows(), name)
}

func certificateChange(t *testing.T, name string) change {
	t.Helper()
	return rowChange(t, certificateRows(), name)
}

func rowChange(t *testing.T, rows []row, name string) change {
	t.Helper()
	for _, r := range rows {
		if r.name == name {
			return r.change
		}
	}
	t.Fatalf("no row %q", name)
	return nil
}

func sceneChange(t *testing.T, scenes []scene, name string) change {
	t.Helper()
	for _, sc := range scenes {
		if sc.name == name {
			return func(s *facts.Snapshot) { sc.do(hands(s)) }
		}
	}
	t.Fatalf("no scene %q", name)
	return nil
}
