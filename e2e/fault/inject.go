package fault

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/util/retry"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/edgeproof/edgeproof/e2e/judge"
	"github.com/edgeproof/edgeproof/mocks/control"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

// Injector carries actions out.
type Injector struct {
	Client   client.Client
	Kube     kubernetes.Interface
	Internet *control.Client
}

// Injection is a fault that is in. Heal takes it out.
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
			return nil, errors.Join(fmt.Errorf("inject fault %s: action %d: %w", f.ID, n+1, err), in.Heal(ctx))
		}
		in.undo = append(in.undo, u)
	}
	return in, nil
}

// Heal undoes the actions: last first, but restarts at the end, when what is restarted finds everything back in place.
// It may be called again: what has been undone is not undone twice.
func (in *Injection) Heal(ctx context.Context) error {
	var left []undo
	var errs []error
	slices.SortStableFunc(in.undo, func(a, b undo) int { return cmp.Compare(b.late, a.late) })
	for n := len(in.undo) - 1; n >= 0; n-- {
		if err := in.undo[n].do(ctx); err != nil {
			errs = append(errs, fmt.Errorf("heal: undo %s: %w", in.undo[n].what, err))
			left = append([]undo{in.undo[n]}, left...)
		}
	}
	in.undo = left
	return errors.Join(errs...)
}

func (i *Injector) act(ctx context.Context, a Action) (undo, error) {
	switch {
	case a.Delete != nil:
		return i.remove(ctx, *a.Delete)
	case a.Patch != nil:
		return i.patch(ctx, *a.Patch)
	case a.Restart != nil:
		return i.restart(ctx, *a.Restart)
	case a.Record != nil:
		return i.record(ctx, *a.Record)
	}
	return undo{}, errors.New("no action")
}

func (i *Injector) get(ctx context.Context, o Object) (*unstructured.Unstructured, error) {
	live := &unstructured.Unstructured{}
	live.SetAPIVersion(o.APIVersion)
	live.SetKind(o.Kind)
	if err := i.Client.Get(ctx, client.ObjectKey{Namespace: o.Namespace, Name: o.Name}, live); err != nil {
		return nil, fmt.Errorf("read %s, which the fault breaks: %w", o, err)
	}
	return live, nil
}

func (i *Injector) remove(ctx context.Context, o Object) (undo, error) {
	live, err := i.get(ctx, o)
	if err != nil {
		return undo{}, err
	}
	if err := i.Client.Delete(ctx, live.DeepCopy()); err != nil {
		return undo{}, fmt.Errorf("delete %s: %w", o, err)
	}
	return undo{0, "deletion of " + o.String(), func(ctx context.Context) error {
		return i.Client.Create(ctx, since(fresh(live), live.GetCreationTimestamp()))
	}}, nil
}

// since notes on an object that is made again when it was first made: the order of the workflow is judged by that.
func since(o *unstructured.Unstructured, first metav1.Time) *unstructured.Unstructured {
	annotations := o.GetAnnotations()
	if annotations == nil {
		annotations = map[string]string{}
	}
	if annotations[judge.SinceAnnotation] == "" {
		annotations[judge.SinceAnnotation] = first.UTC().Format(time.RFC3339)
	}
	o.SetAnnotations(annotations)
	return o
}

// fresh is an object as it was, without what only the API server may set.
func fresh(live *unstructured.Unstructured) *unstructured.Unstructured {
	o := live.DeepCopy()
	o.SetResourceVersion("")
	o.SetUID("")
	o.SetManagedFields(nil)
	o.SetCreationTimestamp(metav1.Time{})
	delete(o.Object, "status")
	return o
}

func (i *Injector) patch(ctx context.Context, p Patch) (undo, error) {
	live, err := i.get(ctx, p.Object)
	if err != nil {
		return undo{}, err
	}
	raw, err := json.Marshal(p.JSONPatch)
	if err != nil {
		return undo{}, fmt.Errorf("encode patch of %s: %w", p.Object, err)
	}
	patched := live.DeepCopy()
	if err := i.Client.Patch(ctx, patched, client.RawPatch(types.JSONPatchType, raw)); err != nil {
		return undo{}, fmt.Errorf("patch %s: %w", p.Object, err)
	}
	if patched.GetResourceVersion() == live.GetResourceVersion() {
		return undo{}, fmt.Errorf("patch %s: it changed nothing, so the fault would break nothing", p.Object)
	}
	return undo{0, "patch of " + p.String(), func(ctx context.Context) error {
		return retry.RetryOnConflict(retry.DefaultBackoff, func() error { // controllers write to it too
			now, err := i.get(ctx, p.Object)
			if err != nil {
				return err
			}
			back := fresh(live)
			back.SetResourceVersion(now.GetResourceVersion())
			back.SetUID(now.GetUID())
			return i.Client.Update(ctx, back)
		})
	}}, nil
}

// restart deletes the pods at once: the new ones start with what there is now. Undone, it is done again.
func (i *Injector) restart(ctx context.Context, r Restart) (undo, error) {
	do := func(ctx context.Context) error {
		d, err := i.Kube.AppsV1().Deployments(r.Namespace).Get(ctx, r.Name, metav1.GetOptions{})
		if err != nil {
			return fmt.Errorf("restart Deployment %s/%s: %w", r.Namespace, r.Name, err)
		}
		err = i.Kube.CoreV1().Pods(r.Namespace).DeleteCollection(ctx, metav1.DeleteOptions{GracePeriodSeconds: new(int64)},
			metav1.ListOptions{LabelSelector: metav1.FormatLabelSelector(d.Spec.Selector)})
		if err != nil {
			return fmt.Errorf("restart Deployment %s/%s: %w", r.Namespace, r.Name, err)
		}
		return nil
	}
	return undo{1, "restart of Deployment " + r.Namespace + "/" + r.Name, do}, do(ctx)
}

// record writes at the provider, past its API's tokens, as somebody does in the dashboard.
func (i *Injector) record(ctx context.Context, r Record) (undo, error) {
	filter := control.RecordFilter{Name: r.Name, Type: r.Type}
	before, err := i.Internet.Records(ctx, r.Zone, filter)
	if err != nil {
		return undo{}, fmt.Errorf("read record %s %s: %w", r.Type, r.Name, err)
	}
	if len(before) == 0 {
		return undo{}, fmt.Errorf("change record %s %s: there is none, so the fault would break nothing", r.Type, r.Name)
	}
	if before[0].Content == r.Content {
		return undo{}, fmt.Errorf("change record %s %s: it holds that content already, so the fault would break nothing", r.Type, r.Name)
	}
	if r.Content == "" {
		_, err = i.Internet.DeleteRecords(ctx, r.Zone, filter)
	} else {
		_, err = i.Internet.PutRecord(ctx, r.Zone, control.RecordDraft{Name: r.Name, Type: r.Type, Content: r.Content})
	}
	if err != nil {
		return undo{}, fmt.Errorf("change record %s %s: %w", r.Type, r.Name, err)
	}
	return undo{0, "change of record " + r.Type + " " + r.Name, func(ctx context.Context) error {
		for _, record := range before {
			if err := i.putBack(ctx, r.Zone, record); err != nil {
				return err
			}
		}
		return nil
	}}, nil
}

func (i *Injector) putBack(ctx context.Context, zoneName string, r zone.Record) error {
	_, err := i.Internet.PutRecord(ctx, zoneName, control.RecordDraft{
		Name: r.Name, Type: r.Type, Content: r.Content, TTL: r.TTL, Proxied: r.Proxied, Comment: r.Comment,
	})
	return err
}
