package gitops

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	"github.com/edgeproof/edgeproof/e2e/await"
	"github.com/edgeproof/edgeproof/e2e/bundle"
	"github.com/edgeproof/edgeproof/e2e/edge/flux"
	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// remote is an internet in memory: each commit has a number.
type remote struct {
	commits int
	charts  []string
}

func (r *remote) CommitFiles(_ context.Context, _ string, change api.GitChange, archive io.Reader) (api.GitCommit,
	error,
) {
	r.commits++
	_, err := io.Copy(io.Discard, archive)
	return api.GitCommit{Branch: change.Branch, Revision: fmt.Sprintf("%s@sha1:%040d", change.Branch, r.commits)}, err
}

func (r *remote) PublishChart(_ context.Context, repository string, archive io.Reader) (api.Published, error) {
	raw, err := io.ReadAll(archive)
	r.charts = append(r.charts, repository+" "+string(raw))
	return api.Published{}, err
}

// controllers stand in for Flux: at each step every object gets the status that its controller would give it.
type controllers struct {
	client.Client

	remote *remote
	broken map[string]string // name of a Kustomization to the message with which it fails
	seen   map[string]string // name to the request that was carried out
	steps  int
}

func (c *controllers) step(ctx context.Context) error {
	c.steps++
	set, err := List(ctx, c.Client)
	if err != nil {
		return err
	}
	for _, o := range set {
		live := flux.Blank(o.Ref)
		if err := c.Get(ctx, client.ObjectKeyFromObject(live), live); err != nil {
			return err
		}
		status := c.status(set, o, live)
		if status == nil {
			continue
		}
		if err := unstructured.SetNestedMap(live.Object, status, "status"); err != nil {
			return err
		}
		if err := c.Update(ctx, live); err != nil {
			return err
		}
	}
	return nil
}

func (c *controllers) status(set flux.Set, o flux.Object, live *unstructured.Unstructured) map[string]any {
	revision := fmt.Sprintf("main@sha1:%040d", c.remote.commits)
	requested := live.GetAnnotations()[flux.RequestedAt]
	if o.Kind == flux.GitRepository {
		return map[string]any{
			"conditions": condition("True", "Succeeded", ""),
			"artifact":   map[string]any{"revision": revision},
		}
	}
	for _, ref := range o.DependsOn {
		if d, _ := set.Find(ref); !d.ReadyAt(revision) {
			return map[string]any{"conditions": condition("False", "DependencyNotReady", "waits for "+ref.Name)}
		}
	}
	if o.State == flux.Waiting && requested == c.seen[o.Name] {
		return nil // until the next interval, which no test waits for, or a request
	}
	c.seen[o.Name] = requested
	if message := c.broken[o.Name]; message != "" {
		return map[string]any{"conditions": condition("False", "BuildFailed", message), "lastHandledReconcileAt": requested}
	}
	return map[string]any{
		"conditions": condition("True", "ReconciliationSucceeded", ""), "lastAppliedRevision": revision,
		"lastHandledReconcileAt": requested,
		"inventory":              map[string]any{"entries": []any{map[string]any{"id": fmt.Sprintf("develop_route-%d_networking.k8s.io_Ingress", c.remote.commits), "v": "v1"}}},
	}
}

func condition(status, reason, message string) []any {
	return []any{map[string]any{
		"type": "Ready", "status": status, "reason": reason, "message": message,
		"lastTransitionTime": time.Unix(0, 0).UTC().Format(time.RFC3339),
	}}
}

// engine is Flux on a cluster in memory.
func engine(t *testing.T) (*Flux, *controllers) {
	t.Helper()
	s := runtime.NewScheme()
	if err := clientgoscheme.AddToScheme(s); err != nil {
		t.Fatal(err)
	}
	for group, kinds := range flux.Kinds() {
		for _, kind := range kinds {
			gvk := schema.GroupVersionKind{Group: group, Version: flux.Version(group), Kind: kind}
			s.AddKnownTypeWithName(gvk, &unstructured.Unstructured{})
			s.AddKnownTypeWithName(gvk.GroupVersion().WithKind(kind+"List"), &unstructured.UnstructuredList{})
			metav1.AddToGroupVersion(s, gvk.GroupVersion())
		}
	}
	c := fake.NewClientBuilder().WithScheme(s).Build()
	r := &remote{}
	budget := await.Budget{Name: "brief", Timeout: time.Minute, Interval: time.Millisecond, Why: "a test"}
	f := &Flux{
		Client: c, Internet: r, Budgets: await.Budgets{ObjectApplied: budget, Delivered: budget}, Logf: t.Logf,
		Charts: func(_ context.Context, _, name, version string) ([]byte, error) {
			return []byte(name + " " + version), nil
		},
		Components: []*unstructured.Unstructured{
			parse(t, "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: source-controller, namespace: "+
				"flux-system}\nspec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, "+
				"spec: {containers: [{name: manager, image: 'ghcr.io/fluxcd/source-controller:v1.9.6'}]}}}"),
			parse(t, "apiVersion: v1\nkind: Namespace\nmetadata: {name: flux-system}"),
		},
	}
	return f, &controllers{Client: c, remote: r, seen: map[string]string{}, broken: map[string]string{}}
}

// started has the objects that the root Kustomization would apply.
func (c *controllers) started(t *testing.T, b *bundle.Bundle) {
	t.Helper()
	for _, o := range b.Flux {
		if o.GetKind() == flux.Kustomization {
			if err := c.Create(t.Context(), o.DeepCopy()); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestDeliver(t *testing.T) {
	t.Parallel()
	f, c := engine(t)
	b := made(t, []string{"first", "next"}, firstKustomization, nextKustomization, releaseOfChart, chartRepository)
	b.Flux = slices.DeleteFunc(b.Flux, func(o bundle.Object) bool { return o.GetKind() == flux.HelmRelease })
	c.started(t, b)
	d, err := f.Deliver(t.Context(), b, c.step)
	if err != nil {
		t.Fatal(err)
	}
	if d.Engine != FluxName || d.Repository != defaultURL ||
		d.Revision != "main@sha1:0000000000000000000000000000000000000001" || d.Versions["source-controller"] != "v1.9.6" {
		t.Errorf("delivery %+v", d)
	}
	for _, name := range []string{"first", "next", "edge"} {
		if o, there := d.Objects.Find(flux.Ref{Kind: flux.Kustomization, Namespace: "flux-system", Name: name}); !there ||
			!o.ReadyAt(d.Revision) {
			t.Errorf("Kustomization %s: %+v", name, o)
		}
	}
	again, err := f.Deliver(t.Context(), b, c.step)
	if err != nil {
		t.Fatal(err)
	}
	if again.Revision == d.Revision || !slices.Equal(again.Pruned, []string{"Ingress develop/route-1"}) {
		t.Errorf("the next delivery: %+v", again)
	}
}

func TestDeliverFails(t *testing.T) {
	t.Parallel()
	f, c := engine(t)
	c.broken["first"] = "kustomization path not found"
	b := made(t, []string{"first", "next"}, firstKustomization, nextKustomization)
	c.started(t, b)
	d, err := f.Deliver(t.Context(), b, c.step)
	var late *await.Error
	if !errors.As(err, &late) {
		t.Fatalf("Deliver = %v, want an *await.Error", err)
	}
	if text := err.Error(); !strings.Contains(text, "Kustomization flux-system/first is failed: BuildFailed: "+
		"kustomization path not found") || strings.Contains(text, "flux-system/next is") {
		t.Errorf("Deliver = %v, want the object that is to blame and no other", err)
	}
	if d.Revision == "" || len(d.Objects) == 0 {
		t.Errorf("delivery %+v, want what there is", d)
	}
	if c.steps > 100 {
		t.Errorf("%d looks at what does not change", c.steps)
	}
}

func TestDeliverTriesAgain(t *testing.T) {
	t.Parallel()
	f, c := engine(t)
	c.broken["first"] = "failed calling webhook"
	b := made(t, []string{"first"}, firstKustomization)
	c.started(t, b)
	if _, err := f.Deliver(t.Context(), b, func(ctx context.Context) error {
		if c.seen["first"] != "" { // it was tried again
			delete(c.broken, "first")
		}
		return c.step(ctx)
	}); err != nil {
		t.Error(err)
	}
}

func TestPublishCharts(t *testing.T) {
	t.Parallel()
	f, c := engine(t)
	p := &plan{
		folder: t.TempDir(), charts: []chartOf{{"https://charts.example.com", "edge", "1.2.3"}}, branch: "main",
		url: defaultURL,
	}
	if _, err := f.publish(t.Context(), &bundle.Bundle{}, p); err != nil {
		t.Fatal(err)
	}
	if want := []string{"https://charts.example.com edge 1.2.3"}; !slices.Equal(c.remote.charts, want) {
		t.Errorf("published %v, want %v", c.remote.charts, want)
	}
}

func TestChoose(t *testing.T) {
	t.Parallel()
	ours := made(t, nil, firstKustomization)
	for wanted, want := range map[string]string{
		"": FluxName, Auto: FluxName, FluxName: FluxName, Rendered: Rendered,
		"argo": "",
	} {
		got, err := Choose(wanted, ours)
		if got != want || (err != nil) != (want == "") {
			t.Errorf("Choose(%q) = %q, %v; want %q", wanted, got, err, want)
		}
	}
	if got, _ := Choose(Auto, &bundle.Bundle{}); got != Rendered {
		t.Errorf("Choose of plain manifests = %q", got)
	}
}

func TestPackChartIsTheSameAgain(t *testing.T) {
	t.Parallel()
	source := fixed{}
	first, err := ChartsOf(source)(t.Context(), "https://charts.example.com", "edge", "1.2.3")
	if err != nil {
		t.Fatal(err)
	}
	again, err := ChartsOf(source)(t.Context(), "https://charts.example.com", "edge", "1.2.3")
	if err != nil || !bytes.Equal(first, again) {
		t.Errorf("another archive of the same chart, %v", err)
	}
}
