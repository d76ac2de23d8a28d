package bundle

import (
	"fmt"
	"slices"

	releaseutil "helm.sh/helm/v4/pkg/release/v1/util"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Wave is what can be applied at once. The next wave needs this one to be ready.
type Wave struct {
	// "namespaces and definitions", "objects", "release cert-manager/external-dns", "post-install hooks of …"
	Name    string
	Hooks   bool // the objects are hooks: recreated, waited for to the end, and deleted by their policies
	Objects []Object
	Release string // namespace/name of the Helm release, or ""
}

// Waves returns the stage's objects and install hooks in the order in which they can be applied: namespaces and CRDs,
// then plain objects, then each release with the hooks before and after it. Empty waves are left out.
func (s Stage) Waves() []Wave { return s.waves(func(Object) bool { return true }, nil) }

// UpgradeWaves returns the same for a cluster on which the given releases (namespace/name) are installed: what Helm
// applies at an install only is left out of them, and the hooks are those of an upgrade.
func (s Stage) UpgradeWaves(installed []string) []Wave {
	return s.waves(func(o Object) bool { return !o.InstallOnly || !slices.Contains(installed, o.Release) }, installed)
}

func (s Stage) waves(wanted func(Object) bool, installed []string) []Wave {
	var waves []Wave
	add := func(w Wave) {
		if len(w.Objects) > 0 {
			waves = append(waves, w)
		}
	}
	pick := func(keep func(Object) bool) []Object {
		return slices.Collect(func(yield func(Object) bool) {
			for _, o := range s.Objects {
				if wanted(o) && keep(o) && !yield(o) {
					return
				}
			}
		})
	}
	add(Wave{Name: "namespaces and definitions", Objects: pick(first)})
	plain := pick(func(o Object) bool { return o.Release == "" && !first(o) })
	for _, n := range s.syncWaves(plain) {
		name := "objects"
		if n != 0 {
			name = fmt.Sprintf("objects of sync wave %d", n)
		}
		add(Wave{Name: name, Objects: byKind(slices.DeleteFunc(slices.Clone(plain),
			func(o Object) bool { return s.SyncWaves && wave(o) != n }))})
	}
	for _, r := range s.Releases {
		id := key(r.Namespace, r.Name)
		action := "install"
		if slices.Contains(installed, id) {
			action = "upgrade"
		}
		s.hookWaves(id, "pre-"+action, add)
		add(Wave{Name: "release " + id, Release: id, Objects: pick(func(o Object) bool {
			return o.Release == id &&
				!first(o)
		})})
		s.hookWaves(id, "post-"+action, add)
	}
	return waves
}

// syncWaves lists the sync waves of objects in order, where the engine heeds them.
func (s Stage) syncWaves(objects []Object) []int {
	if !s.SyncWaves {
		return []int{0}
	}
	var all []int
	for _, o := range objects {
		if n := wave(o); !slices.Contains(all, n) {
			all = append(all, n)
		}
	}
	slices.Sort(all)
	return all
}

// hookWaves gives one wave for each weight, since Helm runs a hook only after those of lower weight are done.
func (s Stage) hookWaves(release, event string, add func(Wave)) {
	byWeight := map[int][]Object{}
	var weights []int
	for _, h := range s.Hooks {
		if h.Release != release || !slices.Contains(h.Events, event) {
			continue
		}
		if _, known := byWeight[h.Weight]; !known {
			weights = append(weights, h.Weight)
		}
		byWeight[h.Weight] = append(byWeight[h.Weight], h.Object)
	}
	slices.Sort(weights)
	for _, weight := range weights {
		add(Wave{
			Name: fmt.Sprintf("%s hooks of %s, weight %d", event, release, weight), Hooks: true, Release: release,
			Objects: byWeight[weight],
		})
	}
}

// runs reports whether a hook runs at an install or at an upgrade.
func (h Hook) runs() bool {
	return slices.ContainsFunc([]string{"pre-install", "post-install", "pre-upgrade", "post-upgrade"},
		func(event string) bool { return slices.Contains(h.Events, event) })
}

// byKind sorts plain objects as Helm sorts those of a chart, so that a pod does not come before its account or its
// configuration. Kinds that Helm does not know come last, in build order.
func byKind(objects []Object) []Object {
	rank := func(o Object) int {
		if at := slices.Index(releaseutil.InstallOrder, o.GetKind()); at >= 0 {
			return at
		}
		return len(releaseutil.InstallOrder)
	}
	slices.SortStableFunc(objects, func(a, b Object) int { return rank(a) - rank(b) })
	return objects
}

// first reports whether others may need an object before they can even be sent.
func first(o Object) bool {
	kind := o.GroupVersionKind().GroupKind()
	return kind == schema.GroupKind{Kind: "Namespace"} ||
		kind == schema.GroupKind{Group: "apiextensions.k8s.io", Kind: "CustomResourceDefinition"}
}
