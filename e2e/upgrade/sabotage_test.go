package upgrade

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

const bundles = "../../fixtures/bundles"

// TestTheProjectsSabotages: every one fits the candidate, and renders to another bundle than it.
func TestTheProjectsSabotages(t *testing.T) {
	t.Parallel()
	list, err := LoadSabotages(os.DirFS(filepath.Join(bundles, "sabotaged")))
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 6 {
		t.Errorf("%d sabotages, want six", len(list))
	}
	candidate := filepath.Join(bundles, "candidate")
	sound := load(t, candidate).Digest
	for _, s := range list {
		dir := t.TempDir()
		if err := s.Write(candidate, dir); err != nil {
			t.Error(err)
			continue
		}
		if load(t, dir).Digest == sound {
			t.Errorf("%s renders to the candidate as it was", s.ID)
		}
	}
}

func TestLoadSabotagesRefuses(t *testing.T) {
	t.Parallel()
	complete := "title: t\nstory: s\nobjection: h\npatches: [{file: a, from: b, to: c}]\n"
	for name, c := range map[string]struct{ content, want string }{
		"an unknown field": {complete + "hold: x\n", "hold"},
		"no expectation":   {strings.Replace(complete, "objection: h\n", "", 1), "give title, story, patches and objection"},
	} {
		_, err := LoadSabotages(fstest.MapFS{"x.yaml": {Data: []byte(c.content)}})
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "x.yaml") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := LoadSabotages(fstest.MapFS{}); err == nil {
		t.Error("an empty folder was read")
	}
}

func TestSabotageThatDoesNotFit(t *testing.T) {
	t.Parallel()
	candidate := t.TempDir()
	if err := os.WriteFile(filepath.Join(candidate, "a.yaml"), []byte("x: 1\ny: 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		patch Patch
		want  string
	}{
		"not there":  {Patch{File: "a.yaml", From: "z", To: "q"}, "occurs 0 times"},
		"twice":      {Patch{File: "a.yaml", From: ": 1", To: ": 2"}, "occurs 2 times"},
		"no file":    {Patch{File: "b.yaml", From: "x", To: "q"}, "b.yaml"},
		"outside":    {Patch{File: "../b.yaml", From: "x", To: "q"}, "outside of the candidate"},
		"more often": {Patch{File: "a.yaml", From: ": 1", To: ": 2", All: true}, ""},
	} {
		err := Sabotage{ID: "s", Patches: []Patch{c.patch}}.Write(candidate, t.TempDir())
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}
