package bundle_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/edgeproof/edgeproof/e2e/bundle"
)

const git = ".git/HEAD"

// encryptedSecret is a Secret as SOPS leaves it.
func encryptedSecret(namespace, name, key string) string {
	return "---\napiVersion: v1\nkind: Secret\nmetadata: {name: " + name + ", namespace: " + namespace +
		"}\nstringData: {" + key +
		": \"ENC[AES256_GCM,data:AAAA,iv:AAAA,tag:AAAA,type:str]\"}\nsops: {version: 3.9.0}\n"
}

// namespace is a Namespace.
func namespace(name string) string {
	return "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: \"" + name + "\"}\n"
}

// gitChart is a HelmRelease whose chart lies in the repository.
const gitChart = `---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: r, namespace: x}
spec:
  interval: 1m
  chart: {spec: {chart: ./charts/small, sourceRef: {kind: GitRepository, name: flux-system, namespace: flux-system}}}
`

// ociChart is a HelmRelease whose chart is an OCIRepository.
const ociChart = `---
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {name: r, namespace: x}
spec: {interval: 1m, url: "oci://registry.example.org/charts/small", ref: {tag: 1.2.3}}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: r, namespace: x}
spec: {interval: 1m, chartRef: {kind: OCIRepository, name: r}}
`

// Each bundle is read as its engine reads it.
func TestReadAsTheEngineReads(t *testing.T) {
	t.Parallel()
	chart := files{}
	for name, content := range small() {
		chart["charts/small/"+name] = content
	}
	for _, c := range []struct {
		name  string
		given []files
		at    string   // the folder of the repository that is judged
		want  []string // objects
	}{
		{"a Namespace in two Kustomizations", []files{{
			"k.yaml": fluxOf("a", "./a", "") + fluxOf("b", "./b", ""), "a/x.yaml": namespace("n"), "b/x.yaml": namespace("n") +
				configMap("n", "c", "{}"),
		}}, "", []string{"a: Namespace /n", "b: ConfigMap n/c"}},
		{"a HelmRepository in two Kustomizations", []files{{
			"k.yaml": fluxOf("a", "./a", "") + fluxOf("b", "./b", ""), "a/x.yaml": helmOf("r", ""),
			"b/x.yaml": strings.Split(helmOf("r", ""), "---\n")[1] + configMap("n", "c", "{}"),
		}}, "", []string{
			"a: CustomResourceDefinition /widgets.example.org", "a: ConfigMap flux-system/r", "a: Job flux-system/check (hook)",
			"b: ConfigMap n/c",
		}},
		{"a path counts from the root of the repository", []files{{
			git: "", "clusters/prod/k.yaml": fluxOf("a", "./apps", ""),
			"clusters/prod/kustomization.yaml": "resources: [k.yaml]\n",
			"clusters/prod/apps/x.yaml":        configMap("n", "wrong", "{}"), "apps/x.yaml": configMap("n", "right", "{}"),
		}}, "clusters/prod", []string{"a: ConfigMap n/right"}},
		{"no path is the root of the repository", []files{{
			git: "", "clusters/prod/k.yaml": strings.Replace(fluxOf("a", "", ""), "  path: \n", "", 1),
			"clusters/prod/kustomization.yaml": "resources: [k.yaml]\n",
			"kustomization.yaml":               "resources: [x.yaml]\n", "x.yaml": configMap("n", "root", "{}"),
		}}, "clusters/prod", []string{"a: ConfigMap n/root"}},
		{"what .sourceignore names is not there", []files{{
			git: "", ".sourceignore": "/apps/values/\n", "clusters/prod/k.yaml": fluxOf("a", "./apps", ""),
			"clusters/prod/kustomization.yaml": "resources: [k.yaml]\n",
			"apps/values/values.yaml":          "replicas: 2\n", "apps/x.yaml": configMap("n", "right", "{}"),
		}}, "clusters/prod", []string{"a: ConfigMap n/right"}},
		{"an ignored folder of which a file is taken in again", []files{{
			git: "", ".sourceignore": "/*\n!/apps\n!/clusters\n", "clusters/prod/k.yaml": fluxOf("a", "./apps", ""),
			"clusters/prod/kustomization.yaml": "resources: [k.yaml]\n",
			"apps/x.yaml":                      configMap("n", "right", "{}"),
		}}, "clusters/prod", []string{"a: ConfigMap n/right"}},
		{"a folder that two Kustomizations apply", []files{{
			git: "", "clusters/prod/k.yaml": fluxOf("all", "./apps", ""),
			"clusters/prod/kustomization.yaml": "resources: [k.yaml]\n",
			"apps/web/ks.yaml":                 fluxOf("web", "./apps/web/app", ""),
			"apps/web/app/kustomization.yaml":  "resources: [x.yaml]\n",
			"apps/web/app/x.yaml":              configMap("n", "web", "{}"),
		}}, "clusters/prod", []string{"all: ConfigMap n/web"}},
		{"a chart of the own repository", []files{{git: "", "c/all.yaml": gitChart}, chart}, "c", []string{
			"root: CustomResourceDefinition /widgets.example.org", "root: ConfigMap x/r", "root: Job x/check (hook)",
		}},
		{"a chart of a registry", []files{{"all.yaml": ociChart}}, "", []string{
			"root: CustomResourceDefinition /widgets.example.org", "root: ConfigMap x/r", "root: Job x/check (hook)",
		}},
		{"a HelmRepository of type oci", []files{{
			"all.yaml": strings.Replace(helmOf("r", ""), `{url: "https://charts.example.org"}`,
				`{type: oci, url: "oci://example.org"}`, 1),
		}}, "", []string{
			"root: CustomResourceDefinition /widgets.example.org", "root: ConfigMap flux-system/r",
			"root: Job flux-system/check (hook)",
		}},
		{
			"a Secret that is encrypted",
			[]files{{"x.yaml": encryptedSecret("n", "s", "k") + configMap("n", "c", "{}")}},
			"",
			[]string{"root: ConfigMap n/c"},
		},
		{"a ResourceSet", []files{{"x.yaml": `
apiVersion: fluxcd.controlplane.io/v1
kind: ResourceSet
metadata: {name: web, namespace: n}
spec:
  inputs: [{host: a.example.org}, {host: b.example.org}]
  resources:
    - apiVersion: v1
      kind: ConfigMap
      metadata: {name: << inputs.host | replace "." "-" >>, namespace: n}
`}}, "", []string{"root: ConfigMap n/a-example-org", "root: ConfigMap n/b-example-org"}},
		{"a HelmChart of k3s", []files{{"x.yaml": `
apiVersion: helm.cattle.io/v1
kind: HelmChart
metadata: {name: small, namespace: kube-system}
spec: {chart: small, repo: "https://charts.example.org", targetNamespace: x, valuesContent: "color: blue"}
`}}, "", []string{
			"root: CustomResourceDefinition /widgets.example.org", "root: ConfigMap x/small",
			"root: Job x/check (hook)",
		}},
		{"helmCharts of a kustomization, patched", []files{{"kustomization.yaml": `
namespace: x
helmCharts: [{name: small, repo: "https://charts.example.org", version: 1.2.3, releaseName: web, includeCRDs: true}]
patches: [{target: {kind: Job}, patch: "{apiVersion: batch/v1, kind: Job, metadata: {name: check}, $patch: delete}"}]
`}}, "", []string{"root: CustomResourceDefinition /widgets.example.org", "root: ConfigMap x/web", "root: Pod x/test"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b, err := bundle.Read(t.Context(), filepath.Join(write(t, c.given...), c.at), bundle.Options{Charts: small()})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, outline(b)); diff != "" {
				t.Errorf("objects (-want +got)\n%s\nfindings %+v", diff, b.Findings)
			}
		})
	}
}

// A repository is read by the folder that its Flux is pointed at.
func TestTheClusterOfARepository(t *testing.T) {
	t.Parallel()
	sync := func(path string) string { return fluxOf("flux-system", path, "") }
	one := files{
		git: "", "clusters/a/flux-system/gotk-sync.yaml": sync("./clusters/a"),
		"clusters/a/k.yaml": fluxOf("apps", "./apps", ""),
		"apps/x.yaml":       configMap("app", "x", "{}"), "other/x.yaml": configMap("app", "not-applied", "{}"),
	}
	b, err := bundle.Read(t.Context(), write(t, one), bundle.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"apps: ConfigMap app/x"}, outline(b)); diff != "" {
		t.Errorf("objects (-want +got)\n%s", diff)
	}
	two := write(t, one, files{
		"clusters/b/flux-system/gotk-sync.yaml": sync("./clusters/b"),
		"clusters/b/x.yaml":                     configMap("app", "b", "{}"),
	})
	_, err = bundle.Read(t.Context(), two, bundle.Options{})
	expect(t, err, two, "", "several clusters: clusters/a, clusters/b")
}

// Each Application of Argo CD is read as Argo CD reads it.
func TestArgoCD(t *testing.T) {
	t.Parallel()
	app := func(name, more, spec string) string {
		return "---\napiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: " + name + ", namespace: argocd" +
			more + "}\nspec:\n" +
			"  destination: {server: \"https://kubernetes.default.svc\", namespace: app}\n" + spec
	}
	own := "{repoURL: \"https://example.org/own\", path: "
	set := func(generators, template string) string {
		return "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: s, namespace: argocd}\nspec:\n" +
			generators +
			"  template:\n    metadata: {name: \"" + template + "\"}\n    spec:\n      destination: {namespace: app}\n      " +
			"source: "
	}
	for _, c := range []struct {
		name  string
		given []files
		want  []string
	}{
		{"a folder of manifests, those below it left out", []files{{
			"apps/a.yaml": app("a", "", "  source: "+own+"m}\n"), "m/x.yaml": configMap("app", "x", "{}"),
			"m/values.yaml": "replicas: 2\n",
			"m/sub/y.yaml":  configMap("app", "y", "{}"),
		}}, []string{"a: ConfigMap app/x"}},
		{"a folder of manifests, with those below it", []files{{
			"apps/a.yaml":  app("a", "", "  source: "+own+"m, directory: {recurse: true, exclude: 'z*'}}\n"),
			"m/x.yaml":     configMap("app", "x", "{}"),
			"m/sub/y.yaml": configMap("app", "below", "{}"), "m/z.yaml": configMap("app", "z", "{}"),
		}}, []string{"a: ConfigMap app/below", "a: ConfigMap app/x"}},
		{"a kustomization, with images and a prefix", []files{{
			"apps/a.yaml":          app("a", "", "  source: "+own+"k, kustomize: {namePrefix: p-}}\n"),
			"k/kustomization.yaml": "resources: [x.yaml]\n",
			"k/x.yaml":             "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n",
		}}, []string{"a: ConfigMap app/p-x"}},
		{"a chart, with values as an object, and its namespace", []files{{
			"apps/a.yaml": app("a", "", "  syncPolicy: {syncOptions: [CreateNamespace=true]}\n  source: {repoURL: "+
				"\"https://charts.example.org\", chart: small, targetRevision: 1.x, helm: {valuesObject: {color: "+
				"blue}}}\n"),
		}}, []string{
			"a: Namespace /app", "a: CustomResourceDefinition /widgets.example.org", "a: ConfigMap app/a",
			"a: Job app/check (hook)",
		}},
		{"a chart with a file of values from another source", []files{{
			"apps/a.yaml": app("a", "", "  sources:\n    - {repoURL: \"https://charts.example.org\", chart: small, "+
				"targetRevision: 1.x, helm: {skipCrds: true, valueFiles: [\"$own/v/a.yaml\"]}}\n    - {repoURL: "+
				"\"https://example.org/own\", ref: own}\n"),
			"v/a.yaml": "color: red\n",
		}}, []string{"a: ConfigMap app/a", "a: Job app/check (hook)"}},
		{"sync waves order Applications", []files{{
			"apps/a.yaml": app("late", ", annotations: {argocd.argoproj.io/sync-wave: \"2\"}", "  source: "+own+"l}\n") +
				app("early", ", annotations: {argocd.argoproj.io/sync-wave: \"-1\"}", "  source: "+own+"e}\n"),
			"l/x.yaml": configMap("app", "l", "{}"), "e/x.yaml": configMap("app", "e", "{}"),
		}}, []string{"early: ConfigMap app/e", "late: ConfigMap app/l"}},
		{"sync waves order the objects of an Application", []files{{
			"apps/a.yaml": app("a", "", "  source: "+own+"m}\n"),
			"m/x.yaml": strings.Replace(configMap("app", "late", "{}"), "namespace: app", "namespace: app, annotations: "+
				"{argocd.argoproj.io/sync-wave: \"1\"}", 1) +
				strings.Replace(configMap("app", "early", "{}"), "kind: ConfigMap", "kind: Service", 1),
		}}, []string{"a: Service app/early", "a: ConfigMap app/late"}},
		{"an Application of Applications", []files{{
			"apps/root.yaml": app("root", "", "  source: "+own+"more}\n"), "more/a.yaml": app("a", "", "  source: "+own+"m}\n"),
			"m/x.yaml": configMap("app", "x", "{}"),
		}}, []string{"a: ConfigMap app/x"}},
		{"an ApplicationSet of a list", []files{{
			"apps/s.yaml": set("  generators: [{list: {elements: [{name: one, dir: m}]}}]\n", "{{name}}") +
				"{repoURL: \"https://example.org/own\", path: \"{{dir}}\"}\n",
			"m/x.yaml": configMap("app", "x", "{}"),
		}}, []string{"one: ConfigMap app/x"}},
		{"an ApplicationSet of directories", []files{{
			"apps/s.yaml": set("  goTemplate: true\n  generators: [{git: {repoURL: \"https://example.org/own\", directories: "+
				"[{path: sys/*}, {path: sys/no, exclude: true}]}}]\n", "{{.path.basename}}") +
				"{repoURL: \"https://example.org/own\", path: \"{{.path.path}}\"}\n",
			"sys/one/x.yaml": configMap("app", "x", "{}"), "sys/no/x.yaml": configMap("app", "no", "{}"),
		}}, []string{"one: ConfigMap app/x"}},
		{"an ApplicationSet of clusters, whose name the repository's files tell", []files{{
			"apps/s.yaml": set("  generators: [{clusters: {}}]\n", "{{name}}-web") +
				"{repoURL: \"https://example.org/own\", path: \"clusters/{{name}}/web\"}\n",
			"clusters/home/web/x.yaml": configMap("app", "x", "{}"),
		}}, []string{"home-web: ConfigMap app/x"}},
		{"an ApplicationSet of files, for a cluster", []files{{
			"apps/s.yaml": set("  generators: [{matrix: {generators: [{git: {repoURL: \"https://example.org/own\", files: "+
				"[{path: \"conf/**/app.yaml\"}]}}, {clusters: {}}]}}]\n", "{{app.name}}-{{name}}") +
				"{repoURL: \"https://example.org/own\", path: \"{{app.dir}}\"}\n",
			"conf/a/app.yaml": "app: {name: one, dir: m}\n", "m/x.yaml": configMap("app", "x", "{}"),
		}}, []string{"one-in-cluster: ConfigMap app/x"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b, err := bundle.Read(t.Context(), filepath.Join(write(t, append(c.given, files{git: ""})...), "apps"),
				bundle.Options{Charts: small()})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, outline(b)); diff != "" {
				t.Errorf("objects (-want +got)\n%s\nfindings %+v", diff, b.Findings)
			}
		})
	}
}

// What is wrong, or cannot be followed from here, is a finding with file and line, and the rest is read.
func TestFindings(t *testing.T) {
	t.Parallel()
	plain := configMap("n", "rest", "{}")
	for _, c := range []struct {
		name  string
		given files
		rule  bundle.Rule
		file  string
		line  int
		says  string
	}{
		{"a variable that no postBuild covers", files{"x.yaml": plain + "---\napiVersion: v1\nkind: Service\nmetadata: " +
			"{name: s, namespace: n, labels: {a: \"${DOMAIN}\"}}\n"}, bundle.VariableMissing, "x.yaml", 7, "${DOMAIN}"},
		{"a Kustomization of another repository", files{
			git: "", "k.yaml": plain + "---\napiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {name: " +
				"crds, namespace: flux-system}\nspec: {interval: 1m, url: \"https://example.org/crds\"}\n" +
				strings.Replace(strings.Replace(fluxOf("c", "", ""), "  path: \n", "", 1), "name: flux-system}", "name: crds}", 1),
		}, bundle.ElsewhereSource, "k.yaml", 12, "another repository"},
		{"a resource elsewhere", files{
			"kustomization.yaml": "resources: [x.yaml, \"https://example.org/y.yaml\"]\n",
			"x.yaml":             plain,
		}, bundle.ElsewhereSource, "kustomization.yaml", 1, "lies elsewhere"},
		{
			"a file that is not there",
			files{"kustomization.yaml": "resources: [x.yaml, y.yaml]\n", "x.yaml": plain},
			bundle.Unreadable, "kustomization.yaml", 1, "y.yaml does not exist",
		},
		{"a namespace that nothing makes", files{"x.yaml": plain}, bundle.NamespaceMissing, "x.yaml", 2, "Namespace n"},
		{"a kind that nothing defines", files{"x.yaml": plain + "---\napiVersion: example.org/v1\nkind: Gadget\nmetadata: " +
			"{name: g, namespace: n}\n"}, bundle.DefinitionMissing, "x.yaml", 7, "Gadget.example.org"},
		{
			"an API version that Flux no longer serves",
			files{
				"x.yaml": plain,
				"k.yaml": strings.Replace(fluxOf("a", "./a", ""), "/v1\n", "/v1beta2\n", 1), "a/x.yaml": configMap("n", "a", "{}"),
			},
			bundle.OldVersion, "k.yaml", 2, "v1beta2",
		},
		{"an object that two stages apply differently", files{"k.yaml": plain +
			fluxOf("a", "./a", ""), "a/x.yaml": configMap("n", "rest", "{a: b}")}, bundle.AppliedTwice, "a/x.yaml", 2, "twice"},
		{
			"a chart that is not to be had",
			files{"x.yaml": plain + ociChart},
			bundle.ChartMissing, "x.yaml", 12,
			"no source of charts",
		},
		{
			"a program as a generator",
			files{
				"kustomization.yaml": "resources: [x.yaml]\ngenerators: [g.yaml]\n",
				"x.yaml":             plain, "g.yaml": "apiVersion: viaduct.ai/v1\nkind: ksops\nmetadata: {name: g}\n",
			},
			bundle.EngineObject,
			"kustomization.yaml", 1, "not run",
		},
		{"a ResourceSet whose inputs a provider has", files{"x.yaml": plain + "---\napiVersion: " +
			"fluxcd.controlplane.io/v1\nkind: ResourceSet\nmetadata: {name: w, namespace: n}\nspec: " +
			"{inputsFrom: [{name: p}], resources: []}\n"}, bundle.EngineObject, "x.yaml", 7, "only a cluster asks"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b, err := bundle.Read(t.Context(), write(t, c.given), bundle.Options{})
			if err != nil {
				t.Fatal(err)
			}
			at := slices.IndexFunc(b.Findings, func(f bundle.Finding) bool { return f.Rule == c.rule })
			if at < 0 {
				t.Fatalf("findings %+v, want one of %s", b.Findings, c.rule)
			}
			f := b.Findings[at]
			if f.File != c.file || f.Line != c.line || !strings.Contains(f.Problem, c.says) || f.Remedy == "" {
				t.Errorf("finding %+v, want %s:%d, a problem with %q, and a remedy", f, c.file, c.line, c.says)
			}
			if !slices.ContainsFunc(outline(b), func(line string) bool { return strings.HasSuffix(line, "ConfigMap n/rest") }) {
				t.Errorf("objects %v, want the rest of the bundle among them", outline(b))
			}
		})
	}
}

// Flux merges a value with a targetPath over inline values; a first version of this package had it the other
// way round.
func TestTargetPathWinsOverInlineValues(t *testing.T) {
	t.Parallel()
	b, err := bundle.Load(t.Context(), write(t, files{
		"x.yaml": configMap("flux-system", "v", `{one: "4"}`) +
			helmOf("r", "  valuesFrom: [{kind: ConfigMap, name: v, valuesKey: one, targetPath: nested.deep}]\n  values: "+
				"{nested: {deep: 9}}\n"),
	}), bundle.Options{Charts: small()})
	if err != nil {
		t.Fatal(err)
	}
	want := canonical(t, `{"color":"grey","list":["a"],"nested":{"deep":4}}`)
	if got := canonical(t, field(t, b, "flux-system/r", "values")); got != want {
		t.Errorf("values %s, want %s", got, want)
	}
}

// A variable that the bundle has no value for gets that of Options, the same everywhere, and is listed.
func TestVariablesWithoutAValue(t *testing.T) {
	t.Parallel()
	given := files{
		"k.yaml": encryptedSecret("flux-system", "vars", "SECRET_DOMAIN") +
			fluxOf("a", "./a", "  postBuild: {substituteFrom: [{kind: Secret, name: vars}]}\n"),
		"a/x.yaml": configMap("n", "c", `{v: "web.${SECRET_DOMAIN}", w: "${SECRET_DOMAIN}"}`),
	}
	b, err := bundle.Read(t.Context(), write(t, given), bundle.Options{Value: func(name string, uses []string) string {
		return strings.ToLower(name) + ".example/" + strings.Join(uses, ",")
	}})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := field(t, b, "n/c", "w"), "secret_domain.example/web.${SECRET_DOMAIN},${SECRET_DOMAIN}"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	want := []bundle.Variable{{
		Name: "SECRET_DOMAIN", Value: "secret_domain.example/web.${SECRET_DOMAIN},${SECRET_DOMAIN}",
		From: []string{"Secret flux-system/vars"}, UsedIn: []string{"a/x.yaml"},
	}}
	if diff := cmp.Diff(want, b.Missing); diff != "" {
		t.Errorf("variables (-want +got)\n%s", diff)
	}
	b, err = bundle.Read(t.Context(), write(t, given),
		bundle.Options{Variables: map[string]string{"SECRET_DOMAIN": "example.org"}})
	if err != nil {
		t.Fatal(err)
	}
	if got := field(t, b, "n/c", "v"); got != "web.example.org" {
		t.Errorf("got %q, want the variable that was given", got)
	}
}
