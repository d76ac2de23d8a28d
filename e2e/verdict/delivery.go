package verdict

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/criteria"
)

// Rendered is the engine of a run that applied what the bundle renders to, without a GitOps engine.
const Rendered = "rendered"

// Delivery says how the bundle got into the cluster: by which engine, and at which revision.
type Delivery struct {
	// Engine is "flux", or Rendered where the suite applied the bundle itself.
	Engine string `json:"engine" jsonschema:"enum=flux,enum=rendered"`
	// Versions are those of the engine's controllers, by name.
	Versions map[string]string `json:"versions,omitempty"`
	// Repository is the URL that the engine fetched the bundle from, and Revision what it fetched.
	Repository string `json:"repository,omitempty"`
	Revision   string `json:"revision,omitempty"`
	// Unsupported are the faults of the catalogue that were left out, since only an engine can have them.
	Unsupported []string `json:"unsupported,omitempty"`
}

// String is the delivery in one line: "flux (helm-controller v1.4.3) at main@sha1:… of https://…".
func (d Delivery) String() string {
	var versions []string
	for _, name := range slices.Sorted(maps.Keys(d.Versions)) {
		versions = append(versions, name+" "+d.Versions[name])
	}
	text := d.Engine
	if len(versions) > 0 {
		text += " (" + strings.Join(versions, ", ") + ")"
	}
	if d.Revision != "" {
		text += " at " + d.Revision + " of " + cmp.Or(d.Repository, "its repository")
	}
	if len(d.Unsupported) > 0 {
		text += ", without the " + count(len(d.Unsupported), "fault", "faults") + " of delivery that need an engine"
	}
	return text
}

// Judges reports whether the run judges criteria of a family: not what its profile leaves out, and delivery only
// where an engine delivered.
func (v *Verdict) Judges(f criteria.Family) bool {
	rendered := v.Delivery != nil && v.Delivery.Engine == Rendered
	return v.Profile.Judges(f) && (f != criteria.Delivery || !rendered)
}

// Counted is how many criteria passed, of how many that the run judges.
func (v *Verdict) Counted() (passed, judged int) {
	for _, c := range v.Criteria {
		if c.Result == Passed {
			passed++
		}
		if v.Judges(c.ID.Family()) {
			judged++
		}
	}
	return passed, judged
}

// NeedsEngine is why a part of a run without an engine is not judged.
const NeedsEngine = "not judged: the bundle was applied as it is rendered, without a GitOps engine; ENGINE=flux " +
	"judges it"

func (d *Delivery) engine() string {
	if d == nil {
		return ""
	}
	return d.Engine
}
