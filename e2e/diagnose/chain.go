package diagnose

import (
	"cmp"
	"slices"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/facts"
)

// found is a finding with what its rule says of it.
type found struct {
	Finding
	kind   kind
	blocks []Layer
}

// layer is how one layer of the chain is judged beside its rules.
type layer struct {
	name Layer
	// needs are the facts without which the layer can not be called clear.
	needs func(*route) []need
	// works says whether the layer does its work, Clear or Broken, or that it cannot be seen, Unknown; and in one line what was seen.
	// It knows no causes: those are for the rules.
	works func(*route) (State, string)
}

// need is a kind of fact, and the namespace, host or zone that it is needed of; "" for what belongs to none.
type need struct {
	part  facts.Part
	where string
}

// links lists the layers in the order of the chain.
func links() []layer {
	return []layer{
		{Credential, credentialNeeds, credentialWorks},
		{Routing, routingNeeds, routingWorks},
		{DNS, dnsNeeds, dnsWorks},
		{Certificate, certificateNeeds, certificateWorks},
	}
}

// add takes a finding of a rule. A symptom that something found before explains, a cause or a wait, becomes a note.
func (r *route) add(by *rule, f Finding) {
	f.Code, f.Layer = by.code, by.layer
	k := by.kind
	if k == symptom {
		k = cause
		if r.broken(by.layer) || r.blocker(by.layer) != "" || r.waits(by.layer) != "" {
			k = note
		}
	}
	blocks := by.blocks
	if by.hurts != nil {
		blocks = slices.DeleteFunc(slices.Clone(blocks), func(l Layer) bool { return !by.hurts(r, f, l) })
	}
	r.findings = append(r.findings, found{Finding: f, kind: k, blocks: blocks})
}

// broken reports whether a cause was found in the layer.
func (r *route) broken(l Layer) bool { return r.first(cause, l) != "" }

// has reports whether one of the codes was found, as a cause or otherwise.
func (r *route) has(codes ...Code) bool {
	return slices.ContainsFunc(r.findings, func(f found) bool { return slices.Contains(codes, f.Code) })
}

// first is the code of the first finding of a kind in a layer, "" for none.
func (r *route) first(k kind, l Layer) Code {
	for i := range r.findings {
		if f := &r.findings[i]; f.kind == k && f.Layer == l {
			return f.Code
		}
	}
	return ""
}

// blocker is the code of the first cause of another layer that blocks the layer, "" for none.
func (r *route) blocker(l Layer) Code {
	for i := range r.findings {
		if f := &r.findings[i]; f.kind == cause && f.Layer != l && slices.Contains(f.blocks, l) {
			return f.Code
		}
	}
	return ""
}

// waits is the code of the first finding that says what the layer waits for, "" for none.
func (r *route) waits(l Layer) Code {
	for i := range r.findings {
		if f := &r.findings[i]; f.kind == wait && (f.Layer == l || slices.Contains(f.blocks, l)) {
			return f.Code
		}
	}
	return ""
}

// link decides the state of a layer. A layer that does not work, though all is known and nothing explains it, is broken unattributed.
func (r *route) link(l layer) Link {
	state, seen := l.works(r)
	missing := r.missing(l)
	out := Link{Layer: l.name, State: state, Seen: seen}
	switch by, blocker, waits := r.first(cause, l.name), r.blocker(l.name), r.waits(l.name); {
	case by != "":
		out.State, out.By, out.Seen = Broken, by, r.summary(by)
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
		evidence := []Evidence{{"layer " + string(l.name), seen}}
		if l.name == Certificate { // of another challenge than DNS-01 there are no rules, and it says itself what it lacks
			for _, s := range r.sayings() {
				evidence = append(evidence, s.evidence())
			}
		}
		r.findings = append(r.findings, found{Finding: Finding{
			Code: Unattributed, Layer: l.name, Object: "route " + r.Host, Summary: "nothing that was looked at explains it: " + seen,
			Evidence: evidence,
			Remedy:   Remedy{Text: "save a snapshot and look at its evidence; a rule is missing"},
		}})
	}
	return out
}

func (r *route) summary(c Code) string {
	for i := range r.findings {
		if r.findings[i].Code == c {
			return r.findings[i].Summary
		}
	}
	return ""
}

// missing names the facts that the layer needs and that were not looked at, "" for none.
func (r *route) missing(l layer) string {
	var out []string
	for _, n := range l.needs(r) {
		if r.looked(n.part, n.where) {
			continue
		}
		if text := strings.TrimSpace(string(n.part) + " " + n.where); !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	return strings.Join(out, ", ")
}

// ranked parts causes from notes. Causes stand in the order of the chain, and one that blocks another's layer before it.
func (r *route) ranked() (causes, notes []Finding) {
	order := Layers()
	slices.SortStableFunc(r.findings, func(a, b found) int {
		switch {
		case slices.Contains(a.blocks, b.Layer) && !slices.Contains(b.blocks, a.Layer) && a.kind == cause:
			return -1
		case slices.Contains(b.blocks, a.Layer) && !slices.Contains(a.blocks, b.Layer) && b.kind == cause:
			return 1
		}
		return cmp.Compare(slices.Index(order, a.Layer), slices.Index(order, b.Layer))
	})
	for _, f := range r.findings {
		if f.kind == cause {
			causes = append(causes, f.Finding)
		} else {
			notes = append(notes, f.Finding)
		}
	}
	return causes, notes
}
