package bundle

import (
	"maps"
	"strings"

	kustomizev1 "github.com/fluxcd/kustomize-controller/api/v1"
)

// variables gathers what a Kustomization substitutes, as Flux does: ConfigMaps and Secrets in the order given, then inline values,
// line breaks taken out. It reports whether Flux would substitute at all.
func (l *load) variables(s *stage) (map[string]string, bool, error) {
	post := s.spec.Spec.PostBuild
	if post == nil {
		return nil, false, nil
	}
	all, public := maps.Clone(l.opts.Variables), map[string]string{}
	if all == nil {
		all = map[string]string{}
	}
	for _, ref := range post.SubstituteFrom {
		values, err := l.substituteFrom(s, ref)
		if err != nil {
			return nil, false, err
		}
		for name, value := range values {
			all[name] = strings.ReplaceAll(value, "\n", "")
			delete(public, name)
			if ref.Kind == "ConfigMap" {
				public[name] = all[name]
			}
		}
	}
	for name, value := range post.Substitute {
		all[name] = strings.ReplaceAll(value, "\n", "")
		public[name] = all[name]
	}
	if err := checkNames(all); err != nil {
		return nil, false, err
	}
	maps.Copy(l.bundle.variables, public)
	return all, len(all) > 0 || post.SubstituteStrategy == kustomizev1.SubstituteStrategyAlways, nil
}

// substituteFrom reads one source. Flux reads it from the cluster, so it must come from a stage built before.
func (l *load) substituteFrom(s *stage, ref kustomizev1.SubstituteReference) (map[string]string, error) {
	if ref.Kind != "ConfigMap" && ref.Kind != "Secret" {
		return nil, &Error{Problem: "postBuild.substituteFrom: kind " + ref.Kind, Cure: "name a ConfigMap or a Secret"}
	}
	for _, earlier := range l.stages {
		if earlier == s || !earlier.done {
			continue
		}
		if o, ok := find(earlier.Objects, "", ref.Kind, s.object.GetNamespace(), ref.Name); ok {
			values, err := data(o)
			return values, where(err, file(o), describe(o.Unstructured))
		}
	}
	// What the variables of Options stand for is the configuration of a bundle that is already installed.
	if ref.Optional || len(l.opts.Variables) > 0 {
		return nil, nil
	}
	return nil, &Error{
		Problem: "postBuild.substituteFrom: " + ref.Kind + " " + key(s.object.GetNamespace(), ref.Name) + " is in no stage before this one",
		Cure:    "add it to the bundle's own folder or to a Kustomization that this one depends on, or mark the reference optional",
	}
}
