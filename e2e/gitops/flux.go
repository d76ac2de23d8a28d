package gitops

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/edgeproof/edgeproof/e2e/await"
	"github.com/edgeproof/edgeproof/e2e/bundle"
	"github.com/edgeproof/edgeproof/e2e/edge/flux"
	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// fieldOwner is whose fields the objects are that `flux install` and `flux bootstrap` apply.
const fieldOwner = "flux"

// Internet is where the bundle's repository and its charts are published.
type Internet interface {
	CommitFiles(ctx context.Context, url string, change api.GitChange, archive io.Reader) (api.GitCommit, error)
	PublishChart(ctx context.Context, repository string, archive io.Reader) (api.Published, error)
}

// Charts returns the archive of one version of a chart.
type Charts func(ctx context.Context, repository, name, version string) ([]byte, error)

// Flux is the engine of Flux's own controllers. Its zero value lacks everything; all fields are needed.
type Flux struct {
	Client   client.Client
	Internet Internet
	Charts   Charts
	// Components are the controllers and their definitions, for a bundle that does not bring its own.
	Components []*unstructured.Unstructured
	Budgets    await.Budgets
	Logf       func(format string, args ...any)

	now func() time.Time
}

// Deliver implements Engine.
func (f *Flux) Deliver(ctx context.Context, to *bundle.Bundle, meanwhile func(context.Context) error) (Delivery,
	error,
) {
	d := Delivery{Engine: FluxName}
	p, err := planOf(to)
	if err != nil {
		return d, err
	}
	commit, err := f.publish(ctx, to, p)
	if err != nil {
		return d, err
	}
	d.Repository, d.Revision, d.Source, d.Expected = p.url, commit.Revision, p.source, p.expected
	before, err := f.list(ctx)
	if err != nil {
		return d, err
	}
	d.New = len(before) == 0
	if err := f.start(ctx, p); err != nil {
		return d, err
	}
	w := &wait{flux: f, plan: p, meanwhile: meanwhile, revision: d.Revision, requested: map[flux.Ref]string{}}
	_, err = await.Until(ctx, f.Budgets.Delivered, "delivery of "+flux.ShortRevision(d.Revision)+" by Flux", w.look)
	d.Objects, d.Pruned = w.seen, gone(before, w.seen)
	if versions, listErr := f.versions(ctx); listErr == nil { // they are for the report alone
		d.Versions = versions
	}
	return d, err
}

// publish puts the charts and the bundle's folder where Flux will fetch them.
func (f *Flux) publish(ctx context.Context, b *bundle.Bundle, p *plan) (api.GitCommit, error) {
	for _, c := range p.charts {
		archive, err := f.Charts(ctx, c.repository, c.name, c.version)
		if err != nil {
			return api.GitCommit{}, err
		}
		if _, err := f.Internet.PublishChart(ctx, c.repository, bytes.NewReader(archive)); err != nil {
			return api.GitCommit{}, fmt.Errorf("publish chart %s %s: %w", c.name, c.version, err)
		}
	}
	commit, err := f.commit(ctx, p, "bundle "+b.Digest, nil)
	if err == nil {
		f.Logf("%s as it stands is %s of %s", p.folder, flux.ShortRevision(commit.Revision), p.url)
	}
	return commit, err
}

// commit publishes the bundle's folder with some files more, or in the place of its own.
func (f *Flux) commit(ctx context.Context, p *plan, message string, more map[string][]byte) (api.GitCommit, error) {
	var archive bytes.Buffer
	if err := archiveFolder(p.folder, &archive, more); err != nil {
		return api.GitCommit{}, err
	}
	change := api.GitChange{Branch: p.branch, Message: message}
	if p.tag != "" {
		change.Tags = []string{p.tag}
	}
	return f.Internet.CommitFiles(ctx, p.url, change, &archive)
}

// start installs the controllers, unless they are there, and what the delivery starts from; where that is there
// too, it requests a reconciliation, as `flux reconcile source git` does.
func (f *Flux) start(ctx context.Context, p *plan) error {
	if err := f.install(ctx, p); err != nil {
		return err
	}
	for _, o := range p.bootstrap {
		if err := f.apply(ctx, o); err != nil {
			return err
		}
	}
	return f.request(ctx, p.source)
}

func (f *Flux) install(ctx context.Context, p *plan) error {
	components := p.components
	if !slices.ContainsFunc(components, func(o *unstructured.Unstructured) bool { return o.GetKind() == "Deployment" }) {
		components = f.Components
	}
	first := func(o *unstructured.Unstructured) int {
		return slices.Index([]string{"Namespace", "CustomResourceDefinition"}, o.GetKind())
	}
	components = slices.Clone(components)
	slices.SortStableFunc(components, func(a, b *unstructured.Unstructured) int {
		rank := func(o *unstructured.Unstructured) int {
			if r := first(o); r >= 0 {
				return r
			}
			return len(components)
		}
		return rank(a) - rank(b)
	})
	for _, o := range components {
		if err := f.apply(ctx, o); err != nil {
			return err
		}
	}
	return nil // what is applied next waits for the definitions, and Deliver for the controllers
}

// apply applies an object, and again while its kind is not served yet.
func (f *Flux) apply(ctx context.Context, o *unstructured.Unstructured) error {
	_, err := await.Until(ctx, f.Budgets.ObjectApplied, fmt.Sprintf("apply of %s %s", o.GetKind(), o.GetName()),
		await.Check(func(ctx context.Context) error {
			return f.Client.Apply(ctx, client.ApplyConfigurationFromUnstructured(o.DeepCopy()), client.ForceOwnership,
				client.FieldOwner(fieldOwner))
		}))
	return err
}

// request asks for a reconciliation at once, as `flux reconcile` does.
func (f *Flux) request(ctx context.Context, ref flux.Ref) error {
	o := flux.Blank(ref)
	at := f.clock().Format(time.RFC3339Nano)
	patch := fmt.Sprintf(`{"metadata":{"annotations":{%q:%q}}}`, flux.RequestedAt, at)
	if err := f.Client.Patch(ctx, o, client.RawPatch(types.MergePatchType, []byte(patch))); err != nil {
		return fmt.Errorf("request a reconciliation of %s: %w", ref, err)
	}
	return nil
}

func (f *Flux) clock() time.Time {
	if f.now != nil {
		return f.now()
	}
	return time.Now()
}

// list reads all that Flux has on the cluster; nothing where its kinds are not served.
func (f *Flux) list(ctx context.Context) (flux.Set, error) {
	return List(ctx, f.Client)
}

// versions are those of the controllers.
func (f *Flux) versions(ctx context.Context) (map[string]string, error) {
	var deployments appsv1.DeploymentList
	if err := f.Client.List(ctx, &deployments, client.InNamespace(fluxNamespace)); err != nil {
		return nil, fmt.Errorf("list Flux's controllers: %w", err)
	}
	out := map[string]string{}
	for _, d := range deployments.Items {
		for _, c := range d.Spec.Template.Spec.Containers {
			if name, tag, found := strings.Cut(c.Image[strings.LastIndex(c.Image, "/")+1:], ":"); found &&
				strings.HasSuffix(name, "-controller") {
				out[name], _, _ = strings.Cut(tag, "@")
			}
		}
	}
	return out, nil
}

// gone lists what Flux had applied and no longer has.
func gone(before, after flux.Set) []string {
	there := map[flux.Applied]bool{}
	for _, o := range after {
		for _, a := range o.Inventory {
			there[a] = true
		}
	}
	names := map[string]bool{}
	for _, o := range before {
		for _, a := range o.Inventory {
			if !there[a] {
				names[a.String()] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(names))
}
