package convergence_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	cmmeta "github.com/cert-manager/cert-manager/pkg/apis/meta/v1"
	"github.com/google/go-cmp/cmp"
	networking "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/edgeproof/edgeproof/e2e/convergence"
	"github.com/edgeproof/edgeproof/e2e/edge"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/judge"
	"github.com/edgeproof/edgeproof/e2e/verdict"
	"github.com/edgeproof/edgeproof/e2e/verdict/verdicttest"
)

func start() time.Time { return time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC) }

func at(seconds int) metav1.Time {
	return metav1.NewTime(start().Add(time.Duration(seconds) * time.Second))
}

// world is two routes: one whose record came after 41 s and whose certificate was ready after 63 s, and one
// that was quicker.
func world() (*facts.Snapshot, judge.Target) {
	s, target := &facts.Snapshot{}, judge.Target{}
	zone := facts.Zone{Name: "safeops.work"}
	for n, name := range []string{"develop", "staging"} {
		host := name + ".safeops.work"
		s.Ingresses = append(s.Ingresses, networking.Ingress{
			ObjectMeta: metav1.ObjectMeta{Namespace: name, Name: "frontend", CreationTimestamp: at(0)},
			Spec: networking.IngressSpec{TLS: []networking.IngressTLS{{
				Hosts:      []string{host},
				SecretName: "frontend-tls",
			}}},
		})
		transition := at(64 - 10*n)
		s.Certificates = append(s.Certificates, certmanager.Certificate{
			ObjectMeta: metav1.ObjectMeta{Namespace: name, Name: "frontend-tls", CreationTimestamp: at(1)},
			Spec:       certmanager.CertificateSpec{SecretName: "frontend-tls"},
			Status: certmanager.CertificateStatus{Conditions: []certmanager.CertificateCondition{
				{Type: certmanager.CertificateConditionIssuing, Status: cmmeta.ConditionFalse},
				{Type: certmanager.CertificateConditionReady, Status: cmmeta.ConditionTrue, LastTransitionTime: &transition},
			}},
		})
		zone.Records = append(
			zone.Records, facts.Record{Name: host, Type: "A", Created: at(41 - 10*n).Time},
			facts.Record{Name: host, Type: "TXT", Created: at(99).Time},
		)
		target.Routes = append(target.Routes, judge.Route{
			Source: edge.Source{Kind: edge.Ingress, Namespace: name, Name: "frontend"},
			Hosts:  []string{host},
		})
	}
	s.Zones = []facts.Zone{zone}
	return s, target
}

func TestOfReadsTheSlowest(t *testing.T) {
	t.Parallel()
	s, target := world()
	want := []verdict.Time{{To: verdict.ToRecord, Seconds: 41}, {To: verdict.ToCertificate, Seconds: 63}}
	if d := cmp.Diff(want, convergence.Of(s, target)); d != "" {
		t.Errorf("times (-want +got):\n%s", d)
	}
}

func TestWhatIsNotThereHasNoTime(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change func(*facts.Snapshot)
		want   []string
	}{
		"no record of one host": {
			func(s *facts.Snapshot) { s.Zones[0].Records = s.Zones[0].Records[1:] },
			[]string{verdict.ToCertificate},
		},
		"one is not ready": {
			func(s *facts.Snapshot) { s.Certificates[1].Status.Conditions = nil },
			[]string{verdict.ToRecord},
		},
		"there is no such route": {func(s *facts.Snapshot) { s.Ingresses = nil }, nil},
		"no certificate at all":  {func(s *facts.Snapshot) { s.Certificates = nil }, []string{verdict.ToRecord}},
	} {
		s, target := world()
		tc.change(s)
		var got []string
		for _, x := range convergence.Of(s, target) {
			got = append(got, x.To)
		}
		if !slices.Equal(got, tc.want) {
			t.Errorf("%s: times to %v, want %v", name, got, tc.want)
		}
	}
}

func TestABaselineIsWrittenReadAndHeldAgainst(t *testing.T) {
	t.Parallel()
	v := verdicttest.Upgraded()
	b, err := convergence.From(v)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "baseline.yaml")
	if err := b.Write(file); err != nil {
		t.Fatal(err)
	}
	read, err := convergence.Read(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	c := read.Against([]verdict.Time{{To: verdict.ToDetect, Seconds: 5}, {To: verdict.ToRecord, Seconds: 20}}, 2.4)
	want := []verdict.Time{
		{To: verdict.ToRecord, Seconds: 20, BaselineSeconds: 41, FixedDelaySeconds: 60, Tolerance: 0.5},
		{To: verdict.ToDetect, Seconds: 5, BaselineSeconds: 4.2, Tolerance: 0.5},
	}
	if d := cmp.Diff(want, c.Times); d != "" {
		t.Errorf("times (-want +got):\n%s", d)
	}
	if c.Machine.Factor() != 2 || !strings.HasPrefix(c.Baseline, "sha256:") || !c.HasBaseline() {
		t.Errorf("machine %+v, baseline %q", c.Machine, c.Baseline)
	}
	for _, x := range read.Yardstick().Times {
		if x.Seconds != 0 {
			t.Errorf("the yardstick holds a measured time: %+v", x)
		}
	}
	raw, err := os.ReadFile(file)
	if err != nil || !strings.HasPrefix(string(raw), "# How long the edge took") {
		t.Errorf("the file does not say what it is: %v\n%s", err, raw)
	}
}

func TestWithoutABaselineNothingIsHeld(t *testing.T) {
	t.Parallel()
	b, err := convergence.Read(os.DirFS(t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	c := b.Against([]verdict.Time{{To: verdict.ToCertificate, Seconds: 63}}, 1)
	if c.HasBaseline() || len(c.Times) != 1 || c.Times[0].Seconds != 63 || c.Times[0].FixedDelaySeconds != 60 {
		t.Errorf("%+v", c)
	}
}

func TestFromRefuses(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change func(*verdict.Verdict)
		says   string
	}{
		"a run that failed":   {func(v *verdict.Verdict) { v.Upgrades[0].Lost = []string{"x"} }, "take one that passed"},
		"the full catalogue":  {func(v *verdict.Verdict) { v.Catalogue = verdict.Full }, "take one"},
		"a run without times": {func(v *verdict.Verdict) { v.Convergence = nil }, "and no times"},
		"a time missing": {
			func(v *verdict.Verdict) { v.Convergence.Times = v.Convergence.Times[1:] },
			"did not measure the time to route",
		},
		"an edited verdict":     {func(v *verdict.Verdict) { v.Specs.Planned = 3 }, "specs finished of 3 planned"},
		"an unmeasured machine": {func(v *verdict.Verdict) { v.Convergence.Machine.Seconds = 0 }, "no times"},
	} {
		v := verdicttest.Upgraded()
		tc.change(v)
		v.Conclude()
		if _, err := convergence.From(v); err == nil || !strings.Contains(err.Error(), tc.says) {
			t.Errorf("%s: %v, want it to say %q", name, err, tc.says)
		}
	}
	slow := verdicttest.Upgraded()
	slow.Convergence.Times[0].Seconds = 99
	slow.Conclude()
	if _, err := convergence.From(slow); err != nil {
		t.Errorf("a run that was slower than the baseline: %v", err)
	}
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ text, says string }{
		"another version": {"version: 2\n", "it is of version 2, want 1; write it again"},
		"a foreign field": {"version: 1\ncolour: red\n", `unknown field "colour"`},
	} {
		dir := t.TempDir()
		file := filepath.Join(dir, "baseline.yaml")
		if err := os.WriteFile(file, []byte(tc.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := convergence.Read(os.DirFS(dir)); err == nil || !strings.Contains(err.Error(), tc.says) {
			t.Errorf("%s: %v, want it to say %q", name, err, tc.says)
		}
	}
}

func TestTheMachineIsMeasured(t *testing.T) {
	t.Parallel()
	if got := convergence.Machine(); got <= 0 || got > 60 {
		t.Errorf("the work took %v s", got)
	}
}
