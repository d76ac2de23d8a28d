package survey_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/edgeproof/edgeproof/e2e/bundle"
	"github.com/edgeproof/edgeproof/e2e/bundle/survey"
	"github.com/edgeproof/edgeproof/e2e/standin"
)

func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// platform is a small edge, with what belongs to it and what does not.
const platform = `apiVersion: v1
kind: Namespace
metadata: {name: edge}
---
apiVersion: v1
kind: Namespace
metadata: {name: data}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: dns, namespace: edge}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: dns}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: dns}
subjects: [{kind: ServiceAccount, name: dns, namespace: edge}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: dns}
rules: []
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: dns, namespace: edge}
spec:
  selector: {matchLabels: {a: dns}}
  template:
    metadata: {labels: {a: dns}}
    spec:
      serviceAccountName: dns
      containers:
        - name: dns
          image: registry.k8s.io/external-dns/external-dns:v0.21.0
          args: [--provider=cloudflare, --source=ingress, --domain-filter=example.org, --domain-filter=*.example.com, --label-filter=public=yes]
          env: [{name: CF_API_TOKEN, valueFrom: {secretKeyRef: {name: token, key: api-token}}}]
---
apiVersion: cert-manager.io/v1
kind: ClusterIssuer
metadata: {name: le}
spec: {acme: {server: "https://acme-v02.api.letsencrypt.org/directory", solvers: [{dns01: {cloudflare: {apiTokenSecretRef: {name: token, key: api-token}}}}]}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web, namespace: apps}
spec: {rules: [{host: web.example.org, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}]}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: apps}
spec: {selector: {a: web}, ports: [{port: 80}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: apps}
spec:
  selector: {matchLabels: {a: web}}
  template: {metadata: {labels: {a: web}}, spec: {containers: [{name: web, image: "ghcr.io/private/web:1"}]}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, namespace: data}
spec:
  selector: {matchLabels: {a: db}}
  template: {metadata: {labels: {a: db}}, spec: {containers: [{name: db, image: "postgres:1"}]}}
---
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: {name: dns, namespace: edge}
spec: {}
`

func of(t *testing.T, files map[string]string, options survey.Options) *survey.Survey {
	t.Helper()
	s, err := survey.Read(t.Context(), write(t, files), bundle.Options{}, options)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func names(t *testing.T, s *survey.Survey) []string {
	t.Helper()
	b, err := s.Bundle()
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, o := range b.Objects() {
		all = append(all, o.GetKind()+" "+o.GetName())
	}
	slices.Sort(all)
	return all
}

func TestEdgeOfAPlatform(t *testing.T) {
	t.Parallel()
	s := of(t, map[string]string{"all.yaml": platform}, survey.Options{})
	want := []string{
		"ClusterIssuer le", "ClusterRole dns", "ClusterRoleBinding dns", "Deployment dns", "Deployment web", "Ingress web",
		"Namespace edge",
		"Service web", "ServiceAccount dns",
	}
	if diff := cmp.Diff(want, names(t, s)); diff != "" {
		t.Errorf("edge (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff(map[string]int{"Namespace": 1, "StatefulSet": 1, "ServiceMonitor": 1},
		s.LeftOut.ByKind); diff != "" {
		t.Errorf("left out (-want +got)\n%s", diff)
	}
	if d := s.Edge.ExternalDNS; len(d) != 1 || !slices.Equal(d[0].Zones, []string{"example.org"}) ||
		!slices.Equal(d[0].Filters, []string{"--label-filter=public=yes"}) {
		t.Errorf("external-dns %+v, want zone example.org and the label filter", d)
	}
	if r := s.Edge.Routes; len(r) != 1 || !slices.Equal(r[0].Hosts, []string{"web.example.org"}) || r[0].Line != 44 {
		t.Errorf("routes %+v, want web.example.org at line 44", r)
	}
	if a := s.StandIns.Applications; len(a) != 1 || a[0].Object != "Deployment apps/web" {
		t.Errorf("applications %+v, want web", a)
	}
	var secrets []string
	for _, secret := range s.StandIns.Secrets {
		secrets = append(secrets, secret.Namespace+"/"+secret.Name)
	}
	if diff := cmp.Diff([]string{"cert-manager/token", "edge/token"}, secrets); diff != "" {
		t.Errorf("Secrets (-want +got)\n%s", diff)
	}
	for _, want := range []string{"nothing in the bundle makes Namespace apps", "no CustomResourceDefinition of " +
		"ClusterIssuer.cert-manager.io"} {
		if !slices.ContainsFunc(s.Findings, func(f survey.Finding) bool {
			return strings.Contains(f.Problem, want) &&
				f.Edge && f.Line > 0
		}) {
			t.Errorf("findings %+v, want one with %q", s.Findings, want)
		}
	}
	if slices.ContainsFunc(s.Findings, func(f survey.Finding) bool {
		return strings.Contains(f.Problem,
			"ServiceMonitor")
	}) {
		t.Errorf("findings %+v, want none of a kind that is left out", s.Findings)
	}
}

func TestIncludeAndExclude(t *testing.T) {
	t.Parallel()
	got := names(t, of(t, map[string]string{"all.yaml": platform},
		survey.Options{Include: []string{"StatefulSet/data/*"}, Exclude: []string{"Deployment/apps/web", "Service/*/web"}}))
	if !slices.Contains(got, "StatefulSet db") || !slices.Contains(got, "Namespace data") ||
		slices.Contains(got, "Deployment web") || slices.Contains(got, "Service web") {
		t.Errorf("edge %v, want the database with its namespace, and not the application", got)
	}
}

func TestOurOwnBundleIsAllEdge(t *testing.T) {
	t.Parallel()
	const reference = "../../../fixtures/bundles/reference"
	read := bundle.Options{}
	s, err := survey.Read(t.Context(), reference, read, survey.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for kind := range s.LeftOut.ByKind {
		kinds = append(kinds, kind)
	}
	for _, kind := range kinds {
		if kind != "Namespace" && kind != "ConfigMap" {
			t.Errorf("%s is left out: %v", kind, s.LeftOut.ByKind)
		}
	}
	if c := s.Edge.Components; len(c) != 2 || c[0].Missing == "" {
		t.Errorf("components %+v, want cert-manager and external-dns known by their charts, which are not to be had", c)
	}
}

func TestSARIF(t *testing.T) {
	t.Parallel()
	s := of(t, map[string]string{"all.yaml": platform}, survey.Options{})
	var out bytes.Buffer
	if err := s.WriteSARIF(&out, "v1"); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Version string `json:"version"`
		Runs    []struct {
			Results []struct {
				RuleID    string `json:"ruleId"`
				RuleIndex int    `json:"ruleIndex"`
				Level     string `json:"level"`
				Locations []struct {
					PhysicalLocation struct {
						ArtifactLocation struct {
							URI string `json:"uri"`
						} `json:"artifactLocation"`
						Region struct {
							StartLine int `json:"startLine"`
						} `json:"region"`
					} `json:"physicalLocation"`
				} `json:"locations"`
			} `json:"results"`
			Tool struct {
				Driver struct {
					Rules []struct {
						ID string `json:"id"`
					} `json:"rules"`
				} `json:"driver"`
			} `json:"tool"`
		} `json:"runs"`
	}
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.Version != "2.1.0" || len(got.Runs) != 1 || len(got.Runs[0].Results) != len(s.Findings) {
		t.Fatalf("%s\nwant one run of SARIF 2.1.0 with %d results", out.String(), len(s.Findings))
	}
	for _, r := range got.Runs[0].Results {
		if got.Runs[0].Tool.Driver.Rules[r.RuleIndex].ID != r.RuleID ||
			!slices.Contains([]string{"error", "warning", "note"}, r.Level) {
			t.Errorf("result %+v does not fit its rule", r)
		}
		if len(r.Locations) != 1 || r.Locations[0].PhysicalLocation.ArtifactLocation.URI != "all.yaml" ||
			r.Locations[0].PhysicalLocation.Region.StartLine < 1 {
			t.Errorf("result %+v has no place", r)
		}
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	s := of(t, map[string]string{"all.yaml": platform}, survey.Options{})
	var out bytes.Buffer
	if err := s.WriteText(&out, true); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"external-dns   Deployment edge/dns", "zones example.org", "takes only --label-filter=public=yes",
		"Ingress apps/web: web.example.org to web  (all.yaml:44)",
		"Secret edge/token: api-token (cloudflare-token)", "1 ServiceMonitor", "findings: 3",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
}

func TestComponentsAndApplications(t *testing.T) {
	t.Parallel()
	s := of(t, map[string]string{"all.yaml": platform}, survey.Options{})
	components, err := s.Components()
	if err != nil {
		t.Fatal(err)
	}
	apps, err := s.Applications(standin.Server{Image: "stand-in:1"})
	if err != nil {
		t.Fatal(err)
	}
	whole, err := s.Bundle()
	if err != nil {
		t.Fatal(err)
	}
	if got := len(components.Objects()) + len(apps.Objects()); got != len(whole.Objects())+1 || len(apps.Objects()) != 3 {
		t.Errorf("%d components and %d applications of %d objects", len(components.Objects()), len(apps.Objects()),
			len(whole.Objects()))
	}
	if images := apps.Images(); len(images) != 1 || images[0].Reference != "stand-in:1" {
		t.Errorf("the applications run %v", images)
	}
	if apps.Digest == whole.Digest || apps.Digest == components.Digest {
		t.Error("two parts have one digest")
	}
	if images := whole.Images(); !slices.ContainsFunc(images,
		func(i bundle.Image) bool { return i.Reference == "ghcr.io/private/web:1" }) {
		t.Errorf("the survey's own objects were changed: %v", images)
	}
}
