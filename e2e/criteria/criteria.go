// Package criteria holds what edgeproof must prove: each criterion is one value in one file, with its id, its text,
// what it needs and waits for, what shows it, and how it is judged. All lists them in the order in which people read
// them.
//
// It does no I/O: equal views give equal judgements, on a saved file as on a live cluster. It knows no spec, no
// fault and no budget; it must not know how facts are collected, who waits for a judgement, or how that is reported.
// A criterion names what is wrong with it, not the root cause of a failure: that is a diagnosis. Specs and faults
// refer to criteria by id; whoever meets an id that is not here has met an orphan and must refuse it.
package criteria

import (
	"regexp"

	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/judge"
)

// ID names a criterion, for instance "DW-4". Ids are stable: reports of different versions may be compared by them.
type ID string

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

// Criterion is one statement that a bundle must make true.
type Criterion struct {
	ID ID
	// Text is the statement as the specification words it; code is in backticks.
	Text string

	// Check judges it; nil for what only faults prove.
	Check func(View) judge.Judgement
	// Needs are the parts of a snapshot without which there is no judgement; none where it needs everything, or no
	// snapshot. Helps are parts that make a reason say more, and are collected for that.
	Needs, Helps []facts.Part
	// Command is the verification command by whose output it is judged; nil for what a snapshot shows.
	Command *Command

	// Waits is what a bundle that was just installed needs time for before the statement can be true; "" for nothing.
	Waits Wait
	// Shown is by which entries of a run's time line it can be seen; "" for what is read from objects alone.
	Shown Trace
	// Installed is true when the criterion fails for a bundle that did not become ready, whatever else is seen.
	Installed bool
	// TooEarly is what goes wrong when the next step of the workflow is done before this one; "" for what is no step.
	TooEarly string
	// Unbroken is why no fault of the catalogue turns it red; "" where one must.
	Unbroken string
	// Adds is what its spec adds to the verdict beside its own result; "" for nothing.
	Adds Addition
}

// Family is the criterion's family.
func (c Criterion) Family() Family { return c.ID.Family() }

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

// Addition names what a spec adds to the verdict.
type Addition string

// What a spec adds.
const (
	Routes   Addition = "routes"   // what the external client sees of each route, and how long it took
	Findings Addition = "findings" // the causes of what is wrong
)
