package bundle

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/fluxcd/pkg/envsubst"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

const (
	substituteMark     = "kustomize.toolkit.fluxcd.io/substitute"
	substituteDisabled = "disabled"
	maxSubstituted     = 16 << 20 // bytes of one object after substitution; a value may be used many times
)

// substitute replaces ${variables} in an object as Flux does after a build: in the object's YAML text, strictly. It says so when
// Flux would read a label or annotation as something other than text.
func substitute(object map[string]any, variables map[string]string) (map[string]any, []string, error) {
	o := unstructured.Unstructured{Object: object}
	if o.GetLabels()[substituteMark] == substituteDisabled || o.GetAnnotations()[substituteMark] == substituteDisabled {
		return object, nil, nil
	}
	text, err := yaml.Marshal(object)
	if err != nil {
		return nil, nil, fmt.Errorf("write as YAML: %w", err)
	}
	if !strings.Contains(string(text), "$") {
		return object, nil, nil
	}
	replaced, err := expand(string(text), variables)
	if err != nil {
		return nil, nil, err
	}
	result := map[string]any{}
	if err := yaml.Unmarshal([]byte(replaced), &result); err != nil {
		return nil, nil, fmt.Errorf("no longer YAML after substitution: %w", err)
	}
	var bent []string
	for _, path := range [][]string{
		{"metadata", "labels"},
		{"metadata", "annotations"},
		{"spec", "template", "metadata", "labels"},
		{"spec", "template", "metadata", "annotations"},
	} {
		keys, err := straighten(object, result, path, variables)
		if err != nil {
			return nil, nil, err
		}
		bent = append(bent, keys...)
	}
	return result, bent, nil
}

// straighten restores to text what a label or annotation was meant to be. Kustomize drops the quotes of "${variable}", so a value
// like false or 004 comes back as a boolean or a number, which the API server refuses.
func straighten(before, after map[string]any, path []string, variables map[string]string) ([]string, error) {
	values, _, _ := unstructured.NestedFieldNoCopy(after, path...)
	entries, ok := values.(map[string]any)
	if !ok {
		return nil, nil // what is there and no map is for the check of kinds to refuse
	}
	originals, _, _ := unstructured.NestedMap(before, path...)
	var bent []string
	for _, key := range slices.Sorted(maps.Keys(entries)) {
		if _, isText := entries[key].(string); isText {
			continue
		}
		original, ok := originals[key].(string)
		if !ok {
			continue
		}
		value, err := expand(original, variables)
		if err != nil {
			return nil, err
		}
		entries[key] = value
		bent = append(bent, strings.Join(append(path, key), "."))
	}
	return bent, nil
}

// expand evaluates one text. A variable without a value and without a default is an error.
func expand(text string, variables map[string]string) (result string, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("expression cannot be read: %v", r)
		}
	}()
	longest := 0
	for _, value := range variables {
		longest = max(longest, len(value))
	}
	if size := len(text) + strings.Count(text, "$")*longest; size > maxSubstituted {
		return "", &Error{Problem: fmt.Sprintf("up to %d bytes after substitution, the limit is %d", size, maxSubstituted), Cure: "shorten the variables"}
	}
	var missing []string
	result, err = envsubst.Eval(text, func(name string) (string, bool) {
		value, ok := variables[name]
		if !ok && !slices.Contains(missing, name) {
			missing = append(missing, name)
		}
		return value, ok
	})
	if err != nil {
		if len(missing) > 0 && strings.Contains(err.Error(), "not set") {
			name := missing[len(missing)-1]
			return "", &Error{
				Problem: fmt.Sprintf("variable ${%s} has no value and no default", name),
				Cure:    fmt.Sprintf("provide %s in postBuild, write a default as ${%s:=value}, or escape a text that is no variable as $${%s}", name, name, name),
				cause:   err,
			}
		}
		return "", &Error{Problem: "substitution: " + oneLine(err.Error()), Cure: "correct the ${…} expression, or write $$ for a dollar sign", cause: err}
	}
	return result, nil
}

// mentions reports whether an object uses one of the variables.
func mentions(object map[string]any, variables map[string]string) bool {
	if len(variables) == 0 {
		return false
	}
	text, err := yaml.Marshal(object)
	if err != nil {
		return false
	}
	for _, found := range regexp.MustCompile(`\$\{#?([_[:alpha:]][_[:alnum:]]*)`).FindAllSubmatch(text, -1) {
		if _, ok := variables[string(found[1])]; ok {
			return true
		}
	}
	return false
}

// checkNames refuses variables that Flux refuses.
func checkNames(variables map[string]string) error {
	valid := regexp.MustCompile(`^[_[:alpha:]][_[:alpha:][:digit:]]*$`)
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		if !valid.MatchString(name) {
			return &Error{
				Problem: fmt.Sprintf("%q is no name of a variable", name),
				Cure:    "use letters, digits and underscores, and no digit first",
			}
		}
	}
	return nil
}
