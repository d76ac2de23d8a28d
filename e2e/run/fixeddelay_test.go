package run

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/edgeproof/edgeproof/e2e/await"
	"github.com/edgeproof/edgeproof/e2e/verdict"
)

func TestBudgetSumsOnlyFixedDelays(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	v := verdict.New(verdict.Suite{Started: start, Finished: start.Add(400 * time.Second)})
	cluster, bundle := fixedDelay("cluster").Seconds(), fixedDelay("bundle").Seconds()
	v.Phases = []verdict.Phase{
		{Name: "render bundle", Seconds: 5},
		{Name: "cluster", Seconds: cluster + 30}, // slower than necessary
		{Name: "bundle", Seconds: bundle / 2},    // a cluster of an earlier run: what did not happen was no delay
		{Name: "moonrise", Seconds: 100},         // an unknown phase
		{Name: "specs", Seconds: 300},
	}
	v.Specs = verdict.Tally(1, 0, []verdict.Spec{{Name: "a", Result: verdict.Passed, Finished: true}})
	(&test{verdict: v, env: &Env{}, options: Options{Catalogue: verdict.Smoke}}).budget()
	specs := fixedDelay("specs").Seconds()
	var got []float64
	for _, p := range v.Phases {
		got = append(got, p.FixedDelaySeconds)
	}
	if diff := cmp.Diff([]float64{0, cluster, bundle / 2, 0, specs}, got); diff != "" {
		t.Errorf("fixed delay in seconds (-want +got):\n%s", diff)
	}
	if b := v.Budget; b.WallSeconds != 400 || b.FixedDelaySeconds != cluster+bundle/2+specs || b.Ratio == 0 {
		t.Errorf("budget %+v", b)
	}
}

// TestFixedDelayOfSpecsContainsTheChallengeDelay: no issuance is shorter than cert-manager's own sleep.
func TestFixedDelayOfSpecsContainsTheChallengeDelay(t *testing.T) {
	t.Parallel()
	if got := fixedDelay("specs"); got < await.ChallengeDelay {
		t.Errorf("specs take %s at the least, but one issuance alone sleeps %s", got, await.ChallengeDelay)
	}
}

// TestFixedDelayNamesPhasesThatOccur: a phase that was renamed would silently count as zero.
func TestFixedDelayNamesPhasesThatOccur(t *testing.T) {
	t.Parallel()
	known := literals(t, "fixeddelay.go", "fixedDelay")
	if len(known) == 0 {
		t.Fatal("fixedDelay knows no phase")
	}
	occur := slices.Concat(
		literals(t, "up.go", "prepare"), literals(t, "env.go", "raise"), literals(t, "test.go", "prove"),
		literals(t, "leave.go", "cleanUp"),
		literals(t, filepath.Join("..", "testbed", "testbed.go"), "Steps"),
	)
	for _, phase := range known {
		if !slices.Contains(occur, phase) {
			t.Errorf("fixedDelay knows a phase %q, but these occur: %q", phase, occur)
		}
		if fixedDelay(phase) <= 0 {
			t.Errorf("fixedDelay(%q) is %s", phase, fixedDelay(phase))
		}
	}
}

// literals lists the texts that stand in a function.
func literals(t *testing.T, file, function string) []string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, d := range parsed.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Name.Name != function {
			continue
		}
		ast.Inspect(f.Body, func(n ast.Node) bool {
			if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
				if text, err := strconv.Unquote(literal.Value); err == nil {
					out = append(out, text)
				}
			}
			return true
		})
	}
	if out == nil {
		t.Fatalf("%s has no function %s with texts", file, function)
	}
	return out
}
