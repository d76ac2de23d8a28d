package testbed

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/edgeproof/edgeproof/fixtures"
)

func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

const configMap = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: ns}\ndata: {address: " +
	"\"${address}\"}\n"

func TestReadManifestsFillsVariables(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{
		"a.yaml":    configMap + "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: b}\n",
		"b.yaml":    "apiVersion: v1\nkind: Namespace\nmetadata: {name: c}\n",
		"README.md": "${no} manifest",
	})
	objects, err := readManifests(os.DirFS(dir), ".", map[string]string{"address": "192.0.2.1"})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, o := range objects {
		got = append(got, describe(o))
	}
	if diff := cmp.Diff([]string{"ConfigMap ns/a", "Namespace b", "Namespace c"}, got); diff != "" {
		t.Errorf("objects (-want +got):\n%s", diff)
	}
	if filled, _, _ := unstructured.NestedString(objects[0].Object, "data", "address"); filled != "192.0.2.1" {
		t.Errorf("address is %q", filled)
	}
}

func TestReadManifestsRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		files map[string]string
		want  []string
	}{
		"a missing variable": {map[string]string{"a.yaml": configMap}, []string{"a.yaml", "address"}},
		"no YAML":            {map[string]string{"broken.yaml": "a: [\n"}, []string{"parse", "broken.yaml"}},
		"no file":            {map[string]string{"a.txt": ""}, []string{"no YAML file in"}},
		"an open variable":   {map[string]string{"open.yaml": "a: ${address\n"}, []string{"open.yaml"}},
	} {
		_, err := readManifests(os.DirFS(folder(t, c.files)), ".", map[string]string{"other": "x"})
		for _, want := range c.want {
			if !strings.Contains(message(err), want) {
				t.Errorf("%s: %v, want an error with %q", name, err, want)
			}
		}
	}
}

// TestThePlatformsManifests reads every folder with the variables that the steps give.
func TestThePlatformsManifests(t *testing.T) {
	t.Parallel()
	roots, err := json.Marshal("-----BEGIN CERTIFICATE-----\nMII=\n-----END CERTIFICATE-----\n")
	if err != nil {
		t.Fatal(err)
	}
	address := map[string]string{"internet_address": InternetAddress}
	given := map[string]map[string]string{
		// by gitops, where it is the engine
		"names": address, "internet": address, "traefik": {TraefikVariable: Traefik}, "flux": nil,
		"trust": {"web_roots": string(roots), "bundle_namespaces": `["cert-manager","develop"]`, "admission": "v1"},
	}
	folders, err := os.ReadDir(filepath.Join(checkout, "fixtures", "platform"))
	if err != nil {
		t.Fatal(err)
	}
	if len(folders) != len(given) {
		t.Errorf("%d folders, of which %d are known here", len(folders), len(given))
	}
	all := map[string]*unstructured.Unstructured{}
	for _, f := range folders {
		objects, err := readManifests(fixtures.Sub("platform"), f.Name(), given[f.Name()])
		if err != nil {
			t.Error(err)
		}
		for _, o := range objects {
			if o.GetAPIVersion() == "" || o.GetKind() == "" || o.GetName() == "" {
				t.Errorf("%s: an object without apiVersion, kind or name: %v", f.Name(), o.Object)
			}
			all[describe(o)] = o
		}
	}
	for what, path := range map[string][]string{
		"ConfigMap kube-system/coredns":                    {"data", "Corefile", "forward . " + InternetAddress},
		"Service internet/internet":                        {"spec", "clusterIP", InternetAddress},
		"MutatingAdmissionPolicyBinding edgeproof-web-pki": {"spec", "policyName", "edgeproof-web-pki"},
		// holdNames knows it by this.
		"Deployment kube-system/coredns": {"spec", "template", "metadata", "annotations", forwardsTo, InternetAddress},
		// MovePublicAddress gives these their address.
		"Service traefik/traefik": {"spec", "type", "LoadBalancer"},
	} {
		if all[what] == nil {
			t.Errorf("there is no %s", what)
			continue
		}
		last := len(path) - 1
		if got, _, err := unstructured.NestedString(all[what].Object, path[:last]...); err != nil ||
			!strings.Contains(got, path[last]) {
			t.Errorf("%s: %v is %q, want %q in it", what, path[:last], got, path[last])
		}
	}
	if binding := all["MutatingAdmissionPolicyBinding edgeproof-web-pki"]; binding != nil {
		matches, _, err := unstructured.NestedSlice(binding.Object, "spec", "matchResources", "namespaceSelector",
			"matchExpressions")
		want := []any{map[string]any{
			"key": "kubernetes.io/metadata.name", "operator": "In",
			"values": []any{"cert-manager", "develop"},
		}}
		if diff := cmp.Diff(want, matches); err != nil || diff != "" {
			t.Errorf("the namespaces of trust: %v (-want +got)\n%s", err, diff)
		}
	}
}
