package bundle

import (
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Only returns the bundle with only the objects that keep wants, and the hooks and releases of those. What a stage
// waited for that is left out, it does not wait for any more; what that one waited for, it does.
func (b *Bundle) Only(keep func(Object) bool) (*Bundle, error) {
	out := *b
	out.Stages = nil
	left := map[string][]string{} // what stages that are left out wait for
	for _, s := range b.Stages {
		s.Objects = slices.DeleteFunc(slices.Clone(s.Objects), func(o Object) bool { return !keep(o) })
		installed := func(release string) bool {
			return slices.ContainsFunc(s.Objects, func(o Object) bool {
				return o.Release == release &&
					o.GetKind() != "CustomResourceDefinition"
			})
		}
		s.Hooks = slices.DeleteFunc(slices.Clone(s.Hooks), func(h Hook) bool { return !installed(h.Release) })
		s.Releases = slices.DeleteFunc(slices.Clone(s.Releases), func(r Release) bool {
			return !slices.ContainsFunc(s.Objects, func(o Object) bool { return o.Release == key(r.Namespace, r.Name) })
		})
		var after []string
		for _, name := range s.DependsOn {
			through, gone := left[name]
			if !gone {
				through = []string{name}
			}
			for _, name := range through {
				if !slices.Contains(after, name) {
					after = append(after, name)
				}
			}
		}
		s.DependsOn = after
		if len(s.Objects) == 0 {
			left[s.Name] = after
			continue
		}
		out.Stages = append(out.Stages, s)
	}
	for i, s := range out.Stages {
		for j, r := range s.Releases {
			r.DependsOn = slices.DeleteFunc(slices.Clone(r.DependsOn), func(name string) bool { return !out.hasRelease(name) })
			out.Stages[i].Releases[j] = r
		}
	}
	digest, err := out.digest()
	if err != nil {
		return nil, err
	}
	out.Digest = digest
	return &out, nil
}

func (b *Bundle) hasRelease(name string) bool {
	return slices.ContainsFunc(b.Stages, func(s Stage) bool {
		return slices.ContainsFunc(s.Releases, func(r Release) bool { return r.HelmRelease == name })
	})
}

// With returns the bundle with more objects: before all others, or after them.
func (b *Bundle) With(first bool, objects ...Object) (*Bundle, error) {
	if len(objects) == 0 || len(b.Stages) == 0 {
		return b, nil
	}
	out := *b
	out.Stages = slices.Clone(b.Stages)
	at := len(out.Stages) - 1
	if first {
		at = 0
	}
	stage := out.Stages[at]
	if first {
		stage.Objects = slices.Concat(objects, stage.Objects)
	} else {
		stage.Objects = slices.Concat(stage.Objects, objects)
	}
	out.Stages[at] = stage
	digest, err := out.digest()
	if err != nil {
		return nil, err
	}
	out.Digest = digest
	return &out, nil
}

// Replace returns the bundle with other objects in the place of some: of those for which with returns one.
func (b *Bundle) Replace(with func(Object) (*unstructured.Unstructured, error)) (*Bundle, error) {
	out := *b
	out.Stages = slices.Clone(b.Stages)
	for i, s := range out.Stages {
		s.Objects = slices.Clone(s.Objects)
		for j, o := range s.Objects {
			other, err := with(o)
			if err != nil {
				return nil, err
			}
			if other != nil {
				s.Objects[j].Unstructured = other
			}
		}
		out.Stages[i] = s
	}
	digest, err := out.digest()
	if err != nil {
		return nil, err
	}
	out.Digest = digest
	return &out, nil
}
