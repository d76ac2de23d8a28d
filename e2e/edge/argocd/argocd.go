// Package argocd knows how Argo CD describes what it delivers: an Application's sync, health, operation and
// revision, and which Application an object belongs to (argo-cd v2.8 to v3.1, by their documentation and API).
//
// It reads objects and does no I/O. It must not know how they are collected, nor judge or explain.
package argocd

import (
	"fmt"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
)

// Group is Argo CD's API group, and Application the kind that delivers.
const (
	Group       = "argoproj.io"
	Application = "Application"
)

// State is how far Argo CD is with an Application.
type State string

// The states. Failed is a sync that ended with an error, Unreadable a source that cannot be compared, OutOfSync
// a cluster that differs from the source while nothing changes it, Degraded a sync whose objects are not
// healthy.
const (
	Synced     State = "synced"
	Syncing    State = "syncing"
	Failed     State = "failed"
	Unreadable State = "unreadable"
	OutOfSync  State = "out of sync"
	Degraded   State = "degraded"
	New        State = "new" // the controller has not seen it yet
)

// App is one Application.
type App struct {
	Namespace string `json:"namespace"`
	Name      string `json:"name"`

	State   State     `json:"state"`
	Message string    `json:"message,omitempty"`
	Since   time.Time `json:"since,omitzero"` // when the last operation ended

	// Automated says that Argo CD syncs by itself; SelfHeal that it undoes what was changed by hand, Prune that it
	// deletes.
	Automated bool `json:"automated,omitempty"`
	SelfHeal  bool `json:"selfHeal,omitempty"`
	Prune     bool `json:"prune,omitempty"`
	// Repository and Wanted are what its first source names: the URL, and the branch, tag or version.
	Repository string `json:"repository,omitempty"`
	Wanted     string `json:"wanted,omitempty"`
	// Revision is what was compared last, and Applied what the last successful sync applied.
	Revision string `json:"revision,omitempty"`
	Applied  string `json:"applied,omitempty"`
	// Sync and Health are the words of the status: Synced, OutOfSync, Unknown; Healthy, Progressing, Degraded, Missing …
	Sync   string `json:"sync,omitempty"`
	Health string `json:"health,omitempty"`
	// Differing are the objects that differ from the source, or are not healthy.
	Differing []Object `json:"differing,omitempty"`
}

func (a App) String() string { return Application + " " + a.Namespace + "/" + a.Name }

// Object is an object of an Application.
type Object struct {
	Group     string `json:"group,omitempty"`
	Kind      string `json:"kind"`
	Namespace string `json:"namespace,omitempty"`
	Name      string `json:"name"`
	Sync      string `json:"sync,omitempty"`
	Health    string `json:"health,omitempty"`
	Message   string `json:"message,omitempty"`
}

func (o Object) String() string {
	if o.Namespace == "" {
		return o.Kind + " " + o.Name
	}
	return o.Kind + " " + o.Namespace + "/" + o.Name
}

type document struct {
	Spec struct {
		Source     *source  `json:"source"`
		Sources    []source `json:"sources"`
		SyncPolicy struct {
			Automated *struct {
				Enabled  *bool `json:"enabled"`
				Prune    bool  `json:"prune"`
				SelfHeal bool  `json:"selfHeal"`
			} `json:"automated"`
		} `json:"syncPolicy"`
	} `json:"spec"`
	Operation *struct{} `json:"operation"`
	Status    struct {
		Sync struct {
			Status    string   `json:"status"`
			Revision  string   `json:"revision"`
			Revisions []string `json:"revisions"`
		} `json:"sync"`
		Health         word `json:"health"`
		OperationState *struct {
			Phase      string      `json:"phase"`
			Message    string      `json:"message"`
			FinishedAt metav1.Time `json:"finishedAt"`
			SyncResult *struct {
				Revision string `json:"revision"`
			} `json:"syncResult"`
		} `json:"operationState"`
		Conditions []struct {
			Type    string `json:"type"`
			Message string `json:"message"`
		} `json:"conditions"`
		Resources []struct {
			Group     string `json:"group"`
			Kind      string `json:"kind"`
			Namespace string `json:"namespace"`
			Name      string `json:"name"`
			Status    string `json:"status"`
			Health    *word  `json:"health"`
		} `json:"resources"`
	} `json:"status"`
}

type source struct {
	RepoURL        string `json:"repoURL"`
	TargetRevision string `json:"targetRevision"`
}

type word struct {
	Status  string `json:"status"`
	Message string `json:"message"`
}

// Read reads an Application.
func Read(o *unstructured.Unstructured) (App, error) {
	a := App{Namespace: o.GetNamespace(), Name: o.GetName()}
	if o.GetKind() != Application || o.GroupVersionKind().Group != Group {
		return a, fmt.Errorf("read %s %s/%s: it is no Application of Argo CD", o.GetKind(), a.Namespace, a.Name)
	}
	var d document
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(o.Object, &d); err != nil {
		return a, fmt.Errorf("read %s: %w", a, err)
	}
	a.wants(&d)
	a.has(&d)
	a.State, a.Message = d.state()
	return a, nil
}

func (a *App) wants(d *document) {
	from := d.Spec.Source
	if from == nil && len(d.Spec.Sources) > 0 {
		from = &d.Spec.Sources[0]
	}
	if from != nil {
		a.Repository, a.Wanted = from.RepoURL, from.TargetRevision
	}
	if automated := d.Spec.SyncPolicy.Automated; automated != nil && (automated.Enabled == nil || *automated.Enabled) {
		a.Automated, a.Prune, a.SelfHeal = true, automated.Prune, automated.SelfHeal
	}
}

func (a *App) has(d *document) {
	s := &d.Status
	a.Sync, a.Health, a.Revision = s.Sync.Status, s.Health.Status, s.Sync.Revision
	if a.Revision == "" {
		a.Revision = strings.Join(s.Sync.Revisions, " ")
	}
	if op := s.OperationState; op != nil {
		a.Since = op.FinishedAt.Time
		if op.SyncResult != nil && op.Phase == "Succeeded" {
			a.Applied = op.SyncResult.Revision
		}
	}
	for _, r := range s.Resources {
		o := Object{Group: r.Group, Kind: r.Kind, Namespace: r.Namespace, Name: r.Name, Sync: r.Status}
		if r.Health != nil {
			o.Health, o.Message = r.Health.Status, r.Health.Message
		}
		if o.Sync == "OutOfSync" || o.Health == "Degraded" || o.Health == "Missing" {
			a.Differing = append(a.Differing, o)
		}
	}
}

// state reads the status from what ends everything to what ends nothing.
func (d *document) state() (State, string) {
	s := &d.Status
	for _, c := range s.Conditions { // ComparisonError, InvalidSpecError, SyncError, OrphanedResourceWarning …
		if c.Type == "ComparisonError" || c.Type == "InvalidSpecError" || c.Type == "UnknownError" {
			return Unreadable, c.Type + ": " + c.Message
		}
	}
	op := s.OperationState
	switch {
	case d.Operation != nil, op != nil && (op.Phase == "Running" || op.Phase == "Terminating"):
		return Syncing, message(op != nil, func() string { return op.Message })
	case s.Sync.Status == "":
		return New, "the application controller has not compared it"
	case s.Sync.Status == "Unknown":
		return Unreadable, s.Health.Message
	case op != nil && (op.Phase == "Failed" || op.Phase == "Error") && s.Sync.Status != "Synced":
		return Failed, op.Message
	case s.Sync.Status == "OutOfSync":
		return OutOfSync, message(op != nil, func() string { return op.Message })
	case s.Health.Status == "Degraded" || s.Health.Status == "Missing":
		return Degraded, s.Health.Message
	}
	return Synced, ""
}

func message(there bool, of func() string) string {
	if !there {
		return ""
	}
	return of()
}

// What an object says of its Application: the tracking annotation, NAME:GROUP/KIND:NAMESPACE/NAME (the default
// since v3.0), and the label that was the default before.
const (
	trackingID    = "argocd.argoproj.io/tracking-id"
	instanceLabel = "argocd.argoproj.io/instance"
)

// OwnerOf is the name of the Application that delivers an object: NAMESPACE_NAME where Applications live in several
// namespaces. The label app.kubernetes.io/instance is not read: charts set it too.
func OwnerOf(o metav1.Object) (string, bool) {
	if name, _, found := strings.Cut(o.GetAnnotations()[trackingID], ":"); found && name != "" {
		return name, true
	}
	name := o.GetLabels()[instanceLabel]
	return name, name != ""
}
