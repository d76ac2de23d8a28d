package bundle

import (
	"maps"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Bundle is a bundle, read and rendered.
type Bundle struct {
	Path string // the folder that was loaded, absolute
	Root string // of the repository it lies in
	// sha256:… over stages, objects and hooks in canonical form; equal bundles have equal digests on every machine
	Digest string
	Stages []Stage  // in dependency order
	Flux   []Object // objects addressed to an engine, as they stand after substitution; they are not applied

	Findings []Finding  // what whoever promotes the bundle should know, in the order in which it was found
	Sealed   []Sealed   // objects that are encrypted; they are not in Stages
	Missing  []Variable // variables to which the bundle gives no value

	variables map[string]string
	lines     *lines
}

// Stage is what is applied together: one for each Flux Kustomization or Argo CD Application, and one for what the
// bundle's own folder holds beside them.
type Stage struct {
	Name      string   // of the Kustomization, or "root"; with its namespace where two share a name
	Path      string   // the folder, relative to the bundle's root
	DependsOn []string // names of stages that must be ready before, the one that declared this one included
	Suspended bool     // the engine would not touch it: it has no objects
	SyncWaves bool     // plain objects are applied by Argo CD's sync waves
	Keeps     bool     // spec.prune is false: what a later version no longer has stays in the cluster
	Objects   []Object // plain objects in build order, then each release's in install order
	Hooks     []Hook   // of the stage's releases, apart from Objects
	Releases  []Release
}

// Object is one object to apply, in the namespace it will live in.
type Object struct {
	*unstructured.Unstructured

	Source  string // "dns-and-certificates/external-dns.yaml: HelmRelease flux-system/external-dns"
	Release string // namespace/name of the Helm release that it belongs to; "" for a plain object

	// InstallOnly says that an upgrade leaves it as it is: it lies in a chart's crds folder, which Helm applies at an
	// install and Flux at an upgrade only where spec.upgrade.crds says so.
	InstallOnly bool

	takesOver bool // its release may take over what others made
}

// Hook is an object that Helm runs at a point of a release's life rather than keeping it as part of the release.
type Hook struct {
	Object

	Events         []string // "post-install", …
	Weight         int      // hooks of one event run by ascending weight
	DeletePolicies []string // "before-hook-creation", …
}

// Release is one HelmRelease as it was rendered.
type Release struct {
	Name, Namespace string // of the Helm release
	HelmRelease     string // namespace/name of the object that asks for it
	Chart           string
	Version         string // of the chart, after ranges were resolved
	AppVersion      string
	Origin          string   // where the chart came from
	DependsOn       []string // namespace/name of HelmReleases
	Suspended       bool
	Missing         string // why nothing of it is rendered; "" when it is
	Source          string // of the object that asks for it
}

// Options say in what world the bundle is rendered.
type Options struct {
	// Charts finds the charts of HelmReleases. Without it a bundle that needs a chart is refused.
	Charts ChartSource
	// KubeVersion is the version of the cluster to be, e.g. v1.37.2. Charts see it as .Capabilities.KubeVersion.
	KubeVersion string
	// Variables are substituted too, with the least precedence: what another bundle, already installed, provides.
	Variables map[string]string
	// Value gives a stand-in for a variable without a value, by its name and the texts in which it occurs. Without it,
	// such a variable is a reason to refuse the bundle.
	Value func(name string, uses []string) string
	// Root is the folder that all reading stays within, and that Kustomization paths may be relative to. The default is
	// the repository that the bundle lies in, or the bundle's folder where it lies in none.
	Root string
}

// Variables returns the post-build variables that the bundle's ConfigMaps and Kustomizations provide, for those who
// install applications on top of it. Values from Secrets are left out.
func (b *Bundle) Variables() map[string]string { return maps.Clone(b.variables) }

// Objects returns all objects of all stages in order, hooks not included.
func (b *Bundle) Objects() []Object {
	var all []Object
	for _, stage := range b.Stages {
		all = append(all, stage.Objects...)
	}
	return all
}

// describe names an object as people write it: "Deployment cert-manager/external-dns".
func describe(o *unstructured.Unstructured) string {
	name := o.GetName()
	if ns := o.GetNamespace(); ns != "" {
		name = ns + "/" + name
	}
	return o.GetKind() + " " + name
}
