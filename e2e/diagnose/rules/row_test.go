package rules_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/diagnose/rules"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/probe"
)

// change breaks a world in one way.
type change func(*facts.Snapshot)

func all(changes ...change) change {
	return func(s *facts.Snapshot) {
		for _, c := range changes {
			c(s)
		}
	}
}

// row is one pattern: a change, and the one cause or note that must come of it. The credential and routing must
// be clear, as must be the two other layers where their state is not given.
type row struct {
	name   string
	kind   string // of the route, "" for an Ingress; see kinds
	change change
	cause  string // code; no other cause may be there
	note   string // code; with no cause it is what object, seen and remedy are of
	object string
	seen   string // in summary or evidence
	remedy string // in the command

	routing, dns, certificate diagnose.State
}

func check(t *testing.T, rows []row) {
	t.Helper()
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			r.check(t)
		})
	}
}

func (r row) check(t *testing.T) {
	t.Helper()
	s := healthy().Snapshot
	target := route()
	if target.Kind = r.kind; r.kind != "" {
		kinds()[r.kind](s)
	}
	if r.change != nil {
		r.change(s)
	}
	d := rules.Explain(s, target)
	findings := d.Causes
	if r.cause == "" {
		findings = d.Notes
		if len(d.Causes) > 0 {
			t.Errorf("causes where none was expected")
		}
	}
	if r.note != "" && !slices.ContainsFunc(d.Notes, func(f diagnose.Finding) bool { return string(f.Code) == r.note }) {
		t.Errorf("no note %s", r.note)
	}
	if r.cause+r.note != "" {
		r.checkFinding(t, findings)
	}
	for _, link := range d.Chain {
		want := map[diagnose.Layer]diagnose.State{
			diagnose.Routing: r.routing, diagnose.DNS: r.dns,
			diagnose.Certificate: r.certificate,
		}[link.Layer]
		if want == "" {
			want = diagnose.Clear
		}
		if link.State != want {
			t.Errorf("layer %s is %s, not %s: %s", link.Layer, link.State, want, link.Seen)
		}
	}
	if healthy := r.routing+r.dns+r.certificate == ""; d.Healthy != healthy {
		t.Errorf("healthy is %v", d.Healthy)
	}
	if t.Failed() {
		for _, f := range d.Causes {
			t.Logf("cause %+v", f)
		}
		for _, f := range d.Notes {
			t.Logf("note %+v", f)
		}
	}
}

func (r row) checkFinding(t *testing.T, findings []diagnose.Finding) {
	t.Helper()
	want := r.cause
	if want == "" {
		want = r.note
	}
	if len(findings) != 1 || string(findings[0].Code) != want {
		t.Errorf("%d findings, not %s alone", len(findings), want)
		return
	}
	f := findings[0]
	if e, ok := rules.Describe(f.Code); !ok || e.Layer != f.Layer && f.Code != diagnose.Unattributed {
		t.Errorf("%s is not documented in layer %s", f.Code, f.Layer)
	}
	text := f.Summary
	for _, e := range f.Evidence {
		if e.Source == "" || e.Text == "" {
			t.Errorf("evidence without source or text: %+v", e)
		}
		text += "\n" + e.Source + ": " + e.Text
	}
	switch {
	case r.object != "" && f.Object != r.object:
		t.Errorf("object %q, not %q", f.Object, r.object)
	case !strings.Contains(text, r.seen):
		t.Errorf("nothing tells of %q:\n%s", r.seen, text)
	case !strings.Contains(f.Remedy.Command, r.remedy):
		t.Errorf("command %q has no %q", f.Remedy.Command, r.remedy)
	case f.Summary == "" || f.Remedy.Text == "" || len(f.Evidence) == 0:
		t.Errorf("says too little")
	}
}

// serve changes what HTTPS shows, by name and at the address.
func serve(s *facts.Snapshot, with func(*probe.Handshake)) {
	p := s.Probes[host]
	for _, rep := range []*probe.Report{p.HTTPS, p.RawIP} {
		h := *rep.TLS
		h.Chain = slices.Clone(h.Chain)
		with(&h)
		if rep.TLS = &h; !h.Verified {
			rep.OK, rep.Failed, rep.Class, rep.Error = false, probe.StepTLS, probe.ClassUnknownAuthority, h.VerifyError
		}
	}
}
