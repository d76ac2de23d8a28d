package criteria_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/edge/flux"
)

const revision = "main@sha1:aaaaaaa1111"

func ofFlux(kind, name string) flux.Ref {
	return flux.Ref{Kind: kind, Namespace: "flux-system", Name: name}
}

// deliveredBy is Flux as it has delivered a bundle.
func deliveredBy() flux.Set {
	git := ofFlux(flux.GitRepository, "flux-system")
	kustomization := func(name string) flux.Object {
		return flux.Object{
			Ref: ofFlux(flux.Kustomization, name), State: flux.Ready, Source: git, Revision: revision, Attempted: revision,
			Prune: true,
		}
	}
	return flux.Set{
		{Ref: git, State: flux.Ready, Revision: revision},
		kustomization("edge"), kustomization("develop"),
		{
			Ref: ofFlux(flux.HelmRelease, "external-dns"), State: flux.Ready, Revision: "1.20.0",
			History: []flux.Release{{Status: "deployed", Version: "1.20.0"}},
		},
	}
}

// delivery is what the engine was given.
func delivery() *criteria.Delivered {
	return &criteria.Delivered{
		Source: ofFlux(flux.GitRepository, "flux-system"), Revision: revision, Objects: []flux.Ref{
			ofFlux(flux.Kustomization, "edge"), ofFlux(flux.Kustomization, "develop"), ofFlux(flux.HelmRelease, "external-dns"),
		},
	}
}

func TestDelivery(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		change  func(flux.Set, *criteria.Delivered)
		red     []criteria.ID
		because string
	}{
		"delivered": {change: func(flux.Set, *criteria.Delivered) {}},
		"an earlier revision": {
			change:  func(s flux.Set, d *criteria.Delivered) { d.Revision = "main@sha1:bbbbbbb2222" },
			red:     []criteria.ID{"DL-1"},
			because: "Kustomization flux-system/develop: at main@aaaaaaa, and main@bbbbbbb is judged",
		},
		"a failure": {
			change: func(s flux.Set, _ *criteria.Delivered) {
				s[1].State, s[1].Reason, s[1].Message = flux.Failed, "BuildFailed", "no such file"
			},
			red: []criteria.ID{"DL-1"}, because: "Kustomization flux-system/edge: failed: BuildFailed: no such file",
		},
		"suspended": {
			change: func(s flux.Set, _ *criteria.Delivered) { s[2].State = flux.Suspended },
			red:    []criteria.ID{"DL-1", "DL-3"}, because: "Kustomization flux-system/develop: suspended",
		},
		"stalled": {
			change: func(s flux.Set, _ *criteria.Delivered) { s[3].State = flux.Stalled },
			red:    []criteria.ID{"DL-1", "DL-3"}, because: "HelmRelease flux-system/external-dns: stalled",
		},
		"no pruning": {
			change: func(s flux.Set, _ *criteria.Delivered) { s[1].Prune = false },
			red:    []criteria.ID{"DL-3"}, because: "spec.prune is false",
		},
		"a kind that its own Kustomization brings": {
			change: func(s flux.Set, _ *criteria.Delivered) {
				s[1].State, s[1].Message = flux.Failed, "ClusterIssuer/a dry-run failed: no matches for kind \"ClusterIssuer\""
			},
			red: []criteria.ID{"DL-1", "DL-2"}, because: "ClusterIssuer/a dry-run failed",
		},
		"stuck on the new cluster": {
			change: func(_ flux.Set, d *criteria.Delivered) { d.Stuck = "delivery: not ready" },
			red:    []criteria.ID{"DL-2"}, because: "delivery: not ready",
		},
		"a dependency that is not there": {
			change: func(s flux.Set, _ *criteria.Delivered) {
				s[2].State, s[2].DependsOn = flux.Waiting, []flux.Ref{ofFlux(flux.Kustomization, "gone")}
			},
			red: []criteria.ID{"DL-1", "DL-2"}, because: "Kustomization flux-system/gone: not found",
		},
		"not taken over": {
			change: func(_ flux.Set, d *criteria.Delivered) { d.Unpromoted = "Kustomization flux-system/edge: not pruned" },
			red:    []criteria.ID{"DL-3"}, because: "not pruned",
		},
		"gone": {
			change: func(s flux.Set, d *criteria.Delivered) {
				d.Objects = append(d.Objects, ofFlux(flux.Kustomization, "x"))
			},
			red: []criteria.ID{"DL-1", "DL-2", "DL-3"}, because: "Kustomization flux-system/x: not found",
		},
	} {
		s, d := healthy(), delivery()
		row.change(s.Delivered.Flux, d)
		for _, id := range []criteria.ID{"DL-1", "DL-2", "DL-3"} {
			j := criteria.Judge(id, criteria.View{Facts: s, Target: reference(), Delivery: d})
			red := slices.Contains(row.red, id)
			if j.Met == red || red && !strings.Contains(strings.Join(j.Reasons, "\n"), row.because) {
				t.Errorf("%s: %s", name, j)
			}
		}
	}
}
