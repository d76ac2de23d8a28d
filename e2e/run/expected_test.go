package run

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/edgeproof/edgeproof/e2e/report"
	"github.com/edgeproof/edgeproof/e2e/verdict"
	"github.com/edgeproof/edgeproof/e2e/verdict/verdicttest"
)

func TestExpectedIsWhatTheLastRunTook(t *testing.T) {
	t.Parallel()
	save := func(v *verdict.Verdict) string {
		dir := t.TempDir()
		data, err := verdict.Encode(v)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, report.VerdictFile), data, 0o600); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	last := verdicttest.Recorded()
	got := expected(save(last), verdict.Smoke)
	if int(got.Whole) != 247 || got.Steps["cluster"] != 28.865 ||
		got.Steps[last.Specs.List[0].Name] != last.Specs.List[0].Seconds {
		t.Errorf("after a run: %+v", got)
	}
	for name, dir := range map[string]string{"no run": t.TempDir(), "a run that stopped": save(verdicttest.Stopped())} {
		if got := expected(dir, verdict.Smoke); got.Steps["cluster"] != 14 || got.Whole != 188 {
			t.Errorf("after %s: %+v", name, got)
		}
	}
	if got := expected(save(last), verdict.Full); got.Whole != 0 {
		t.Errorf("of another catalogue: %+v", got)
	}
}
