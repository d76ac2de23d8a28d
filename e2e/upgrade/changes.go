package upgrade

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/sets"

	"github.com/edgeproof/edgeproof/e2e/bundle"
	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// evidenceLimit bounds the evidence of one change.
const evidenceLimit = 40

// Changes lists the differences between two bundles as they are rendered, object by object. What only names the
// version (labels of charts) is left out.
func Changes(from, to *bundle.Bundle) []verdict.Change {
	was, is := index(from), index(to)
	all := maps.Clone(was)
	maps.Copy(all, is)
	var out []verdict.Change
	for _, name := range slices.Sorted(maps.Keys(all)) {
		before, after := was[name], is[name]
		change := verdict.Change{Subject: name}
		switch {
		case before == nil:
			change.Text = "is new"
			change.Evidence = sets.List(leaves(after))
		case after == nil:
			change.Text = "is no longer part of the bundle"
			change.Evidence = sets.List(leaves(before))
		default:
			change.Evidence = difference(leaves(before), leaves(after))
			if len(change.Evidence) == 0 {
				continue
			}
			change.Text = fmt.Sprintf("%d settings differ", len(change.Evidence))
		}
		if more := len(change.Evidence) - evidenceLimit; more > 0 {
			change.Evidence = append(change.Evidence[:evidenceLimit:evidenceLimit], fmt.Sprintf("… and %d more", more))
		}
		out = append(out, change)
	}
	return out
}

// Dropped lists the CustomResourceDefinitions that one bundle brings and the next does not: what the cluster
// has of them stays as it is, or is deleted with all its objects, and is not updated any more.
func Dropped(changes []verdict.Change) []string {
	var out []string
	for _, c := range changes {
		if strings.HasPrefix(c.Subject, "CustomResourceDefinition ") && strings.HasPrefix(c.Text, "is no longer") {
			out = append(out, c.Subject+", which the candidate no longer brings,")
		}
	}
	return slices.Compact(out)
}

func index(b *bundle.Bundle) map[string]*unstructured.Unstructured {
	out := map[string]*unstructured.Unstructured{}
	for _, o := range b.Objects() {
		name := o.GetName()
		if o.GetNamespace() != "" {
			name = o.GetNamespace() + "/" + name
		}
		out[o.GetKind()+" "+name] = o.Unstructured
	}
	return out
}

func difference(before, after sets.Set[string]) []string {
	var out []string
	for _, line := range sets.List(before.Difference(after)) {
		out = append(out, "- "+line)
	}
	for _, line := range sets.List(after.Difference(before)) {
		out = append(out, "+ "+line)
	}
	return out
}

// leaves writes an object as a set of lines, "path: value". Lists are sets: a container goes by its name, the
// rules of a role by what each allows, everything else by its value.
func leaves(o *unstructured.Unstructured) sets.Set[string] {
	out := sets.New[string]()
	if strings.HasSuffix(o.GetKind(), "Role") {
		rules, _, _ := unstructured.NestedSlice(o.Object, "rules")
		for _, rule := range rules {
			allow(out, rule)
		}
		return out
	}
	walk(out, "", o.Object)
	return out
}

// allow takes a rule apart, so that it does not matter how rights are gathered in rules.
func allow(out sets.Set[string], rule any) {
	r, _ := rule.(map[string]any)
	list := func(field string) []string { l, _, _ := unstructured.NestedStringSlice(r, field); return l }
	only := ""
	if names := list("resourceNames"); len(names) > 0 {
		only = " named " + strings.Join(names, ", ")
	}
	for _, group := range list("apiGroups") {
		for _, resource := range list("resources") {
			if group != "" {
				resource += "." + group
			}
			for _, verb := range list("verbs") {
				out.Insert("may " + verb + " " + resource + only)
			}
		}
	}
}

func walk(out sets.Set[string], path string, value any) {
	switch v := value.(type) {
	case map[string]any:
		for key, child := range v {
			if !silent(path, key) {
				walk(out, strings.TrimPrefix(path+"."+key, "."), child)
			}
		}
	case []any:
		for _, child := range v {
			element, _ := child.(map[string]any)
			if name, named := element["name"].(string); named {
				walk(out, path+"["+name+"]", child)
				continue
			}
			raw, _ := json.Marshal(child) //nolint:errchkjson // it came from JSON
			out.Insert(path + ": " + string(raw))
		}
	default:
		raw, _ := json.Marshal(value) //nolint:errchkjson // it came from JSON
		out.Insert(path + ": " + string(raw))
	}
}

// silent reports whether a field has no effect: the chart and version that an object is of, and descriptions.
func silent(path, key string) bool {
	switch key {
	case "helm.sh/chart", "app.kubernetes.io/version":
		return strings.HasSuffix(path, "labels")
	case "description":
		return true
	}
	return false
}
