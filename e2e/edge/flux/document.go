package flux

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// document is the part of Flux's objects that is read here. Flux's own types are of one version of the API
// each; a cluster may serve another, whose fields are called the same.
type document struct {
	Spec   spec   `json:"spec"`
	Status status `json:"status"`
}

type spec struct {
	Suspend   bool        `json:"suspend"`
	Prune     bool        `json:"prune"`
	Type      string      `json:"type"`
	URL       string      `json:"url"`
	Path      string      `json:"path"`
	Version   string      `json:"version"`
	Chart     chart       `json:"chart"`
	Ref       *reference  `json:"ref"`
	SourceRef *objectRef  `json:"sourceRef"`
	ChartRef  *objectRef  `json:"chartRef"`
	DependsOn []objectRef `json:"dependsOn"`
}

// chart is a name in a HelmChart, and a template of one in a HelmRelease.
type chart struct {
	Name string
	Spec *chartSpec
}

type chartSpec struct {
	Chart     string    `json:"chart"`
	Version   string    `json:"version"`
	SourceRef objectRef `json:"sourceRef"`
}

// UnmarshalJSON reads either form.
func (c *chart) UnmarshalJSON(raw []byte) error {
	if len(raw) > 0 && raw[0] == '"' {
		return json.Unmarshal(raw, &c.Name)
	}
	var template struct {
		Spec *chartSpec `json:"spec"`
	}
	err := json.Unmarshal(raw, &template)
	c.Spec = template.Spec
	return err
}

type objectRef struct {
	Kind      string `json:"kind"`
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
}

// in completes a reference that stands in an object of a namespace.
func (r objectRef) in(namespace string) Ref {
	return Ref{r.Kind, cmp.Or(r.Namespace, namespace), r.Name}
}

// reference is what a source fetches.
type reference struct {
	Branch string `json:"branch"`
	Tag    string `json:"tag"`
	SemVer string `json:"semver"`
	Name   string `json:"name"`
	Commit string `json:"commit"`
	Digest string `json:"digest"`
}

// String is the field that counts: the order is that of both kinds' documentation.
func (r reference) String() string {
	for _, field := range []struct{ name, value string }{
		{"commit", r.Commit},
		{"digest", r.Digest},
		{"reference", r.Name},
		{"version", r.SemVer},
		{"tag", r.Tag},
		{"branch", r.Branch},
	} {
		if field.value != "" {
			return field.name + " " + field.value
		}
	}
	return ""
}

type status struct {
	ObservedGeneration     int64              `json:"observedGeneration"`
	Conditions             []metav1.Condition `json:"conditions"`
	LastHandledReconcileAt string             `json:"lastHandledReconcileAt"`
	LastAppliedRevision    string             `json:"lastAppliedRevision"`
	LastAttemptedRevision  string             `json:"lastAttemptedRevision"`
	Artifact               *struct {
		Revision string `json:"revision"`
	} `json:"artifact"`
	Inventory *struct {
		Entries []struct {
			ID string `json:"id"`
		} `json:"entries"`
	} `json:"inventory"`
	History []snapshot `json:"history"`
}

// snapshot is a release in the history of a HelmRelease. The history of a Kustomization has other fields, and
// is not read.
type snapshot struct {
	Name         string      `json:"name"`
	Namespace    string      `json:"namespace"`
	Version      int         `json:"version"`
	Status       string      `json:"status"`
	Action       string      `json:"action"`
	ChartName    string      `json:"chartName"`
	ChartVersion string      `json:"chartVersion"`
	AppVersion   string      `json:"appVersion"`
	LastDeployed metav1.Time `json:"lastDeployed"`
}

func (d *document) releases() []Release {
	var out []Release
	for _, s := range d.Status.History {
		out = append(out, Release{
			Number: s.Version, Status: s.Status, Action: s.Action, Chart: s.ChartName, Version: s.ChartVersion,
			App:       s.AppVersion,
			Namespace: s.Namespace, Name: s.Name, LastDeployed: s.LastDeployed.Time,
		})
	}
	slices.SortStableFunc(out, func(a, b Release) int { return cmp.Compare(b.Number, a.Number) })
	return out
}

func (d *document) condition(kind string) *metav1.Condition {
	for i := range d.Status.Conditions {
		if d.Status.Conditions[i].Type == kind {
			return &d.Status.Conditions[i]
		}
	}
	return nil
}

// transient are the reasons of Ready=False that another object ends, not this one.
func transient() []string {
	return []string{"DependencyNotReady", "ArtifactFailed", "SourceNotReady", "HelmChartNotReady"}
}

// state reads the conditions as Flux's controllers set them (fluxcd/pkg/runtime/conditions).
func (d *document) state(generation int64, static bool) (state State, reason, message string, since time.Time) {
	of := func(state State, c *metav1.Condition) (State, string, string, time.Time) {
		return state, c.Reason, c.Message, c.LastTransitionTime.Time
	}
	ready, stalled, reconciling := d.condition("Ready"), d.condition("Stalled"), d.condition("Reconciling")
	switch {
	case d.Spec.Suspend:
		return Suspended, "Suspended", "spec.suspend is true", time.Time{}
	case static:
		return Ready, "", "", time.Time{}
	case stalled != nil && stalled.Status == metav1.ConditionTrue:
		state, reason, message, since := of(Stalled, stalled)
		if ready != nil && ready.Message != "" && ready.Message != message {
			message += ": " + ready.Message // what failed the last time
		}
		return state, reason, message, since
	case ready == nil && reconciling != nil:
		return of(Reconciling, reconciling)
	case ready == nil:
		return New, "", "no controller has reconciled it", time.Time{}
	case d.Status.ObservedGeneration < generation && ready.ObservedGeneration < generation:
		return of(Reconciling, ready)
	case ready.Status == metav1.ConditionTrue:
		return of(Ready, ready)
	case ready.Status == metav1.ConditionUnknown:
		return of(Reconciling, ready)
	case slices.Contains(transient(), ready.Reason):
		return of(Waiting, ready)
	}
	return of(Failed, ready)
}
