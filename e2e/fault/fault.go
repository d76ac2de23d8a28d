// Package fault loads faults, injects them and undoes them.
//
// A fault is a folder of fixtures/faults; see the README there for its fields. This package knows actions and how each
// is undone, and no fault by name. Whether a fault is seen is judged elsewhere.
package fault

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/fluxcd/pkg/envsubst"

	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

// Fault is one fault.yaml.
type Fault struct {
	ID      string         `json:"id"`
	Pattern criteria.ID    `json:"pattern"`
	Layer   diagnose.Layer `json:"layer"`
	Title   string         `json:"title"`
	Story   string         `json:"story"`
	// Smoke puts the fault into the small catalogue, which every run proves.
	Smoke bool `json:"smoke,omitempty"`
	Alone bool `json:"alone,omitempty"`
	// Route says when the route is asked for, and Issue that its certificate is asked of its issuer rather than restored.
	Route When `json:"route"`
	Issue bool `json:"issue,omitempty"`
	// Application is Own where the fault breaks the application itself; other routes share one.
	Application Application `json:"application,omitempty"`
	// Delivered says by what Flux delivers the route from Git; such faults run only where the engine is Flux.
	Delivered Delivered `json:"delivered,omitempty"`
	// After is Sync where external-dns would repair what is broken: it is then injected while its next sync is not near.
	After After `json:"after,omitempty"`
	// Within says what the fault must show up without, or after.
	Within Within `json:"within"`
	// Watch is the route that is judged and explained while the fault is in, where that is not the fault's own.
	Watch  *Watch   `json:"watch,omitempty"`
	Inject []Action `json:"inject"`
	Expect Expect   `json:"expect"`

	Red        Red           `json:"red,omitempty"`
	Green      []criteria.ID `json:"green,omitempty"`
	RawIPCheck bool          `json:"naive,omitempty"`
}

// When says when a fault's route is asked for.
type When string

// When a fault's route is asked for.
const (
	RouteBefore When = "before" // a healthy route is broken
	RouteDuring When = "during" // the route is asked for while the fault is in
)

// Application says which application a fault's route leads to.
type Application string

// Own is an application of the route's own.
const Own Application = "own"

// Delivered says what brings a route to the cluster.
type Delivered string

// What brings a route: a Kustomization with its manifests, or one with a HelmRelease.
const (
	ByKustomization Delivered = "kustomization"
	ByRelease       Delivered = "release"
)

// After says what a fault's injection waits for.
type After string

// Sync is external-dns's last sync, over and less than half an interval ago: what is broken then stays so long
// enough to be seen, and what would make a sync fail, which all routes share, meets none.
const Sync After = "sync"

// Within names the wait after which a fault must have been seen.
type Within string

// The waits, each with the budget of that name.
const (
	AtOnce       Within = "at-once"  // nothing but the controllers' own work
	NextSync     Within = "sync"     // external-dns's next sync
	NextIssuance Within = "issuance" // an ACME challenge, or an answer of the CA
)

// Watch is a route beside the fault's own; what is empty is as in that.
type Watch struct {
	Host      string `json:"host,omitempty"`
	Namespace string `json:"namespace,omitempty"`
	Ingress   string `json:"ingress,omitempty"`
}

// Red maps a criterion that must turn red to a text that its reason must contain.
type Red map[criteria.ID]string

// IDs lists the criteria in order.
func (r Red) IDs() []criteria.ID {
	ids := make([]criteria.ID, 0, len(r))
	for id := range r {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// Covers lists the criteria that the fault shows to be worth something: those that it turns red, and its
// pattern, which is the promise that just this is detected, attributed and undone. What only looks broken
// covers nothing.
func (f Fault) Covers() []criteria.ID {
	if f.Expect.Healthy() {
		return nil
	}
	ids := append(f.Red.IDs(), f.Pattern)
	slices.Sort(ids)
	return slices.Compact(ids)
}

// Fill returns the fault with ${…} replaced in its actions and texts. A name that is not given is an error.
func (f Fault) Fill(variables map[string]string) (Fault, error) {
	raw, err := json.Marshal(f) // JSON: in YAML a value like n or 1e3 would change its type
	if err != nil {
		return Fault{}, fmt.Errorf("fill fault %s: %w", f.ID, err)
	}
	filled, err := envsubst.Eval(string(raw), func(name string) (string, bool) {
		value, ok := variables[name]
		return value, ok
	})
	if err != nil {
		return Fault{}, fmt.Errorf("fill fault %s: %w", f.ID, err)
	}
	var out Fault
	if err := json.Unmarshal([]byte(filled), &out); err != nil {
		return Fault{}, fmt.Errorf("fill fault %s: %w", f.ID, err)
	}
	return out, nil
}
