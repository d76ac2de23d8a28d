package diagnose

import (
	"cmp"
	"slices"
	"strings"
)

// found is a finding with what its rule says of it.
type found struct {
	Finding
	kind   Kind
	blocks []Layer
	// explains are the layers whose causes an Upstream finding is the cause of.
	explains []Layer
}

// add takes a finding of the rule that runs. A symptom that something found before explains, a cause or a wait,
// becomes a note.
func (r *Route) add(f Finding) {
	by := r.running
	f.Code, f.Layer = by.Code, by.layer
	kind := by.Kind
	if kind == Symptom {
		if kind = Cause; r.Broken(by.layer) || r.Blocker(by.layer) != "" || r.waits(by.layer) != "" {
			kind = Note
		}
	}
	blocks := by.Blocks
	if by.Affects != nil {
		blocks = slices.DeleteFunc(slices.Clone(blocks), func(l Layer) bool { return !by.Affects(r, f, l) })
	}
	add := found{Finding: f, kind: kind, blocks: blocks}
	if kind == Upstream {
		if add.kind = Note; r.explain(&add, by) {
			add.kind = Cause
		}
	}
	r.findings = append(r.findings, add)
}

// first is the code of the first finding that is so and that the running rule sees, "" for none.
func (r *Route) first(is func(*found) bool) Code {
	for i := range r.findings {
		f := &r.findings[i]
		if r.running != nil && f.Layer == r.running.layer && !r.running.sees[f.Code] {
			continue
		}
		if is(f) {
			return f.Code
		}
	}
	return ""
}

// Has reports whether one of the codes was found, as a cause or otherwise.
func (r *Route) Has(codes ...Code) bool {
	return r.first(func(f *found) bool { return slices.Contains(codes, f.Code) }) != ""
}

// Broken reports whether a cause was found in the layer.
func (r *Route) Broken(l Layer) bool { return r.cause(l) != "" }

// Blocker is the code of the first cause of another layer that blocks the layer, "" for none.
func (r *Route) Blocker(l Layer) Code {
	return r.first(func(f *found) bool { return f.kind == Cause && f.Layer != l && slices.Contains(f.blocks, l) })
}

// Unexplained reports whether nothing yet explains why a layer does not work: no cause, in it or elsewhere, and
// nothing to wait for in it.
func (r *Route) Unexplained(l Layer) bool {
	return !r.Broken(l) && r.Blocker(l) == "" &&
		r.first(func(f *found) bool { return f.kind == Wait && f.Layer == l }) == ""
}

// cause is the code of the first cause in a layer, "" for none.
func (r *Route) cause(l Layer) Code {
	return r.first(func(f *found) bool { return f.kind == Cause && f.Layer == l })
}

// waits is the code of the first finding that says what the layer waits for, "" for none.
func (r *Route) waits(l Layer) Code {
	return r.first(func(f *found) bool { return f.kind == Wait && (f.Layer == l || slices.Contains(f.blocks, l)) })
}

// link decides the state of a layer. A layer that does not work, though all is known and nothing explains it, is
// broken unattributed.
func (r *Route) link(s *Section) Link {
	state, seen := s.Works(r)
	missing := r.missing(s)
	out := Link{Layer: s.Layer, State: state, Seen: seen}
	switch by, blocker, waits := r.cause(s.Layer), r.Blocker(s.Layer), r.waits(s.Layer); {
	case by != "":
		out.State, out.By, out.Seen = Broken, by, r.summary(by)
	case r.explainedBy(s.Layer) != "":
		out.State, out.By = Blocked, r.explainedBy(s.Layer)
	case state == Clear && missing != "":
		out.State, out.Seen = Unknown, "not looked at: "+missing
	case state == Clear || state == Unknown:
	case blocker != "":
		out.State, out.By = Blocked, blocker
	case waits != "":
		out.State, out.By = Waiting, waits
	case missing != "":
		out.State, out.Seen = Unknown, seen+"; not looked at: "+missing
	default:
		out.By = Unattributed
		r.findings = append(r.findings, r.unattributed(s, seen))
	}
	return out
}

// unattributed is the finding of a layer that does not work for no reason that a rule knows.
func (r *Route) unattributed(s *Section, seen string) found {
	out := Finding{
		Code: Unattributed, Layer: s.Layer, Object: "route " + r.Host, Summary: "no rule explains it: " + seen,
		Evidence: []Evidence{{"layer " + string(s.Layer), seen}},
		Remedy:   Remedy{Text: "save a snapshot and look at its evidence; a rule is missing"},
	}
	if s.Remaining == nil {
		return found{Finding: out}
	}
	for n, report := range s.Remaining(r) {
		if n == 0 { // no rule knows it, and it is not kept back
			out.Object = report.Object
			out.Summary = seen + "; " + report.Source + " says: " + report.Text
			out.Remedy.Text = "correct what the quoted error names; no rule knows more of it"
		}
		out.Evidence = append(out.Evidence, report.Evidence)
	}
	return found{Finding: out}
}

func (r *Route) summary(c Code) string {
	for i := range r.findings {
		if r.findings[i].Code == c {
			return r.findings[i].Summary
		}
	}
	return ""
}

// missing names the facts that the layer needs and that were not looked at, "" for none.
func (r *Route) missing(s *Section) string {
	var out []string
	for _, n := range s.Needs(r) {
		if r.Index.Looked(n.Part, n.Where) {
			continue
		}
		if text := strings.TrimSpace(string(n.Part) + " " + n.Where); !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	return strings.Join(out, ", ")
}

// ranked parts causes from notes. Causes stand in the order of the chain, and one that blocks another's layer before
// it.
func (r *Route) ranked() (causes, notes []Finding) {
	order := Layers()
	slices.SortStableFunc(r.findings, func(a, b found) int {
		switch {
		case slices.Contains(a.blocks, b.Layer) && !slices.Contains(b.blocks, a.Layer) && a.kind == Cause:
			return -1
		case slices.Contains(b.blocks, a.Layer) && !slices.Contains(a.blocks, b.Layer) && b.kind == Cause:
			return 1
		}
		return cmp.Compare(slices.Index(order, a.Layer), slices.Index(order, b.Layer))
	})
	for _, f := range r.findings {
		if f.kind == Cause {
			causes = append(causes, f.Finding)
		} else {
			notes = append(notes, f.Finding)
		}
	}
	return causes, notes
}
