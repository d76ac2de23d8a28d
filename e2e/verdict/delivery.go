package verdict

import (
	"cmp"
	"maps"
	"slices"
	"strings"
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
	return text
}

func (d *Delivery) engine() string {
	if d == nil {
		return ""
	}
	return d.Engine
}
