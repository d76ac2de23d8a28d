package verdict_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/edgeproof/edgeproof/e2e/verdict"
	"github.com/edgeproof/edgeproof/e2e/verdict/verdicttest"
)

func TestAPassAfterAFailureIsFlaky(t *testing.T) {
	t.Parallel()
	earlier, v := verdicttest.Failing(), verdicttest.Unconcluded()
	v.After(earlier)
	v.JudgeCriteria()
	v.Conclude()
	if v.Result != verdict.Partial {
		t.Errorf("the result is %s: %v", v.Result, v.Reasons)
	}
	dw4 := v.Specs.Of("DW-4")[0]
	want := []verdict.Attempt{
		{Result: verdict.Failed, Seconds: dw4.Seconds, Reason: earlier.Specs.Of("DW-4")[0].Reason},
		{Result: verdict.Passed, Seconds: dw4.Seconds},
	}
	if d := cmp.Diff(want, dw4.History); d != "" || dw4.Result != verdict.Flaky || dw4.Attempts != 2 {
		t.Errorf("DW-4 is %s after %d attempts (-want +got):\n%s", dw4.Result, dw4.Attempts, d)
	}
	if vc3 := v.Specs.Of("VC-3")[0]; vc3.Result != verdict.Flaky || len(vc3.History) != 3 {
		t.Errorf("VC-3, which was flaky before, is %s: %+v", vc3.Result, vc3.History)
	}
	if wf6 := v.Specs.Of("WF-6")[0]; wf6.Result != verdict.Passed || wf6.History != nil {
		t.Errorf("WF-6, which was not tried before, is %s: %+v", wf6.Result, wf6.History)
	}
	if f := v.Faults[0]; f.Result != verdict.Flaky || f.Reason == "" {
		t.Errorf("the fault, which was not recognised before, is %s: %s", f.Result, f.Reason)
	}
	if err := v.Validate(); err != nil {
		t.Error(err)
	}
}

func TestARunOfOtherContentSaysNothing(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*verdict.Verdict){
		"another bundle":     func(v *verdict.Verdict) { v.Bundle.Digest = "sha256:0" },
		"no digest":          func(v *verdict.Verdict) { v.Bundle.Digest = "" },
		"other applications": func(v *verdict.Verdict) { v.Apps.Digest = "sha256:0" },
		"another suite":      func(v *verdict.Verdict) { v.Suite.Version = "v9" },
		"another Kubernetes": func(v *verdict.Verdict) { v.Cluster.Kubernetes = "v1.99.0" },
	} {
		v := verdicttest.Unconcluded()
		change(v)
		v.After(verdicttest.Failing())
		v.Conclude()
		if v.Result != verdict.Pass {
			t.Errorf("%s: the result is %s: %v", name, v.Result, v.Reasons)
		}
	}
}

func TestAFailureAfterAFailureStaysOne(t *testing.T) {
	t.Parallel()
	v := verdicttest.Failing()
	v.After(verdicttest.Failing())
	v.JudgeCriteria()
	v.Conclude()
	if s := v.Specs.Of("DW-2")[0]; s.Result != verdict.Failed || len(s.History) != 2 || v.Result != verdict.Fail {
		t.Errorf("%s: DW-2 is %s, %+v", v.Result, s.Result, s.History)
	}
	if err := v.Validate(); err != nil {
		t.Error(err)
	}
}
