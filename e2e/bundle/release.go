package bundle

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	helmv2 "github.com/fluxcd/helm-controller/api/v2"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// release is a HelmRelease that waits to be rendered.
type release struct {
	stage  *stage
	object Object
	spec   *helmv2.HelmRelease
	after  []string
	done   bool
}

// releases renders every HelmRelease, each after what it depends on, so that it sees the APIs of the CRDs that came before.
func (l *load) releases() error {
	var all []*release
	byKey := map[string]*release{}
	for _, s := range l.stages {
		for _, o := range s.flux {
			if o.GetKind() != "HelmRelease" {
				continue
			}
			spec, err := decode[helmv2.HelmRelease](o)
			if err != nil {
				return where(err, file(o), describe(o.Unstructured))
			}
			r := &release{stage: s, object: o, spec: spec}
			for _, d := range spec.Spec.DependsOn {
				ns := d.Namespace
				if ns == "" {
					ns = o.GetNamespace()
				}
				r.after = append(r.after, key(ns, d.Name))
			}
			all = append(all, r)
			byKey[key(o.GetNamespace(), o.GetName())] = r
		}
	}
	ready := func(r *release) bool {
		return !r.done && !slices.ContainsFunc(r.after, func(k string) bool { return byKey[k] == nil || !byKey[k].done })
	}
	for {
		if err := l.ctx.Err(); err != nil {
			return fmt.Errorf("load bundle %s: %w", l.dir, err)
		}
		at := slices.IndexFunc(all, ready)
		if at < 0 {
			return stuckReleases(all, byKey)
		}
		if err := l.render(all[at]); err != nil {
			return where(err, file(all[at].object), describe(all[at].object.Unstructured))
		}
		all[at].done = true
	}
}

func stuckReleases(all []*release, byKey map[string]*release) error {
	var first *release
	for _, r := range all {
		if r.done {
			continue
		}
		if first == nil {
			first = r
		}
		for _, k := range r.after {
			if byKey[k] == nil {
				return &Error{
					File: file(r.object), Object: describe(r.object.Unstructured), Problem: "dependsOn " + k + ", which the bundle does not have",
					Cure: "correct the name, or add that HelmRelease",
				}
			}
		}
	}
	if first == nil {
		return nil
	}
	chain := cycle(key(first.object.GetNamespace(), first.object.GetName()),
		func(k string) []string { return byKey[k].after }, func(k string) bool { return !byKey[k].done })
	return &Error{
		File: file(byKey[chain[0]].object), Object: describe(byKey[chain[0]].object.Unstructured),
		Problem: "dependsOn goes round in a circle: " + strings.Join(chain, " -> "), Cure: "take one dependency of the circle away",
	}
}

// render finds the chart of one release, renders it and adds the result to its stage.
func (l *load) render(r *release) error {
	spec := r.spec.Spec
	info := Release{
		Name: releaseName(r.spec), Namespace: r.spec.GetReleaseNamespace(),
		HelmRelease: key(r.object.GetNamespace(), r.object.GetName()), DependsOn: r.after, Suspended: spec.Suspend,
	}
	if spec.KubeConfig != nil {
		return &Error{Problem: "spec.kubeConfig: it is meant for another cluster", Cure: "leave it out of the bundle under test"}
	}
	if spec.Suspend {
		l.notice(r.object, "suspended: Flux would not install it, so nothing of it is rendered", "set spec.suspend to false")
		r.stage.Releases = append(r.stage.Releases, info)
		return nil
	}
	ref, err := l.chartRef(r)
	if err != nil {
		return err
	}
	values, err := l.values(r)
	if err != nil {
		return err
	}
	if l.opts.Charts == nil {
		return &Error{Problem: "chart " + ref.Name + " is needed and no source of charts was given", Cure: "give Options.Charts"}
	}
	chart, err := l.opts.Charts.Chart(l.ctx, ref)
	if err != nil {
		var known *Error
		if errors.As(err, &known) || l.ctx.Err() != nil {
			return err
		}
		return because(err, "", "", "chart "+ref.Name+" "+ref.Version, "check the repository's URL, the chart's name and its version")
	}
	info.Chart, info.Version, info.AppVersion, info.Origin = chart.Name(), chart.Metadata.Version, chart.AppVersion(), chart.Origin
	capabilities, err := l.capabilities()
	if err != nil {
		return err
	}
	rendered, err := renderChart(l.ctx, r.spec, info, chart.Chart, values, capabilities)
	if err != nil {
		return err
	}
	r.stage.Releases = append(r.stage.Releases, info)
	return l.addRendered(r, info, rendered)
}

// addRendered settles namespaces and sources of what a chart gave.
func (l *load) addRendered(r *release, info Release, rendered *renderedChart) error {
	all := slices.Concat(rendered.definitions, rendered.objects)
	for _, o := range all {
		l.scopes.learn(o)
	}
	if r.spec.GetInstall().CreateNamespace && !l.hasNamespace(info.Namespace) {
		namespace := &unstructured.Unstructured{Object: map[string]any{
			"apiVersion": "v1", "kind": "Namespace",
			"metadata": map[string]any{"name": info.Namespace, "labels": map[string]any{"name": info.Namespace}},
		}}
		all = slices.Insert(all, 0, namespace)
	}
	settle := func(u *unstructured.Unstructured) (Object, error) {
		if namespaced, _ := l.scopes.namespaced(u.GroupVersionKind().GroupKind()); !namespaced {
			u.SetNamespace("")
		} else if u.GetNamespace() == "" {
			u.SetNamespace(info.Namespace)
		}
		o := Object{Unstructured: u, Source: r.object.Source, Release: key(info.Namespace, info.Name)}
		if err := checkKind(o); err != nil {
			return o, where(err, file(r.object), describe(r.object.Unstructured)+" renders "+describe(u))
		}
		return o, nil
	}
	for _, u := range all {
		o, err := settle(u)
		if err != nil {
			return err
		}
		o.InstallOnly = slices.Contains(rendered.definitions, u) && r.spec.GetUpgrade().CRDs != helmv2.CreateReplace
		r.stage.Objects = append(r.stage.Objects, o)
	}
	for _, hook := range rendered.hooks {
		o, err := settle(hook.Unstructured)
		if err != nil {
			return err
		}
		hook.Object = o
		r.stage.Hooks = append(r.stage.Hooks, hook)
	}
	return nil
}

func (l *load) hasNamespace(name string) bool {
	for _, s := range l.stages {
		if _, ok := find(s.Objects, "", "Namespace", "", name); ok {
			return true
		}
	}
	return false
}

// releaseName is the name that Flux gives a release: Helm's limit is 53 characters, and a longer one ends in a hash of itself.
func releaseName(r *helmv2.HelmRelease) string {
	const most, kept, hashed = 53, 40, 12
	name := r.GetReleaseName()
	if len(name) <= most {
		return name
	}
	sum := sha256.Sum256([]byte(name))
	return name[:kept] + "-" + hex.EncodeToString(sum[:])[:hashed]
}
