package survey_test

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"
	"github.com/xeipuuv/gojsonschema"

	"github.com/edgeproof/edgeproof/e2e/bundle/survey"
)

// schemaOfSARIF is the standard's schema as the reader of others has it. Its Validate is for what was written by
// itself, since it writes what it has read with nulls that the schema refuses; so the schema is taken from its source.
func schemaOfSARIF(t *testing.T) gojsonschema.JSONLoader {
	t.Helper()
	at, err := build.Import("github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif", ".", build.FindOnly)
	if err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob(filepath.Join(at.Dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		o := file.Scope.Lookup("schema")
		if o == nil {
			continue
		}
		spec, _ := o.Decl.(*ast.ValueSpec)
		literal, _ := spec.Values[0].(*ast.BasicLit)
		text, err := strconv.Unquote(literal.Value)
		if err != nil {
			t.Fatal(err)
		}
		return gojsonschema.NewStringLoader(text)
	}
	t.Fatal("no schema in " + at.Dir)
	return nil
}

// TestSARIFIsValid has the findings checked by others: a reader that knows every field of the standard, and a
// validator by the standard's schema.
func TestSARIFIsValid(t *testing.T) {
	t.Parallel()
	schema, err := gojsonschema.NewSchema(schemaOfSARIF(t))
	if err != nil {
		t.Fatal(err)
	}
	wrong, err := schema.Validate(gojsonschema.NewStringLoader(`{"version":"2.1.0","runs":[{}]}`))
	if err != nil || wrong.Valid() {
		t.Fatalf("%v: a run without a tool is taken for valid", err)
	}
	for name, files := range map[string]map[string]string{
		"findings": {
			"all.yaml": platform, "sub folder/x#y.yaml": with(dns, "ARGS", ", --domain-filter=*.a.example"),
		},
		"no finding":  {"all.yaml": with(configMap, "NAME", "a")},
		"no position": {"all.yaml": platform, "bad.yaml": "a: [\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := of(t, files, survey.Options{})
			var out bytes.Buffer
			if err := s.WriteSARIF(&out, "v1"); err != nil {
				t.Fatal(err)
			}
			result, err := schema.Validate(gojsonschema.NewBytesLoader(out.Bytes()))
			if err != nil || !result.Valid() {
				t.Errorf("%v: %v\n%s", err, result.Errors(), out.String())
			}
			var read sarif.Report
			strict := json.NewDecoder(&out)
			strict.DisallowUnknownFields()
			if err := strict.Decode(&read); err != nil {
				t.Fatal(err)
			}
			if len(read.Runs) != 1 || len(read.Runs[0].Results) != len(s.Findings) {
				t.Fatalf("%d results of %d findings", len(read.Runs[0].Results), len(s.Findings))
			}
			for _, r := range read.Runs[0].Results {
				if uri := *r.Locations[0].PhysicalLocation.ArtifactLocation.URI; strings.ContainsAny(uri, " #") {
					t.Errorf("address %q is not escaped", uri)
				}
			}
		})
	}
}
