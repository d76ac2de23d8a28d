// Package flux knows how Flux describes what it delivers: the state and revision of its sources, Kustomizations
// and HelmReleases, what each of them waits for, and which of them owns an object (source-controller v1.9,
// kustomize-controller v1.9 and helm-controller v1.4, read in source; older versions of their API have the same
// fields).
//
// It reads objects and does no I/O. It must not know how they are collected, nor judge or explain.
package flux

import (
	"fmt"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
)

// The API groups of Flux.
const (
	SourceGroup    = "source.toolkit.fluxcd.io"
	KustomizeGroup = "kustomize.toolkit.fluxcd.io"
	HelmGroup      = "helm.toolkit.fluxcd.io"
)

// The kinds that are read here.
const (
	GitRepository  = "GitRepository"
	OCIRepository  = "OCIRepository"
	Bucket         = "Bucket"
	HelmRepository = "HelmRepository"
	HelmChart      = "HelmChart"
	Kustomization  = "Kustomization"
	HelmRelease    = "HelmRelease"
)

// RequestedAt is the annotation by which `flux reconcile` requests a reconciliation;
// status.lastHandledReconcileAt repeats its value when that has been done.
const RequestedAt = "reconcile.fluxcd.io/requestedAt"

// Ref names an object of Flux.
type Ref struct {
	Kind      string `json:"kind,omitempty"`
	Namespace string `json:"namespace,omitempty"`
	Name      string `json:"name,omitempty"`
}

func (r Ref) String() string { return r.Kind + " " + r.Namespace + "/" + r.Name }

// State is how far Flux is with an object.
type State string

// The states. Waiting is a failure that time or another object ends; Failed is tried again at every interval;
// Stalled is not tried again until the object, or what it takes from, changes.
const (
	Ready       State = "ready"
	Reconciling State = "reconciling"
	Waiting     State = "waiting"
	Failed      State = "failed"
	Stalled     State = "stalled"
	Suspended   State = "suspended"
	New         State = "new" // no controller has seen it yet
)

// Object is one object of Flux. Values, variables and anything else that may hold a secret are not read.
type Object struct {
	Ref

	State State `json:"state"`
	// Reason and Message are those of the condition that the state comes from.
	Reason  string `json:"reason,omitempty"`
	Message string `json:"message,omitempty"`
	// Since is when that condition was last changed.
	Since time.Time `json:"since,omitzero"`
	// Remediated says what helm-controller did after an upgrade or an install failed; empty where it did nothing.
	Remediated string `json:"remediated,omitempty"`

	// Source is what it takes manifests or charts from: empty for a source that fetches by itself.
	Source Ref `json:"source,omitzero"`
	// DependsOn must be ready before it is reconciled.
	DependsOn []Ref `json:"dependsOn,omitempty"`
	// URL and Wanted are what a source fetches: the address, and the branch, tag, version or digest.
	URL    string `json:"url,omitempty"`
	Wanted string `json:"wanted,omitempty"`
	// Chart and Version are what a HelmRelease or a HelmChart asks for.
	Chart   string `json:"chart,omitempty"`
	Version string `json:"version,omitempty"`
	// Path is the folder of a Kustomization.
	Path string `json:"path,omitempty"`
	// Prune says that a Kustomization deletes what its source no longer has.
	Prune bool `json:"prune,omitempty"`

	// Revision is what is in the cluster: the artifact of a source, the applied revision of a Kustomization, the
	// chart version of a HelmRelease. Attempted is the last one that was tried.
	Revision  string `json:"revision,omitempty"`
	Attempted string `json:"attempted,omitempty"`
	// Unobserved says that the object was changed since a controller last looked at it.
	Unobserved bool `json:"unobserved,omitempty"`
	// HandledRequest is the last value of RequestedAt that was carried out.
	HandledRequest string `json:"handledRequest,omitempty"`
	// Inventory are the objects that it applied, where it lists them.
	Inventory []Applied `json:"inventory,omitempty"`
	// History are the releases of a HelmRelease, newest first.
	History []Release `json:"history,omitempty"`
}

// Release is one release that helm-controller made.
type Release struct {
	Number       int       `json:"number"`
	Status       string    `json:"status,omitempty"`
	Action       string    `json:"action,omitempty"`
	Chart        string    `json:"chart,omitempty"`
	Version      string    `json:"version,omitempty"`
	App          string    `json:"app,omitempty"`
	Namespace    string    `json:"namespace,omitempty"`
	Name         string    `json:"name,omitempty"`
	LastDeployed time.Time `json:"lastDeployed,omitzero"`
}

// Known says whether an object is one of those that are read here.
func Known(o *unstructured.Unstructured) bool {
	return known(o.GroupVersionKind().Group, o.GetKind())
}

func known(group, kind string) bool {
	switch kind {
	case GitRepository, OCIRepository, Bucket, HelmRepository, HelmChart:
		return group == SourceGroup
	case Kustomization:
		return group == KustomizeGroup
	case HelmRelease:
		return group == HelmGroup
	}
	return false
}

// Read reads an object of Flux, of any version of its API.
func Read(o *unstructured.Unstructured) (Object, error) {
	out := Object{Ref: Ref{o.GetKind(), o.GetNamespace(), o.GetName()}}
	if !Known(o) {
		return out, fmt.Errorf("read %s %s/%s: it is not of Flux", o.GetKind(), o.GetNamespace(), o.GetName())
	}
	var d document
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(o.Object, &d); err != nil {
		return out, fmt.Errorf("read %s: %w", out.Ref, err)
	}
	out.wants(&d)
	out.has(&d)
	out.Unobserved = o.GetGeneration() > d.Status.ObservedGeneration && d.Status.ObservedGeneration > 0
	out.State, out.Reason, out.Message, out.Since = d.state(o.GetGeneration(), out.static(&d))
	if c := d.condition("Remediated"); c != nil && c.Status == metav1.ConditionTrue {
		out.Remediated = c.Message
	}
	return out, nil
}

// static says whether no controller reconciles the object: a HelmRepository of an OCI registry is an address
// and no more.
func (o *Object) static(d *document) bool {
	return o.Kind == HelmRepository && d.Spec.Type == "oci"
}

// wants reads the specification.
func (o *Object) wants(d *document) {
	s := &d.Spec
	o.URL, o.Path, o.Chart, o.Version, o.Prune = s.URL, s.Path, s.Chart.Name, s.Version, s.Prune
	if s.Ref != nil {
		o.Wanted = s.Ref.String()
	}
	switch {
	case s.SourceRef != nil:
		o.Source = s.SourceRef.in(o.Namespace)
	case s.ChartRef != nil:
		o.Source = s.ChartRef.in(o.Namespace)
	case s.Chart.Spec != nil:
		o.Chart, o.Version = s.Chart.Spec.Chart, s.Chart.Spec.Version
		// helm-controller makes a HelmChart of this name, in the namespace of the repository.
		o.Source = Ref{HelmChart, s.Chart.Spec.SourceRef.in(o.Namespace).Namespace, o.Namespace + "-" + o.Name}
	}
	for _, dependency := range s.DependsOn {
		dependency.Kind = o.Kind
		o.DependsOn = append(o.DependsOn, dependency.in(o.Namespace))
	}
}

// has reads the status.
func (o *Object) has(d *document) {
	s := &d.Status
	o.HandledRequest, o.Attempted = s.LastHandledReconcileAt, s.LastAttemptedRevision
	switch o.Kind {
	case Kustomization:
		o.Revision = s.LastAppliedRevision
	case HelmRelease:
		o.History = d.releases()
		if running, ok := o.Running(); ok {
			o.Revision = running.Version
		}
	default:
		if s.Artifact != nil {
			o.Revision = s.Artifact.Revision
		}
	}
	if s.Inventory != nil {
		for _, entry := range s.Inventory.Entries {
			if applied, ok := ParseID(entry.ID); ok {
				o.Inventory = append(o.Inventory, applied)
			}
		}
	}
}

// Running is the newest release that was deployed: what the cluster runs.
func (o Object) Running() (Release, bool) {
	for _, r := range o.History {
		if r.Status == "deployed" || r.Status == "superseded" {
			return r, true
		}
	}
	return Release{}, false
}

// ReadyAt says whether the object is ready at a revision of its source.
func (o Object) ReadyAt(revision string) bool {
	return o.State == Ready && o.Revision == revision
}

// ShortRevision makes a revision fit a sentence: main@sha1:0123456789abcdef… becomes main@0123456.
func ShortRevision(revision string) string {
	name, hash, found := strings.Cut(revision, "@")
	if !found {
		name, hash = "", revision
	}
	if _, digest, found := strings.Cut(hash, ":"); found {
		hash = digest[:min(len(digest), 7)]
	}
	if name == "" {
		return hash
	}
	return name + "@" + hash
}
