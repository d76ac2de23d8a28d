package diagnose

import (
	"slices"

	"github.com/edgeproof/edgeproof/e2e/edge"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

// Kind says what a finding of a rule means for its layer.
type Kind int

// The kinds of findings.
const (
	Cause   Kind = iota // it breaks its layer
	Symptom             // it breaks its layer, unless a cause that the rule sees explains it: then it is a note
	Wait                // the layer does not work yet, and will without a change; a note
	Note                // it only looks broken, or breaks nothing for this route
	// Upstream breaks its layer where it explains (Rule.Explains) why another layer does not work, whose causes are then
	// notes; it is a note where all else works.
	Upstream
)

// Rule recognizes one pattern, and documents the code that it finds. Several rules may find the same code: they run
// one after the other, and the first of them documents it.
type Rule struct {
	Code Code
	Kind Kind
	// Meaning, Evidence and Remedy document the code; see Entry.
	Meaning, Evidence, Remedy string
	// After are the codes of the same layer that must be looked for before this one. A rule sees their findings,
	// those of its own code and those of the layers before its own, and no others: Has, Broken, Unexplained and the
	// demotion of a Symptom go by these.
	After []Code
	// Fallback says that the rule explains only what no other rule of its layer does: it comes after all rules of its
	// layer that are no fallbacks and do not themselves come after it. Order among fallbacks is given by After.
	Fallback bool
	// Kinds are those of the routes that the rule is about; nil for all.
	Kinds []string
	// Blocks are the layers that cannot work while a cause of this rule is there. Affects, if it is set, leaves out
	// those that do not depend on the object of a finding.
	Blocks  []Layer
	Affects func(*Route, Finding, Layer) bool
	// Explains says that what does not work in another layer follows from a finding of this rule, of kind Upstream.
	Explains func(*Route, Finding, Trouble) bool
	// Find returns what it found, without Code and Layer. It must cost next to nothing on a route that works: no scan
	// of the snapshot, no regular expression. It concludes nothing from the absence of what was not looked at; see
	// Index.Looked.
	Find func(*Route) []Finding
}

// About bounds rules to kinds of routes.
func About(kinds []string, rules ...[]Rule) []Rule {
	out := slices.Concat(rules...)
	for i := range out {
		out[i].Kinds = kinds
	}
	return out
}

// concerns reports whether the rule is about a route; one of no object is looked at as an Ingress is.
func (r *Rule) concerns(route *edge.Route) bool {
	kind := edge.Ingress
	if route != nil {
		kind = route.Kind
	}
	return r.Kinds == nil || slices.Contains(r.Kinds, kind)
}

// Section is one layer of the chain: its rules, and how it is judged beside them.
type Section struct {
	Layer Layer
	Rules []Rule
	// Needs are the facts without which the layer cannot be called clear.
	Needs func(*Route) []Need
	// Works says whether the layer does its work, Clear or Broken, or that it cannot be seen, Unknown; and in one
	// line what was seen. It knows no causes: those are for the rules.
	Works func(*Route) (State, string)
	// Remaining are the errors of components, of the provider and of the CA that no rule knows, the most telling one
	// first: it is quoted as the root of a failure that no rule explains.
	Remaining func(*Route) []Report
	// Adjust changes the remedy of a finding of any layer; nil where the layer has nothing to say of the others.
	Adjust func(*Route, *Finding)
}

// Report is an error as it stands, and the object that it is of.
type Report struct {
	Object string
	Evidence
}

// Need is a kind of fact, and the namespace, host or zone that it is needed of; "" for what belongs to none.
type Need struct {
	Part  facts.Part
	Where string
}

// One is the only finding of a rule.
func One(object, summary string, remedy Remedy, evidence ...Evidence) []Finding {
	return []Finding{{Object: object, Summary: summary, Remedy: remedy, Evidence: evidence}}
}
