package bench_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/invopop/jsonschema"
	"gotest.tools/v3/golden"

	"github.com/edgeproof/edgeproof/e2e/bench"
	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

// TestSchema keeps answer.schema.json what the types say.
func TestSchema(t *testing.T) {
	t.Parallel()
	r := jsonschema.Reflector{
		ExpandedStruct: true, BaseSchemaID: "https://github.com/edgeproof/edgeproof/e2e/bench",
		Mapper: func(t reflect.Type) *jsonschema.Schema {
			if t != reflect.TypeFor[diagnose.Layer]() {
				return nil
			}
			s := &jsonschema.Schema{Type: "string"}
			for _, l := range diagnose.Layers() {
				s.Enum = append(s.Enum, l)
			}
			return s
		},
	}
	if err := r.AddGoComments("github.com/edgeproof/edgeproof/e2e/bench", "."); err != nil {
		t.Fatal(err)
	}
	s := r.Reflect(bench.Answer{})
	s.ID, s.Title = r.BaseSchemaID+"/answer.schema.json", "edgeproof answer"
	s.Properties.Set("apiVersion", &jsonschema.Schema{Const: bench.AnswerVersion})
	s.Properties.Set("kind", &jsonschema.Schema{Const: "Answer"})
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden.Assert(t, string(text)+"\n", "../answer.schema.json")
}
