package run

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/edgeproof/edgeproof/e2e/verdict"
	"github.com/edgeproof/edgeproof/e2e/verdict/verdicttest"
)

// saved writes a verdict as a run does.
func saved(t *testing.T, v *verdict.Verdict) string {
	t.Helper()
	raw, err := verdict.Encode(v)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "verdict.json")
	write(t, file, string(raw))
	return file
}

func TestRerunRunsOnlyWhatWasNotProved(t *testing.T) {
	t.Parallel()
	v := verdicttest.Failing()
	v.Apps.Path, v.Suite.Seed, v.Catalogue = "/apps", 42, verdict.Full
	o := Options{Rerun: saved(t, v), Catalogue: verdict.Smoke}
	before, err := o.again()
	if err != nil {
		t.Fatal(err)
	}
	if o.Bundle != "" || o.Apps != "/apps" || o.Seed != 42 || o.Catalogue != verdict.Full ||
		before.Result != verdict.Fail {
		t.Errorf("the options are not the run's: %+v", o)
	}
	v.Bundle.Path = "/edge"
	other := Options{Rerun: saved(t, v)}
	if _, err := other.again(); err != nil || other.Bundle != "/edge" {
		t.Errorf("a bundle that is not the program's own: %+v, %v", other, err)
	}
	focus := regexp.MustCompile(o.Focus)
	for _, s := range v.Specs.List {
		// Ginkgo puts the suite's name before the text.
		if got, want := focus.MatchString("edgeproof "+s.Name), s.Result != verdict.Passed; got != want {
			t.Errorf("%s is %s, runs again: %t", s.Name, s.Result, got)
		}
	}
}

func TestRerunLetsTheUserSayOtherwise(t *testing.T) {
	t.Parallel()
	o := Options{Rerun: saved(t, verdicttest.Failing()), Bundle: "mended", Apps: "own", Seed: 3}
	if _, err := o.again(); err != nil || o.Bundle != "mended" || o.Apps != "own" || o.Seed != 3 {
		t.Errorf("%+v, %v", o, err)
	}
}

func TestRerunRefuses(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		options Options
		says    string
	}{
		"no file":      {Options{Rerun: "/nowhere/verdict.json"}, "name the verdict.json of a run"},
		"a pass":       {Options{Rerun: saved(t, verdicttest.Passing())}, "no spec of"},
		"no spec ran":  {Options{Rerun: saved(t, verdicttest.Stopped())}, "run all of them with `make e2e`"},
		"an upgrade":   {Options{Rerun: saved(t, verdicttest.Blocked())}, "run all of it again with `make gate`"},
		"a focus, too": {Options{Rerun: saved(t, verdicttest.Failing()), Focus: "x"}, "give one of the three"},
		"labels, too":  {Options{Rerun: saved(t, verdicttest.Failing()), Labels: "x"}, "give one of the three"},
	} {
		if _, err := tc.options.again(); !strings.Contains(message(err), tc.says) {
			t.Errorf("%s: %v, want it to say %q", name, err, tc.says)
		}
	}
	none := Options{}
	if before, err := none.again(); before != nil || err != nil {
		t.Errorf("without one: %v, %v", before, err)
	}
}

func TestEveryFailureSaysHowToReproduceIt(t *testing.T) {
	t.Parallel()
	v := verdicttest.Failing()
	v.Suite.Seed = 42
	list := append(v.Specs.List, verdict.Spec{
		Name: "the edge FP-5 dns-wrong-target: it's wrong", Criteria: v.Specs.Of("FP-5")[0].Criteria, Result: verdict.Failed,
		Reason: "x", Finished: true, Attempts: 1,
	}, verdict.Spec{Name: "cost is $1 (a guess)", Result: verdict.Failed, Reason: "x", Finished: true, Attempts: 1})
	v.Specs = verdict.Tally(len(list), 0, list)
	(&test{options: Options{Dir: "/p", Bundle: own(t) + "/bundles/reference", Apps: own(t) +
		"/apps", Catalogue: verdict.Smoke}, verdict: v}).reproduce()
	for name, want := range map[string]string{
		"DW-2": "make e2e LABELS=DW-2 SEED=42",
		"FP-5": "make e2e FOCUS=' dns-wrong-target: ' SEED=42",
		"cost": `make e2e FOCUS='cost is \$$1 \(a guess\)' SEED=42`,
	} {
		found := false
		for _, s := range v.Specs.List {
			if strings.Contains(s.Name, name) && s.Result != verdict.Passed {
				found = true
				if s.Reproduce != want {
					t.Errorf("%s: %s, want %s", s.Name, s.Reproduce, want)
				}
			}
			if s.Result == verdict.Passed && s.Reproduce != "" {
				t.Errorf("%s passed: %s", s.Name, s.Reproduce)
			}
		}
		if !found {
			t.Errorf("no spec that failed is called %s", name)
		}
	}
	if got := v.Faults[0].Reproduce; got != "make e2e FOCUS=' token-secret-missing: ' SEED=42" {
		t.Errorf("the fault: %s", got)
	}
	for _, c := range v.Criteria {
		if (c.Reproduce != "") != (c.Result != verdict.Passed) {
			t.Errorf("criterion %s is %s: %q", c.ID, c.Result, c.Reproduce)
		}
	}
}

func TestOldResultsAreCleared(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := clearResults(filepath.Join(dir, "none")); err != nil {
		t.Errorf("where nothing is: %v", err)
	}
	for _, name := range []string{
		"verdict.json", "verdict.before.json", "report.html", "badge.json",
		"clusters/a/suite.log", "notes.txt",
	} {
		write(t, filepath.Join(dir, filepath.FromSlash(name)), name)
	}
	if err := clearResults(dir); err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range left {
		names = append(names, entry.Name())
	}
	before, err := os.ReadFile(filepath.Join(dir, "verdict.before.json"))
	if !slices.Equal(names, []string{"notes.txt", "verdict.before.json"}) || string(before) != "verdict.json" {
		t.Errorf("left: %v, the old verdict %q, %v", names, before, err)
	}
}

func TestTheLineNamesWhatIsNotTheProjectsOwn(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		options Options
		want    string
	}{
		"another bundle": {Options{Dir: "/p", Bundle: "/edge of it", Apps: "/p/apps"}, "make e2e BUNDLE='/edge of it' " +
			"APPS=apps LABELS=DW-2"},
		"all faults": {Options{Dir: "/p", Bundle: own(t) + "/bundles/reference", Apps: own(t) +
			"/apps", Catalogue: verdict.Full}, "make e2e-full LABELS=DW-2"},
		"an upgrade": {
			Options{Dir: "/p", Bundle: "/a", Candidate: "/b", Apps: own(t) + "/apps"},
			"make gate BASELINE=/a CANDIDATE=/b",
		},
		"with its controller": {
			Options{Dir: "/p", Bundle: "/a", Candidate: "/b", Apps: own(t) +
				"/apps", Traefik: "v3.6.12", CandidateTraefik: "v3.7.5"},
			"make gate BASELINE=/a CANDIDATE=/b TRAEFIK=v3.7.5",
		},
		"another Kubernetes": {Options{Dir: "/p", Bundle: own(t) + "/bundles/reference", Apps: own(t) +
			"/apps", Node: "kindest/node:v1.38.0"}, "make e2e NODE=kindest/node:v1.38.0 LABELS=DW-2"},
		"the own pair": {Options{Dir: "/p", Bundle: own(t) + "/bundles/reference", Candidate: own(t) +
			"/bundles/candidate", Apps: own(t) + "/apps"}, "make gate"},
	} {
		if got := (&test{options: tc.options, verdict: &verdict.Verdict{}}).command("LABELS", "DW-2"); got != tc.want {
			t.Errorf("%s: %s, want %s", name, got, tc.want)
		}
	}
}
