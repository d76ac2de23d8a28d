package fault

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/retry"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/edgeproof/edgeproof/e2e/judge"
)

// Object names a Kubernetes object.
type Object struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Namespace  string `json:"namespace,omitempty"`
	Name       string `json:"name"`
}

func (o Object) String() string {
	if o.Namespace == "" {
		return o.Kind + " " + o.Name
	}
	return o.Kind + " " + o.Namespace + "/" + o.Name
}

func (o Object) named(action string) error {
	if o.APIVersion == "" || o.Kind == "" || o.Name == "" {
		return fmt.Errorf("%s: give apiVersion, kind and name", action)
	}
	return nil
}

// Manifest is an object that is made, and removed again.
type Manifest map[string]any

func (m Manifest) object() *unstructured.Unstructured {
	return (&unstructured.Unstructured{Object: m}).DeepCopy()
}

func (m Manifest) check() error {
	o := m.object()
	return Object{o.GetAPIVersion(), o.GetKind(), o.GetNamespace(), o.GetName()}.named("apply")
}

func (m Manifest) inject(ctx context.Context, i *Injector) (undo, error) {
	o := m.object()
	name := Object{o.GetAPIVersion(), o.GetKind(), o.GetNamespace(), o.GetName()}
	if err := i.Client.Create(ctx, o); err != nil {
		return undo{}, fmt.Errorf("make %s: %w", name, err)
	}
	return undo{0, "making of " + name.String(), func(ctx context.Context) error {
		return client.IgnoreNotFound(i.Client.Delete(ctx, o, client.PropagationPolicy(metav1.DeletePropagationBackground)))
	}}, nil
}

// byHand is whose change a patch is: that of a person with kubectl.
const byHand = "kubectl-patch"

// Patch changes an object by RFC 6902, as a person does with kubectl.
type Patch struct {
	Object `json:",inline"`
	// Status patches the status, as the controller that owns it would.
	Status    bool             `json:"status,omitempty"`
	JSONPatch []map[string]any `json:"jsonPatch"`
}

func (p *Patch) check() error {
	if len(p.JSONPatch) == 0 {
		return errors.New("patch.jsonPatch: no operation")
	}
	for n, operation := range p.JSONPatch {
		if operation["op"] == nil || operation["path"] == nil {
			return fmt.Errorf("patch.jsonPatch[%d]: give op and path", n)
		}
	}
	return p.named("patch")
}

func (p *Patch) inject(ctx context.Context, i *Injector) (undo, error) {
	live, err := i.get(ctx, p.Object)
	if err != nil {
		return undo{}, err
	}
	raw, err := json.Marshal(p.JSONPatch)
	if err != nil {
		return undo{}, fmt.Errorf("encode patch of %s: %w", p.Object, err)
	}
	patched := live.DeepCopy()
	patch := client.RawPatch(types.JSONPatchType, raw)
	if p.Status {
		err = i.Client.Status().Patch(ctx, patched, patch)
	} else {
		err = i.Client.Patch(ctx, patched, patch, client.FieldOwner(byHand))
	}
	if err != nil {
		return undo{}, fmt.Errorf("patch %s: %w", p.Object, err)
	}
	if patched.GetResourceVersion() == live.GetResourceVersion() {
		return undo{}, fmt.Errorf("patch %s: %w", p.Object, errNothing)
	}
	return undo{0, "patch of " + p.String(), func(ctx context.Context) error { return p.putBack(ctx, i, live) }}, nil
}

// putBack writes what the patch can have changed as it was: the status, or all but the status.
func (p *Patch) putBack(ctx context.Context, i *Injector, was *unstructured.Unstructured) error {
	return retry.RetryOnConflict(retry.DefaultBackoff, func() error { // controllers write to it too
		now, err := i.get(ctx, p.Object)
		if err != nil {
			return err
		}
		if p.Status {
			now.Object["status"] = was.DeepCopy().Object["status"]
			return i.Client.Status().Update(ctx, now)
		}
		back := fresh(was)
		back.SetResourceVersion(now.GetResourceVersion())
		back.SetUID(now.GetUID())
		return i.Client.Update(ctx, back)
	})
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

func (o *Object) check() error { return o.named("delete") }

// inject deletes the object.
func (o *Object) inject(ctx context.Context, i *Injector) (undo, error) {
	live, err := i.get(ctx, *o)
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
