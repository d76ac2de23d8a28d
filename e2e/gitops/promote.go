package gitops

import (
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/edgeproof/edgeproof/e2e/await"
	"github.com/edgeproof/edgeproof/e2e/bundle"
	"github.com/edgeproof/edgeproof/e2e/edge/flux"
)

// promoted is the object that a promotion adds and takes away, and promotedFile its file.
const (
	promoted     = "edgeproof-promotion"
	promotedFile = promoted + ".yaml"
)

// Promote implements Engine.
func (f *Flux) Promote(ctx context.Context, b *bundle.Bundle) (Promotion, error) {
	var out Promotion
	p, err := planOf(b)
	if err != nil {
		return out, err
	}
	by, err := f.promoter(ctx, p)
	if err != nil {
		return out, err
	}
	o := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "ConfigMap",
		"metadata": map[string]any{"namespace": by.Namespace, "name": promoted},
	}}
	out.Object, out.By = "ConfigMap "+by.Namespace+"/"+promoted, by.Ref
	files, err := withObject(p.folder, by.Path, o)
	if err != nil {
		return out, err
	}
	start := f.clock()
	commit, err := f.commit(ctx, p, "one object more", files)
	if err != nil {
		return out, err
	}
	out.Revision = commit.Revision
	if err := f.request(ctx, p.source); err != nil {
		return out, err
	}
	seen := o.DeepCopy()
	_, err = await.Until(ctx, f.Budgets.Delivered, "apply of "+out.Object+", new in "+
		""+flux.ShortRevision(commit.Revision),
		await.Check(func(ctx context.Context) error {
			return f.Client.Get(ctx, client.ObjectKeyFromObject(o), seen)
		}))
	out.Applied = f.clock().Sub(start)
	if err != nil {
		return out, err
	}
	start = f.clock()
	out.After, err = f.Deliver(ctx, b, func(context.Context) error { return nil })
	if err != nil {
		return out, err
	}
	_, err = await.Until(ctx, f.Budgets.Delivered, "pruning of "+out.Object+", which "+
		flux.ShortRevision(out.After.Revision)+" does not have", func(ctx context.Context) await.Answer {
		switch err := f.Client.Get(ctx, client.ObjectKeyFromObject(o), seen); {
		case apierrors.IsNotFound(err):
			return await.Done("gone")
		case err != nil:
			return await.Wait("%v", err)
		}
		return await.Wait("it is still there")
	})
	out.Pruned = f.clock().Sub(start)
	return out, err
}

// promoter is the Kustomization that brings a promotion's object: the first of the bundle's that prunes.
func (f *Flux) promoter(ctx context.Context, p *plan) (flux.Object, error) {
	set, err := f.list(ctx)
	if err != nil {
		return flux.Object{}, err
	}
	for _, ref := range p.expected {
		if o, there := set.Find(ref); there && o.Kind == flux.Kustomization && o.Source == p.source && o.Prune {
			return o, nil
		}
	}
	return flux.Object{}, &await.Error{Cause: await.ErrFailed, Result: await.Result{
		What: "a Kustomization of " + p.source.String() + " that prunes", Answer: await.Fail("none does: set spec.prune"),
	}}
}

// withObject are the files of a folder of the repository with one object more, listed where there is a
// kustomization.yaml.
func withObject(root, folder string, o *unstructured.Unstructured) (map[string][]byte, error) {
	manifest, err := yaml.Marshal(o.Object)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", promoted, err)
	}
	folder = path.Clean(folder)
	files := map[string][]byte{path.Join(folder, promotedFile): manifest}
	for _, name := range []string{"kustomization.yaml", "kustomization.yml", "Kustomization"} {
		name = path.Join(folder, name)
		file := filepath.Join(root, filepath.FromSlash(name))
		raw, err := os.ReadFile(file) // #nosec G304 -- the bundle that the user names
		if err != nil {
			continue // it has another name, or there is none
		}
		var list map[string]any
		if err := yaml.Unmarshal(raw, &list); err != nil {
			return nil, fmt.Errorf("parse %s: %w", name, err)
		}
		resources, _ := list["resources"].([]any)
		list["resources"] = append(slices.Clone(resources), promotedFile)
		if files[name], err = yaml.Marshal(list); err != nil {
			return nil, fmt.Errorf("encode %s: %w", name, err)
		}
		break
	}
	return files, nil
}
