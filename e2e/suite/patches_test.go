package suite_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	jsonpatch "github.com/evanphx/json-patch/v5"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"github.com/edgeproof/edgeproof/e2e/bundle"
	"github.com/edgeproof/edgeproof/e2e/fault"
	"github.com/edgeproof/edgeproof/e2e/run"
	"github.com/edgeproof/edgeproof/e2e/testbed"
	"github.com/edgeproof/edgeproof/fixtures"
)

// TestPatchesFit tries every patch of the catalogue on what the reference bundle, the platform and the fault's own
// route say: a patch names an argument by its place, and that moves when somebody adds another.
func TestPatchesFit(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	load := func(folder string, variables map[string]string) *bundle.Bundle {
		b, err := run.LoadBundle(t.Context(), filepath.Join(root, "fixtures", folder), variables, t.Logf)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	reference := load(filepath.Join("bundles", "reference"), nil)
	apps := load("apps", reference.Variables())
	traefik := load(filepath.Join("platform", "traefik"), map[string]string{testbed.TraefikVariable: testbed.Traefik})
	target, err := testbed.Target(reference, apps)
	if err != nil {
		t.Fatal(err)
	}
	there := map[string][]byte{}
	for _, b := range []*bundle.Bundle{reference, apps, traefik} {
		for _, o := range b.Objects() {
			// the API server's default
			if _, set, _ := unstructured.NestedMap(o.Object, "spec", "strategy"); o.GetKind() == "Deployment" && !set {
				if err := unstructured.SetNestedField(o.Object, "RollingUpdate", "spec", "strategy", "type"); err != nil {
					t.Fatal(err)
				}
			}
			raw, err := json.Marshal(o.Object)
			if err != nil {
				t.Fatal(err)
			}
			there[fault.Object{
				APIVersion: o.GetAPIVersion(), Kind: o.GetKind(), Namespace: o.GetNamespace(),
				Name: o.GetName(),
			}.String()] = raw
		}
	}
	faults, err := fault.Load(fixtures.Sub("faults"))
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	for _, f := range faults {
		variables := testbed.FaultVariables(f.ID, target, testbed.ExternalDNS(reference), "10.0.0.1")
		filled, err := f.Fill(variables)
		if err != nil {
			t.Fatal(err)
		}
		own := routeOf(t, f, variables)
		for _, action := range filled.Inject {
			if action.Patch == nil || action.Patch.Status {
				continue
			}
			object, known := there[action.Patch.String()]
			if !known {
				object, known = own[action.Patch.String()]
			}
			if !known {
				continue // made by a controller, or by the fault
			}
			tried++
			raw, err := json.Marshal(action.Patch.JSONPatch)
			if err != nil {
				t.Fatal(err)
			}
			patch, err := jsonpatch.DecodePatch(raw)
			if err == nil {
				_, err = patch.Apply(object)
			}
			if err != nil {
				t.Errorf("fault %s: patch %s: %v", f.ID, action.Patch, err)
			}
		}
	}
	if tried < 60 {
		t.Errorf("only %d patches were tried", tried)
	}
}

// routeOf has the objects of the route that a fault gets, but for one that Flux delivers.
func routeOf(t *testing.T, f fault.Fault, variables map[string]string) map[string][]byte {
	t.Helper()
	files := []string{"route.yaml", "shared/endpoint.yaml"}
	if f.Application == fault.Own {
		files[1] = "own/application.yaml"
	}
	out := map[string][]byte{}
	for _, file := range files {
		text, err := fs.ReadFile(fixtures.Sub("faults/route"), file)
		if err != nil {
			t.Fatal(err)
		}
		filled := os.Expand(string(text), func(name string) string { return variables[name] })
		for document := range strings.SplitSeq(filled, "\n---\n") {
			raw, err := yaml.YAMLToJSON([]byte(document))
			if err != nil {
				t.Fatal(err)
			}
			var o unstructured.Unstructured
			if err := o.UnmarshalJSON(raw); err != nil {
				t.Fatal(err)
			}
			out[fault.Object{
				APIVersion: o.GetAPIVersion(), Kind: o.GetKind(), Namespace: o.GetNamespace(), Name: o.GetName(),
			}.String()] = raw
		}
	}
	return out
}
