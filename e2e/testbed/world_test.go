package testbed

import (
	"context"
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"
)

// world is a test environment of the reference bundle on a cluster where everything becomes ready as soon as it
// is applied.
type world struct {
	testbed   *Testbed
	events    []string          // what was applied, created and deleted, in order
	on        map[string]func() // called at an event
	never     string            // "Kind namespace/name" of what never becomes ready
	refuse    string            // "Kind namespace/name" of what is refused permanently
	untrusted int               // looks at trust until the admission policy acts
	trials    int               // looks at trust
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{on: map[string]func(){}}
	c := builder(t).WithInterceptorFuncs(interceptor.Funcs{
		Get: func(ctx context.Context, c client.WithWatch, key client.ObjectKey, o client.Object,
			opts ...client.GetOption,
		) error {
			err := c.Get(ctx, key, o, opts...)
			if live, ok := o.(*unstructured.Unstructured); ok && err == nil && describe(live) != w.never {
				become(live)
			}
			return err
		},
		Patch: func(ctx context.Context, c client.WithWatch, o client.Object, p client.Patch,
			opts ...client.PatchOption,
		) error {
			applied, ok := o.(*unstructured.Unstructured)
			if !ok || p.Type() != types.ApplyPatchType {
				return c.Patch(ctx, o, p, opts...)
			}
			if describe(applied) == w.refuse {
				return apierrors.NewInvalid(schema.GroupKind{Kind: applied.GetKind()}, applied.GetName(), nil)
			}
			if dryRun(opts) {
				return nil
			}
			w.saw("apply " + describe(applied))
			// The tracker applies by schemas, which it has not for custom resources; whole objects do as well here.
			whole := applied.DeepCopy()
			whole.SetResourceVersion("")
			err := c.Create(ctx, whole)
			if !apierrors.IsAlreadyExists(err) || whole.GetKind() != "Deployment" {
				return client.IgnoreAlreadyExists(err)
			}
			live := object(t, "apiVersion: apps/v1\nkind: Deployment\n")
			if err := c.Get(ctx, client.ObjectKeyFromObject(whole), live); err != nil {
				return err
			}
			whole.SetResourceVersion(live.GetResourceVersion())
			whole.SetGeneration(live.GetGeneration())
			return c.Update(ctx, whole)
		},
		Create: func(ctx context.Context, c client.WithWatch, o client.Object, opts ...client.CreateOption) error {
			if secret, ok := o.(*corev1.Secret); ok {
				w.saw("create Secret " + secret.Namespace + "/" + secret.Name)
			}
			if pod, ok := o.(*corev1.Pod); ok {
				w.admit(t, pod, opts)
				return nil
			}
			return c.Create(ctx, o, opts...)
		},
		Delete: func(ctx context.Context, c client.WithWatch, o client.Object, opts ...client.DeleteOption) error {
			err := c.Delete(ctx, o, opts...)
			if deleted, ok := o.(*unstructured.Unstructured); ok && err == nil {
				w.saw("delete " + describe(deleted))
			}
			return err
		},
	}).Build()
	for _, kubeadms := range []string{
		"apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: kube-proxy, namespace: kube-system, generation: 1}\n",
		"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: coredns, namespace: kube-system, generation: 1}\nspec: " +
			"{replicas: 2}\n",
	} {
		if err := c.Create(t.Context(), object(t, kubeadms)); err != nil {
			t.Fatal(err)
		}
	}
	w.testbed = newTestbed(t, c)
	w.testbed.Bundle, w.testbed.Apps = reference(t)
	w.testbed.Traefik = Traefik
	w.testbed.Node = &fakeNode{out: counter}
	return w
}

// admit answers a look at trust: a pod as the admission policy makes it, once that acts.
func (w *world) admit(t *testing.T, pod *corev1.Pod, opts []client.CreateOption) {
	t.Helper()
	all := &client.CreateOptions{}
	all.ApplyOptions(opts)
	if !slices.Contains(all.DryRun, "All") {
		t.Error("a look at trust makes a pod")
	}
	env := corev1.EnvVar{Name: "KUBERNETES_SERVICE_HOST", Value: "10.96.0.1"}
	if w.trials++; w.trials > w.untrusted {
		env = corev1.EnvVar{Name: "SSL_CERT_FILE", Value: "/run/roots.pem"}
	}
	pod.Spec.Containers[0].Env = []corev1.EnvVar{env}
}

func (w *world) saw(event string) {
	w.events = append(w.events, event)
	if f := w.on[event]; f != nil {
		f()
	}
}

func dryRun(opts []client.PatchOption) bool {
	all := &client.PatchOptions{}
	all.ApplyOptions(opts)
	return slices.Contains(all.DryRun, "All")
}

// become gives an object the status that its controller would.
func become(o *unstructured.Unstructured) {
	condition := func(kind string) map[string]any { return map[string]any{"type": kind, "status": "True"} }
	switch o.GetKind() {
	case "Deployment":
		o.Object["status"] = map[string]any{
			"observedGeneration": o.GetGeneration(), "replicas": int64(1), "updatedReplicas": int64(1),
			"readyReplicas":     int64(1),
			"availableReplicas": int64(1), "conditions": []any{condition("Available")},
		}
	case "DaemonSet":
		o.Object["status"] = map[string]any{
			"observedGeneration": o.GetGeneration(), "desiredNumberScheduled": int64(1), "currentNumberScheduled": int64(1),
			"updatedNumberScheduled": int64(1), "numberAvailable": int64(1), "numberReady": int64(1),
		}
	case "Job":
		o.Object["status"] = map[string]any{"startTime": "2026-01-01T00:00:00Z", "conditions": []any{condition("Complete")}}
	case "CustomResourceDefinition":
		o.Object["status"] = map[string]any{"conditions": []any{condition("NamesAccepted"), condition("Established")}}
	case "ClusterIssuer":
		o.Object["status"] = map[string]any{"conditions": []any{condition("Ready")}}
	}
}
