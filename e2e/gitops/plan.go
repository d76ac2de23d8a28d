package gitops

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/edgeproof/edgeproof/e2e/bundle"
	"github.com/edgeproof/edgeproof/e2e/edge/flux"
)

// Where a bundle is served whose own repository does not say: as the root of a repository of its own, by the name that
// `flux bootstrap` gives.
const (
	defaultURL    = "https://git.edgeproof.dev/bundle"
	defaultBranch = "main"
	fluxNamespace = "flux-system"
	// branchOfNone is what Flux fetches where a GitRepository names no reference.
	branchOfNone = "master"
)

// plan is what Flux needs outside the cluster to deliver a bundle, and what is applied by hand first.
type plan struct {
	folder     string // the root of the repository
	source     flux.Ref
	url        string
	branch     string
	tag        string
	bootstrap  []*unstructured.Unstructured // the GitRepository and the Kustomizations that start everything
	components []*unstructured.Unstructured // Flux's controllers, where the bundle brings them
	charts     []chartOf
	expected   []flux.Ref
	versions   map[flux.Ref]string // of charts, by HelmRelease
}

// chartOf is one version of a chart in the repository that a HelmRelease names.
type chartOf struct{ repository, name, version string }

func planOf(b *bundle.Bundle) (*plan, error) {
	set, err := fluxObjects(b)
	if err != nil {
		return nil, err
	}
	p := &plan{versions: map[flux.Ref]string{}}
	if err := p.repository(b, set); err != nil {
		return nil, err
	}
	for _, o := range set.Of(flux.Kustomization, flux.HelmRelease) {
		if o.State != flux.Suspended {
			p.expected = append(p.expected, o.Ref)
		}
	}
	for _, o := range p.bootstrap {
		if ref := (flux.Ref{
			Kind: o.GetKind(), Namespace: o.GetNamespace(),
			Name: o.GetName(),
		}); o.GetKind() == flux.Kustomization && !slices.Contains(p.expected, ref) {
			p.expected = append(p.expected, ref)
		}
	}
	for _, o := range b.Objects() {
		if o.GetLabels()["app.kubernetes.io/part-of"] == "flux" {
			p.components = append(p.components, o.Unstructured)
		}
	}
	return p, p.releases(b, set)
}

// fluxObjects reads the bundle's objects of Flux.
func fluxObjects(b *bundle.Bundle) (flux.Set, error) {
	var set flux.Set
	for _, o := range b.Flux {
		if !flux.Known(o.Unstructured) {
			continue
		}
		read, err := flux.Read(o.Unstructured)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", o.Source, err)
		}
		set = append(set, read)
	}
	return set, nil
}

// repository finds the GitRepository that the Kustomizations name, and what starts the delivery: what stands in
// its file, as in gotk-sync.yaml. Where the bundle has no GitRepository, both are those of `flux bootstrap`.
func (p *plan) repository(b *bundle.Bundle, set flux.Set) error {
	p.source = flux.Ref{Kind: flux.GitRepository, Namespace: fluxNamespace, Name: fluxNamespace}
	var paths []string
	for _, o := range set.Of(flux.Kustomization) {
		if o.Source.Kind == flux.GitRepository {
			p.source = o.Source
			paths = append(paths, o.Path)
		}
	}
	var err error
	if p.folder, err = rootOf(b.Path, paths); err != nil {
		return err
	}
	git, there := set.Find(p.source)
	if !there {
		below, err := filepath.Rel(p.folder, b.Path)
		if err != nil {
			return fmt.Errorf("place of %s in its repository: %w", b.Path, err)
		}
		p.url, p.branch = defaultURL, defaultBranch
		p.bootstrap = []*unstructured.Unstructured{
			gitRepository(p.source, p.url, p.branch),
			rootKustomization(p.source, "./"+filepath.ToSlash(below)),
		}
		return nil
	}
	p.url, p.branch = git.URL, branchOfNone
	kind, name, _ := strings.Cut(git.Wanted, " ")
	switch kind {
	case "branch":
		p.branch = name
	case "tag":
		p.tag = name
	case "":
	default:
		return fmt.Errorf("%s fetches %s: the suite serves branches and tags; name one of them in spec.ref", git.Ref,
			git.Wanted)
	}
	p.bootstrap = together(b, p.source)
	return nil
}

// together lists a GitRepository and the Kustomizations that start from it: those of its file, or all where it
// stands alone.
func together(b *bundle.Bundle, source flux.Ref) []*unstructured.Unstructured {
	file := func(o bundle.Object) string {
		before, _, _ := strings.Cut(o.Source, ": ")
		return before
	}
	var git *bundle.Object
	for i := range b.Flux {
		if o := b.Flux[i]; o.GetKind() == source.Kind && o.GetNamespace() == source.Namespace && o.GetName() == source.Name {
			git = &b.Flux[i]
		}
	}
	var beside, all []*unstructured.Unstructured
	for _, o := range b.Flux {
		if o.GetKind() != flux.Kustomization {
			continue
		}
		all = append(all, o.Unstructured)
		if file(o) == file(*git) {
			beside = append(beside, o.Unstructured)
		}
	}
	if len(beside) == 0 {
		beside = all
	}
	return append([]*unstructured.Unstructured{git.Unstructured}, beside...)
}

// rootOf is the folder that the paths of Kustomizations are relative to: the bundle's, or that of the
// repository it lies in.
func rootOf(folder string, paths []string) (string, error) {
	holds := func(root string) bool {
		return !slices.ContainsFunc(paths, func(path string) bool {
			_, err := os.Stat(filepath.Join(root, filepath.FromSlash(path)))
			return err != nil
		})
	}
	for root := folder; ; root = filepath.Dir(root) {
		if holds(root) {
			return root, nil
		}
		if _, err := os.Stat(filepath.Join(root, ".git")); err == nil || root == filepath.Dir(root) {
			return "", fmt.Errorf("the paths of the Kustomizations of %s are not those of one repository: correct spec.path, "+
				"or give BUNDLE= a folder in the repository", folder)
		}
	}
}

// releases finds which charts are pulled, and from where.
func (p *plan) releases(b *bundle.Bundle, set flux.Set) error {
	for _, stage := range b.Stages {
		for _, r := range stage.Releases {
			namespace, name, _ := strings.Cut(r.HelmRelease, "/")
			ref := flux.Ref{Kind: flux.HelmRelease, Namespace: namespace, Name: name}
			if r.Suspended || r.Missing != "" {
				continue // nothing of it was rendered: Flux does not touch it, or its chart cannot be had
			}
			p.versions[ref] = r.Version
			repository, err := repositoryOf(b, set, ref)
			if err != nil {
				return err
			}
			if repository == "" {
				continue // the chart lies in the bundle's own repository
			}
			p.charts = append(p.charts, chartOf{repository, r.Chart, r.Version})
		}
	}
	slices.SortFunc(p.charts, func(a, b chartOf) int {
		return cmp.Compare(a.repository+a.name+a.version, b.repository+b.name+b.version)
	})
	p.charts = slices.Compact(p.charts)
	return nil
}

// repositoryOf is the URL of the repository that a HelmRelease takes its chart from; empty where that is a
// folder in Git.
func repositoryOf(b *bundle.Bundle, set flux.Set, release flux.Ref) (string, error) {
	for _, o := range b.Flux {
		if o.GetKind() != release.Kind || o.GetNamespace() != release.Namespace || o.GetName() != release.Name {
			continue
		}
		ref, _, _ := unstructured.NestedStringMap(o.Object, "spec", "chart", "spec", "sourceRef")
		if ref == nil {
			ref, _, _ = unstructured.NestedStringMap(o.Object, "spec", "chartRef")
		}
		source, there := set.Find(flux.Ref{
			Kind: ref["kind"], Namespace: cmp.Or(ref["namespace"], release.Namespace),
			Name: ref["name"],
		})
		switch {
		case !there:
			return "", fmt.Errorf("%s takes its chart from %s %s, which the bundle does not have: add it", release, ref["kind"],
				ref["name"])
		case source.Kind == flux.HelmRepository:
			return source.URL, nil
		case source.Kind == flux.OCIRepository:
			return source.URL[:max(strings.LastIndex(source.URL, "/"), 0)], nil // the chart's name is the last part
		}
	}
	return "", nil
}
