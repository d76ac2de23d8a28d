package flux_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/edgeproof/edgeproof/e2e/edge/flux"
)

func ref(kind, name string) flux.Ref {
	return flux.Ref{Kind: kind, Namespace: "flux-system", Name: name}
}

func TestBlockedBy(t *testing.T) {
	t.Parallel()
	git := flux.Object{Ref: ref(flux.GitRepository, "edge"), State: flux.Ready}
	charts := flux.Object{Ref: ref(flux.Kustomization, "charts"), State: flux.Ready, Source: git.Ref}
	issuers := flux.Object{
		Ref: ref(flux.Kustomization, "issuers"), State: flux.Ready, Source: git.Ref,
		DependsOn: []flux.Ref{charts.Ref},
	}
	release := flux.Object{Ref: ref(flux.HelmRelease, "external-dns"), State: flux.Ready}
	with := func(o flux.Object, change func(*flux.Object)) flux.Object {
		change(&o)
		return o
	}
	failed := func(o flux.Object) flux.Object { return with(o, func(o *flux.Object) { o.State = flux.Failed }) }
	waiting := func(o flux.Object) flux.Object { return with(o, func(o *flux.Object) { o.State = flux.Waiting }) }
	holds := func(o, child flux.Object) flux.Object {
		return with(o, func(o *flux.Object) {
			o.Inventory = []flux.Applied{
				{Kind: "ConfigMap", Name: "c"},
				{Group: flux.HelmGroup, Kind: child.Kind, Namespace: child.Namespace, Name: child.Name},
			}
		})
	}
	for name, tc := range map[string]struct {
		set  flux.Set
		want string // path, the last is to blame
	}{
		"all ready":               {flux.Set{git, charts, issuers}, ""},
		"itself":                  {flux.Set{git, charts, failed(issuers)}, "issuers"},
		"what it depends on":      {flux.Set{git, failed(charts), waiting(issuers)}, "issuers charts"},
		"the source of that":      {flux.Set{failed(git), charts, issuers}, "issuers edge"},
		"a dependency is missing": {flux.Set{git, waiting(issuers)}, "issuers charts missing"},
		"what that applied": {
			flux.Set{git, holds(failed(charts), release), waiting(issuers), failed(release)},
			"issuers charts external-dns",
		},
		"not what works": {
			flux.Set{git, holds(failed(charts), release), waiting(issuers), release},
			"issuers charts",
		},
		"a circle": {flux.Set{
			git, waiting(issuers),
			with(waiting(charts), func(o *flux.Object) { o.DependsOn = []flux.Ref{issuers.Ref} }),
		}, "issuers charts"},
	} {
		b, blocked := tc.set.BlockedBy(issuers.Ref)
		var path []string
		for _, r := range b.Path {
			path = append(path, r.Name)
		}
		if b.Missing {
			path = append(path, "missing")
		}
		if got := strings.Join(path, " "); got != tc.want || blocked != (tc.want != "") {
			t.Errorf("%s: blocked %t by %q, want %q", name, blocked, got, tc.want)
		}
		if blocked && b.By != b.Path[len(b.Path)-1] {
			t.Errorf("%s: By %v is not the end of %v", name, b.By, b.Path)
		}
	}
}

func TestRequestable(t *testing.T) {
	t.Parallel()
	source := flux.Object{Ref: ref(flux.GitRepository, "edge"), State: flux.Ready}
	first := flux.Object{Ref: ref(flux.Kustomization, "first"), State: flux.Ready, Source: source.Ref}
	next := flux.Object{
		Ref: ref(flux.Kustomization, "next"), State: flux.Waiting, Source: source.Ref,
		DependsOn: []flux.Ref{first.Ref},
	}
	last := flux.Object{Ref: ref(flux.Kustomization, "last"), State: flux.Waiting, DependsOn: []flux.Ref{next.Ref}}
	if got := (flux.Set{source, first, next, last}).Requestable(); !slices.Equal(got, []flux.Ref{next.Ref}) {
		t.Errorf("Requestable = %v, want %v", got, next.Ref)
	}
	first.State = flux.Reconciling
	if got := (flux.Set{source, first, next, last}).Requestable(); len(got) != 0 {
		t.Errorf("Requestable = %v while what they depend on is not ready", got)
	}
}

func TestSet(t *testing.T) {
	t.Parallel()
	applied := flux.Applied{Group: "networking.k8s.io", Kind: "Ingress", Namespace: "develop", Name: "frontend"}
	set := flux.Set{
		{Ref: ref(flux.Kustomization, "b"), Inventory: []flux.Applied{applied}},
		{Ref: ref(flux.Kustomization, "a")},
		{Ref: ref(flux.HelmRelease, "c")},
	}
	if got := set.Of(flux.Kustomization); len(got) != 2 || got[0].Name != "a" {
		t.Errorf("Of = %v", got)
	}
	if owner, ok := set.Owner(applied); !ok || owner.Name != "b" {
		t.Errorf("Owner = %v, %t", owner, ok)
	}
	if _, ok := set.Owner(flux.Applied{Kind: "Pod"}); ok {
		t.Error("Owner of what nothing applied")
	}
}

func TestStopsAndBehind(t *testing.T) {
	t.Parallel()
	git := flux.Ref{Kind: flux.GitRepository, Namespace: "n", Name: "git"}
	app := func(name string, state flux.State, applied string, dependsOn ...string) flux.Object {
		o := flux.Object{
			Ref: flux.Ref{Kind: flux.Kustomization, Namespace: "n", Name: name}, State: state, Source: git, Revision: applied,
			Attempted: "main@sha1:b",
		}
		for _, d := range dependsOn {
			o.DependsOn = append(o.DependsOn, flux.Ref{Kind: flux.Kustomization, Namespace: "n", Name: d})
		}
		return o
	}
	set := flux.Set{
		{Ref: git, State: flux.Ready, Revision: "main@sha1:b"},
		app("base", flux.Failed, "main@sha1:a"), app("top", flux.Waiting, "", "base"),
		app("ready", flux.Ready, "main@sha1:b"),
		app("busy", flux.Reconciling, "main@sha1:a"), app("lost", flux.Waiting, "main@sha1:b", "gone"),
	}
	var got []string
	for _, s := range set.Stops() {
		got = append(got, fmt.Sprint(s.Name, " ", s.Missing, " ", len(s.Waiting)))
	}
	if want := []string{"base false 2", "gone true 2"}; !slices.Equal(got, want) {
		t.Errorf("stops %q, want %q", got, want)
	}
	for name, want := range map[string]string{
		"base": "the cluster has main@a, its source main@b", "top": "nothing of it has been applied", "ready": "", "lost": "",
	} {
		o, _ := set.Find(flux.Ref{Kind: flux.Kustomization, Namespace: "n", Name: name})
		if text, behind := set.Behind(o); text != want || behind != (want != "") {
			t.Errorf("%s: %q, want %q", name, text, want)
		}
	}
}
