package verdict_test

import (
	"strings"
	"testing"

	"github.com/edgeproof/edgeproof/e2e/verdict"
	"github.com/edgeproof/edgeproof/e2e/verdict/verdicttest"
)

func TestAnUpgradeIsJudgedByItsEvidence(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func(*verdict.Upgrade)
		says   string
	}{
		{"no alarm", func(*verdict.Upgrade) {}, ""},
		{"it did not end", func(u *verdict.Upgrade) { u.Unfinished = "killed" }, "did not finish: killed"},
		{"nothing changed", func(u *verdict.Upgrade) { u.To = u.From }, "nothing was changed"},
		{"too many failed", func(u *verdict.Upgrade) {
			u.Probes[1].Failed = 2
			u.Points = append(u.Points, u.Points[1])
		}, "2 of 150 https probes of develop.safeops.work failed (1.33 %), and the error budget is 1.00 %"},
		{"a budget of its own making", func(u *verdict.Upgrade) { u.ErrorBudget = 0.5 }, "at most 0.01 is allowed"},
		{"a smaller budget binds", func(u *verdict.Upgrade) { u.ErrorBudget = 0 }, "the error budget is 0.00 %"},
		{"no probe", func(u *verdict.Upgrade) { u.Probes, u.Points = nil, nil }, "no host was probed"},
		{"never asked", func(u *verdict.Upgrade) { u.Probes[0].Sent = 0 }, "0 of 0 dns probes"},
		{"more failed than were sent", func(u *verdict.Upgrade) { u.Probes[0].Failed = 151 }, "says nothing"},
		{"one kind only", func(u *verdict.Upgrade) { u.Probes = u.Probes[1:] }, "the dns probes of develop.safeops.work " +
			"are counted 0 times"},
		{
			"a count that lost its failures", func(u *verdict.Upgrade) { u.Probes[1].Failed = 0 },
			"0 https probes of develop.safeops.work are counted as failed, and 1 are listed",
		},
		{
			"failures that are not kept", func(u *verdict.Upgrade) { u.Points = u.Points[:1] },
			"1 https probes of develop.safeops.work are counted as failed, and 0 are listed",
		},
		{"no record compared", func(u *verdict.Upgrade) { u.Compared.Records = 0 }, "no record was compared"},
		{"no certificate compared", func(u *verdict.Upgrade) { u.Compared.Certificates = 0 }, "no certificate was compared"},
		{"no issuer watched", func(u *verdict.Upgrade) { u.Compared.Issuers = 0 }, "no issuer was watched"},
		{
			"no definition compared", func(u *verdict.Upgrade) { u.Compared.Definitions = 0 },
			"no CustomResourceDefinition was compared",
		},
		{
			"a record recreated", func(u *verdict.Upgrade) { u.Recreated = []verdict.Recreated{{Name: "a.b", Type: "A"}} },
			"the A record of a.b was deleted and created again",
		},
		{"an owner changed", func(u *verdict.Upgrade) {
			u.Owners = []verdict.OwnerChange{{Name: "a.b", Type: "A", Before: "x", After: "y"}}
		}, `owner of the A record of a.b changed from "x" to "y"`},
		{"reissued for nothing", func(u *verdict.Upgrade) { u.Reissued[0].Reason = " " }, "Certificate develop/old was " +
			"issued again without a reason"},
		{"an issuer lapsed", func(u *verdict.Upgrade) {
			u.Lapses = []verdict.Lapse{{
				Issuer:  "ClusterIssuer x",
				Seconds: 2,
			}}
		}, "ClusterIssuer x was not ready for 2.0 s"},
		{
			"something broken", func(u *verdict.Upgrade) { u.Broken = []string{"the bundle does not become ready: x"} },
			"the bundle does not become ready: x",
		},
		{"a definition lost", func(u *verdict.Upgrade) { u.Lost = []string{"version v1 of x"} }, "version v1 of x is lost"},
		{"no renewal tried", func(u *verdict.Upgrade) { u.Renewal = verdict.Renewal{} }, "no certificate issued before it " +
			"was to be renewed"},
		{
			"not renewed", func(u *verdict.Upgrade) { u.Renewal.Done, u.Renewal.Reason = false, "no order" },
			"was not renewed after it: no order",
		},
		{"renewed in name", func(u *verdict.Upgrade) { u.Renewal.SerialAfter = "01" }, `its serial is "01" as before`},
		{
			"the old leaf served", func(u *verdict.Upgrade) { u.Renewal.Served = false },
			"no external client met the new leaf",
		},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			u := verdicttest.Upgraded().Upgrades[0]
			tc.change(&u)
			said := strings.Join(u.Objections(), "\n")
			if tc.says == "" && said != "" || !strings.Contains(said, tc.says) {
				t.Errorf("objections %q, want them to say %q", said, tc.says)
			}
			if passed := u.Result() == verdict.Passed; passed != (tc.says == "") {
				t.Errorf("the result is %s: %s", u.Result(), said)
			}
		})
	}
}

func TestTheUpgradeCountsInTheResult(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func(*verdict.Verdict)
		want   verdict.Result
		says   string
	}{
		{"both ways are well", func(*verdict.Verdict) {}, verdict.Pass, ""},
		{"one is bad", func(v *verdict.Verdict) { v.Upgrades[1].Lost = []string{"x"} }, verdict.Fail, "rollback: x is lost"},
		{
			"one did not end", func(v *verdict.Verdict) { v.Upgrades[1].Unfinished = "killed" }, verdict.Partial,
			"rollback: it did not finish",
		},
		{
			"one is missing", func(v *verdict.Verdict) { v.Upgrades = v.Upgrades[:1] }, verdict.Partial,
			"the rollback between these two bundles was not tried",
		},
		{
			"both are missing", func(v *verdict.Verdict) { v.Upgrades = nil }, verdict.Partial,
			"the upgrade between these two bundles was not tried",
		},
		{
			"it was of another candidate", func(v *verdict.Verdict) { v.Bundle.Digest = "sha256:0" }, verdict.Partial,
			"the upgrade between",
		},
		{"there was nothing to replace", func(v *verdict.Verdict) { v.Baseline, v.Upgrades = nil, nil }, verdict.Pass, ""},
		{
			"a record came late", func(v *verdict.Verdict) { v.Convergence.Times[1].Seconds = 99 }, verdict.Partial,
			"time to record was 99.0 s, and at most",
		},
		{"there is no baseline of times", func(v *verdict.Verdict) {
			v.Convergence.Baseline,
				v.Convergence.Times[1].Seconds = "", 999
		}, verdict.Pass, ""},
		{
			"the machine was not measured", func(v *verdict.Verdict) { v.Convergence.Machine.Seconds = 0 }, verdict.Partial,
			"the machine was not measured",
		},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			v := verdicttest.Upgraded()
			tc.change(v)
			got, reasons := verdict.Decide(v)
			if said := strings.Join(reasons, "\n"); got != tc.want || !strings.Contains(said, tc.says) {
				t.Errorf("%s: %q, want %s and %q", got, said, tc.want, tc.says)
			}
		})
	}
}

func TestCited(t *testing.T) {
	t.Parallel()
	v := verdicttest.Upgraded()
	got := v.Cited([]string{"event-1", "dns-1", "nonsense"})
	if len(got) != 2 || got[0].ID != "dns-1" || got[1].ID != "event-1" {
		t.Errorf("cited: %+v, want the two in the order of time", got)
	}
}

func TestLimitScalesWhatIsNotImposed(t *testing.T) {
	t.Parallel()
	x := verdict.Time{BaselineSeconds: 160, FixedDelaySeconds: 60, Tolerance: 0.2}
	if got := x.Limit(2); got != 300 { // 60 + 100 × 1.2 × 2
		t.Errorf("limit = %v, want 300", got)
	}
	x.BaselineSeconds = 63            // little work, much noise
	if got := x.Limit(2); got != 96 { // 60 + (3 + 15) × 2
		t.Errorf("limit = %v, want 96", got)
	}
	x.BaselineSeconds = 41            // the sync came early that time
	if got := x.Limit(2); got != 90 { // 60 + 15 × 2
		t.Errorf("limit = %v, want 90", got)
	}
	if got := (verdict.Machine{Seconds: 3, BaselineSeconds: 2}).Factor(); got != 1.5 {
		t.Errorf("factor = %v, want 1.5", got)
	}
	if got := (verdict.Machine{Seconds: 3}).Factor(); got != 0 {
		t.Errorf("factor without a baseline = %v, want 0", got)
	}
}
