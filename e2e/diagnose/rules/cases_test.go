package rules_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"gotest.tools/v3/golden"
	"sigs.k8s.io/yaml"

	"github.com/edgeproof/edgeproof/e2e/bench"
	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/diagnose/rules"
)

// known is a failure that somebody reported, as a world of our own, and the answer that is right.
type known struct {
	name string
	do   func(world)
	answer
}

// codes are those of several findings.
type codes = []diagnose.Code

// answer is what is right of a known failure, in short.
type answer struct {
	Source, Description string
	Healthy             bool // nothing is wrong
	Works               bool // the route works, and the finding is a note
	Layer               diagnose.Layer
	Codes               []diagnose.Code
	Object              string
	Says                []string
	Not                 []diagnose.Code  // that must not be blamed
	Also                []bench.Expected // what else is wrong, and is no consequence
}

// bench is the answer as a corpus has it.
func (a answer) bench() bench.Answer {
	out := bench.Answer{
		APIVersion: bench.AnswerVersion, Kind: "Answer", Story: a.Description, Source: a.Source, Host: host,
		Healthy: a.Healthy || a.Works,
	}
	expected := bench.Expected{Layer: a.Layer, Codes: a.Codes, Object: a.Object, Mentions: a.Says}
	switch {
	case a.Works:
		out.Notes = append(out.Notes, expected)
	case !a.Healthy:
		out.Causes = append([]bench.Expected{expected}, a.Also...)
	}
	return out
}

// world is the broken world of the case.
func (k known) world() world {
	w := healthy()
	k.do(w)
	return w
}

// catalogue lists the failures that were reported in public.
func catalogue() []known {
	return slices.Concat(
		knownOfTraefik(), knownOfExternalDNS(), knownOfCertManager(), knownOfCloudflare(), knownOfTheWorld(),
		knownReports(),
	)
}

// Each failure of the catalogue is explained as is right.
func TestKnownFailures(t *testing.T) {
	t.Parallel()
	for _, k := range catalogue() {
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			d := rules.Explain(k.world().Snapshot, diagnose.Target{Host: host})
			if got := bench.Score(k.bench(), d); got != bench.Right {
				t.Errorf("%s, want %s", got, k.bench())
			}
			for _, f := range d.Causes {
				if slices.Contains(k.Not, f.Code) {
					t.Errorf("blames %s", f.Code)
				}
			}
			if !t.Failed() {
				return
			}
			for _, link := range d.Chain {
				t.Logf("%s %s %s: %s", link.Layer, link.State, link.By, link.Seen)
			}
			for _, f := range d.Causes {
				t.Logf("cause %+v", f)
			}
			for _, f := range d.Notes {
				t.Logf("note %+v", f)
			}
		})
	}
}

// reported is where the catalogue is written as cases for bench-explain, which its own test scores.
const reported = "../../../fixtures/bench/reported"

// Each failure of the catalogue is a case on disk; `go test -update` writes them. A case that is there already is kept:
// it is a snapshot as an earlier version saved it.
func TestReported(t *testing.T) {
	t.Parallel()
	for _, k := range catalogue() {
		folder := filepath.Join(reported, k.name)
		text, err := yaml.Marshal(k.bench())
		if err != nil {
			t.Fatal(err)
		}
		if golden.FlagUpdate() {
			k.write(t, folder, text)
		}
		kept, err := os.ReadFile(filepath.Join(folder, "answer.yaml"))
		if err != nil || string(kept) != string(text) {
			t.Errorf("%s: not the answer of the catalogue; run make update: %v", folder, err)
		}
	}
}

func (k known) write(t *testing.T, folder string, text []byte) {
	t.Helper()
	snapshot, err := json.Marshal(k.world().Snapshot)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(folder, 0o750); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"answer.yaml": text, "snapshot.json": append(snapshot, '\n')} {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
