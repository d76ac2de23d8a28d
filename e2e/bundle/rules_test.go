package bundle_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/edgeproof/edgeproof/e2e/bundle"
)

// outline writes one line for each object: stage, release, kind, namespace/name.
func outline(b *bundle.Bundle) []string {
	var lines []string
	for _, s := range b.Stages {
		for _, w := range s.Waves() {
			for _, o := range w.Objects {
				mark := ""
				if w.Hooks {
					mark = " (hook)"
				}
				lines = append(lines, fmt.Sprintf("%s: %s %s/%s%s", s.Name, o.GetKind(), o.GetNamespace(), o.GetName(), mark))
			}
		}
	}
	return lines
}

// field reads data.name of a ConfigMap.
func field(t *testing.T, b *bundle.Bundle, configMap, name string) string {
	t.Helper()
	for _, o := range b.Objects() {
		if o.GetKind() == "ConfigMap" && o.GetNamespace()+"/"+o.GetName() == configMap {
			data, _ := o.Object["data"].(map[string]any)
			value, _ := data[name].(string)
			return value
		}
	}
	t.Fatalf("no ConfigMap %s in %v", configMap, outline(b))
	return ""
}

func TestFluxRulesOfKustomizations(t *testing.T) {
	t.Parallel()
	config := configMap("flux-system", "config", `{color: "blue\n", size: "10", quote: '"'}`)
	paint := func(data string) string { return configMap("x", "paint", data) }
	from := "  postBuild: {substituteFrom: [{kind: ConfigMap, name: config}]}\n"
	for _, c := range []struct {
		name  string
		given files
		field string // of ConfigMap x/paint
		want  string
	}{
		{"a ConfigMap's values, without line breaks", files{"k.yaml": config +
			fluxOf("a", "./a", from), "a/p.yaml": paint(`{v: "${color}!"}`)}, "v", "blue!"},
		{"a Secret's values", files{
			"k.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: flux-system}\ndata: {color: cmVk}\n" +
				fluxOf("a", "./a", "  postBuild: {substituteFrom: [{kind: Secret, name: s}]}\n"),
			"a/p.yaml": paint(`{v: "${color}"}`),
		}, "v", "red"},
		{"inline values win", files{
			"k.yaml": config + fluxOf("a", "./a", "  postBuild: {substituteFrom: [{kind: ConfigMap, name: config}], "+
				"substitute: {color: green}}\n"),
			"a/p.yaml": paint(`{v: "${color}"}`),
		}, "v", "green"},
		{
			"a default",
			files{"k.yaml": config + fluxOf("a", "./a", from), "a/p.yaml": paint(`{v: "${shape:=round}"}`)},
			"v",
			"round",
		},
		{
			"an escape",
			files{"k.yaml": config + fluxOf("a", "./a", from), "a/p.yaml": paint(`{v: "$${color}"}`)},
			"v",
			"${color}",
		},
		{"no postBuild, no substitution", files{"k.yaml": config +
			fluxOf("a", "./a", ""), "a/p.yaml": paint(`{v: "${color}"}`)}, "v", "${color}"},
		{"no variables, no substitution", files{
			"k.yaml":   fluxOf("a", "./a", "  postBuild: {substitute: {}}\n"),
			"a/p.yaml": paint(`{v: "${color:=x}"}`),
		}, "v", "${color:=x}"},
		{"no variables, but the strategy Always", files{
			"k.yaml":   fluxOf("a", "./a", "  postBuild: {substituteStrategy: Always}\n"),
			"a/p.yaml": paint(`{v: "${color:=x}"}`),
		}, "v", "x"},
		{"substitution disabled by annotation", files{
			"k.yaml": config + fluxOf("a", "./a", from),
			"a/p.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: paint, namespace: x, annotations: " +
				"{kustomize.toolkit.fluxcd.io/substitute: disabled}}\ndata: {v: \"${nothing}\"}\n",
		}, "v", "${nothing}"},
		{"quotes by variable", files{
			"k.yaml":   config + fluxOf("a", "./a", from),
			"a/p.yaml": paint(`{v: "${quote}${size}${quote}"}`),
		}, "v", "10"},
		{"an optional source that is missing", files{
			"k.yaml": config + fluxOf("a", "./a", "  postBuild: {substituteFrom: [{kind: ConfigMap, name: config}, {kind: "+
				"ConfigMap, name: none, optional: true}]}\n"),
			"a/p.yaml": paint(`{v: "${color}"}`),
		}, "v", "blue"},
		{"a source from a Kustomization before", files{
			"k.yaml":   fluxOf("a", "./a", "  dependsOn: [{name: b}]\n"+from) + fluxOf("b", "./b", ""),
			"a/p.yaml": paint(`{v: "${color}"}`), "b/c.yaml": config,
		}, "v", "blue"},
		{"targetNamespace", files{
			"k.yaml":   fluxOf("a", "./a", "  targetNamespace: x\n"),
			"a/p.yaml": strings.Replace(paint(`{v: "1"}`), "namespace: x", "namespace: y", 1),
		}, "v", "1"},
		{"a patch", files{"k.yaml": fluxOf("a", "./a", "  patches: [{patch: '[{\"op\": \"replace\", \"path\": \"/data/v\", "+
			"\"value\": \"patched\"}]', target: {kind: ConfigMap}}]\n"), "a/p.yaml": paint(`{v: "1"}`)}, "v", "patched"},
		{"a component", files{
			"k.yaml": fluxOf("a", "./a", "  components: [../c]\n"), "a/p.yaml": paint(`{v: "1"}`),
			"kustomization.yaml": "resources: [k.yaml]\n",
			"c/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches: [{patch: " +
				"'[{\"op\": \"replace\", \"path\": \"/data/v\", \"value\": \"component\"}]', target: {kind: " +
				"ConfigMap}}]\n",
		}, "v", "component"},
		{"prefix and suffix", files{
			"k.yaml":   fluxOf("a", "./a", "  namePrefix: pa\n  nameSuffix: t\n"),
			"a/p.yaml": strings.Replace(paint(`{v: "1"}`), "name: paint", "name: in", 1),
		}, "v", "1"},
		{"a file beside the folder", files{
			"k.yaml": fluxOf("a", "./a", ""), "a/kustomization.yaml": "resources: [../shared/p.yaml]\n",
			"shared/p.yaml":      paint(`{v: "shared"}`),
			"kustomization.yaml": "resources: [k.yaml]\n",
		}, "v", "shared"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b, err := bundle.Load(t.Context(), write(t, c.given), bundle.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if got := field(t, b, "x/paint", c.field); got != c.want {
				t.Errorf("%s is %q, want %q", c.field, got, c.want)
			}
		})
	}
}

func TestStagesComeInDependencyOrder(t *testing.T) {
	t.Parallel()
	b, err := bundle.Load(t.Context(), write(t, files{
		"k.yaml": fluxOf("c", "./c", "  dependsOn: [{name: b}]\n") + fluxOf("a", "./a", "") +
			fluxOf("b", "./b", "  dependsOn: [{name: a}, {name: d}]\n"),
		"c/x.yaml":    configMap("x", "c", "{}"),
		"a/x.yaml":    configMap("x", "a", "{}") + fluxOf("d", "./d", ""), // a Kustomization that only a build brings
		"b/x.yaml":    configMap("x", "b", "{}"),
		"d/x.yaml":    configMap("x", "d", "{}"),
		"plain.yaml":  configMap("x", "plain", "{}"),
		"ns.yaml":     "apiVersion: v1\nkind: Namespace\nmetadata: {name: x}\n",
		".hidden/x.y": "not: read",
	}), bundle.Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"root: Namespace /x", "root: ConfigMap x/plain", "a: ConfigMap x/a", "d: ConfigMap x/d", "b: ConfigMap x/b",
		"c: ConfigMap x/c",
	}
	if diff := cmp.Diff(want, outline(b)); diff != "" {
		t.Errorf("order (-want +got)\n%s", diff)
	}
	if got, want := b.Stages[3].DependsOn, []string{"root", "a", "d"}; !slices.Equal(got, want) {
		t.Errorf("b depends on %v, want %v", got, want)
	}
}

func TestFluxRulesOfHelmReleases(t *testing.T) {
	t.Parallel()
	values := configMap("flux-system", "values", `{values.yaml: "color: red\nlist: [b]\n", one: "4", text: "'4'", json: '{"a":1}'}`)
	long := strings.Repeat("long", 15)
	for _, c := range []struct {
		name  string
		given string
		in    string // the ConfigMap
		field string
		want  string
	}{
		{"the release is called as the object", helmOf("r", ""), "flux-system/r", "namespace", "flux-system"},
		{"targetNamespace is part of the name", helmOf("r", "  targetNamespace: x\n"), "x/x-r", "namespace", "x"},
		{"releaseName wins", helmOf("r", "  targetNamespace: x\n  releaseName: other\n"), "x/other", "namespace", "x"},
		{"a long name ends in its hash", helmOf(long, ""), "flux-system/" +
			long[:40] + "-e16f64504777", "namespace", "flux-system"},
		{
			"inline values", helmOf("r", "  values: {color: blue, nested: {more: 2}}\n"), "flux-system/r", "values",
			`{"color":"blue","list":["a"],"nested":{"deep":1,"more":2}}`,
		},
		{"valuesFrom, and inline values over it", values + helmOf("r", "  valuesFrom: [{kind: ConfigMap, name: values}]\n  "+
			"values: {color: blue}\n"), "flux-system/r", "values", `{"color":"blue","list":["b"],"nested":{"deep":1}}`},
		{"valuesFrom at a path", values + helmOf("r", "  valuesFrom: [{kind: ConfigMap, name: values, valuesKey: one, "+
			"targetPath: nested.deep}]\n"), "flux-system/r", "values", `{"color":"grey","list":["a"],"nested":{"deep":4}}`},
		{
			"valuesFrom at a path, as text", values + helmOf("r", "  valuesFrom: [{kind: ConfigMap, name: values, valuesKey: "+
				"text, targetPath: nested.deep}]\n"), "flux-system/r", "values",
			`{"color":"grey","list":["a"],"nested":{"deep":"4"}}`,
		},
		{
			"valuesFrom at a path, literally", values + helmOf("r", "  valuesFrom: [{kind: ConfigMap, name: values, "+
				"valuesKey: json, targetPath: color, literal: true}]\n"), "flux-system/r", "values",
			`{"color":"{\"a\":1}","list":["a"],"nested":{"deep":1}}`,
		},
		{"valuesFrom that is optional and missing", helmOf("r", "  valuesFrom: [{kind: Secret, name: none, optional: "+
			"true}]\n"), "flux-system/r", "values", `{"color":"grey","list":["a"],"nested":{"deep":1}}`},
		{"the version of the cluster", helmOf("r", ""), "flux-system/r", "kubernetes", "v1.37.2"},
		{"valuesFiles of the chart", strings.Replace(helmOf("r", ""), "version: 1.x,", "version: 1.x, valuesFiles: "+
			"[values.yaml, ci.yaml],", 1), "flux-system/r", "values", `{"color":"ci","list":["a"],"nested":{"deep":1}}`},
		{"valuesFiles without the chart's own", strings.Replace(helmOf("r", ""), "version: 1.x,",
			"version: 1.x, valuesFiles: [ci.yaml],", 1), "flux-system/r", "values", `{"color":"ci"}`},
		{"the chart's own CRDs are seen", helmOf("r", ""), "flux-system/r", "widgets", "true"},
		{"CRDs left out", helmOf("r", "  install: {crds: Skip}\n"), "flux-system/r", "widgets", "false"},
		{"CRDs of a release before", helmOf("r", "  install: {crds: Skip}\n  dependsOn: [{name: s}]\n") +
			helmOf("s", ""), "flux-system/r", "widgets", "true"},
		{
			"a post-renderer", helmOf("r", "  postRenderers: [{kustomize: {patches: [{patch: '[{\"op\": \"replace\", "+
				"\"path\": \"/data/namespace\", \"value\": \"patched\"}]', target: {kind: ConfigMap}}]}}]\n"), "flux-system/r",
			"namespace", "patched",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b, err := bundle.Load(t.Context(), write(t, files{"all.yaml": c.given}),
				bundle.Options{Charts: small(), KubeVersion: kubernetes})
			if err != nil {
				t.Fatal(err)
			}
			got := field(t, b, c.in, c.field)
			if c.field == "values" {
				got, c.want = canonical(t, got), canonical(t, c.want)
			}
			if got != c.want {
				t.Errorf("%s is %q, want %q", c.field, got, c.want)
			}
		})
	}
}

func canonical(t *testing.T, text string) string {
	t.Helper()
	var value any
	if err := yaml.Unmarshal([]byte(text), &value); err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestReleaseInWaves(t *testing.T) {
	t.Parallel()
	b, err := bundle.Load(t.Context(), write(t, files{"all.yaml": helmOf("r", "  targetNamespace: x\n  install: "+
		"{createNamespace: true}\n")}), bundle.Options{Charts: small()})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"root: Namespace /x", "root: CustomResourceDefinition /widgets.example.org", "root: ConfigMap x/x-r",
		"root: Job x/check (hook)",
	}
	if diff := cmp.Diff(want, outline(b)); diff != "" {
		t.Errorf("waves (-want +got)\n%s", diff)
	}
	var images []string
	for _, image := range b.Images() {
		images = append(images, image.Reference+" "+strings.Join(image.UsedBy, ","))
	}
	if diff := cmp.Diff([]string{
		"example.org/check:1 Job x/check container check",
		"example.org/wait:1 Job x/check container wait",
	}, images); diff != "" {
		t.Errorf("images (-want +got)\n%s", diff)
	}
	for _, h := range b.Stages[0].Hooks {
		if h.GetName() == "check" && (h.Weight != 3 || !slices.Equal(h.DeletePolicies, []string{"before-hook-creation"})) {
			t.Errorf("hook of weight %d with policies %v", h.Weight, h.DeletePolicies)
		}
	}
}

func TestSuspendedIsLeftOutAndTold(t *testing.T) {
	t.Parallel()
	b, err := bundle.Load(t.Context(), write(t, files{
		"k.yaml":   fluxOf("a", "./a", "  suspend: true\n") + fluxOf("b", "./b", "  dependsOn: [{name: a}]\n"),
		"a/x.yaml": configMap("x", "a", "{}"), "b/x.yaml": configMap("x", "b", "{}"),
		"h.yaml": helmOf("r", "  suspend: true\n"),
	}), bundle.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"b: ConfigMap x/b"}, outline(b)); diff != "" {
		t.Errorf("objects (-want +got)\n%s", diff)
	}
	if len(notices(b)) != 3 {
		t.Errorf("%d notices, want one for each that is suspended and one for who waits: %+v", len(notices(b)), notices(b))
	}
}

func TestPlainManifestsNeedNoFlux(t *testing.T) {
	t.Parallel()
	b, err := bundle.Load(t.Context(), write(t, files{
		"kustomization.yaml": "resources: [x.yaml, crd.yaml]\nimages: [{name: example.org/a, newTag: \"2\"}]\n",
		"x.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: " +
			"\"example.org/a:1\"}]}\n" +
			"---\napiVersion: example.org/v1\nkind: Widget\nmetadata: {name: w, namespace: y}\n",
		"crd.yaml": widgets("Cluster"),
	}), bundle.Options{Variables: map[string]string{"unused": "1"}})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"root: CustomResourceDefinition /widgets.example.org", "root: Pod default/p", "root: Widget /w"}
	if diff := cmp.Diff(want, outline(b)); diff != "" {
		t.Errorf("objects (-want +got)\n%s", diff)
	}
	if got := b.Images(); len(got) != 1 || got[0].Reference != "example.org/a:2" {
		t.Errorf("images %v, want example.org/a:2", got)
	}
}

func TestVariablesOfAnotherBundle(t *testing.T) {
	t.Parallel()
	b, err := bundle.Load(t.Context(), write(t, files{
		"a.yaml": configMap("x", "asks", `{v: "${domain}"}`) + configMap("x", "script", `{v: "echo ${HOME}"}`),
	}), bundle.Options{Variables: map[string]string{"domain": "safeops.work"}})
	if err != nil {
		t.Fatal(err)
	}
	if got := field(t, b, "x/asks", "v"); got != "safeops.work" {
		t.Errorf("got %q, want the variable", got)
	}
	if got := field(t, b, "x/script", "v"); got != "echo ${HOME}" {
		t.Errorf("got %q, want a script left alone", got)
	}
}

// notices are the findings of a bundle, but for the namespaces and definitions that these small bundles leave out.
func notices(b *bundle.Bundle) []bundle.Finding {
	return slices.DeleteFunc(slices.Clone(b.Findings), func(f bundle.Finding) bool {
		return f.Rule == bundle.NamespaceMissing || f.Rule == bundle.DefinitionMissing
	})
}

func TestNotices(t *testing.T) {
	t.Parallel()
	widget := "---\napiVersion: example.org/v1\nkind: Widget\nmetadata: {name: w, namespace: y}\n"
	for _, c := range []struct {
		name  string
		given files
		want  string
	}{
		{"an annotation that turns into a boolean", files{
			"k.yaml": fluxOf("a", "./a", "  postBuild: {substitute: {on: \"yes\"}}\n"),
			"a/x.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: x, annotations: {example.org/on: " +
				"\"${on}\"}}\n",
		}, "is no text after substitution"},
		{
			"an object beside the release that brings its CRD",
			files{"h.yaml": helmOf("r", "") + widget},
			"of the same Kustomization",
		},
		{"an object whose CRD nothing waits for", files{
			"k.yaml": fluxOf("a", "./a", "") + fluxOf("b", "./b", ""), "a/w.yaml": widget, "b/crd.yaml": widgets("Namespaced"),
		}, "nothing makes Flux wait"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b, err := bundle.Load(t.Context(), write(t, c.given), bundle.Options{Charts: small()})
			if err != nil {
				t.Fatal(err)
			}
			found := notices(b)
			if len(found) != 1 || !strings.Contains(found[0].Problem, c.want) || found[0].Remedy == "" || found[0].File == "" ||
				found[0].Line == 0 {
				t.Errorf("findings %+v, want one with %q, file, line and remedy", found, c.want)
			}
			if c.want == "nothing makes Flux wait" && b.Stages[0].Name != "b" {
				t.Errorf("stage %s comes first, want b, which brings the CRD", b.Stages[0].Name)
			}
			for _, o := range b.Objects() {
				if got := o.GetAnnotations()["example.org/on"]; o.GetName() == "c" && got != "yes" {
					t.Errorf("annotation is %q, want the text yes", got)
				}
			}
		})
	}
}

func TestNamespacesThatNothingMakes(t *testing.T) {
	t.Parallel()
	want := []bundle.Namespace{
		{Name: "cert-manager", Source: "namespaces.yaml: Namespace cert-manager"},
		{Name: "develop", Source: "namespaces.yaml: Namespace develop"},
		{Name: "flux-system", Flux: true},
		{Name: "production", Source: "namespaces.yaml: Namespace production"},
		{Name: "staging", Source: "namespaces.yaml: Namespace staging"},
	}
	if diff := cmp.Diff(want, loadReference(t).Namespaces()); diff != "" {
		t.Errorf("namespaces (-want +got)\n%s", diff)
	}
}
