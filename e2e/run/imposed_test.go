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

func TestBudgetSumsOnlyWhatIsImposed(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	v := verdict.New(verdict.Suite{Started: start, Finished: start.Add(400 * time.Second)})
	cluster, bundle := imposedOn("cluster").Seconds(), imposedOn("bundle").Seconds()
	v.Phases = []verdict.Phase{
		{Name: "render bundle", Seconds: 5},
		{Name: "cluster", Seconds: cluster + 30}, // slower than it must be
		{Name: "bundle", Seconds: bundle / 2},    // a cluster of an earlier run: what did not happen was not imposed
		{Name: "moonrise", Seconds: 100},         // nobody knows it
		{Name: "specs", Seconds: 300},
	}
	v.Specs = verdict.Tally(1, 0, []verdict.Spec{{Name: "a", Result: verdict.Passed, Finished: true}})
	(&test{verdict: v, env: &Env{}, options: Options{Catalogue: verdict.Smoke}}).budget()
	specs := imposedOn("specs").Seconds()
	var got []float64
	for _, p := range v.Phases {
		got = append(got, p.FixedDelaySeconds)
	}
	if diff := cmp.Diff([]float64{0, cluster, bundle / 2, 0, specs}, got); diff != "" {
		t.Errorf("imposed seconds (-want +got):\n%s", diff)
	}
	if b := v.Budget; b.WallSeconds != 400 || b.FixedDelaySeconds != cluster+bundle/2+specs || b.Ratio == 0 {
		t.Errorf("budget %+v", b)
	}
}

// TestImposedOnSpecsHoldsTheChallengeDelay: less than cert-manager's own sleep could not be waited for.
func TestImposedOnSpecsHoldsTheChallengeDelay(t *testing.T) {
	t.Parallel()
	if got := imposedOn("specs"); got < await.ChallengeDelay {
		t.Errorf("specs take %s at the least, but one issuance alone sleeps %s", got, await.ChallengeDelay)
	}
}

// TestImposedOnKnowsPhasesThatOccur: a phase that was renamed would silently count for nothing.
func TestImposedOnKnowsPhasesThatOccur(t *testing.T) {
	t.Parallel()
	known := literals(t, "imposed.go", "imposedOn")
	if len(known) == 0 {
		t.Fatal("imposedOn knows no phase")
	}
	occur := slices.Concat(
		literals(t, "up.go", "prepare"), literals(t, "env.go", "raise"), literals(t, "test.go", "prove"), literals(t, "leave.go", "cleanUp"),
		literals(t, filepath.Join("..", "testbed", "testbed.go"), "Steps"),
	)
	for _, phase := range known {
		if !slices.Contains(occur, phase) {
			t.Errorf("imposedOn knows a phase %q, but these occur: %q", phase, occur)
		}
		if imposedOn(phase) <= 0 {
			t.Errorf("imposedOn(%q) is %s", phase, imposedOn(phase))
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
