package bundle

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	kustomizev1 "github.com/fluxcd/kustomize-controller/api/v1"
	fluxkustomize "github.com/fluxcd/pkg/kustomize"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// Variable is one that the bundle uses and gives no value to.
type Variable struct {
	Name   string
	Value  string   // what was used in its place; "" when nothing was
	From   []string // the ConfigMaps and Secrets that may bring it: "Secret flux-system/cluster-secrets"
	UsedIn []string // files
}

// variables gathers what a Kustomization substitutes, as Flux does: ConfigMaps and Secrets in the order given, then
// inline values, line breaks taken out. It reports whether Flux would substitute at all.
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
			if err := l.keep(err, file(s.object), describe(s.object.Unstructured)); err != nil {
				return nil, false, err
			}
			continue
		}
		for name, value := range values {
			all[name] = value
			delete(public, name)
			if ref.Kind == "ConfigMap" {
				public[name] = value
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
	replace := len(all) > 0 || len(s.unset) > 0 || post.SubstituteStrategy == kustomizev1.SubstituteStrategyAlways
	return all, replace, nil
}

// substituteFrom has Flux read one source. Flux reads it from the cluster, so it must come from a stage built before.
func (l *load) substituteFrom(s *stage, ref kustomizev1.SubstituteReference) (map[string]string, error) {
	if ref.Kind != "ConfigMap" && ref.Kind != "Secret" {
		return nil, &Error{Problem: "postBuild.substituteFrom: kind " + ref.Kind, Remedy: "name a ConfigMap or a Secret"}
	}
	settings := unstructured.Unstructured{Object: map[string]any{
		"metadata": map[string]any{"name": s.Name, "namespace": s.object.GetNamespace()},
		"spec": map[string]any{"postBuild": map[string]any{"substituteFrom": []any{
			map[string]any{"kind": ref.Kind, "name": ref.Name},
		}}},
	}}
	values, err := fluxkustomize.LoadVariables(l.ctx, reader{stages: l.stages, except: s}, settings)
	if err == nil {
		return values, nil
	}
	var known *Error
	if errors.As(err, &known) {
		return nil, known
	}
	name := ref.Kind + " " + key(s.object.GetNamespace(), ref.Name)
	if !apierrors.IsNotFound(err) {
		return nil, because(err, "", "", "postBuild.substituteFrom: "+name, "correct the object")
	}
	s.unset = append(s.unset, name)
	// What the variables of Options stand for is the configuration of a bundle that is already installed.
	if ref.Optional || len(l.opts.Variables) > 0 || l.opts.Value != nil {
		return nil, nil
	}
	return nil, &Error{
		Problem: "postBuild.substituteFrom: " + name + " is in no stage before this one", Rule: VariableMissing,
		Remedy: "add it to the bundle's own folder or to a Kustomization that this one depends on, mark the reference " +
			"optional, " +
			"or give its values by --var or --vars-from",
	}
}

// missing answers for a variable without a value: with the stand-in of Options, or by refusing.
func (l *load) missing(b built, s *stage, object map[string]any) func(string) (string, error) {
	return func(name string) (string, error) {
		if l.opts.Value == nil {
			return "", &Error{
				Problem: fmt.Sprintf("variable ${%s} has no value and no default", name), Rule: VariableMissing,
				Remedy: fmt.Sprintf("provide %s in postBuild or by --var, write a default as ${%s:=value}, or escape a text that "+
					"is no variable as $${%s}",
					name, name, name),
			}
		}
		at := slices.IndexFunc(l.bundle.Missing, func(v Variable) bool { return v.Name == name })
		if at < 0 {
			at = len(l.bundle.Missing)
			l.bundle.Missing = append(l.bundle.Missing, Variable{Name: name, Value: l.opts.Value(name, uses(object, name))})
		}
		v := &l.bundle.Missing[at]
		if !slices.Contains(v.UsedIn, b.file) {
			v.UsedIn = append(v.UsedIn, b.file)
		}
		for _, from := range s.unset {
			if !slices.Contains(v.From, from) {
				v.From = append(v.From, from)
			}
		}
		return v.Value, nil
	}
}

// valueless reports each variable that was read as a stand-in, where it is used first.
func (l *load) valueless() {
	for _, v := range l.bundle.Missing {
		problem := fmt.Sprintf("${%s} has no value in the repository", v.Name)
		if len(v.From) > 0 {
			problem += "; " + strings.Join(v.From, " or ") + " may bring it on a cluster"
		}
		l.report(Finding{
			Severity: Doubtful, Rule: VariableMissing, File: v.UsedIn[0], text: "${" + v.Name,
			Problem: fmt.Sprintf("%s: read as %s in %d files", problem, v.Value, len(v.UsedIn)),
			Remedy:  fmt.Sprintf("give its value by --var %s=… or --vars-from", v.Name),
		})
	}
}

// uses returns the texts of an object in which a variable occurs.
func uses(value any, name string) []string {
	switch v := value.(type) {
	case string:
		if strings.Contains(v, "${"+name) {
			return []string{v}
		}
	case []any:
		var all []string
		for _, item := range v {
			all = append(all, uses(item, name)...)
		}
		return all
	case map[string]any:
		var all []string
		for _, key := range slices.Sorted(maps.Keys(v)) {
			all = append(all, uses(v[key], name)...)
		}
		return all
	}
	return nil
}

// ungoverned decides about an object of the bundle's own folder, which is under no Kustomization's postBuild that is
// known. What is given by Options is for those objects that use it. Others that use variables are applied by a
// Kustomization elsewhere.
func (l *load) ungoverned(b built, object map[string]any) (replace bool) {
	kind, _ := object["kind"].(string)
	for _, text := range texts(object) {
		for _, name := range mentioned(text) {
			if _, given := l.opts.Variables[name]; given {
				return true
			}
			if kind == "ConfigMap" || kind == "CustomResourceDefinition" || strings.Contains(text, "\n") {
				continue // a script has variables of its own
			}
			if l.opts.Value != nil {
				return true
			}
			label, _ := identify(object)
			l.report(Finding{
				Severity: Doubtful, Rule: VariableMissing, File: b.file, Object: label,
				Problem: fmt.Sprintf("${%s} has no value: no postBuild of the bundle covers this object, so it stays as it is "+
					"written", name),
				Remedy: fmt.Sprintf("give its value by --var %s=…, or judge the folder of the cluster, whose Kustomization has "+
					"the variables", name),
			})
		}
	}
	return false
}

func texts(value any) []string {
	switch v := value.(type) {
	case string:
		return []string{v}
	case []any:
		var all []string
		for _, item := range v {
			all = append(all, texts(item)...)
		}
		return all
	case map[string]any:
		var all []string
		for _, key := range slices.Sorted(maps.Keys(v)) {
			all = append(all, texts(v[key])...)
		}
		return all
	}
	return nil
}

// reader answers Flux's libraries from the bundle's own objects, where they would ask a cluster.
type reader struct {
	client.Client // the interface; only Get is called

	stages []*stage
	except *stage // objects of this stage are not there yet
}

// Get finds a ConfigMap or a Secret.
func (r reader) Get(_ context.Context, name client.ObjectKey, into client.Object, _ ...client.GetOption) error {
	kind := "ConfigMap"
	if _, secret := into.(*corev1.Secret); secret {
		kind = "Secret"
	}
	for _, s := range r.stages {
		if r.except != nil && (s == r.except || !s.done) {
			continue
		}
		o, ok := find(s.Objects, "", kind, name.Namespace, name.Name)
		if !ok {
			continue
		}
		values, err := data(o)
		if err != nil {
			return where(err, file(o), describe(o.Unstructured))
		}
		switch into := into.(type) {
		case *corev1.ConfigMap:
			into.Data = values
		case *corev1.Secret:
			into.Data = map[string][]byte{}
			for key, value := range values {
				into.Data[key] = []byte(value)
			}
		}
		return nil
	}
	return apierrors.NewNotFound(schema.GroupResource{Resource: strings.ToLower(kind) + "s"}, name.String())
}
