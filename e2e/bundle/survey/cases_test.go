package survey_test

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/edgeproof/edgeproof/e2e/bundle"
	"github.com/edgeproof/edgeproof/e2e/bundle/survey"
)

const (
	kustomizationOf = `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources: [FILE]
`
	fluxOf = `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: all, namespace: flux-system}
spec: {interval: 10m, prune: true, sourceRef: {kind: GitRepository, name: flux-system}PATH}
`
	configMap = `apiVersion: v1
kind: ConfigMap
metadata: {name: NAME, namespace: default}
data: {a: b}
`
	dns = `apiVersion: v1
kind: Namespace
metadata: {name: edge}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: dns, namespace: edge}
spec:
  selector: {matchLabels: {a: dns}}
  template:
    metadata: {labels: {a: dns}}
    spec:
      containers:
        - name: dns
          image: registry.k8s.io/external-dns/external-dns:v0.21.0
          args: [--provider=cloudflare, --source=ingress ARGS]
          env: [{name: CF_API_TOKEN, valueFrom: {secretKeyRef: {name: token, key: api-token}}}]
`
	ingress = `---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web, namespace: NAMESPACE}
spec:
  rules:
    - host: HOST
      http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}
`
)

func with(text string, pairs ...string) string { return strings.NewReplacer(pairs...).Replace(text) }

// TestTheRootOfASource: a folder that was taken out of its repository still has spec.path counted from the root.
func TestTheRootOfASource(t *testing.T) {
	t.Parallel()
	entry := func(path string) map[string]string {
		return map[string]string{
			"clusters/prod/kustomization.yaml":      with(kustomizationOf, "FILE", "flux.yaml"),
			"clusters/prod/flux.yaml":               with(fluxOf, "PATH", path),
			"clusters/prod/apps/kustomization.yaml": with(kustomizationOf, "FILE", "cm.yaml"),
			"clusters/prod/apps/cm.yaml":            with(configMap, "NAME", "wrong"),
			"apps/kustomization.yaml":               with(kustomizationOf, "FILE", "cm.yaml"),
			"apps/cm.yaml":                          with(configMap, "NAME", "right"),
			"kustomization.yaml":                    with(kustomizationOf, "FILE", "cm.yaml"),
			"cm.yaml":                               with(configMap, "NAME", "root"),
		}
	}
	for name, c := range map[string]struct {
		path string
		git  bool
		want string
	}{
		"a path, in a checkout":    {", path: ./apps", true, "ConfigMap default/right"},
		"a path, without one":      {", path: ./apps", false, "ConfigMap default/right"},
		"no path, in a checkout":   {"", true, "ConfigMap default/root"},
		"no path, without one":     {"", false, "ConfigMap default/root"},
		"the root, without one":    {", path: ./", false, "ConfigMap default/root"},
		"a path with a last slash": {", path: apps/", false, "ConfigMap default/right"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := entry(c.path)
			if c.git {
				files[".git/HEAD"] = "ref: refs/heads/main\n"
			}
			dir := write(t, files)
			s, err := survey.Read(t.Context(), filepath.Join(dir, "clusters", "prod"), bundle.Options{}, survey.Options{})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, left := range s.LeftOut.List {
				got = append(got, left.Object)
			}
			if !slices.Equal(got, []string{c.want}) || s.LeftOut.List[0].Line != 1 || s.LeftOut.List[0].File == "" {
				t.Errorf("rendered %v, want %s", s.LeftOut.List, c.want)
			}
		})
	}
}

func TestAChartOfARepositoryThatIsNoCheckout(t *testing.T) {
	t.Parallel()
	dir := write(t, map[string]string{
		"bundle/kustomization.yaml": with(kustomizationOf, "FILE", "all.yaml"),
		"bundle/all.yaml": `apiVersion: v1
kind: Namespace
metadata: {name: web}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: web, namespace: web}
spec:
  interval: 1h
  chart: {spec: {chart: ./charts/web, sourceRef: {kind: GitRepository, name: flux-system, namespace: flux-system}}}
`,
		"charts/web/Chart.yaml":        "apiVersion: v2\nname: web\nversion: 0.1.0\n",
		"charts/web/templates/cm.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}}\n",
	})
	s, err := survey.Read(t.Context(), filepath.Join(dir, "bundle"), bundle.Options{}, survey.Options{})
	if err != nil || len(s.Findings) > 0 || s.LeftOut.ByKind["ConfigMap"] != 1 {
		t.Errorf("%v: %+v %+v, want the chart rendered without a finding", err, s.Findings, s.LeftOut)
	}
}

// TestFindingsOfAnEdge: what would come out on a cluster only is found while the bundle is read.
func TestFindingsOfAnEdge(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text, rule, file string
		line             int
		problem          string
	}{
		"a variable without a value": {
			with(dns, "ARGS", ", \"--domain-filter=${ZONE}\""), "variable-without-value", "all.yaml", 16,
			"${ZONE} has no value",
		},
		"a filter with a star": {
			with(dns, "ARGS", ", \"--domain-filter=*.example.org\""), "domain-filter-matches-nothing", "all.yaml", 16,
			"--domain-filter=*.example.org matches no name",
		},
		"a namespace that nothing makes": {
			with(dns, "ARGS", "", "apiVersion: v1\nkind: Namespace\nmetadata: {name: edge}\n---\n", ""), "namespace-missing",
			"all.yaml", 1, "nothing in the bundle makes Namespace edge",
		},
		"a kind that nothing defines": {
			with(dns, "ARGS", "") + "---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\n" +
				"metadata: {name: web, namespace: edge}\nspec: {hostnames: [a.example.org]}\n", "kind-without-definition",
			"all.yaml", 19, "no CustomResourceDefinition of HTTPRoute",
		},
		"a host of no domain": {
			with(dns, "ARGS", "") + with(ingress, "HOST", "localhost", "NAMESPACE", "edge"), "host-not-public", "all.yaml", 24,
			"host localhost has no registrable domain",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := of(t, map[string]string{"all.yaml": c.text}, survey.Options{})
			at := slices.IndexFunc(s.Findings, func(f survey.Finding) bool { return f.Rule == c.rule })
			if at < 0 {
				t.Fatalf("findings %+v, want %s", s.Findings, c.rule)
			}
			if f := s.Findings[at]; f.File != c.file || f.Line != c.line || !f.Edge ||
				!strings.Contains(f.Problem, c.problem) ||
				f.Remedy == "" {
				t.Errorf("finding %+v, want %s:%d of the edge: %s", f, c.file, c.line, c.problem)
			}
		})
	}
}

// TestOnlyWhatTheEdgeStandsOnIsARefusal: everything else is left out, and found.
func TestOnlyWhatTheEdgeStandsOnIsARefusal(t *testing.T) {
	t.Parallel()
	missing := `apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {name: r, namespace: flux-system}
spec: {interval: 1h, url: "https://charts.example.org"}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: c, namespace: flux-system}
spec: {interval: 1h, chart: {spec: {chart: CHART, version: 1.0.0, sourceRef: {kind: HelmRepository, name: r}}}}
`
	edge := with(dns, "ARGS", "")
	for name, c := range map[string]struct {
		files map[string]string
		want  string // of the refusal; "" is none
	}{
		"all can be had":        {map[string]string{"all.yaml": edge}, ""},
		"another chart is gone": {map[string]string{"all.yaml": edge, "m.yaml": with(missing, "CHART", "postgres")}, ""},
		"a controller is gone": {
			map[string]string{"all.yaml": edge, "m.yaml": with(missing, "CHART", "ingress-nginx")},
			"",
		},
		"cert-manager is gone": {
			map[string]string{"all.yaml": edge, "m.yaml": with(missing, "CHART", "cert-manager")},
			"not rendered",
		},
		"a file beside the edge": {map[string]string{"all.yaml": edge, "bad.yaml": "a: [\n"}, "bad.yaml"},
		"another folder is bad": {map[string]string{
			"all.yaml": edge, "kustomization.yaml": with(kustomizationOf, "FILE", "all.yaml, flux.yaml"),
			"flux.yaml": with(fluxOf, "PATH", ", path: ./other"), "other/bad.yaml": "a: [\n",
		}, ""},
		"nothing of an edge": {map[string]string{"all.yaml": with(configMap, "NAME", "a")}, "no part of the edge"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := survey.Read(t.Context(), write(t, c.files), bundle.Options{Charts: noCharts{}}, survey.Options{})
			if err != nil {
				t.Fatal(err)
			}
			err = s.Refusal()
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("refusal %v, want %q", err, c.want)
			}
		})
	}
}

type noCharts struct{}

func (noCharts) Chart(context.Context, bundle.ChartRef) (*bundle.Chart, error) {
	return nil, &bundle.Error{Problem: "chart: its repository does not answer", Rule: bundle.ChartMissing}
}

// TestDrop: a controller whose image cannot be had is left out, and the platform's serves its class.
func TestDrop(t *testing.T) {
	t.Parallel()
	const nginx = `---
apiVersion: apps/v1
kind: Deployment
metadata: {name: nginx, namespace: edge}
spec:
  selector: {matchLabels: {a: nginx}}
  template:
    metadata: {labels: {a: nginx}}
    spec: {containers: [{name: c, image: "registry.k8s.io/ingress-nginx/controller:v1.12.0"}]}
`
	s := of(t, map[string]string{"all.yaml": with(dns, "ARGS", "") + nginx +
		strings.Replace(with(ingress, "HOST", "a.example.org", "NAMESPACE", "edge"), "  rules:",
			"  ingressClassName: nginx\n  rules:", 1)}, survey.Options{})
	if len(s.StandIns.Classes) != 0 {
		t.Errorf("a controller that runs has its class stood in for: %+v", s.StandIns.Classes)
	}
	before, err := s.Components()
	if err != nil {
		t.Fatal(err)
	}
	if s.Drop("Deployment edge/dns", "i") || s.Drop("Deployment edge/none", "i") {
		t.Error("external-dns, or what is not there, was left out")
	}
	if !s.Drop("Deployment edge/nginx", "registry.k8s.io/ingress-nginx/controller:v1.12.0") {
		t.Fatal("the controller was not left out")
	}
	after, err := s.Components()
	if err != nil {
		t.Fatal(err)
	}
	kinds := func(b *bundle.Bundle) (all []string) {
		for _, o := range b.Objects() {
			all = append(all, o.GetKind()+" "+o.GetName())
		}
		return all
	}
	if !slices.Contains(kinds(before), "Deployment nginx") || slices.Contains(kinds(after), "Deployment nginx") ||
		!slices.Contains(kinds(after), "IngressClass nginx") {
		t.Errorf("before %v, after %v", kinds(before), kinds(after))
	}
	if last := s.Findings[len(s.Findings)-1]; last.Rule != "image-not-available" || last.Line != 19 ||
		len(s.StandIns.Classes) != 1 {
		t.Errorf("finding %+v, classes %+v", last, s.StandIns.Classes)
	}
}
