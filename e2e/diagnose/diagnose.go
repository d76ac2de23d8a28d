// Package diagnose is the engine that explains, from a snapshot alone, why a route does not work: it walks the
// chain delivery, shared credential, routing, DNS, certificate, and names the first broken link with its
// evidence and its remedy.
//
// It gives the rules of each layer one view of a route, Route, over an Index of the snapshot, runs them in an
// order that they name themselves (Rule.After), and judges the layers by what they found. The rules are
// packages of their own below rules; package rules composes them, and is what callers want. The engine imports
// none of them.
//
// Of each route it reports the state of each layer, and at least one cause unless all are clear. A layer is
// called clear only when it was seen to work; blocked when it does not, and a cause in another layer is enough
// to explain that; waiting when it recovers with time alone; unknown when the facts are missing. What no rule
// explains is called unattributed: it does not guess. What only looks broken, and what follows from a cause,
// are notes.
//
// It does no I/O and knows no clock but the snapshot's, so the same snapshot gives the same diagnosis, byte for
// byte, anywhere. It must not know the suite, its fixtures or its faults: it is as useful on a live cluster.
package diagnose

import (
	"cmp"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/edgeproof/edgeproof/e2e/edge"
)

// Layer is the part of the edge that a cause lies in.
type Layer string

// The layers, in the order of the chain.
const (
	Delivery    Layer = "delivery"
	Credential  Layer = "shared-credential" //nolint:gosec // a name
	Routing     Layer = "routing"
	DNS         Layer = "dns"
	Certificate Layer = "certificate"
)

// Layers lists the layers in the order of the chain.
func Layers() []Layer { return []Layer{Delivery, Credential, Routing, DNS, Certificate} }

// State is what became of a layer of one route.
type State string

// The states of a layer.
const (
	Clear   State = "clear"   // shown not to be at fault
	Broken  State = "broken"  // a cause lies here
	Blocked State = "blocked" // it cannot work while another layer is broken; not at fault itself
	Waiting State = "waiting" // it does not work yet, and will without a change
	Unknown State = "unknown" // the facts do not say: not looked at, or no right to
)

// Target is the route to explain.
type Target struct {
	// Host is the name that people use.
	Host string `json:"host"`
	// Ingress is the object that has the host, an Ingress unless Kind says otherwise; empty when no object has it.
	Ingress types.NamespacedName `json:"ingress,omitzero"`
	// Kind is that of the object, "" for an Ingress.
	Kind string `json:"kind,omitempty"`
}

// TargetOf is a host as one object has it.
func TargetOf(host string, s edge.Source) Target {
	out := Target{Host: host, Ingress: types.NamespacedName{Namespace: s.Namespace, Name: s.Name}}
	if s.Kind != edge.Ingress {
		out.Kind = s.Kind
	}
	return out
}

// Source is the object that has the host.
func (t Target) Source() edge.Source {
	return edge.Source{Kind: cmp.Or(t.Kind, edge.Ingress), Namespace: t.Ingress.Namespace, Name: t.Ingress.Name}
}

// Diagnosis says what is wrong with one route, or that nothing is.
type Diagnosis struct {
	Target
	Time    time.Time `json:"time"` // of the snapshot
	Healthy bool      `json:"healthy"`
	// Chain holds each layer once, in the order of Layers.
	Chain []Link `json:"chain"`
	// Causes are the findings that explain the failure, the root cause first; several when they are independent of
	// each other.
	Causes []Finding `json:"causes,omitempty"`
	// Notes tell what only looks broken, or is not a cause of this failure, and why.
	Notes []Finding `json:"notes,omitempty"`
}

// Link is one layer of the chain.
type Link struct {
	Layer Layer `json:"layer"`
	State State `json:"state"`
	// By is the code of the finding that breaks or blocks the layer, or that says what it waits for.
	By Code `json:"by,omitempty"`
	// Seen says in one line what speaks for the state.
	Seen string `json:"seen,omitempty"`
}

// Finding is one thing found.
type Finding struct {
	Code  Code  `json:"code"`
	Layer Layer `json:"layer"`
	// Object is what must be changed: "Secret cert-manager/cloudflare-api-token", "record develop.safeops.work A".
	Object string `json:"object"`
	// Summary is one sentence for a person.
	Summary  string     `json:"summary"`
	Evidence []Evidence `json:"evidence"`
	Remedy   Remedy     `json:"remedy"`
}

// Evidence is one fact that a finding rests on, and where it was read.
type Evidence struct {
	// Source is an object ("Challenge develop/frontend-tls-1"), "probe https://…", "DNS authority", "log
	// external-dns", "journal".
	Source string `json:"source"`
	Text   string `json:"text"`
}

// Remedy says what to do.
type Remedy struct {
	Text string `json:"text"`
	// Command does it, where one command can; it names the real objects.
	Command string `json:"command,omitempty"`
}
