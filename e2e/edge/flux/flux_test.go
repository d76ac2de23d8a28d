package flux_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"github.com/edgeproof/edgeproof/e2e/edge/flux"
)

// read reads objects of Flux from YAML.
func read(t *testing.T, text string) flux.Set {
	t.Helper()
	var set flux.Set
	for part := range strings.SplitSeq(text, "\n---\n") {
		o := &unstructured.Unstructured{}
		raw, err := yaml.YAMLToJSON([]byte(part))
		if err == nil {
			err = o.UnmarshalJSON(raw)
		}
		if err != nil {
			t.Fatal(err)
		}
		got, err := flux.Read(o)
		if err != nil {
			t.Fatal(err)
		}
		set = append(set, got)
	}
	return set
}

const failedUpgrade = `
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: external-dns, namespace: flux-system, generation: 2}
spec:
  chart: {spec: {chart: external-dns, version: 1.20.0, sourceRef: {kind: HelmRepository, name: external-dns}}}
  dependsOn: [{name: cert-manager}]
status:
  observedGeneration: 2
  lastAttemptedRevision: 1.20.0
  conditions:
    - {type: Stalled, status: "True", reason: RetriesExceeded, message: Failed to upgrade after 1 attempt(s), lastTransitionTime: "2026-11-29T08:00:00Z"}
    - {type: Ready, status: "False", reason: UpgradeFailed, message: timeout, lastTransitionTime: "2026-11-29T08:00:00Z"}
    - {type: Remediated, status: "True", reason: RollbackSucceeded, message: Helm rollback to previous release succeeded, lastTransitionTime: "2026-11-29T08:00:00Z"}
  history:
    - {name: external-dns, namespace: cert-manager, version: 3, status: deployed, chartName: external-dns, chartVersion: 1.19.0, appVersion: 0.19.0}
    - {name: external-dns, namespace: cert-manager, version: 2, status: failed, chartName: external-dns, chartVersion: 1.20.0, appVersion: 0.20.0}
`

func TestReadRelease(t *testing.T) {
	t.Parallel()
	o := read(t, failedUpgrade)[0]
	if o.State != flux.Stalled || o.Reason != "RetriesExceeded" || o.Revision != "1.19.0" || o.Attempted != "1.20.0" ||
		o.Version != "1.20.0" {
		t.Errorf("read %+v", o)
	}
	if !strings.Contains(o.Remediated, "rollback") {
		t.Errorf("Remediated = %q", o.Remediated)
	}
	if want := (flux.Ref{
		Kind: flux.HelmChart, Namespace: "flux-system",
		Name: "flux-system-external-dns",
	}); o.Source != want {
		t.Errorf("Source = %v, want %v", o.Source, want)
	}
	if want := []flux.Ref{{
		Kind: flux.HelmRelease, Namespace: "flux-system",
		Name: "cert-manager",
	}}; !cmp.Equal(o.DependsOn, want) {
		t.Errorf("DependsOn = %v, want %v", o.DependsOn, want)
	}
	if running, ok := o.Running(); !ok || running.App != "0.19.0" || len(o.History) != 2 {
		t.Errorf("Running = %+v, %t", running, ok)
	}
}

func TestReadState(t *testing.T) {
	t.Parallel()
	condition := func(kind, status, reason string) string {
		return "{type: " + kind + `, status: "` + status + `", reason: ` + reason +
			`, message: m, lastTransitionTime: "2026-11-29T08:00:00Z"}`
	}
	for name, tc := range map[string]struct {
		spec, status string
		want         flux.State
	}{
		"no status": {"{}", "{}", flux.New},
		"ready": {"{}", "{observedGeneration: 2, conditions: [" +
			condition("Ready", "True", "ReconciliationSucceeded") + "]}", flux.Ready},
		"ready before a change": {"{}", "{observedGeneration: 1, conditions: [" +
			condition("Ready", "True", "ReconciliationSucceeded") + "]}", flux.Reconciling},
		"in progress": {"{}", "{observedGeneration: 2, conditions: [" +
			condition("Ready", "Unknown", "Progressing") + "]}", flux.Reconciling},
		"just begun": {"{}", "{conditions: [" + condition("Reconciling", "True", "Progressing") +
			"]}", flux.Reconciling},
		"build failed": {"{}", "{observedGeneration: 2, conditions: [" +
			condition("Ready", "False", "BuildFailed") + "]}", flux.Failed},
		"waits for another": {"{}", "{observedGeneration: 2, conditions: [" +
			condition("Ready", "False", "DependencyNotReady") + "]}", flux.Waiting},
		"stalled": {"{}", "{observedGeneration: 2, conditions: [" +
			condition("Stalled", "True", "InvalidURL") + "]}", flux.Stalled},
		"suspended": {"{suspend: true}", "{observedGeneration: 2, conditions: [" +
			condition("Ready", "True", "ReconciliationSucceeded") + "]}", flux.Suspended},
	} {
		o := read(t, "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: k, namespace: "+
			"apps, generation: 2}\nspec: "+tc.spec+"\nstatus: "+tc.status)[0]
		if o.State != tc.want {
			t.Errorf("%s: state %s (%s), want %s", name, o.State, o.Reason, tc.want)
		}
	}
	static := read(t, "apiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmRepository\nmetadata: {name: r, namespace: "+
		"apps}\nspec: {type: oci, url: oci://example.com}")[0]
	if static.State != flux.Ready {
		t.Errorf("a HelmRepository of type oci is %s", static.State)
	}
}

func TestReadSource(t *testing.T) {
	t.Parallel()
	set := read(t, `
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: flux-system, namespace: flux-system}
spec: {url: https://git.example.com/a/b, ref: {branch: main, tag: v1}}
status:
  artifact: {revision: "main@sha1:0123456789abcdef0123456789abcdef01234567"}
  lastHandledReconcileAt: "5"
  conditions: [{type: Ready, status: "True", reason: Succeeded, message: stored, lastTransitionTime: "2026-11-29T08:00:00Z"}]
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmChart
metadata: {name: c, namespace: apps}
spec: {chart: edge, version: 1.x, sourceRef: {kind: HelmRepository, name: r}}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: h, namespace: apps}
spec: {chartRef: {kind: OCIRepository, name: o, namespace: other}}
`)
	git := set[0]
	if git.Wanted != "tag v1" || git.URL != "https://git.example.com/a/b" || git.HandledRequest != "5" ||
		!git.ReadyAt("main@sha1:0123456789abcdef0123456789abcdef01234567") || git.ReadyAt("main@sha1:1") {
		t.Errorf("GitRepository: %+v", git)
	}
	if got := flux.ShortRevision(git.Revision); got != "main@0123456" {
		t.Errorf("ShortRevision = %s", got)
	}
	if got := flux.ShortRevision("1.2.3"); got != "1.2.3" {
		t.Errorf("ShortRevision = %s", got)
	}
	if set[1].Chart != "edge" || set[1].Version != "1.x" || set[1].Source.String() != "HelmRepository apps/r" {
		t.Errorf("HelmChart: %+v", set[1])
	}
	if set[2].Source.String() != "OCIRepository other/o" {
		t.Errorf("HelmRelease: %+v", set[2])
	}
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	for _, o := range []map[string]any{
		{"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization", "metadata": map[string]any{"name": "k"}},
		{"apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization", "spec": map[string]any{"path": []any{1}}},
		{"apiVersion": "v1", "kind": "Secret"},
	} {
		if _, err := flux.Read(&unstructured.Unstructured{Object: o}); err == nil {
			t.Errorf("Read(%v) = nil error", o)
		}
	}
}

func TestOwner(t *testing.T) {
	t.Parallel()
	for labels, want := range map[[2]string]string{
		{"helm.toolkit.fluxcd.io", "HelmRelease"}:        "HelmRelease flux-system/edge",
		{"kustomize.toolkit.fluxcd.io", "Kustomization"}: "Kustomization flux-system/edge",
	} {
		o := &metav1.ObjectMeta{Labels: map[string]string{
			labels[0] + "/name":      "edge",
			labels[0] + "/namespace": "flux-system",
		}}
		if got, ok := flux.OwnerOf(o); !ok || got.String() != want {
			t.Errorf("OwnerOf = %v, %t; want %s", got, ok, want)
		}
	}
	if _, ok := flux.OwnerOf(&metav1.ObjectMeta{}); ok {
		t.Error("OwnerOf an object without labels")
	}
	for id, want := range map[string]string{
		"develop_frontend_networking.k8s.io_Ingress":          "Ingress develop/frontend",
		"_develop__Namespace":                                 "Namespace develop",
		"_system__node_rbac.authorization.k8s.io_ClusterRole": "ClusterRole system:node",
		"nothing": "", "a_b": "", "a__g_K": "",
	} {
		got, ok := flux.ParseID(id)
		if ok != (want != "") || ok && got.String() != want {
			t.Errorf("ParseID(%q) = %v, %t; want %q", id, got, ok, want)
		}
	}
}
