package fault

import (
	"context"
	"errors"
	"fmt"

	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// Action is one step of an injection; exactly one field is set. Each is undone when the fault is undone.
type Action struct {
	Apply   Manifest `json:"apply,omitempty"`
	Delete  *Object  `json:"delete,omitempty"`
	Patch   *Patch   `json:"patch,omitempty"`
	Scale   *Scale   `json:"scale,omitempty"`
	Restart *Restart `json:"restart,omitempty"`
	Renew   *Renew   `json:"renew,omitempty"`

	Secret      *Value       `json:"secret,omitempty"`
	Certificate *Certificate `json:"certificate,omitempty"`
	TokenEdit   *TokenEdit   `json:"tokenEdit,omitempty"`

	Record   *Record   `json:"record,omitempty"`
	Zone     *Zone     `json:"zone,omitempty"`
	Internet *Internet `json:"internet,omitempty"`
	Validity *Validity `json:"validity,omitempty"`
	Delay    *Delay    `json:"delay,omitempty"`

	Commit    *Commit    `json:"commit,omitempty"`
	Protect   *Protect   `json:"protect,omitempty"`
	Reconcile *Reconcile `json:"reconcile,omitempty"`
}

// step is how an action is checked and carried out.
type step interface {
	// check says which field is wrong; its text begins with the action's name.
	check() error
	inject(ctx context.Context, i *Injector) (undo, error)
}

// steps lists the actions that are set.
func (a Action) steps() []step {
	var out []step
	for _, s := range []struct {
		set  bool
		step step
	}{
		{a.Apply != nil, a.Apply},
		{a.Delete != nil, a.Delete},
		{a.Patch != nil, a.Patch},
		{a.Scale != nil, a.Scale},
		{a.Restart != nil, a.Restart},
		{a.Renew != nil, a.Renew},
		{a.Secret != nil, a.Secret},
		{a.Certificate != nil, a.Certificate},
		{a.TokenEdit != nil, a.TokenEdit},
		{a.Record != nil, a.Record},
		{a.Zone != nil, a.Zone},
		{a.Internet != nil, a.Internet},
		{a.Validity != nil, a.Validity},
		{a.Delay != nil, a.Delay},
		{a.Commit != nil, a.Commit},
		{a.Protect != nil, a.Protect},
		{a.Reconcile != nil, a.Reconcile},
	} {
		if s.set {
			out = append(out, s.step)
		}
	}
	return out
}

// breaksApplication says that the action changes the route's application, or how its Service finds it.
func (a Action) breaksApplication() bool {
	const own = "${namespace}"
	return a.Scale != nil && a.Scale.Namespace == own || a.Restart != nil && a.Restart.Namespace == own ||
		a.Patch != nil && a.Patch.Namespace == own && (a.Patch.Kind == "Deployment" || a.Patch.Kind == "Service")
}

// Named is a namespaced object of a kind that the action knows.
type Named struct {
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
}

func (n Named) check(action string) error {
	if n.Namespace == "" || n.Name == "" {
		return fmt.Errorf("%s: give namespace and name", action)
	}
	return nil
}

// one says that exactly one of several fields must be set.
func one(action, fields string, set ...bool) error {
	n := 0
	for _, s := range set {
		if s {
			n++
		}
	}
	if n != 1 {
		return fmt.Errorf("%s: give exactly one of %s", action, fields)
	}
	return nil
}

// errNothing refuses an action that would leave everything as it is: a fault that breaks nothing must not pass for one
// that was injected.
var errNothing = errors.New("it is so already, so the fault would break nothing")

// Delay makes the name servers publish changes of a name late.
type Delay api.Delay
