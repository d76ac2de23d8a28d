package verdict_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/invopop/jsonschema"
	"gotest.tools/v3/golden"

	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// TestSchema keeps schema.json what the types say: fields and what is required by their JSON tags, descriptions by
// their comments, limits by their jsonschema tags and by the rules below.
func TestSchema(t *testing.T) {
	t.Parallel()
	r := jsonschema.Reflector{
		Mapper: mapped, Namer: named, ExpandedStruct: true,
		BaseSchemaID: "https://github.com/edgeproof/edgeproof/e2e/verdict",
	}
	if err := r.AddGoComments("github.com/edgeproof/edgeproof/e2e/verdict", "."); err != nil {
		t.Fatal(err)
	}
	s := r.Reflect(verdict.Verdict{})
	s.ID, s.Title = r.BaseSchemaID+"/schema.json", "edgeproof verdict"
	limit(s)
	for _, name := range []string{"Criterion", "Fault", "Spec", "Route"} {
		part := s.Definitions[name]
		part.If, part.Else = property("result", verdict.Passed), &jsonschema.Schema{Required: []string{"reason"}}
	}
	s.AllOf = whole()
	set(s, "apiVersion", &jsonschema.Schema{Const: verdict.APIVersion})
	set(s, "kind", &jsonschema.Schema{Const: verdict.Kind})
	result, _ := s.Properties.Get("result")
	result.Enum = enum(verdict.Pass, verdict.Fail, verdict.Partial, verdict.Errored).Enum
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden.Assert(t, string(text)+"\n", "../schema.json")
}

// named gives verdict.Time a name of its own, since the library knows types by their bare names, time.Time too.
func named(t reflect.Type) string {
	if t == reflect.TypeFor[verdict.Time]() {
		return "Measurement"
	}
	return t.Name()
}

// mapped are the types of strings that have a form, or of which there are only some.
func mapped(t reflect.Type) *jsonschema.Schema {
	switch t {
	case reflect.TypeFor[criteria.ID]():
		return &jsonschema.Schema{Type: "string", Pattern: "^[A-Z]{2}-[1-9][0-9]*$"}
	case reflect.TypeFor[verdict.Result](): // of a part; the whole has its own
		return enum(verdict.Passed, verdict.Failed, verdict.Skipped, verdict.Flaky, verdict.Unsupported)
	case reflect.TypeFor[verdict.Profile]():
		return enum(verdict.Live)
	case reflect.TypeFor[verdict.Catalogue]():
		return enum(verdict.Smoke, verdict.Full)
	case reflect.TypeFor[verdict.Source]():
		return enum(verdict.SourceEvent, verdict.SourceAPI, verdict.SourceDNS, verdict.SourceACME, verdict.SourceProbe,
			verdict.SourcePhase)
	case reflect.TypeFor[verdict.Direction]():
		return enum(verdict.Forward, verdict.Rollback)
	case reflect.TypeFor[verdict.ProbeKind]():
		return enum(verdict.ProbeDNS, verdict.ProbeHTTPS)
	}
	return nil
}

// limit says of every value what holds for all of its kind: no number is negative, what may be absent is never empty,
// and no list holds an empty text.
func limit(s *jsonschema.Schema) {
	s.Description = strings.Join(strings.Fields(s.Description), " ")
	switch one := uint64(1); {
	case s.Items != nil && s.Items.Type == "string" && s.Items.Pattern == "":
		s.Items.MinLength = &one
	case s.AdditionalProperties != nil && s.AdditionalProperties.Type == "integer":
		s.AdditionalProperties.Minimum = "1" // a count
	}
	if s.Items != nil {
		limit(s.Items)
	}
	if s.Properties != nil {
		for p := s.Properties.Oldest(); p != nil; p = p.Next() {
			limit(p.Value)
			absent, one := !slices.Contains(s.Required, p.Key), uint64(1)
			switch v := p.Value; {
			case v.Type == "string" && absent && v.Format == "" && v.Enum == nil:
				v.MinLength = &one
			case v.Type == "integer" && absent && v.Minimum == "" && p.Key != "seed":
				v.Minimum = "1"
			case (v.Type == "integer" || v.Type == "number") && v.Minimum == "" && p.Key != "at" && p.Key != "seed":
				v.Minimum = "0"
			}
		}
	}
	for _, d := range s.Definitions {
		limit(d)
	}
}

// whole is what holds between the result of a run and its other fields.
func whole() []*jsonschema.Schema {
	none, one := uint64(0), uint64(1)
	reasons := func(s jsonschema.Schema) *jsonschema.Schema {
		out := &jsonschema.Schema{Properties: jsonschema.NewProperties()}
		set(out, "reasons", &s)
		return out
	}
	pass := reasons(jsonschema.Schema{MaxItems: &none})
	set(pass, "error", jsonschema.FalseSchema)
	pass.Required = []string{"hermetic"}
	return []*jsonschema.Schema{
		{If: property("result", verdict.Errored), Then: &jsonschema.Schema{Required: []string{"error"}}},
		{If: property("result", verdict.Pass), Then: pass, Else: reasons(jsonschema.Schema{MinItems: &one})},
	}
}

func property(name string, value any) *jsonschema.Schema {
	s := &jsonschema.Schema{Properties: jsonschema.NewProperties()}
	set(s, name, &jsonschema.Schema{Const: value})
	return s
}

func set(s *jsonschema.Schema, name string, value *jsonschema.Schema) { s.Properties.Set(name, value) }

func enum[T any](values ...T) *jsonschema.Schema {
	s := &jsonschema.Schema{Type: "string"}
	for _, v := range values {
		s.Enum = append(s.Enum, v)
	}
	return s
}
