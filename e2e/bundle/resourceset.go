package bundle

import (
	"bytes"
	"errors"
	"fmt"
	"text/template"

	"github.com/Masterminds/sprig/v3"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

// resourceSet adds what the Flux Operator makes of a ResourceSet: its resources once for each of its inputs, by Go's
// templates with << and >>. Inputs that come from a provider are known on a cluster only.
func (l *load) resourceSet(s *stage, o Object) error {
	from, _, _ := unstructured.NestedSlice(o.Object, "spec", "inputsFrom")
	inputs, _, _ := unstructured.NestedSlice(o.Object, "spec", "inputs")
	if len(from) > 0 {
		l.notice(Doubtful, EngineObject, o, "its inputs come from a provider, which only a cluster asks: what it would "+
			"make of them is not read",
			"write the inputs under spec.inputs to have it judged")
		if len(inputs) == 0 {
			return nil
		}
	}
	if len(inputs) == 0 {
		inputs = []any{map[string]any{}}
	}
	resources, _, _ := unstructured.NestedSlice(o.Object, "spec", "resources")
	texts, _, _ := unstructured.NestedString(o.Object, "spec", "resourcesTemplate")
	for _, resource := range resources {
		text, err := yaml.Marshal(resource)
		if err != nil {
			return because(err, "", "", "spec.resources", "correct the template")
		}
		texts += "\n---\n" + string(text)
	}
	var all []Object
	for _, input := range inputs {
		text, err := filled(texts, input)
		if err != nil {
			return because(err, "", "", "spec.resources", "correct the template")
		}
		parts, err := documents(text)
		if err != nil {
			return because(err, "", "", "spec.resources", "correct the template")
		}
		for _, part := range parts {
			if _, problem := identify(part.object); problem != "" {
				return &Error{
					Problem: "spec.resources: " + problem,
					Remedy:  "give every object apiVersion, kind and metadata.name",
				}
			}
			made, err := toObject(part.object)
			if err != nil {
				return because(err, "", "", "spec.resources", "correct the template")
			}
			if made.GetNamespace() == "" {
				if yes, known := l.scopes.namespaced(made.GroupVersionKind().GroupKind()); yes && known {
					made.SetNamespace(o.GetNamespace())
				}
			}
			all = append(all, Object{Unstructured: made, Source: file(o)})
		}
	}
	return l.add(s, all)
}

// filled executes a template of the operator.
func filled(text string, input any) (result []byte, err error) {
	functions := sprig.TxtFuncMap()
	delete(functions, "env")
	delete(functions, "expandenv")
	delete(functions, "getHostByName")
	functions["inputs"] = func() any { return input }
	functions["toYaml"] = func(value any) (string, error) {
		out, err := yaml.Marshal(value)
		return string(bytes.TrimSpace(out)), err
	}
	parsed, err := template.New("").Delims("<<", ">>").Funcs(functions).Option("missingkey=error").Parse(text)
	if err != nil {
		return nil, fmt.Errorf("parse the template: %w", err)
	}
	out := &bounded{}
	if err := parsed.Execute(out, nil); err != nil {
		return nil, fmt.Errorf("execute the template: %w", err)
	}
	return out.Bytes(), nil
}

// bounded is a buffer that a template without an end cannot fill.
type bounded struct{ bytes.Buffer }

func (b *bounded) Write(p []byte) (int, error) {
	if b.Len()+len(p) > maxSubstituted {
		return 0, errors.New("the result is too large")
	}
	return b.Buffer.Write(p)
}
