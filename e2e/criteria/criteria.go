// Package criteria is the registry of what edgeproof must prove: the id, the family and the text of every
// criterion, in the order in which people read them.
//
// It knows no spec, no fault and no cluster. Specs and faults refer to criteria by id; whoever meets an id that
// is not here has met an orphan and must refuse it.
package criteria

import "regexp"

// ID names a criterion, for instance "DW-4". Ids are stable: reports of different versions may be compared by them.
type ID string

// Family groups criteria of one kind. It is the part of an ID before the dash.
type Family string

// The families, each with the title that reports print for it.
const (
	DoneWhen            Family = "DW"
	SafeWorkflow        Family = "WF"
	VerificationCommand Family = "VC"
	FailurePattern      Family = "FP"
	Guardrail           Family = "GR"
	Baseline            Family = "BL"
)

// Title is the family's name for people. An unknown family is its own title.
func (f Family) Title() string {
	switch f {
	case DoneWhen:
		return "Done when"
	case SafeWorkflow:
		return "Safe workflow"
	case VerificationCommand:
		return "Verification commands"
	case FailurePattern:
		return "Common failure patterns"
	case Guardrail:
		return "Guardrail"
	case Baseline:
		return "Baseline"
	}
	return string(f)
}

// Criterion is one statement that a bundle must make true.
type Criterion struct {
	ID ID
	// Text is the statement as the specification words it; code is in backticks.
	Text string
	// Waits is what a bundle that was just installed needs time for before the statement can be true; "" for nothing.
	Waits Wait
	// Shown is by which entries of a run's time line it can be seen; "" for what is read from objects alone.
	Shown Trace
	// Installed is true when the criterion fails for a bundle that did not become ready, whatever else is seen.
	Installed bool
}

// Wait names what takes time.
type Wait string

// What takes time.
const (
	ForIssuers     Wait = "issuers"     // the issuers' accounts at the certificate authority
	ForRecords     Wait = "records"     // a sync of external-dns
	ForCertificate Wait = "certificate" // an issuance
)

// Trace names entries of a time line.
type Trace string

// The entries that show something.
const (
	BySyncs    Trace = "syncs"    // requests of external-dns to the provider
	ByIssuers  Trace = "issuers"  // events of issuers, and their requests to the certificate authority
	ByProbes   Trace = "probes"   // what the external client sees
	ByIssuance Trace = "issuance" // a route's events, and the requests to provider and certificate authority for it
	ByRoutes   Trace = "routes"   // events of the routes
	ByPods     Trace = "pods"     // events of pods
)

// Family is the criterion's family.
func (c Criterion) Family() Family { return c.ID.Family() }

// Family is the part of the id before the dash; empty when the id is malformed.
func (id ID) Family() Family {
	if !WellFormed(string(id)) {
		return ""
	}
	return Family(id[:2])
}

// WellFormed reports whether s looks like a criterion id: two capitals, a dash and a number from 1. It does not
// report whether the criterion exists; a label that is well-formed but unknown is an orphan.
func WellFormed(s string) bool {
	ok, err := regexp.MatchString(`^[A-Z]{2}-[1-9][0-9]*$`, s)
	return err == nil && ok
}

// Families lists every family in the order of All.
func Families() []Family {
	var out []Family
	for _, c := range All() {
		if len(out) == 0 || out[len(out)-1] != c.Family() {
			out = append(out, c.Family())
		}
	}
	return out
}

// Of lists the criteria of one family in order; none when the family is unknown.
func Of(f Family) []Criterion {
	var out []Criterion
	for _, c := range All() {
		if c.Family() == f {
			out = append(out, c)
		}
	}
	return out
}

// Lookup finds a criterion by id. The second result is false for an orphan.
func Lookup(id ID) (Criterion, bool) {
	for _, c := range All() {
		if c.ID == id {
			return c, true
		}
	}
	return Criterion{}, false
}
