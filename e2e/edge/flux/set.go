package flux

import (
	"cmp"
	"slices"
)

// Set is all that Flux has on a cluster.
type Set []Object

// Find returns an object by its name.
func (s Set) Find(ref Ref) (Object, bool) {
	for _, o := range s {
		if o.Ref == ref {
			return o, true
		}
	}
	return Object{}, false
}

// Of returns the objects of some kinds, sorted by name.
func (s Set) Of(kinds ...string) Set {
	var out Set
	for _, o := range s {
		if slices.Contains(kinds, o.Kind) {
			out = append(out, o)
		}
	}
	slices.SortFunc(out, func(a, b Object) int { return cmp.Compare(a.String(), b.String()) })
	return out
}

// Owner is the object whose inventory or labels claim what it applied.
func (s Set) Owner(of Applied) (Ref, bool) {
	for _, o := range s {
		if slices.Contains(o.Inventory, of) {
			return o.Ref, true
		}
	}
	return Ref{}, false
}

// Blocked is why an object is not delivered.
type Blocked struct {
	// By is the object at which delivery ends, and Missing says that there is none of this name.
	By      Ref
	Missing bool
	// Path leads there from the object that was looked at, which comes first.
	Path []Ref
}

// BlockedBy finds the object at which the delivery of another ends: the object itself, or what it takes from,
// or what it depends on, as far back as one is not ready. An object that is ready, and all it rests on, is not
// blocked.
func (s Set) BlockedBy(ref Ref) (Blocked, bool) {
	return s.blockedBy(ref, nil)
}

func (s Set) blockedBy(ref Ref, path []Ref) (Blocked, bool) {
	if slices.Contains(path, ref) {
		return Blocked{}, false // a circle, which Flux reports as a dependency that is not ready
	}
	path = append(slices.Clone(path), ref)
	o, there := s.Find(ref)
	if !there {
		return Blocked{By: ref, Missing: true, Path: path}, true
	}
	for _, needed := range append([]Ref{o.Source}, o.DependsOn...) {
		if needed.Name == "" {
			continue
		}
		if needed.Kind == HelmChart && o.State == New {
			continue // helm-controller makes it, and has not yet
		}
		if b, blocked := s.blockedBy(needed, path); blocked {
			return b, true
		}
	}
	if o.State == Ready {
		return Blocked{}, false
	}
	for _, child := range o.children() { // it waits for the health of what it applied
		if b, blocked := s.blockedBy(child, path); blocked && !b.Missing {
			return b, true
		}
	}
	return Blocked{By: ref, Path: path}, true
}

// children are the objects of Flux that a Kustomization applied.
func (o Object) children() []Ref {
	var out []Ref
	for _, a := range o.Inventory {
		if known(a.Group, a.Kind) {
			out = append(out, Ref{a.Kind, a.Namespace, a.Name})
		}
	}
	return out
}

// Requestable lists those that wait for nothing but their next interval: all that they depend on is ready, and
// they are waiting or new. `flux reconcile` makes them go on at once.
func (s Set) Requestable() []Ref {
	var out []Ref
	for _, o := range s.Of(Kustomization, HelmRelease) {
		if o.State != Waiting {
			continue
		}
		ready := func(ref Ref) bool {
			d, there := s.Find(ref)
			return there && d.State == Ready
		}
		if (o.Source.Name == "" || ready(o.Source)) && !slices.ContainsFunc(o.DependsOn,
			func(r Ref) bool { return !ready(r) }) {
			out = append(out, o.Ref)
		}
	}
	return out
}
