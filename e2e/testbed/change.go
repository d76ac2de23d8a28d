package testbed

import (
	"context"
	"fmt"
	"slices"

	"github.com/edgeproof/edgeproof/e2e/bundle"
)

// What keeps an object in the cluster that a later version no longer has:
// https://helm.sh/docs/howto/charts_tips_and_tricks/ and
// https://fluxcd.io/flux/components/kustomize/kustomizations/#controlling-the-garbage-collection-behavior-of-kustomizations.
const (
	resourcePolicy = "helm.sh/resource-policy"
	prunePolicy    = "kustomize.toolkit.fluxcd.io/prune"
)

// Change takes the cluster from the scene's bundle to another and to a version of Traefik, as a GitOps engine
// does when its source has changed: each stage is applied in its waves, what it no longer has is pruned, and
// the next waits until it is ready. The token Secrets stay what they are: an operator makes them, once. It
// returns what was pruned.
//
// Where the bundle does not become ready it ends there and Stuck says why; an error is the world's.
func (s *Testbed) Change(ctx context.Context, to *bundle.Bundle, traefik string) (pruned []string, err error) {
	from := s.Bundle
	s.Bundle, s.Traefik, s.Stuck = to, traefik, ""
	if err := s.spreadTrust(ctx); err != nil {
		return nil, err
	}
	controller, err := s.applyFolder(ctx, "traefik", map[string]string{TraefikVariable: traefik})
	if err == nil {
		err = s.applier.ready(ctx, s.Budgets.WorkloadReady, workloads(controller)...)
	}
	if err != nil {
		return nil, s.stuck(ctx, "ingress controller", err)
	}
	if s.Engine != nil {
		if err := s.deliver(ctx, nil); err != nil {
			return s.Delivered.Pruned, s.stuck(ctx, "delivery", err)
		}
		return s.Delivered.Pruned, nil
	}
	var installed []string
	for _, stage := range from.Stages {
		for _, r := range stage.Releases {
			installed = append(installed, r.Namespace+"/"+r.Name)
		}
	}
	for _, stage := range to.Stages {
		if err := s.applyWaves(ctx, stage.UpgradeWaves(installed), nil); err != nil {
			return pruned, s.stuck(ctx, "stage "+stage.Name, err)
		}
		gone, err := s.prune(ctx, removed(from, to, stage.Name))
		pruned = append(pruned, gone...)
		if err != nil {
			return pruned, err
		}
	}
	for _, stage := range from.Stages {
		if !slices.ContainsFunc(to.Stages, func(other bundle.Stage) bool { return other.Name == stage.Name }) {
			gone, err := s.prune(ctx, removed(from, to, stage.Name))
			pruned = append(pruned, gone...)
			if err != nil {
				return pruned, err
			}
		}
	}
	return pruned, nil
}

// removed lists what a stage had and the other bundle has nowhere, last applied first, but for what is to be kept.
func removed(from, to *bundle.Bundle, name string) []bundle.Object {
	there := map[string]bool{}
	for _, o := range to.Objects() {
		there[identity(o)] = true
	}
	var out []bundle.Object
	for _, stage := range from.Stages {
		if stage.Name != name || stage.Keeps {
			continue
		}
		for _, wave := range stage.Waves() {
			for _, o := range wave.Objects {
				if !wave.Hooks && !there[identity(o)] && !kept(o) {
					out = append(out, o)
				}
			}
		}
	}
	slices.Reverse(out)
	return out
}

// kept says whether an object stays when the bundle no longer has it.
func kept(o bundle.Object) bool {
	return o.InstallOnly || o.GetAnnotations()[resourcePolicy] == "keep" || o.GetAnnotations()[prunePolicy] == "disabled"
}

// identity leaves the version out: an object that is sent in another one is the same object.
func identity(o bundle.Object) string {
	return o.GroupVersionKind().Group + " " + describe(o.Unstructured)
}

// prune deletes objects and returns their names; nothing waits for their end.
func (s *Testbed) prune(ctx context.Context, objects []bundle.Object) ([]string, error) {
	var names []string
	for _, o := range objects {
		if err := s.remove(ctx, o.Unstructured); err != nil {
			return names, fmt.Errorf("prune %s: %w", describe(o.Unstructured), err)
		}
		names = append(names, describe(o.Unstructured))
	}
	return names, nil
}
