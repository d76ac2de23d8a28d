package run

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/edgeproof/edgeproof/e2e/gate"
	"github.com/edgeproof/edgeproof/e2e/progress"
	"github.com/edgeproof/edgeproof/e2e/verdict"
	"github.com/edgeproof/edgeproof/e2e/verdict/verdicttest"
)

func TestWhatAVerdictIsHeldAgainstIsReadAnew(t *testing.T) {
	t.Parallel()
	candidate, apps := reference(t)
	w, err := wantOf(candidate, apps)
	if err != nil {
		t.Fatal(err)
	}
	if w.Bundle.Digest != candidate.Digest || w.Apps.Digest != apps.Digest || w.Baseline != nil {
		t.Errorf("bundles: %+v, %+v, %+v", w.Bundle, w.Apps, w.Baseline)
	}
	if !slices.Equal(w.Hosts, []string{"develop.safeops.work"}) {
		t.Errorf("hosts: %v", w.Hosts)
	}
	for _, image := range []string{"registry.k8s.io/external-dns/external-dns:v0.20.0", "edgeproof.dev/frontend:dev"} {
		if !slices.Contains(w.Images, image) {
			t.Errorf("images %v lack %s", w.Images, image)
		}
	}
	smoke, full := w.Catalogues[verdict.Smoke], w.Catalogues[verdict.Full]
	if len(smoke) == 0 || len(full) <= len(smoke) {
		t.Errorf("%d faults in the small catalogue, %d in the full", len(smoke), len(full))
	}
	n := slices.IndexFunc(smoke, func(f gate.Fault) bool { return f.ID == "token-secret-missing" })
	if n < 0 || !slices.Equal(smoke[n].Expected, []string{"shared-credential/token-secret-missing"}) ||
		len(smoke[n].Red) == 0 {
		t.Errorf("the small catalogue lacks token-secret-missing, or what it expects: %+v", smoke)
	}
}

func TestVerifyRefuses(t *testing.T) {
	t.Parallel()
	good := saved(t, verdicttest.Passing())
	bad := filepath.Join(t.TempDir(), "allow.yaml")
	write(t, bad, "- {id: DW-4}\n")
	for name, tc := range map[string]struct {
		given Verification
		says  string
	}{
		"no verdict":        {Verification{Verdict: "/nowhere"}, "name the verdict.json of a run"},
		"a verdict no more": {Verification{Verdict: bad}, "parse verdict"},
		"no bundle":         {Verification{Verdict: good}, "give --bundle"},
		"no allowances":     {Verification{Verdict: good, Bundle: "b", Allow: "/nowhere"}, "read allowances"},
		"bad allowances":    {Verification{Verdict: good, Bundle: "b", Allow: bad}, `entry 1 ("DW-4") has no owner`},
	} {
		if _, err := Verify(t.Context(), tc.given); !strings.Contains(message(err), tc.says) {
			t.Errorf("%s: %v, want %q in it", name, err, tc.says)
		}
	}
}

func TestPrintDecision(t *testing.T) {
	t.Parallel()
	for want, d := range map[string]gate.Decision{
		"PROMOTE: everything was proved again from the verdict's evidence\n": {Outcome: gate.Promote},
		"  allowed\n✗ DW-4 failed\nBLOCK\n": {
			Outcome: gate.Block,
			Reasons: []string{"DW-4 failed"}, Notes: []string{"allowed"},
		},
		"✗ edited\nCANNOT JUDGE\n": {
			Outcome: gate.CannotJudge,
			Reasons: []string{"edited"},
		},
	} {
		var out bytes.Buffer
		if err := PrintDecision(&out, d); err != nil || out.String() != want {
			t.Errorf("%v: %q, %v, want %q", d, out.String(), err, want)
		}
	}
}

func TestTimesAreHeldAgainstTheBaseline(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	v := verdicttest.Passing()
	v.Convergence = &verdict.Convergence{Times: []verdict.Time{{To: verdict.ToRecord, Seconds: 40}}}
	w := &test{verdict: v}
	if err := w.converge(os.DirFS(dir)); err != nil || v.Convergence.HasBaseline() || len(v.Convergence.Times) != 2 ||
		v.Convergence.Machine.Seconds <= 0 {
		t.Fatalf("without a baseline: %v, %+v", err, v.Convergence)
	}
	v.Convergence = verdicttest.Upgraded().Convergence
	v.Conclude()
	log := progress.Plain(&bytes.Buffer{})
	if err := WriteBaseline(saved(t, v), filepath.Join(dir, "baseline.yaml"), log); err != nil {
		t.Fatal(err)
	}
	v.Convergence = &verdict.Convergence{Times: []verdict.Time{{To: verdict.ToRecord, Seconds: 400}}}
	if err := w.converge(os.DirFS(dir)); err != nil || !v.Convergence.HasBaseline() {
		t.Fatalf("with a baseline: %v, %+v", err, v.Convergence)
	}
	if result, reasons := verdict.Decide(v); result != verdict.Partial ||
		!strings.Contains(strings.Join(reasons, "\n"), "time to record was 400.0 s") {
		t.Errorf("400 s: %s %v", result, reasons)
	}
	nothing := &test{verdict: &verdict.Verdict{}}
	if err := nothing.converge(os.DirFS(dir)); err != nil || nothing.verdict.Convergence != nil {
		t.Errorf("of nothing: %v, %+v", err, nothing.verdict.Convergence)
	}
	write(t, filepath.Join(dir, "baseline.yaml"), "version: 9\n")
	if err := w.converge(os.DirFS(dir)); !strings.Contains(message(err), "make baseline") {
		t.Errorf("another version: %v", err)
	}
}

func TestLifecycleIsNotedAndHoldsWhereItIsAskedTo(t *testing.T) {
	t.Parallel()
	v := verdicttest.Passing() // cert-manager 1.19.3 on Kubernetes 1.37
	o := Verification{Now: time.Date(2026, 11, 29, 0, 0, 0, 0, time.UTC)}
	d := gate.Decision{Outcome: gate.Promote}
	if err := o.lifecycle(v, &d); err != nil {
		t.Fatal(err)
	}
	if all := strings.Join(d.Notes, "\n"); d.Outcome != gate.Promote || len(d.Reasons) > 0 ||
		!strings.Contains(all, "cert-manager 1.19.3: end of life since 2026-07-08") ||
		!strings.Contains(all, "GHSA-8rvj-mm4h-c258") {
		t.Errorf("noted: %+v", d)
	}
	o.FailOn = []string{"advisory"}
	d = gate.Decision{Outcome: gate.Promote}
	if err := o.lifecycle(v, &d); err != nil {
		t.Fatal(err)
	}
	if d.Outcome != gate.Block || len(d.Reasons) != 1 || !strings.Contains(d.Reasons[0], "is fixed in 1.19.6") ||
		!strings.Contains(strings.Join(d.Notes, "\n"), "end of life") {
		t.Errorf("blocked: %+v", d)
	}
	d = gate.Decision{Outcome: gate.CannotJudge}
	if err := o.lifecycle(v, &d); err != nil || d.Outcome != gate.CannotJudge {
		t.Errorf("cannot judge became %v, %v", d.Outcome, err)
	}
	o.FailOn = []string{"untested"}
	if _, err := Verify(t.Context(), o); !strings.Contains(message(err), "--fail-on=untested is unknown; use eol, "+
		"advisory") {
		t.Errorf("an unknown kind: %v", err)
	}
}
