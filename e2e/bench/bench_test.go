package bench_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/edgeproof/edgeproof/e2e/bench"
	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

const corpus = "../../fixtures/bench"

// The example corpus is explained rightly: it is the measure that a change of a rule is held against.
func TestCorpus(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	code, err := bench.Run(bench.Options{Dir: corpus, Output: "text"}, &out)
	if err != nil || code != bench.AllRight {
		t.Fatalf("%d, %v\n%s", code, err, &out)
	}
}

func TestScore(t *testing.T) {
	t.Parallel()
	cause := func(layer diagnose.Layer, code diagnose.Code, object, summary string) diagnose.Finding {
		return diagnose.Finding{Layer: layer, Code: code, Object: object, Summary: summary}
	}
	owner := cause(diagnose.DNS, "owner-mismatch", "record a.example A", "it belongs to old-cluster")
	service := cause(diagnose.Routing, "backend-service-missing", "Service shop/web", "")
	unknown := cause(diagnose.DNS, diagnose.Unattributed, "route a.example", "no rule explains it: 9999: odd")
	broken := bench.Answer{Causes: []bench.Expected{{
		Layer: diagnose.DNS, Codes: []diagnose.Code{"owner-mismatch", "their-word"}, Object: "a.example",
		Mentions: []string{"OLD-cluster"},
	}}}
	both := broken
	both.Causes = append([]bench.Expected{{Layer: diagnose.Routing, Object: "Service shop/web"}}, broken.Causes...)
	quoted := bench.Answer{Causes: []bench.Expected{{Layer: diagnose.DNS, Mentions: []string{"9999"}}}}
	waits := bench.Answer{Notes: []bench.Expected{{Layer: diagnose.DNS, Codes: []diagnose.Code{"dns-sync-lag"}}}}
	fine, nothing := bench.Answer{Healthy: true}, diagnose.Diagnosis{}
	for name, tc := range map[string]struct {
		answer bench.Answer
		got    diagnose.Diagnosis
		want   bench.Grade
	}{
		"right":                 {broken, diagnose.Diagnosis{Causes: []diagnose.Finding{owner}}, bench.Right},
		"both":                  {both, diagnose.Diagnosis{Causes: []diagnose.Finding{service, owner}}, bench.Right},
		"the root is not first": {both, diagnose.Diagnosis{Causes: []diagnose.Finding{owner, service}}, bench.Partly},
		"one of two":            {both, diagnose.Diagnosis{Causes: []diagnose.Finding{service}}, bench.Partly},
		"another is blamed too": {broken, diagnose.Diagnosis{Causes: []diagnose.Finding{owner, service}}, bench.Partly},
		"only a note":           {broken, diagnose.Diagnosis{Notes: []diagnose.Finding{owner}}, bench.Partly},
		"the object, by another code": {
			broken,
			diagnose.Diagnosis{Causes: []diagnose.Finding{cause(diagnose.DNS, "x", "record a.example A", "")}},
			bench.Partly,
		},
		"another layer":           {broken, diagnose.Diagnosis{Causes: []diagnose.Finding{service}}, bench.Wrong},
		"no cause":                {broken, nothing, bench.Silent},
		"no rule":                 {both, diagnose.Diagnosis{Causes: []diagnose.Finding{unknown}}, bench.Silent},
		"no rule, and the words":  {quoted, diagnose.Diagnosis{Causes: []diagnose.Finding{unknown}}, bench.Right},
		"called healthy":          {broken, diagnose.Diagnosis{Healthy: true}, bench.FalselyHealthy},
		"healthy":                 {fine, diagnose.Diagnosis{Healthy: true}, bench.Right},
		"false alarm":             {fine, diagnose.Diagnosis{Causes: []diagnose.Finding{owner}}, bench.Wrong},
		"not known to be healthy": {fine, nothing, bench.Silent},
		"waits": {waits, diagnose.Diagnosis{
			Notes: []diagnose.Finding{cause(diagnose.DNS, "dns-sync-lag", "record", "")},
		}, bench.Right},
		"a layer that is clear is broken": {
			bench.Answer{Causes: broken.Causes, Clear: []diagnose.Layer{diagnose.Certificate}},
			diagnose.Diagnosis{
				Causes: []diagnose.Finding{owner},
				Chain:  []diagnose.Link{{Layer: diagnose.Certificate, State: diagnose.Broken}},
			},
			bench.Partly,
		},
	} {
		if got := bench.Score(tc.answer, tc.got); got != tc.want {
			t.Errorf("%s: %s, want %s", name, got, tc.want)
		}
	}
}

func TestRun(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	folder := filepath.Join(dir, "dns", "one")
	put := func(name, text string) {
		if err := os.MkdirAll(folder, 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run := func(o bench.Options) (int, string, error) {
		var out bytes.Buffer
		o.Dir = dir
		code, err := bench.Run(o, &out)
		return code, out.String(), err
	}
	if _, _, err := run(bench.Options{Output: "text"}); err == nil || !strings.Contains(err.Error(), "answer.yaml") {
		t.Errorf("an empty corpus: %v", err)
	}
	put("answer.yaml", "apiVersion: edgeproof/v1alpha1\nkind: Answer\nstory: The record is another cluster's.\n"+
		"host: develop.safeops.work\ncauses:\n  - {layer: dns, codes: [owner-mismatch]}\n")
	if _, _, err := run(bench.Options{Output: "text"}); err == nil || !strings.Contains(err.Error(), "dns/one") {
		t.Errorf("a case without a snapshot: %v", err)
	}
	put("theirs.json", `{"routes": [{"host": "develop.safeops.work", "causes": [{"code": "x", "layer": "routing"}]}]}`)
	code, text, err := run(bench.Options{Output: "json", Diagnoses: "theirs.json"})
	var result bench.Result
	if json.Unmarshal([]byte(text), &result) != nil || err != nil || code != bench.NotAll ||
		result.Total.Grades[bench.Wrong] != 1 || len(result.Layers) != 1 || result.Cases[0].Name != "dns/one" {
		t.Errorf("%d, %v, %s", code, err, text)
	}
	if _, _, err := run(bench.Options{Output: "yaml"}); err == nil || !strings.Contains(err.Error(), "use text, json") {
		t.Errorf("a format that is not there: %v", err)
	}
}

func TestParseAnswer(t *testing.T) {
	t.Parallel()
	const head = "apiVersion: edgeproof/v1alpha1\nkind: Answer\nstory: s\nhost: a.example\n"
	for text, want := range map[string]string{
		head + "healthy: true\n": "",
		head:                     "causes: name one",
		head + "healthy: true\ncauses: [{layer: dns, object: x}]\n": "a healthy route has no causes",
		head + "causes: [{layer: moon, object: x}]\n":               `layer "moon"`,
		head + "causes: [{layer: dns}]\n":                           "the layer alone is no answer",
		head + "causs: []\n":                                        `unknown field "causs"`,
		"kind: Answer\nhealthy: true\n":                             "story: write one sentence",
	} {
		_, err := bench.ParseAnswer([]byte(text))
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}
