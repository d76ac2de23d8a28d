package bundle

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/fluxcd/pkg/envsubst"
	fluxkustomize "github.com/fluxcd/pkg/kustomize"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/kustomize/api/resource"
)

const (
	substituteMark     = "kustomize.toolkit.fluxcd.io/substitute"
	substituteDisabled = "disabled"
	maxSubstituted     = 16 << 20 // bytes of one object after substitution; a value may be used many times
)

// substitute has Flux replace ${variables} in an object. missing supplies a variable without a value, or refuses it.
// The result says which labels and annotations Flux would read as something other than text.
func substitute(
	ctx context.Context, from *resource.Resource, variables map[string]string, missing func(name string) (string, error),
) (bent []string, err error) {
	if from.GetLabels()[substituteMark] == substituteDisabled ||
		from.GetAnnotations()[substituteMark] == substituteDisabled {
		return nil, nil
	}
	text, err := from.AsYAML()
	if err != nil {
		return nil, fmt.Errorf("write as YAML: %w", err)
	}
	if !strings.Contains(string(text), "$") {
		return nil, nil
	}
	variables = maps.Clone(variables)
	if variables == nil {
		variables = map[string]string{}
	}
	if _, err := expand(string(text), variables, missing); err != nil {
		return nil, err
	}
	before, err := from.Map()
	if err != nil {
		return nil, fmt.Errorf("read before substitution: %w", err)
	}
	values := map[string]any{}
	for name, value := range variables {
		values[name] = value
	}
	settings := unstructured.Unstructured{Object: map[string]any{
		"spec": map[string]any{"postBuild": map[string]any{"substitute": values}},
	}}
	_, err = fluxkustomize.SubstituteVariables(ctx, nil, settings, from,
		fluxkustomize.SubstituteWithDryRun(true), fluxkustomize.SubstituteWithAlways(true))
	if err != nil {
		return nil, fmt.Errorf("no longer YAML after substitution: %w", err)
	}
	after, err := from.Map()
	if err != nil {
		return nil, fmt.Errorf("read after substitution: %w", err)
	}
	for _, path := range [][]string{
		{"metadata", "labels"},
		{"metadata", "annotations"},
		{"spec", "template", "metadata", "labels"},
		{"spec", "template", "metadata", "annotations"},
	} {
		keys, err := straighten(before, after, path, variables, missing)
		if err != nil {
			return nil, err
		}
		bent = append(bent, keys...)
	}
	if len(bent) == 0 {
		return nil, nil
	}
	fixed, err := toObject(after)
	if err != nil {
		return nil, err
	}
	fixedText, err := fixed.MarshalJSON()
	if err != nil {
		return nil, fmt.Errorf("write as JSON: %w", err)
	}
	if err := from.UnmarshalJSON(fixedText); err != nil {
		return nil, fmt.Errorf("read as JSON: %w", err)
	}
	return bent, nil
}

// straighten restores to text what a label or annotation was meant to be. Kustomize drops the quotes of "${variable}",
// so a value like false or 004 comes back as a boolean or a number, which the API server refuses.
func straighten(
	before, after map[string]any, path []string, variables map[string]string, missing func(string) (string, error),
) ([]string, error) {
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
		value, err := expand(original, variables, missing)
		if err != nil {
			return nil, err
		}
		entries[key] = value
		bent = append(bent, strings.Join(append(path, key), "."))
	}
	return bent, nil
}

// expand evaluates one text. What missing gives for a variable without a value becomes one of variables.
func expand(text string, variables map[string]string, missing func(string) (string, error)) (result string,
	err error,
) {
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
		return "", &Error{
			Problem: fmt.Sprintf("up to %d bytes after substitution, the limit is %d", size, maxSubstituted),
			Remedy:  "shorten the variables",
		}
	}
	for {
		var unknown string
		result, err = envsubst.Eval(text, func(name string) (string, bool) {
			value, ok := variables[name]
			if !ok {
				unknown = name
			}
			return value, ok
		})
		if err == nil || unknown == "" || !strings.Contains(err.Error(), "not set") {
			break
		}
		value, refused := missing(unknown)
		if refused != nil {
			return "", refused
		}
		variables[unknown] = value
	}
	if err != nil {
		var known *Error
		if errors.As(err, &known) {
			return "", known
		}
		return "", &Error{
			Problem: "substitution: " + oneLine(err.Error()),
			Remedy: "correct the ${…} expression, or write " +
				"$$ for a dollar sign", cause: err,
		}
	}
	return result, nil
}

// mentioned lists the variables that a text uses without a default.
func mentioned(text string) []string {
	var all []string
	for _, found := range regexp.MustCompile(`(\$?)\$\{#?([_[:alpha:]][_[:alnum:]]*)([^}]?)`).FindAllStringSubmatch(text,
		-1) {
		if found[1] == "" && found[3] == "" && !slices.Contains(all, found[2]) {
			all = append(all, found[2])
		}
	}
	return all
}

// checkNames refuses variables that Flux refuses.
func checkNames(variables map[string]string) error {
	valid := regexp.MustCompile(`^[_[:alpha:]][_[:alpha:][:digit:]]*$`)
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		if !valid.MatchString(name) {
			return &Error{
				Problem: fmt.Sprintf("%q is no name of a variable", name),
				Remedy:  "use letters, digits and underscores, and no digit first",
			}
		}
	}
	return nil
}
