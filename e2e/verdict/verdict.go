// Package verdict holds the versioned result of a run: the types behind verdict.json, the rules that turn what
// happened into pass, fail, partial or error, and the check that a verdict agrees with itself.
//
// It knows the criteria and nothing else: no cluster, no Ginkgo, no files. Writers are in package report.
package verdict

import (
	"time"

	"github.com/edgeproof/edgeproof/e2e/criteria"
)

// APIVersion and Kind name the contract of verdict.json. A field may be added within a version; none changes
// its meaning.
const (
	APIVersion = "edgeproof/v1alpha1"
	Kind       = "Verdict"
)

// BudgetGoal is the largest ratio of wall time to fixed component delays that a warm run should need. It is a
// goal of the suite, not of the bundle, so missing it is reported and does not change the result.
const BudgetGoal = 1.25

// Verdict is the result of one run. Lists are never null in JSON.
type Verdict struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`

	// Result is set by Conclude. pass: everything planned finished and passed. fail: something was shown to be false.
	// partial: nothing failed, but not everything was proved. error: the suite could not run or finish.
	Result Result `json:"result"`
	// Reasons are whole sentences on why the result is not pass.
	Reasons []string `json:"reasons"`

	Suite   Suite   `json:"suite"`
	Bundle  Bundle  `json:"bundle"`
	Cluster Cluster `json:"cluster"`
	// Delivery is absent where nothing was installed.
	Delivery *Delivery `json:"delivery,omitempty"`
	// Apps are the applications whose routes were judged beside the bundle.
	Apps Content `json:"apps,omitzero"`
	// Baseline is the bundle that the candidate is to replace. Where there is one, the upgrade and the rollback
	// must be shown.
	Baseline *Content `json:"baseline,omitempty"`

	// Shard is the part of a run that this is; absent for a whole run. It promotes nothing: Merge makes one of all parts.
	Shard *Shard `json:"shard,omitempty"`

	// Profile says what could be judged; empty where everything could.
	Profile Profile `json:"profile,omitempty"`

	// Criteria holds every registered criterion, in the registry's order.
	Criteria []Criterion `json:"criteria"`

	// Catalogue says which faults were to be injected.
	Catalogue Catalogue `json:"catalogue,omitempty"`
	Faults    []Fault   `json:"faults"`
	Specs     Specs     `json:"specs"`
	Routes    []Route   `json:"routes"`
	Phases    []Phase   `json:"phases"`
	Budget    Budget    `json:"budget"`

	Convergence *Convergence `json:"convergence,omitempty"`
	Upgrades    []Upgrade    `json:"upgrades,omitempty"`
	// Findings are the causes that the diagnosis names of what is wrong with the bundle's own routes.
	Findings []Finding `json:"findings,omitempty"`
	// Timeline is in the order of time. Omitted counts the entries that it has left out for size.
	Timeline []Entry `json:"timeline,omitempty"`
	Omitted  int     `json:"omitted,omitempty"`

	// Hermetic is absent when the run never measured its seal, which is a reason not to pass.
	Hermetic *Hermetic `json:"hermetic,omitempty"`
	// Error is present when the suite could not run or could not finish.
	Error *Error `json:"error,omitempty"`
}

// Suite says which edgeproof judged, and when (UTC).
type Suite struct {
	Version   string    `json:"version"`
	GoVersion string    `json:"goVersion"`
	Started   time.Time `json:"started"`
	Finished  time.Time `json:"finished"`
	// Seed is that of the order of the faults; the same one gives the same order.
	Seed int64 `json:"seed,omitempty"`
}

// Bundle is the candidate. Digest is over the objects that it renders to ("sha256:…"), so that it does not depend on
// how they are written.
type Bundle struct {
	Path   string  `json:"path"`
	Digest string  `json:"digest"`
	Images []Image `json:"images"`
	// Survey is there where not all of the bundle was judged, or not as it is written.
	Survey *Survey `json:"survey,omitempty"`
}

// Image is one container image of the run. Origin is "pulled" or "built".
type Image struct {
	Name   string `json:"name" jsonschema:"minLength=1"`
	Digest string `json:"digest,omitempty"`
	Origin string `json:"origin,omitempty" jsonschema:"enum=pulled,enum=built"`
}

// Cluster is where the bundle ran. Provider is the container engine behind kind; Kubernetes is the server's version.
type Cluster struct {
	Provider   string `json:"provider"`
	Kubernetes string `json:"kubernetes"`
	// Switches are the feature gates and APIs that are on here and off by default in this minor; empty where there
	// are none.
	Switches string `json:"switches,omitempty"`
}

// Criterion is the judgement of one registered criterion, drawn from every spec that carries its id.
type Criterion struct {
	ID       criteria.ID `json:"id"`
	Text     string      `json:"text" jsonschema:"minLength=1"`
	Result   Result      `json:"result"`
	Seconds  float64     `json:"seconds"`
	Evidence []string    `json:"evidence"`
	// Reason says why it is not passed; Objects names what is at fault, as "Kind namespace/name".
	Reason  string   `json:"reason,omitempty"`
	Objects []string `json:"objects,omitempty"`
	// Cites are the entries of the time line that show it; Reproduce is a command that does it again.
	Cites     []string `json:"cites,omitempty"`
	Reproduce string   `json:"reproduce,omitempty"`
}

// Fault is one injected fault: what had to be diagnosed, what was, and whether it recovered.
type Fault struct {
	ID       string        `json:"id" jsonschema:"minLength=1"`
	Title    string        `json:"title,omitempty"`
	Layer    string        `json:"layer"`
	Criteria []criteria.ID `json:"criteria,omitempty"`
	// Expected and Diagnosed are causes, each "layer/code", the root cause first; none expected means that it only
	// looks like a fault. Cleared are the layers shown not to be at fault.
	Expected         []string `json:"expected"`
	Diagnosed        []string `json:"diagnosed"`
	Cleared          []string `json:"cleared"`
	Result           Result   `json:"result"`
	SecondsToDetect  float64  `json:"secondsToDetect"`
	SecondsToRecover float64  `json:"secondsToHeal,omitempty"`
	// Red are the criteria that it turned red, Green those that stayed so.
	Red   []criteria.ID `json:"red,omitempty"`
	Green []criteria.ID `json:"green,omitempty"`
	// ConventionalChecks are the results of the usual checks at the same moment.
	ConventionalChecks []ConventionalCheck `json:"usual,omitempty"`

	Reason  string   `json:"reason,omitempty"`
	Objects []string `json:"objects,omitempty"`
	// Cites are the entries of the time line that show it; Reproduce is a command that does it again.
	Cites     []string `json:"cites,omitempty"`
	Reproduce string   `json:"reproduce,omitempty"`
}

// Phase is one part of the run's wall time. FixedDelaySeconds is the share that the components' own fixed waits
// account for, on the critical path.
type Phase struct {
	Name              string  `json:"name" jsonschema:"minLength=1"`
	Seconds           float64 `json:"seconds"`
	FixedDelaySeconds float64 `json:"imposedSeconds"`
	// Started is when it began, absent where it was not noted.
	Started time.Time `json:"started,omitzero"`
}

// Hermetic reports whether the run was sealed and what tried to leave. Senders are the sources and destinations
// of the packets that were dropped, in words. UnknownNames are the names that were queried at the fake
// internet's DNS and that it does not know.
type Hermetic struct {
	Sealed         bool     `json:"sealed"`
	DroppedPackets uint64   `json:"droppedPackets"`
	Senders        []string `json:"senders"`
	UnknownNames   []string `json:"unknownNames"`
}

// Error says why the suite could not run or finish: the operation, what went wrong, and what to do about it.
type Error struct {
	Operation string `json:"operation" jsonschema:"minLength=1"`
	Message   string `json:"message" jsonschema:"minLength=1"`
	Remedy    string `json:"remedy,omitempty"`
}

// New starts a verdict in which nothing is proved: every criterion is skipped.
func New(suite Suite) *Verdict {
	v := &Verdict{APIVersion: APIVersion, Kind: Kind, Suite: suite}
	for _, c := range criteria.All() {
		v.Criteria = append(v.Criteria, Criterion{
			ID: c.ID, Text: c.Text, Result: Skipped,
			Reason: "not judged: the run ended before",
		})
	}
	return v
}

// SetError records why the suite could not run. The first error is the cause and stays; later ones are added to
// its message.
func (v *Verdict) SetError(operation string, err error, remedy string) {
	if v.Error == nil {
		v.Error = &Error{Operation: operation, Message: err.Error(), Remedy: remedy}
		return
	}
	v.Error.Message += "; then " + operation + ": " + err.Error()
}
