package bundle

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	helmv2 "github.com/fluxcd/helm-controller/api/v2"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// renderTime is how long the templates of one chart may take. Charts render in well under a second.
const renderTime = 20 * time.Second

// release is a Helm release that waits to be rendered. What is no HelmRelease (an Application of Argo CD, a HelmChart
// of k3s) is put into the words of one.
type release struct {
	stage  *stage
	object Object
	spec   *helmv2.HelmRelease
	values map[string]any // over all others; nil for a HelmRelease, which has its own
	chart  func() (*Chart, error)
	title  string // of the chart, where it cannot be had
	after  []string
	done   bool
}

func (r *release) key() string { return key(r.object.GetNamespace(), r.object.GetName()) }

// helmRelease adds a HelmRelease.
func (l *load) helmRelease(s *stage, o Object) error {
	spec, err := decode[helmv2.HelmRelease](o)
	if err != nil {
		return err
	}
	r := &release{stage: s, object: o, spec: spec}
	r.chart = func() (*Chart, error) { return l.chartOf(r) }
	for _, d := range spec.Spec.DependsOn {
		ns := d.Namespace
		if ns == "" {
			ns = o.GetNamespace()
		}
		r.after = append(r.after, key(ns, d.Name))
	}
	l.releases = append(l.releases, r)
	return nil
}

// charts renders every release, each after what it depends on, so that it sees the APIs of the CRDs that came before.
func (l *load) charts() error {
	byKey := map[string]*release{}
	for _, r := range l.releases {
		byKey[r.key()] = r
	}
	open := func(k string) bool { return byKey[k] == nil || !byKey[k].done }
	for {
		if err := l.ctx.Err(); err != nil {
			return fmt.Errorf("load bundle %s: %w", l.dir, err)
		}
		at := slices.IndexFunc(l.releases, func(r *release) bool { return !r.done && !slices.ContainsFunc(r.after, open) })
		if at < 0 {
			if progress, err := l.stuckReleases(byKey); err != nil || !progress {
				return err
			}
			continue
		}
		r := l.releases[at]
		r.done = true
		if err := l.keep(l.render(r), file(r.object), describe(r.object.Unstructured)); err != nil {
			return err
		}
	}
}

func (l *load) stuckReleases(byKey map[string]*release) (progress bool, err error) {
	var first *release
	for _, r := range l.releases {
		if r.done {
			continue
		}
		if first == nil {
			first = r
		}
		for i, k := range r.after {
			if byKey[k] == nil {
				r.after = slices.Delete(slices.Clone(r.after), i, i+1)
				return true, l.keep(&Error{
					Problem: "dependsOn " + k + ", which the bundle does not have",
					Remedy:  "correct the name, or add that HelmRelease",
				}, file(r.object), describe(r.object.Unstructured))
			}
		}
	}
	if first == nil {
		return false, nil
	}
	chain := cycle(first.key(), func(k string) []string { return byKey[k].after },
		func(k string) bool { return !byKey[k].done })
	at := byKey[chain[0]]
	at.after = nil
	return true, l.keep(&Error{
		Problem: "dependsOn goes round in a circle: " + strings.Join(chain, " -> "),
		Remedy:  "take one dependency of the circle away",
	}, file(at.object), describe(at.object.Unstructured))
}

// render finds the chart of one release, renders it and adds the result to its stage.
func (l *load) render(r *release) error {
	spec := r.spec.Spec
	info := Release{
		Name: releaseName(r.spec), Namespace: r.spec.GetReleaseNamespace(), Source: r.object.Source, Chart: r.title,
		HelmRelease: r.key(), DependsOn: r.after, Suspended: spec.Suspend,
	}
	if spec.KubeConfig != nil {
		return &Error{
			Problem: "spec.kubeConfig: it is meant for another cluster",
			Remedy:  "leave it out of the bundle under test",
		}
	}
	if spec.Suspend {
		l.notice(Noted, SuspendedObject, r.object, "suspended: Flux would not install it, so nothing of it is rendered",
			"set spec.suspend to false")
		r.stage.Releases = append(r.stage.Releases, info)
		return nil
	}
	rendered, err := l.rendered(r, &info)
	if err != nil {
		if l.ctx.Err() != nil {
			return err
		}
		info.Missing = oneLine(err.Error())
		r.stage.Releases = append(r.stage.Releases, info)
		return err
	}
	r.stage.Releases = append(r.stage.Releases, info)
	return l.addRendered(r, info, rendered)
}

func (l *load) rendered(r *release, info *Release) (*renderedChart, error) {
	if info.Chart == "" {
		info.Chart = l.chartName(r)
	}
	chart, err := r.chart()
	if err != nil {
		return nil, err
	}
	info.Chart, info.Version, info.AppVersion, info.Origin = chart.Name(), chart.Metadata.Version, chart.AppVersion(),
		chart.Origin
	values := r.values
	if values == nil {
		if values, err = l.values(r); err != nil {
			return nil, err
		}
	}
	capabilities, err := l.capabilities()
	if err != nil {
		return nil, err
	}
	// Templates know no context: a loop without an end is left behind, and the bundle refused.
	ctx, cancel := context.WithTimeout(l.ctx, renderTime)
	defer cancel()
	type result struct {
		chart *renderedChart
		err   error
	}
	done := make(chan result, 1)
	go func() {
		defer func() {
			if panicked := recover(); panicked != nil {
				done <- result{nil, &Error{
					Problem: fmt.Sprintf("chart %s: its templates panic: %v", info.Chart, panicked),
					Remedy:  "correct the values",
				}}
			}
		}()
		rendered, err := renderChart(ctx, r.spec, *info, chart.Chart, values, capabilities)
		done <- result{rendered, err}
	}()
	select {
	case got := <-done:
		return got.chart, got.err
	case <-ctx.Done():
		if l.ctx.Err() != nil {
			return nil, fmt.Errorf("render chart %s: %w", info.Chart, l.ctx.Err())
		}
		return nil, &Error{
			Problem: fmt.Sprintf("chart %s: its templates do not end in %s", info.Chart, renderTime),
			Remedy:  "correct the template or the values",
		}
	}
}

// fetch asks the source of charts.
func (l *load) fetch(ref ChartRef) (*Chart, error) {
	if l.opts.Charts == nil {
		return nil, &Error{
			Problem: "chart " + ref.Name + " is needed and no source of charts was given", Remedy: "give Options.Charts",
			Rule: ChartMissing,
		}
	}
	chart, err := l.opts.Charts.Chart(l.ctx, ref)
	if err == nil {
		return chart, nil
	}
	var known *Error
	if errors.As(err, &known) || l.ctx.Err() != nil {
		return nil, err
	}
	refused := because(err, "", "", "chart "+ref.Name+" "+ref.Version, "check the repository's URL, the chart's name "+
		"and its version")
	refused.Rule = ChartMissing
	return nil, refused
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
		o.takesOver = r.values != nil || !r.spec.GetInstall().DisableTakeOwnership
		return o, l.keep(checkKind(o), file(r.object), describe(r.object.Unstructured)+" renders "+describe(u))
	}
	for _, u := range all {
		o, err := settle(u)
		if err != nil {
			return err
		}
		if engine := l.renderer(u); engine != nil {
			if err := l.add(r.stage, []Object{{Unstructured: u, Source: file(r.object)}}); err != nil {
				return err
			}
			continue
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

// releaseName is the name that Flux gives a release: Helm's limit is 53 characters, and a longer one ends in a hash of
// itself.
func releaseName(r *helmv2.HelmRelease) string {
	const most, kept, hashed = 53, 40, 12
	name := r.GetReleaseName()
	if len(name) <= most {
		return name
	}
	sum := sha256.Sum256([]byte(name))
	return name[:kept] + "-" + hex.EncodeToString(sum[:])[:hashed]
}
