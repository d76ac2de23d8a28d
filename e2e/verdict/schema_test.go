package verdict_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/verdict"
	"github.com/edgeproof/edgeproof/e2e/verdict/verdicttest"
)

func compile(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(verdict.Schema()))
	if err != nil {
		t.Fatalf("read the schema: %v", err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("verdict.json", doc); err != nil {
		t.Fatalf("add the schema: %v", err)
	}
	s, err := c.Compile("verdict.json")
	if err != nil {
		t.Fatalf("compile the schema: %v", err)
	}
	return s
}

func encode(t *testing.T, v *verdict.Verdict) []byte {
	t.Helper()
	b, err := verdict.Encode(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestOutputFitsTheSchema(t *testing.T) {
	t.Parallel()
	s := compile(t)
	all := samples()
	all["empty"] = verdict.New(verdict.Suite{})
	all["empty"].Conclude()
	all["nil lists"] = verdicttest.Unconcluded()
	all["nil lists"].Faults[0].Cleared, all["nil lists"].Hermetic.UnknownNames,
		all["nil lists"].Specs.List[0].Criteria = nil, nil, nil
	all["nil lists"].Hermetic.Senders = nil
	all["nil lists"].Conclude()
	all["full"] = full()
	for name, v := range all {
		inst, err := jsonschema.UnmarshalJSON(bytes.NewReader(encode(t, v)))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Validate(inst); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// full is a verdict in which every field of every type is set, so that a field which the schema lacks is seen
// by the schema.
func full() *verdict.Verdict {
	v, passing, blocked := verdicttest.Failing(), verdicttest.Passing(), verdicttest.Blocked()
	v.Suite.Seed, v.Apps, v.Baseline = blocked.Suite.Seed, blocked.Apps, blocked.Baseline
	v.Upgrades, v.Timeline, v.Convergence = blocked.Upgrades, blocked.Timeline, blocked.Convergence
	v.Criteria = append(v.Criteria, blocked.Criteria...)
	v.Faults = append(v.Faults, blocked.Faults...)
	v.Specs.List = append(v.Specs.List, blocked.Specs.List...)
	v.Routes = append(v.Routes, passing.Routes...)
	passing.Faults[0].ID = "another"
	v.Faults = append(v.Faults, passing.Faults...)
	recorded := verdicttest.Recorded()
	v.Delivery = recorded.Delivery
	v.Delivery.Unsupported = []string{"kustomization-suspended"}
	v.Findings, v.Timeline, v.Omitted = recorded.Findings, append(v.Timeline, recorded.Timeline...), recorded.Omitted
	v.Phases = append(v.Phases, recorded.Phases...)
	v.Specs.List[0].Evidence = []string{"seen"}
	v.Cluster.Switches = "MutatingAdmissionPolicy=true"
	v.Bundle.Survey = &verdict.Survey{
		StandIns: []verdict.StandIn{{For: "Secret edge/token", Reason: "it is encrypted", File: "a.yaml", Line: 2}},
		LeftOut:  verdict.LeftOut{Objects: 1, ByKind: map[string]int{"CronJob": 1}, Releases: []string{"data/db"}},
		Notices: []verdict.Notice{{
			Severity: "warning", Rule: "definition-order", File: "a.yaml", Line: 2,
			Object: "ClusterIssuer a", Problem: "p", Remedy: "r",
		}},
	}
	v.Profile, v.Shard = verdict.Live, &verdict.Shard{Index: 2, Of: 4}
	v.Error = &verdict.Error{Operation: "clean up", Message: "no answer", Remedy: "run make down"}
	return v
}

func TestTheFullSampleLeavesNoFieldOut(t *testing.T) {
	t.Parallel()
	set, known := map[string]bool{}, map[string]bool{}
	walk(reflect.ValueOf(full()).Elem(), set, known)
	for field := range known {
		if !set[field] && field != "Specs.Filtered" && field != "Specs.Unsupported" { // plain counts, always written
			t.Errorf("no part of the full sample sets %s: the schema test cannot see it", field)
		}
	}
}

func walk(v reflect.Value, set, known map[string]bool) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			walk(v.Elem(), set, known)
		}
	case reflect.Slice:
		for i := range v.Len() {
			walk(v.Index(i), set, known)
		}
	case reflect.Struct:
		if v.Type().PkgPath() != reflect.TypeFor[verdict.Verdict]().PkgPath() {
			return
		}
		for i := range v.NumField() {
			name := v.Type().Name() + "." + v.Type().Field(i).Name
			known[name] = true
			if !v.Field(i).IsZero() {
				set[name] = true
			}
			walk(v.Field(i), set, known)
		}
	default:
	}
}

func TestTheSchemaRefuses(t *testing.T) {
	t.Parallel()
	s := compile(t)
	for name, change := range map[string]func(doc map[string]any){
		"an unknown field":           func(d map[string]any) { d["colour"] = "red" },
		"an unknown field of a part": func(d map[string]any) { first(d, "criteria")["colour"] = "red" },
		"an unknown field of a spec": func(d map[string]any) {
			first(d["specs"].(map[string]any),
				"list")["colour"] = "red"
		},
		"a missing list":           func(d map[string]any) { delete(d, "faults") },
		"null for a list":          func(d map[string]any) { d["faults"] = nil },
		"another version":          func(d map[string]any) { d["apiVersion"] = "edgeproof/v1" },
		"an unknown result":        func(d map[string]any) { d["result"] = "ok" },
		"a run's result on a part": func(d map[string]any) { first(d, "criteria")["result"] = "pass" },
		"a skip without reason":    func(d map[string]any) { first(d, "criteria")["result"] = "skipped" },
		"a malformed id":           func(d map[string]any) { first(d, "criteria")["id"] = "dw1" },
		"negative seconds":         func(d map[string]any) { first(d, "phases")["seconds"] = -1 },
		"a time that is none":      func(d map[string]any) { d["suite"].(map[string]any)["started"] = "yesterday" },
		"a pass with reasons":      func(d map[string]any) { d["reasons"] = []any{"but"} },
		"a fail without reasons":   func(d map[string]any) { d["result"] = "fail" },
		"an error without error":   func(d map[string]any) { d["result"] = "error"; d["reasons"] = []any{"x"} },
		"a pass without seal":      func(d map[string]any) { delete(d, "hermetic") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var doc map[string]any
			if err := json.Unmarshal(encode(t, verdicttest.Passing()), &doc); err != nil {
				t.Fatal(err)
			}
			change(doc)
			if err := s.Validate(doc); err == nil {
				t.Error("the schema accepts it")
			}
		})
	}
}

func first(d map[string]any, list string) map[string]any { return d[list].([]any)[0].(map[string]any) }

func TestParseReadsWhatEncodeWrites(t *testing.T) {
	t.Parallel()
	for name, v := range samples() {
		data := encode(t, v)
		got, err := verdict.Parse(data)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if d := cmp.Diff(string(data), string(encode(t, got))); d != "" {
			t.Errorf("%s does not survive (-want +got):\n%s", name, d)
		}
		if err := got.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	good := string(encode(t, verdicttest.Passing()))
	for name, tc := range map[string]struct{ in, says string }{
		"nothing":         {"", "EOF"},
		"a torn file":     {good[:len(good)/2], "EOF"},
		"an extra field":  {strings.Replace(good, `"kind"`, `"colour": 1, "kind"`, 1), `unknown field "colour"`},
		"a second one":    {good + good, "more after the end"},
		"another version": {strings.Replace(good, "v1alpha1", "v2", 1), "read it with the version"},
		"something else":  {`{"apiVersion":"v1","kind":"List"}`, `a "List" of "v1"`},
	} {
		if _, err := verdict.Parse([]byte(tc.in)); err == nil || !strings.Contains(err.Error(), tc.says) {
			t.Errorf("%s: Parse = %v, want it to say %q", name, err, tc.says)
		}
	}
}

func TestEncodeLeavesTheVerdictAlone(t *testing.T) {
	t.Parallel()
	v := &verdict.Verdict{Criteria: []verdict.Criterion{{ID: criteria.ID("DW-1")}}}
	encode(t, v)
	if v.Criteria[0].Evidence != nil || v.Reasons != nil {
		t.Error("Encode wrote into the verdict it was given")
	}
}

func FuzzParse(f *testing.F) {
	for _, v := range samples() {
		b, err := verdict.Encode(v)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte(`{"apiVersion":"edgeproof/v1alpha1","kind":"Verdict","result":"pass"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := verdict.Parse(data)
		if err != nil {
			return
		}
		if v.Validate() == nil && (v.ExitCode() == 0) != (v.Result == verdict.Pass) {
			t.Errorf("a valid %s exits %d", v.Result, v.ExitCode())
		}
		if _, err := verdict.Encode(v); err != nil {
			t.Error(fmt.Errorf("what was parsed cannot be written: %w", err))
		}
	})
}
