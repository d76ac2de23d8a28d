package fault

import (
	"cmp"
	"context"
	"crypto"
	"errors"
	"fmt"
	"slices"
	"sync"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/edgeproof/edgeproof/e2e/await"
	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// Injector carries actions out. One serves all faults of a run, side by side.
type Injector struct {
	Client   client.Client
	Internet *api.Client
	Budgets  await.Budgets

	delays       sync.Mutex                   // over what is read, changed and written as a whole
	repositories map[string]map[string]string // files of delivered routes, by namespace

	keyOnce sync.Once
	signer  crypto.Signer
	keyPEM  []byte
	keyErr  error
}

// Injection is a fault that is in. Undo takes it out.
type Injection struct {
	undo []undo
}

type undo struct {
	late int // 1: after all that are 0
	what string
	do   func(context.Context) error
}

// Inject carries out the fault's actions in order. When one fails, those before it are undone, and the error tells of
// both.
func (i *Injector) Inject(ctx context.Context, f Fault) (*Injection, error) {
	in := &Injection{}
	for n, action := range f.Inject {
		u, err := i.act(ctx, action)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("inject fault %s: action %d: %w", f.ID, n+1, err),
				in.Undo(context.WithoutCancel(ctx)))
		}
		in.undo = append(in.undo, u)
	}
	return in, nil
}

func (i *Injector) act(ctx context.Context, a Action) (undo, error) {
	steps := a.steps()
	if len(steps) != 1 {
		return undo{}, errors.New("no action")
	}
	return steps[0].inject(ctx, i)
}

// Undo undoes the actions: last first, but restarts at the end, when what is restarted finds everything back in place.
// It may be called again: what has been undone is not undone twice.
func (in *Injection) Undo(ctx context.Context) error {
	var left []undo
	var errs []error
	slices.SortStableFunc(in.undo, func(a, b undo) int { return cmp.Compare(b.late, a.late) })
	for n := len(in.undo) - 1; n >= 0; n-- {
		if err := in.undo[n].do(ctx); err != nil {
			errs = append(errs, fmt.Errorf("undo %s: %w", in.undo[n].what, err))
			left = append([]undo{in.undo[n]}, left...)
		}
	}
	in.undo = left
	return errors.Join(errs...)
}
