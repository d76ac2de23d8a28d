package facts_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/edgeproof/edgeproof/e2e/edge/argocd"
	"github.com/edgeproof/edgeproof/e2e/edge/flux"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

// delivered adds Flux and Argo CD to a cluster: Flux in an API of old, in which the newest version has not every kind.
func delivered(a *apiServer) {
	group := func(name string, versions ...string) object {
		var served []any
		for _, v := range versions {
			served = append(served, object{"groupVersion": name + "/" + v, "version": v})
		}
		return object{"name": name, "versions": served, "preferredVersion": served[0]}
	}
	var groups []any
	if known, ok := a.objects["/apis"].(object); ok {
		groups, _ = known["groups"].([]any)
	}
	a.objects["/apis"] = object{"kind": "APIGroupList", "apiVersion": "v1", "groups": append(groups,
		group(flux.SourceGroup, "v1", "v1beta2"), group(flux.KustomizeGroup, "v1"), group(flux.HelmGroup, "v2"),
		group(argocd.Group, "v1alpha1"))}
	typed := func(group, version, kind, name string, more object) object {
		out := named("flux-system", name, more)
		out["apiVersion"], out["kind"] = group+"/"+version, kind
		return out
	}
	ready := func(status, message string) []any {
		return []any{object{"type": "Ready", "status": status, "reason": "R", "message": message}}
	}
	if a.absent == nil {
		a.absent = map[string]bool{}
	}
	a.absent["/apis/source.toolkit.fluxcd.io/v1/ocirepositories"] = true
	a.lists["/apis/source.toolkit.fluxcd.io/v1/gitrepositories"] = []any{typed(flux.SourceGroup, "v1", flux.GitRepository,
		"flux-system", object{
			"spec":   object{"url": "https://robot:pass@git.example/edge", "ref": object{"branch": "main"}},
			"status": object{"conditions": ready("False", "sent "+token)},
		})}
	a.lists["/apis/source.toolkit.fluxcd.io/v1beta2/ocirepositories"] = []any{typed(flux.SourceGroup, "v1beta2",
		flux.OCIRepository, "apps", object{"status": object{"artifact": object{"revision": "latest@sha256:1"}}})}
	a.lists["/apis/helm.toolkit.fluxcd.io/v2/helmreleases"] = []any{typed(flux.HelmGroup, "v2", flux.HelmRelease,
		"external-dns", object{"spec": object{"values": object{"secret": "not-to-be-kept"}}, "status": object{
			"conditions": ready("True", ""),
		}})}
	a.lists["/apis/argoproj.io/v1alpha1/applications"] = []any{typed(argocd.Group, "v1alpha1", argocd.Application, "edge",
		object{"status": object{"sync": object{"status": "Synced"}}})}
	edited := ingress("develop", "edited", "edited.safeops.work")
	edited["metadata"] = object{
		"namespace": "develop", "name": "edited", "labels": object{"kustomize.toolkit.fluxcd.io/name": "develop"},
		"managedFields": []any{
			object{"manager": "kustomize-controller", "fieldsV1": object{"f:spec": object{"f:rules": object{}}}},
			object{
				"manager": "kubectl-edit", "time": "2026-11-29T08:00:00Z",
				"fieldsV1": object{"f:spec": object{"f:tls": object{}}, "f:metadata": object{"f:annotations": object{
					".": object{}, "f:cert-manager.io/issuer": object{},
				}}},
			},
			object{"manager": "kubectl-edit", "subresource": "status", "fieldsV1": object{"f:status": object{}}},
		},
	}
	a.lists["/apis/networking.k8s.io/v1/ingresses"] = append(a.lists["/apis/networking.k8s.io/v1/ingresses"], edited)
}

func TestDelivery(t *testing.T) {
	t.Parallel()
	a := cluster()
	delivered(a)
	s := facts.Collect(context.Background(), a.connect(t, &world{}), facts.Scope{})
	var names []string
	for _, o := range s.Delivered.Flux {
		names = append(names, o.String()+" "+string(o.State))
	}
	want := []string{
		"GitRepository flux-system/flux-system failed", "HelmRelease flux-system/external-dns ready",
		"OCIRepository flux-system/apps new",
	}
	if d := cmp.Diff(want, names); d != "" {
		t.Errorf("Flux (-want +got):\n%s", d)
	}
	if got := s.Delivered.Flux[0].URL; got != "https://git.example/edge" {
		t.Errorf("URL %q has a credential", got)
	}
	if len(s.Delivered.Applications) != 1 || s.Delivered.Applications[0].State != argocd.Synced {
		t.Errorf("Argo CD: %+v", s.Delivered.Applications)
	}
	if d := cmp.Diff([]string{"metadata.annotations.cert-manager.io/issuer", "spec.tls"},
		s.Delivered.Changes[0].Fields); d != "" || len(s.Delivered.Changes) != 1 {
		t.Errorf("changes by hand: %+v\n%s", s.Delivered.Changes, d)
	}
	raw, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{token, "robot", "not-to-be-kept"} {
		if strings.Contains(string(raw), secret) {
			t.Errorf("the snapshot has %q", secret)
		}
	}
	if e := s.Trouble(facts.Delivery); len(e) > 0 {
		t.Errorf("a kind that an old version lacks is an error: %+v", e)
	}
	var back facts.Snapshot
	if err := json.Unmarshal(raw, &back); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(s.Delivered, back.Delivered); d != "" {
		t.Errorf("written and read again (-was +is):\n%s", d)
	}
}
