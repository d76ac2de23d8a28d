package argocd_test

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"github.com/edgeproof/edgeproof/e2e/edge/argocd"
)

func read(t *testing.T, text string) argocd.App {
	t.Helper()
	raw, err := yaml.YAMLToJSON([]byte("apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: edge, " +
		"namespace: argocd}\n" + text))
	o := &unstructured.Unstructured{}
	if err == nil {
		err = o.UnmarshalJSON(raw)
	}
	if err != nil {
		t.Fatal(err)
	}
	a, err := argocd.Read(o)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestRead(t *testing.T) {
	t.Parallel()
	a := read(t, `
spec:
  source: {repoURL: https://github.com/example/edge, targetRevision: main, path: edge}
  syncPolicy: {automated: {prune: true, selfHeal: true}}
status:
  sync: {status: OutOfSync, revision: "0123456"}
  health: {status: Healthy}
  operationState: {phase: Succeeded, message: successfully synced, finishedAt: "2026-11-29T08:00:00Z", syncResult: {revision: abcdef0}}
  resources:
    - {group: networking.k8s.io, kind: Ingress, namespace: develop, name: frontend, status: OutOfSync, health: {status: Healthy}}
    - {kind: Namespace, name: develop, status: Synced}
    - {group: apps, kind: Deployment, namespace: develop, name: frontend, status: Synced, health: {status: Degraded, message: no pods}}
`)
	if a.State != argocd.OutOfSync || a.Revision != "0123456" || a.Applied != "abcdef0" || !a.Automated || !a.Prune ||
		!a.SelfHeal || a.Wanted != "main" || a.Since.IsZero() {
		t.Errorf("read %+v", a)
	}
	if len(a.Differing) != 2 || a.Differing[0].String() != "Ingress develop/frontend" ||
		a.Differing[1].Message != "no pods" {
		t.Errorf("differing %v", a.Differing)
	}
	several := read(t, "spec: {sources: [{repoURL: https://charts.example.com, targetRevision: 1.2.3}], syncPolicy: "+
		"{automated: {enabled: false}}}\nstatus: {sync: {status: Synced, revisions: ['1.2.3', abc]}, "+
		"health: {status: Healthy}}")
	if several.State != argocd.Synced || several.Revision != "1.2.3 abc" || several.Automated ||
		several.Wanted != "1.2.3" {
		t.Errorf("read %+v", several)
	}
}

func TestState(t *testing.T) {
	t.Parallel()
	for status, want := range map[string]argocd.State{
		"{}": argocd.New,
		"{sync: {status: Synced}, health: {status: Healthy}}":                                                           argocd.Synced,
		"{sync: {status: Synced}, health: {status: Progressing}}":                                                       argocd.Synced,
		"{sync: {status: Synced}, health: {status: Degraded, message: m}}":                                              argocd.Degraded,
		"{sync: {status: OutOfSync}, health: {status: Missing}}":                                                        argocd.OutOfSync,
		"{sync: {status: OutOfSync}, operationState: {phase: Failed, message: one or more objects failed to apply}}":    argocd.Failed,
		"{sync: {status: Synced}, health: {status: Healthy}, operationState: {phase: Failed, message: an earlier one}}": argocd.Synced,
		"{sync: {status: OutOfSync}, operationState: {phase: Running}}":                                                 argocd.Syncing,
		"{sync: {status: Unknown}, conditions: [{type: ComparisonError, message: repository not found}]}":               argocd.Unreadable,
		"{sync: {status: Unknown}}": argocd.Unreadable,
	} {
		if got := read(t, "status: "+status); got.State != want {
			t.Errorf("%s: %s (%s), want %s", status, got.State, got.Message, want)
		}
	}
	if got := read(t, "operation: {sync: {}}\nstatus: {sync: {status: OutOfSync}}"); got.State != argocd.Syncing {
		t.Errorf("with an operation: %s", got.State)
	}
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	for _, o := range []map[string]any{
		{"apiVersion": "app.k8s.io/v1beta1", "kind": "Application"},
		{"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "spec": map[string]any{"source": []any{1}}},
	} {
		if _, err := argocd.Read(&unstructured.Unstructured{Object: o}); err == nil {
			t.Errorf("Read(%v) = nil error", o)
		}
	}
}

func TestOwnerOf(t *testing.T) {
	t.Parallel()
	for want, o := range map[string]*metav1.ObjectMeta{
		"edge": {Annotations: map[string]string{"argocd.argoproj.io/tracking-id": "edge:networking.k8s.io/Ingress:develop/frontend"}, Labels: map[string]string{"argocd.argoproj.io/instance": "other"}},
		"old":  {Labels: map[string]string{"argocd.argoproj.io/instance": "old"}},
		"":     {Labels: map[string]string{"app.kubernetes.io/instance": "chart"}},
	} {
		if got, ok := argocd.OwnerOf(o); got != want || ok != (want != "") {
			t.Errorf("OwnerOf = %q, %t; want %q", got, ok, want)
		}
	}
}
