package bundle_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/edgeproof/edgeproof/e2e/bundle"
)

// Each way to be malformed is one *bundle.Error that names file, object and remedy.
func TestMalformedBundles(t *testing.T) {
	t.Parallel()
	from := "  postBuild: {substituteFrom: [{kind: ConfigMap, name: config}]}\n"
	good := files{"a/x.yaml": configMap("x", "a", "{}"), "b/x.yaml": configMap("x", "b", "{}")}
	for _, c := range []struct {
		name                  string
		given                 files
		file, object, problem string
	}{
		{
			"bad YAML",
			files{"x.yaml": "kind: A\napiVersion: v1\nmetadata: {name: a}\n---\nkind: [\n"},
			"x.yaml", "",
			"document that begins at line 5",
		},
		{
			"a text where an object belongs",
			files{"x.yaml": "just words\n"},
			"x.yaml", "",
			"a string, where an object is expected",
		},
		{"no kind", files{"x.yaml": "apiVersion: v1\nmetadata: {name: a}\n"}, "x.yaml", "a", "no kind"},
		{
			"no apiVersion",
			files{"x.yaml": "kind: ConfigMap\nmetadata: {name: a}\n"},
			"x.yaml", "ConfigMap a",
			"no apiVersion",
		},
		{"no name", files{"x.yaml": "kind: ConfigMap\napiVersion: v1\n"}, "x.yaml", "ConfigMap", "no metadata.name"},
		{
			"a wrong kind",
			files{"x.yaml": "kind: Deploymnt\napiVersion: apps/v1\nmetadata: {name: a, namespace: x}\n"},
			"x.yaml", "Deploymnt x/a", "no kind Deploymnt in apps/v1",
		},
		{
			"a kind in the wrong group",
			files{"x.yaml": "kind: Ingress\napiVersion: v1\nmetadata: {name: a, namespace: x}\n"},
			"x.yaml", "Ingress x/a", "no kind Ingress in v1",
		},
		{"a field of a wrong type", files{"x.yaml": "kind: Deployment\napiVersion: apps/v1\nmetadata: {name: a, " +
			"namespace: " +
			"x}\nspec: {replicas: three}\n"}, "x.yaml", "Deployment x/a", "the API server would refuse it"},
		{"an unknown Flux kind", files{"x.yaml": "kind: HelmRelese\napiVersion: helm.toolkit.fluxcd.io/v2\nmetadata: " +
			"{name: a, namespace: x}\n"}, "x.yaml", "HelmRelese x/a", "no kind HelmRelese"},
		{
			"an old Flux version",
			files{"x.yaml": "kind: HelmRelease\napiVersion: helm.toolkit.fluxcd.io/v2beta1\nmetadata: " +
				"{name: a, namespace: x}\n"},
			"x.yaml", "HelmRelease x/a",
			"version helm.toolkit.fluxcd.io/v2beta1 of HelmRelease is no longer served",
		},
		{
			"an unknown Flux field",
			files{"x.yaml": helmOf("r", "  vaules: {}\n")},
			"x.yaml", "HelmRelease flux-system/r",
			"vaules",
		},
		{
			"a missing Flux field",
			files{"x.yaml": strings.Replace(fluxOf("a", ".", ""), "  prune: true\n", "", 1)},
			"x.yaml",
			"Kustomization flux-system/a", "no spec.prune",
		},
		{"a Flux Kustomization in kustomization.yaml", files{"kustomization.yaml": strings.TrimPrefix(fluxOf("a", "./a", ""),
			"---\n")}, "kustomization.yaml", "Kustomization", "not one of Kustomize's own"},
		{
			"another kind in kustomization.yaml",
			files{"kustomization.yaml": "kind: ConfigMap\napiVersion: v1\n"},
			"kustomization.yaml", "ConfigMap", "holds a Kustomization",
		},
		{
			"an unknown field in kustomization.yaml",
			files{"kustomization.yaml": "resource: [x.yaml]\n"},
			"kustomization.yaml",
			"Kustomization", "resource",
		},
		{
			"a missing resource",
			files{"kustomization.yaml": "resources: [gone.yaml]\n"},
			"kustomization.yaml", "",
			"gone.yaml does not exist",
		},
		{"a folder without kustomization", files{
			"kustomization.yaml": "resources: [sub]\n",
			"sub/x.yaml":         configMap("x", "a", "{}"),
		}, "kustomization.yaml", "", "folder sub has no kustomization.yaml"},
		{
			"a resource elsewhere",
			files{"kustomization.yaml": "resources: [\"https://example.org/x.yaml\"]\n"},
			"kustomization.yaml", "", "lies elsewhere",
		},
		{"a base in a repository elsewhere", files{"kustomization.yaml": "resources: [\"github.com/example/base?ref=v1\"]\n"}, "kustomization.yaml", "", "lies elsewhere"},
		{
			"a patch elsewhere",
			files{"kustomization.yaml": "patches: [{path: \"http://example.org/p.yaml\"}]\n"},
			"kustomization.yaml", "", "lies elsewhere",
		},
		{"a file generated from elsewhere", files{"kustomization.yaml": "configMapGenerator: [{name: a, files: " +
			"[\"a=https://example.org/p\"]}]\n"}, "kustomization.yaml", "", "lies elsewhere"},
		{"a failing patch", files{
			"kustomization.yaml": "resources: [x.yaml]\npatches: [{path: p.yaml}]\n",
			"x.yaml":             configMap("x", "a", "{}"),
		}, "kustomization.yaml", "", "kustomize build"},
		{
			"two kustomization files",
			files{"kustomization.yaml": "", "kustomization.yml": ""},
			".", "",
			"more than one kustomization file",
		},
		{
			"folders in a circle",
			files{"kustomization.yaml": "resources: [a]\n", "a/kustomization.yaml": "resources: [..]\n"},
			"kustomization.yaml", "", "kustomize build",
		},
		{"an empty folder", files{}, ".", "", "no YAML file"},
		{"charts by Kustomize under Flux", files{
			"k.yaml":               fluxOf("c", "./c", ""),
			"c/kustomization.yaml": "helmCharts: [{name: a}]\n",
		}, "c/kustomization.yaml", "", "helmCharts"},
		{
			"twice the same in one build",
			files{"x.yaml": configMap("x", "a", "{}"), "y.yaml": configMap("x", "a", "{}")},
			"kustomization.yaml", "", "already registered id",
		},
		{"no namespace under Flux", files{"k.yaml": fluxOf("a", "./a", ""), "a/x.yaml": "kind: ConfigMap\napiVersion: " +
			"v1\nmetadata: {name: a}\n"}, "a/x.yaml", "ConfigMap a", "no namespace"},
		{
			"a path that is no folder",
			files{"k.yaml": fluxOf("a", "./gone", "")},
			"k.yaml", "Kustomization flux-system/a",
			`"./gone" is no folder`,
		},
		{
			"a path out of the repository",
			files{"k.yaml": fluxOf("a", "../../../../../../../../tmp", "")},
			"k.yaml",
			"Kustomization flux-system/a", "is no folder of the bundle",
		},
		{
			"a dependency that is not there",
			files{"k.yaml": fluxOf("a", "./a", "  dependsOn: [{name: z}]\n")},
			"k.yaml",
			"Kustomization flux-system/a", "dependsOn flux-system/z",
		},
		{
			"Kustomizations in a circle",
			files{"k.yaml": fluxOf("a", "./a", "  dependsOn: [{name: b}]\n") +
				fluxOf("b", "./b", "  dependsOn: [{name: a}]\n")},
			"k.yaml", "Kustomization flux-system/a",
			"flux-system/a -> flux-system/b -> flux-system/a",
		},
		{"a Kustomization for another cluster", files{"k.yaml": fluxOf("a", "./a",
			"  kubeConfig: {secretRef: {name: s}}\n")}, "k.yaml", "Kustomization flux-system/a", "kubeConfig"},
		{"a missing variable", files{
			"k.yaml":   fluxOf("a", "./c", "  postBuild: {substitute: {color: red}}\n"),
			"c/x.yaml": configMap("x", "c", `{v: "${shape}"}`),
		}, "c/x.yaml", "ConfigMap x/c", "variable ${shape} has no value"},
		{"a bad expression", files{
			"k.yaml":   fluxOf("a", "./c", "  postBuild: {substitute: {color: red}}\n"),
			"c/x.yaml": configMap("x", "c", `{v: "${color"}`),
		}, "c/x.yaml", "ConfigMap x/c", "substitution"},
		{
			"a bad name of a variable",
			files{"k.yaml": fluxOf("a", "./a", "  postBuild: {substitute: {1st: red}}\n")},
			"k.yaml", "Kustomization flux-system/a", `"1st" is no name`,
		},
		{"a value that breaks the YAML", files{
			"k.yaml":   fluxOf("a", "./c", "  postBuild: {substitute: {color: \"{\"}}\n"),
			"c/x.yaml": configMap("x", "c", `{v: "${color}"}`),
		}, "c/x.yaml", "ConfigMap x/c", "no longer YAML"},
		{"a value of another type", files{
			"k.yaml":   fluxOf("a", "./c", "  postBuild: {substitute: {size: \"1\"}}\n"),
			"c/x.yaml": configMap("x", "c", `{v: "${size}"}`),
		}, "c/x.yaml", "ConfigMap x/c", "the API server would refuse it"},
		{
			"a missing source of variables",
			files{"k.yaml": fluxOf("a", "./a", from)},
			"k.yaml", "Kustomization flux-system/a",
			"ConfigMap flux-system/config is in no stage before",
		},
		{
			"a source of variables that comes too late",
			files{
				"k.yaml":   fluxOf("a", "./a", from),
				"a/c.yaml": configMap("flux-system", "config", "{}"),
			},
			"k.yaml", "Kustomization flux-system/a",
			"is in no stage before",
		},
		{
			"no such repository",
			files{"h.yaml": strings.Replace(helmOf("r", ""), "{name: r, namespace: flux-system}",
				"{name: q, namespace: flux-system}", 1)},
			"h.yaml", "HelmRelease flux-system/r",
			"HelmRepository flux-system/r is not in the bundle",
		},
		{"a chart from Git", files{"h.yaml": strings.Replace(helmOf("r", ""), "kind: HelmRepository, name: r",
			"kind: GitRepository, name: r", 1)}, "h.yaml", "HelmRelease flux-system/r", "is no folder of the bundle"},
		{
			"a chartRef",
			files{"h.yaml": "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: r, " +
				"namespace: x}\nspec: {interval: 1m, chartRef: {kind: OCIRepository, name: c}}\n"},
			"h.yaml", "HelmRelease x/r",
			"OCIRepository x/c is not in the bundle",
		},
		{"no chart", files{"h.yaml": "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: r, " +
			"namespace: x}\nspec: {interval: 1m}\n"}, "h.yaml", "HelmRelease x/r", "no chart"},
		{
			"a missing source of values",
			files{"h.yaml": helmOf("r", "  valuesFrom: [{kind: Secret, name: s}]\n")},
			"h.yaml",
			"HelmRelease flux-system/r", "Secret flux-system/s is not in the bundle",
		},
		{
			"a missing key of values",
			files{"h.yaml": configMap("flux-system", "c", "{a: b}") +
				helmOf("r", "  valuesFrom: [{kind: ConfigMap, name: c}]\n")},
			"h.yaml", "HelmRelease flux-system/r",
			"has no key values.yaml",
		},
		{"values that are no YAML", files{"h.yaml": configMap("flux-system", "c", "{values.yaml: '{'}") +
			helmOf("r", "  valuesFrom: [{kind: ConfigMap, name: c}]\n")}, "h.yaml", "HelmRelease flux-system/r", "is not YAML"},
		{"a missing values file", files{"h.yaml": strings.Replace(helmOf("r", ""), "version: 1.x,",
			"version: 1.x, valuesFiles: [none.yaml],", 1)}, "h.yaml", "HelmRelease flux-system/r", "no file none.yaml"},
		{
			"a release that waits for none",
			files{"h.yaml": helmOf("r", "  dependsOn: [{name: z}]\n")},
			"h.yaml",
			"HelmRelease flux-system/r", "dependsOn flux-system/z",
		},
		{
			"releases in a circle",
			files{"h.yaml": helmOf("r", "  dependsOn: [{name: s}]\n") +
				helmOf("s", "  dependsOn: [{name: r}]\n")},
			"h.yaml", "HelmRelease flux-system/r",
			"flux-system/r -> flux-system/s -> flux-system/r",
		},
		{"a post-renderer that fails", files{"h.yaml": helmOf("r", "  postRenderers: [{kustomize: {patches: [{patch: "+
			"\"[\", target: {kind: ConfigMap}}]}}]\n")}, "h.yaml", "HelmRelease flux-system/r", "spec.postRenderers"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := bundle.Load(t.Context(), write(t, good, c.given), bundle.Options{Charts: small()})
			if c.name == "an empty folder" {
				_, err = bundle.Load(t.Context(), t.TempDir(), bundle.Options{})
			}
			expect(t, err, c.file, c.object, c.problem)
		})
	}
}

func expect(t *testing.T, err error, file, object, problem string) {
	t.Helper()
	var refused *bundle.Error
	if !errors.As(err, &refused) {
		t.Fatalf("got %v, want a *bundle.Error", err)
	}
	if refused.File != file || refused.Object != object || !strings.Contains(refused.Problem, problem) {
		t.Errorf("got file %q, object %q, problem %q\nwant %q, %q, and a problem with %q", refused.File, refused.Object,
			refused.Problem, file, object, problem)
	}
	if refused.Remedy == "" {
		t.Errorf("no remedy: %v", refused)
	}
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("more than one line: %q", err)
	}
}

func TestPathsThatAreNoBundle(t *testing.T) {
	t.Parallel()
	dir := write(t, files{"x.yaml": configMap("x", "a", "{}")})
	for _, path := range []string{filepath.Join(dir, "gone"), filepath.Join(dir, "x.yaml")} {
		_, err := bundle.Load(t.Context(), path, bundle.Options{})
		expect(t, err, path, "", "")
	}
}

func TestNothingIsReadOutsideTheRepository(t *testing.T) {
	t.Parallel()
	outside := write(t, files{
		"secret.yaml":             configMap("x", "stolen", "{}"),
		"base/kustomization.yaml": "resources: []\n",
	})
	for _, c := range []struct{ name, resource, link string }{
		{
			"by a path", filepath.Join("..", "..", filepath.Base(filepath.Dir(outside)), filepath.Base(outside), "secret.yaml"),
			"",
		},
		{"by a link", "link.yaml", filepath.Join(outside, "secret.yaml")},
		{"by a link to a folder", "link", filepath.Join(outside, "base")},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := write(t, files{"kustomization.yaml": fmt.Sprintf("resources: [%q]\n", c.resource)})
			if c.link != "" {
				if err := os.Symlink(c.link, filepath.Join(dir, c.resource)); err != nil {
					t.Fatal(err)
				}
			}
			_, err := bundle.Load(t.Context(), dir, bundle.Options{})
			expect(t, err, "kustomization.yaml", "", "lies outside of")
		})
	}
}

// A repository's shared folders are part of it, wherever in it the bundle lies.
func TestRepositoryAboveTheBundleIsRead(t *testing.T) {
	t.Parallel()
	repository := write(t, files{
		".git/HEAD": "ref: refs/heads/main\n", "clusters/kind/kustomization.yaml": "resources: [k.yaml]\n",
		"clusters/kind/k.yaml": fluxOf("a", "./infrastructure/a", ""), "infrastructure/a/x.yaml": configMap("x", "a", "{}"),
	})
	b, err := bundle.Load(t.Context(), filepath.Join(repository, "clusters/kind"), bundle.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(b.Objects()) != 1 {
		t.Errorf("objects %v, want the one of infrastructure/a", outline(b))
	}
}

func TestTooMuchIsRefused(t *testing.T) {
	t.Parallel()
	_, err := bundle.Load(t.Context(), write(t, files{"x.yaml": configMap("x", "a", "{}") +
		strings.Repeat("# filler\n", 1<<20)}), bundle.Options{})
	expect(t, err, "x.yaml", "", "the limit is")
	_, err = bundle.Load(t.Context(), write(t, files{
		"k.yaml":   fluxOf("a", "./a", "  postBuild: {substitute: {v: \""+strings.Repeat("x", 1<<16)+"\"}}\n"),
		"a/x.yaml": configMap("x", "a", `{v: "`+strings.Repeat("${v}", 1<<10)+`"}`),
	}), bundle.Options{})
	expect(t, err, "a/x.yaml", "ConfigMap x/a", "the limit is")
}

func TestNoSecretInErrors(t *testing.T) {
	t.Parallel()
	const secret = "hunter2hunter2"
	head := "apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: flux-system}\n"
	for _, given := range []files{
		{"s.yaml": head + "data: {a: " + secret + "%}\n"},
		{"s.yaml": head + "stringData: {values.yaml: \"" + secret +
			": [\"}\n", "h.yaml": helmOf("r", "  valuesFrom: [{kind: Secret, name: s}]\n")},
		{"s.yaml": head + "stringData: {values.yaml: \"" + secret +
			",[\"}\n", "h.yaml": helmOf("r", "  valuesFrom: [{kind: Secret, name: s, targetPath: a[x}]\n")},
	} {
		_, err := bundle.Load(t.Context(), write(t, given), bundle.Options{Charts: small()})
		if err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("got %v, want an error without the value", err)
		}
	}
}

func TestLoadEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := bundle.Load(ctx, reference, bundle.Options{Charts: modules(t)}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}
