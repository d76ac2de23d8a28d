package gitops

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/edgeproof/edgeproof/e2e/await"
	"github.com/edgeproof/edgeproof/e2e/edge/flux"
)

// retries is how often an object that failed is tried again before it has failed permanently. A webhook that is still
// starting refuses once or twice; Flux would try again at its interval, which is minutes.
const retries = 3

// wait is the wait for one delivery.
type wait struct {
	flux     *Flux
	plan     *plan
	revision string
	// meanwhile is what is done by hand beside Flux.
	meanwhile func(context.Context) error

	seen      flux.Set
	requested map[flux.Ref]string // the state in which a reconciliation was requested last
	rounds    int
}

// look is one look at the delivery.
func (w *wait) look(ctx context.Context) await.Answer {
	if err := w.meanwhile(ctx); err != nil {
		return await.Wait("%v", err)
	}
	set, err := w.flux.list(ctx)
	if err != nil {
		return await.Wait("%v", err)
	}
	w.seen = set
	pending, active := w.pending()
	if len(pending) == 0 {
		return await.Done("%s is ready", flux.ShortRevision(w.revision))
	}
	requested := false
	for _, ref := range set.Requestable() {
		requested = w.request(ctx, ref) || requested
	}
	if active || requested {
		return await.Wait("%s", w.explain(pending))
	}
	if w.rounds < retries && w.again(ctx, pending) {
		w.rounds++
		return await.Wait("%s", w.explain(pending))
	}
	return w.verdict(pending)
}

// verdict is the answer where nothing moves by itself: it is permanent where something failed, and a wait where
// all wait for what is being made beside Flux.
func (w *wait) verdict(pending []flux.Ref) await.Answer {
	for _, ref := range pending {
		if o, there := w.seen.Find(ref); there && (o.State == flux.Failed || o.State == flux.Stalled) {
			return await.Fail("%s", w.explain(pending))
		}
	}
	return await.Wait("%s", w.explain(pending))
}

// pending lists what is not delivered yet, and says whether a controller is at work on one of them.
func (w *wait) pending() (pending []flux.Ref, active bool) {
	if git, there := w.seen.Find(w.plan.source); !there || !git.ReadyAt(w.revision) {
		pending = append(pending, w.plan.source)
		active = !there || git.State == flux.Ready || git.State == flux.Reconciling || git.State == flux.New
	}
	for _, ref := range w.plan.expected {
		o, there := w.seen.Find(ref)
		if there && w.delivered(o) {
			continue
		}
		pending = append(pending, ref)
		if there && slices.Contains([]flux.State{flux.Ready, flux.Reconciling, flux.New}, o.State) {
			active = true // ready, but not yet at this revision
		}
	}
	return pending, active
}

// delivered says whether an object has what the bundle has.
func (w *wait) delivered(o flux.Object) bool {
	switch {
	case o.Kind == flux.Kustomization && o.Source == w.plan.source:
		return o.ReadyAt(w.revision)
	case o.Kind == flux.HelmRelease && w.plan.versions[o.Ref] != "":
		return o.State == flux.Ready && strings.TrimPrefix(o.Revision, "v") == strings.TrimPrefix(w.plan.versions[o.Ref],
			"v")
	}
	return o.State == flux.Ready
}

// request asks for a reconciliation, once for each state in which an object is found.
func (w *wait) request(ctx context.Context, ref flux.Ref) bool {
	o, _ := w.seen.Find(ref)
	state := fmt.Sprint(o.State, o.Since, o.HandledRequest, o.Message)
	if w.requested[ref] == state || w.flux.request(ctx, ref) != nil {
		return false
	}
	w.requested[ref] = state
	return true
}

// again has those tried again that failed.
func (w *wait) again(ctx context.Context, pending []flux.Ref) bool {
	asked := false
	for _, ref := range pending {
		if o, there := w.seen.Find(ref); there && o.State == flux.Failed {
			asked = w.flux.request(ctx, ref) == nil || asked
		}
	}
	return asked
}

// explain names the objects at which the delivery ends, each once, with what their controllers say.
func (w *wait) explain(pending []flux.Ref) string {
	var parts []string
	for _, ref := range pending {
		by := ref
		if b, blocked := w.seen.BlockedBy(ref); blocked {
			by = b.By
		}
		text := by.String() + " does not exist yet"
		if o, there := w.seen.Find(by); there {
			text = fmt.Sprintf("%s is %s: %s", by, o.State, strings.Join(strings.Fields(o.Reason+": "+o.Message), " "))
		}
		if !slices.Contains(parts, text) {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, "; ")
}

// List reads all objects of Flux on a cluster; none where their kinds are not served.
func List(ctx context.Context, c client.Reader) (flux.Set, error) {
	var set flux.Set
	for group, kinds := range flux.Kinds() {
		for _, kind := range kinds {
			list := &unstructured.UnstructuredList{}
			list.SetGroupVersionKind(schema.GroupVersionKind{Group: group, Version: flux.Version(group), Kind: kind + "List"})
			if err := c.List(ctx, list); meta.IsNoMatchError(err) {
				continue
			} else if err != nil {
				return nil, fmt.Errorf("list objects of kind %s: %w", kind, err)
			}
			for i := range list.Items {
				o, err := flux.Read(&list.Items[i])
				if err != nil {
					return nil, err
				}
				set = append(set, o)
			}
		}
	}
	return set, nil
}
