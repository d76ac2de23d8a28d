package verdict

import "time"

// Direction says which way the bundle was changed.
type Direction string

// The directions. A candidate that cannot be left again is no candidate, so both are tried and judged alike.
const (
	// Forward: from the baseline to the candidate.
	Forward Direction = "upgrade"
	// Rollback: from the candidate back to the baseline.
	Rollback Direction = "rollback"
)

// ErrorBudget is the largest share of the probes of one host and kind that may fail while the bundle is
// changed. A run may state a smaller one, and no larger.
const ErrorBudget = 0.01

// Content names a bundle and what it says. Digest is over the objects that it renders to ("sha256:…").
type Content struct {
	Path   string `json:"path"`
	Digest string `json:"digest"`
}

// Upgrade is one change of the bundle under the requests of external clients: what the change did to them, and to what
// the edge keeps. It holds evidence and no result: whether it is good enough is for Objections to say,
// from the evidence alone.
type Upgrade struct {
	Direction Direction `json:"direction"`
	From      Content   `json:"from"`
	To        Content   `json:"to"`
	// Started is when the first object was changed; Seconds later everything was ready again.
	Started time.Time `json:"started"`
	Seconds float64   `json:"seconds"`
	// Unfinished says why the change or its judgement did not come to an end; empty when it did.
	Unfinished string `json:"unfinished,omitempty"`

	// ErrorBudget is the share of the probes of each host and kind that may fail.
	ErrorBudget float64      `json:"errorBudget" jsonschema:"maximum=1"`
	Probes      []Probe      `json:"probes"`
	Points      []ProbePoint `json:"points"`

	// Compared counts what was compared with what was there before; where it is 0 nothing was judged.
	Compared Compared `json:"compared"`
	// Recreated are records that were deleted and created again, Owners those whose registry owner changed.
	Recreated []Recreated   `json:"recreated"`
	Owners    []OwnerChange `json:"owners"`
	Reissued  []Reissued    `json:"reissued"`
	// Lapses are the times in which an issuer was not ready.
	Lapses []Lapse `json:"lapses"`
	// Lost is what the cluster knew before and no longer knows: a CustomResourceDefinition, or a version that
	// objects are stored in.
	Lost []string `json:"lost"`
	// Broken is what no longer works after the change, each with its own status.
	Broken []string `json:"broken,omitempty"`
	// Renewal is that of a certificate issued before the change.
	Renewal Renewal `json:"renewal"`

	// Changes are the effects of the change, good or bad, each with what shows it.
	Changes []Change `json:"changes"`
	// Cites are the entries of the time line that show it.
	Cites []string `json:"cites,omitempty"`
	// Reproduce is a command that does it again.
	Reproduce string `json:"reproduce,omitempty"`
}

// ProbeKind is the protocol of a probe.
type ProbeKind string

// The kinds of probes.
const (
	ProbeDNS   ProbeKind = "dns"
	ProbeHTTPS ProbeKind = "https"
)

// Probe counts the requests of one kind to one host during the change.
type Probe struct {
	Host   string    `json:"host" jsonschema:"minLength=1"`
	Kind   ProbeKind `json:"kind"`
	Sent   int       `json:"sent"`
	Failed int       `json:"failed"`
}

// ProbePoint is one probe, for a plot. Every failed one is kept; of those that were answered, as many as a plot needs.
type ProbePoint struct {
	// At is seconds since the change began; negative before.
	At           float64   `json:"at"`
	Host         string    `json:"host" jsonschema:"minLength=1"`
	Kind         ProbeKind `json:"kind"`
	OK           bool      `json:"ok"`
	Milliseconds float64   `json:"ms"`
	Error        string    `json:"error,omitempty"`
}

// Compared counts what of each kind was compared with what was there before.
type Compared struct {
	Records      int `json:"records"`
	Certificates int `json:"certificates"`
	Issuers      int `json:"issuers"`
	Definitions  int `json:"definitions"`
}

// Recreated is a record that was deleted and created again: in between, or as long as resolvers keep the "no",
// it was not there.
type Recreated struct {
	Name    string    `json:"name" jsonschema:"minLength=1"`
	Type    string    `json:"type" jsonschema:"minLength=1"`
	Deleted time.Time `json:"deleted"`
	Created time.Time `json:"created"`
}

// OwnerChange is a record whose registry names another owner than before. No owner is empty.
type OwnerChange struct {
	Name   string `json:"name" jsonschema:"minLength=1"`
	Type   string `json:"type" jsonschema:"minLength=1"`
	Before string `json:"before"`
	After  string `json:"after"`
}

// Reissued is a certificate with another serial than before. Reason is why it had to be; none means that
// it was not required.
type Reissued struct {
	Certificate  string `json:"certificate" jsonschema:"minLength=1"` // "Certificate namespace/name"
	SerialBefore string `json:"serialBefore"`
	SerialAfter  string `json:"serialAfter"`
	Reason       string `json:"reason,omitempty"`
}

// Lapse is a time in which an issuer was not ready.
type Lapse struct {
	Issuer  string  `json:"issuer" jsonschema:"minLength=1"`
	At      float64 `json:"at"` // seconds since the change began
	Seconds float64 `json:"seconds"`
	Message string  `json:"said,omitempty"`
}

// Renewal is the first renewal after the change of a certificate that was issued before it.
type Renewal struct {
	Certificate  string  `json:"certificate"`
	Done         bool    `json:"done"`
	SerialBefore string  `json:"serialBefore"`
	SerialAfter  string  `json:"serialAfter"`
	Seconds      float64 `json:"seconds"`
	// Served says that an external client met the new leaf.
	Served bool   `json:"served"`
	Reason string `json:"reason,omitempty"`
}

// Change is one effect that the change of the bundle had.
type Change struct {
	Subject  string   `json:"subject" jsonschema:"minLength=1"`
	Text     string   `json:"text" jsonschema:"minLength=1"`
	Evidence []string `json:"evidence"`
}
