package rules_test

import (
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/golden"

	"github.com/edgeproof/edgeproof/e2e/bench"
	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/diagnose/rules"
)

func TestPage(t *testing.T) {
	t.Parallel()
	golden.Assert(t, rules.Page(), "../../CODES.md")
}

// Every code is documented once, in full, and has a snapshot in which it is found.
func TestVocabulary(t *testing.T) {
	t.Parallel()
	examples := map[string]bool{}
	for _, sc := range append(credentialScenes(), routingScenes()...) {
		code, _, _ := strings.Cut(sc.name, "/")
		examples[code] = true
	}
	for _, r := range slices.Concat(dnsRows(), certificateRows(), kindRows()) {
		examples[r.cause], examples[r.note] = true, true
	}
	for _, r := range slices.Concat(dnsRows(), certificateRows(), kindRows()) {
		if r.cause+r.note != "" {
			examples[r.cause], examples[r.note] = true, true
		}
	}
	for _, k := range catalogue() {
		for _, f := range rules.Explain(k.world().Snapshot, diagnose.Target{Host: host}).Causes {
			examples[string(f.Code)] = true
		}
		for _, f := range rules.Explain(k.world().Snapshot, diagnose.Target{Host: host}).Notes {
			examples[string(f.Code)] = true
		}
	}
	for _, sc := range deliveryScenes() {
		code, _, _ := strings.Cut(sc.name, "/")
		examples[code] = true
	}
	corpus, err := bench.Measure(bench.Options{Dir: "../../../fixtures/bench"})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range corpus.Cases {
		for _, f := range slices.Concat(c.Causes, c.Notes) {
			examples[string(f.Code)] = true
		}
	}
	seen := map[diagnose.Code]bool{}
	for _, e := range rules.Codes() {
		if seen[e.Code] {
			t.Errorf("%s: documented twice", e.Code)
		}
		seen[e.Code] = true
		if e.Meaning == "" || e.Evidence == "" || e.Remedy == "" {
			t.Errorf("%s: not documented in full", e.Code)
		}
		if e.Code != diagnose.Unattributed && !examples[string(e.Code)] {
			t.Errorf("%s: has no example", e.Code)
		}
	}
}
