package fault_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/fault"
)

func diagnosis(change func(*diagnose.Diagnosis)) diagnose.Diagnosis {
	d := diagnose.Diagnosis{
		Chain: []diagnose.Link{
			{Layer: diagnose.Credential, State: diagnose.Clear},
			{Layer: diagnose.Routing, State: diagnose.Broken},
			{Layer: diagnose.DNS, State: diagnose.Clear},
			{Layer: diagnose.Certificate, State: diagnose.Blocked},
		},
		Causes: []diagnose.Finding{
			{Code: "backend-no-endpoints", Layer: diagnose.Routing, Object: "Service n/frontend"},
			{Code: "unowned-record", Layer: diagnose.DNS, Object: "record h A"},
		},
		Notes: []diagnose.Finding{{Code: "dns-cache-ttl"}},
	}
	change(&d)
	return d
}

func TestExpect(t *testing.T) {
	t.Parallel()
	expect := fault.Expect{
		Causes: []fault.Cause{
			{Code: "backend-no-endpoints", Layer: diagnose.Routing, Object: "n/frontend"},
			{Code: "unowned-record", Layer: diagnose.DNS},
		},
		Clear: []diagnose.Layer{diagnose.Credential}, Blocked: []diagnose.Layer{diagnose.Certificate},
		Notes: []diagnose.Code{"dns-cache-ttl"},
	}
	for what, c := range map[string]struct {
		change func(*diagnose.Diagnosis)
		want   []string
	}{
		"as expected": {func(*diagnose.Diagnosis) {}, nil},
		"healthy":     {func(d *diagnose.Diagnosis) { d.Healthy = true }, []string{"healthy is true, want false"}},
		"the second cause first": {
			func(d *diagnose.Diagnosis) { d.Causes[0], d.Causes[1] = d.Causes[1], d.Causes[0] },
			[]string{"backend-no-endpoints is cause 2, want it to be the root cause"},
		},
		"one cause only": {
			func(d *diagnose.Diagnosis) { d.Causes = d.Causes[:1] }, []string{`no cause unowned-record of layer dns at ""`},
		},
		"one too many": {
			func(d *diagnose.Diagnosis) {
				d.Causes = append(d.Causes, diagnose.Finding{Code: "stale-txt", Layer: diagnose.DNS, Object: "o"})
			},
			[]string{"cause stale-txt of layer dns at o is none"},
		},
		"another object": {
			func(d *diagnose.Diagnosis) { d.Causes[0].Object = "Service m/x" },
			[]string{
				"cause backend-no-endpoints of layer routing at Service m/x is none",
				`no cause backend-no-endpoints of layer routing at "n/frontend"`,
			},
		},
		"another layer": {
			func(d *diagnose.Diagnosis) { d.Causes[1].Layer = diagnose.Certificate },
			[]string{
				"cause unowned-record of layer certificate at record h A is none",
				`no cause unowned-record of layer dns at ""`,
			},
		},
		"an innocent layer accused": {
			func(d *diagnose.Diagnosis) { d.Chain[0].State = diagnose.Broken },
			[]string{"layer shared-credential is broken, want clear"},
		},
		"a blocked layer missing": {
			func(d *diagnose.Diagnosis) { d.Chain = d.Chain[:3] }, []string{"layer certificate is unknown, want blocked"},
		},
		"no note": {func(d *diagnose.Diagnosis) { d.Notes = nil }, []string{"no note dns-cache-ttl"}},
	} {
		if diff := cmp.Diff(c.want, expect.Unmet(diagnosis(c.change))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
}

func TestExpectNothing(t *testing.T) {
	t.Parallel()
	var expect fault.Expect
	if unmet := expect.Unmet(diagnose.Diagnosis{Healthy: true}); unmet != nil {
		t.Errorf("a healthy route where one is expected: %v", unmet)
	}
	if unmet := expect.Unmet(diagnosis(func(*diagnose.Diagnosis) {})); len(unmet) == 0 {
		t.Error("causes where none are expected are not reported")
	}
}
