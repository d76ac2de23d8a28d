// Package gitops is how a bundle gets into a cluster and is changed there, by an engine: Flux, whose own
// controllers fetch, build, upgrade and prune as they do in production. Without an engine ("rendered") the test
// environment applies what the bundle renders to, in an order of its own.
//
// It knows the engines' objects and how to wait for them. It judges nothing: a bundle that an engine cannot
// deliver is a Delivery that says so.
package gitops

import (
	"context"
	"fmt"
	"time"

	"github.com/edgeproof/edgeproof/e2e/bundle"
	"github.com/edgeproof/edgeproof/e2e/edge/flux"
)

// The engines.
const (
	Auto     = "auto" // Flux for a bundle that has Kustomizations or HelmReleases, else rendered
	FluxName = "flux"
	Rendered = "rendered"
)

// Engine delivers bundles to a cluster.
type Engine interface {
	// Deliver brings the cluster from the bundle that was delivered before, or from none, to this one. While it
	// waits it calls meanwhile again and again: what people do by hand beside an engine. Where the bundle does not
	// become ready the error is an *await.Error, and the Delivery has what there is; any other error is of the
	// test environment.
	Deliver(ctx context.Context, to *bundle.Bundle, meanwhile func(context.Context) error) (Delivery, error)
	// Promote shows that the engine takes over a new revision of the bundle that was delivered: one with an object more,
	// which must come, and then the bundle as it is, by which it must be pruned. It says what was seen. Where that does
	// not happen the error is an *await.Error.
	Promote(ctx context.Context, b *bundle.Bundle) (Promotion, error)
}

// Delivery is what an engine did.
type Delivery struct {
	Engine string `json:"engine"`
	// Versions are those of the engine's controllers, by name.
	Versions map[string]string `json:"versions,omitempty"`
	// Repository is where the bundle was fetched from, and Revision what was fetched: main@sha1:HASH.
	Repository string `json:"repository,omitempty"`
	Revision   string `json:"revision,omitempty"`
	// Pruned are the objects that the engine deleted because the bundle no longer has them.
	Pruned []string `json:"pruned,omitempty"`
	// Objects are the engine's own, as they are at the end.
	Objects flux.Set `json:"-"`
	// Source is the repository's object, and Expected are those of the engine that the bundle has.
	Source   flux.Ref   `json:"-"`
	Expected []flux.Ref `json:"-"`
	// New says that the engine had delivered nothing to the cluster before.
	New bool `json:"-"`
}

// Promotion is what an engine did with a new revision of a bundle.
type Promotion struct {
	Object   string        // that was in the one revision, and not in the next
	By       flux.Ref      // which brought it
	Revision string        // in which it was
	Applied  time.Duration // until it was there
	Pruned   time.Duration // until it was gone again
	After    Delivery      // of the bundle as it is
}

// Choose returns the name of the engine for a bundle: the one that is wanted, or by what the bundle is.
func Choose(wanted string, b *bundle.Bundle) (string, error) {
	switch wanted {
	case FluxName, Rendered:
		return wanted, nil
	case Auto, "":
	default:
		return "", fmt.Errorf("engine %q is unknown: give %s, %s or %s", wanted, Auto, FluxName, Rendered)
	}
	for _, o := range b.Flux {
		if o.GetKind() == flux.Kustomization || o.GetKind() == flux.HelmRelease {
			return FluxName, nil
		}
	}
	return Rendered, nil
}
