package testbed

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/edgeproof/edgeproof/e2e/bundle"
)

func TestWantsOfTheReferenceBundle(t *testing.T) {
	t.Parallel()
	candidate, apps := reference(t)
	got, err := WantsOf(candidate, apps)
	if err != nil {
		t.Fatal(err)
	}
	// One Secret: both issuers and external-dns read the same token.
	want := Wants{
		Tokens: []SecretKey{{"cert-manager", "cloudflare-api-token", "api-token"}},
		Zones:  []string{"safeops.work"},
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("wants (-want +got):\n%s", diff)
	}
}

const (
	clusterIssuer = `
apiVersion: cert-manager.io/v1
kind: ClusterIssuer
metadata: {name: a}
spec: {acme: {server: "https://ca.example", privateKeySecretRef: {name: a}, solvers: [{dns01: {cloudflare: {apiTokenSecretRef: {name: token, key: k}}}}]}}
`
	issuer = `
apiVersion: cert-manager.io/v1
kind: Issuer
metadata: {name: a, namespace: apps}
spec: {acme: {server: "https://ca.example", privateKeySecretRef: {name: a}, solvers: [{dns01: {cloudflare: {apiTokenSecretRef: {name: own, key: k}}}}, {http01: {ingress: {}}}]}}
`
	selfSigned = `
apiVersion: cert-manager.io/v1
kind: ClusterIssuer
metadata: {name: b}
spec: {selfSigned: {}}
`
	controller = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: cert-manager, namespace: certificates}
spec: {template: {spec: {containers: [{name: c, image: "quay.io/jetstack/cert-manager-controller:v1.19.3"}]}}}
`
	externalDNS = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: external-dns, namespace: names}
spec: {template: {spec: {containers: [{name: c, image: external-dns, args: [--provider=cloudflare, --domain-filter=b.example, --domain-filter=a.example],
  env: [{name: CF_API_TOKEN, valueFrom: {secretKeyRef: {name: dns-token, key: k}}}, {name: OTHER, valueFrom: {secretKeyRef: {name: other, key: k}}}]}]}}}
`
	otherProvider = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: external-dns, namespace: names}
spec: {template: {spec: {containers: [{name: c, image: external-dns, args: [--provider=aws, --domain-filter=aws.example],
  env: [{name: CF_API_TOKEN, valueFrom: {secretKeyRef: {name: dns-token, key: k}}}]}]}}}
`
)

// externalDNSWith is an external-dns of a kind of workload, with what its container has.
func externalDNSWith(kind, container string) string {
	return `
apiVersion: apps/v1
kind: ` + kind + `
metadata: {name: external-dns, namespace: names}
spec:
  template:
    spec:
      volumes: [{name: cf, secret: {secretName: dns-token}}]
      containers: [{name: c, image: "example.org/external-dns:v0.20.0", ` + container + `}]
`
}

const settings = `
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: names}
data: {EXTERNAL_DNS_PROVIDER: cloudflare, EXTERNAL_DNS_DOMAIN_FILTER: "b.example\n.a.example\n"}
`

func ingress(hosts ...string) string {
	var rules []string
	for _, host := range hosts {
		rules = append(rules, `{host: "`+host+`"}`)
	}
	return "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web, namespace: apps}\nspec: {rules: [" +
		strings.Join(
			rules,
			", ",
		) + "]}\n"
}

func TestWantsOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		given []string
		want  Wants
	}{
		{"nothing", nil, Wants{}},
		{
			"a ClusterIssuer reads where the controller runs",
			[]string{clusterIssuer, controller},
			Wants{Tokens: []SecretKey{{"certificates", "token", "k"}}},
		},
		{
			"a ClusterIssuer without a controller in the bundle",
			[]string{clusterIssuer},
			Wants{Tokens: []SecretKey{{"cert-manager", "token", "k"}}},
		},
		{
			"an Issuer reads in its own namespace",
			[]string{issuer, controller},
			Wants{Tokens: []SecretKey{{"apps", "own", "k"}}},
		},
		{"an issuer without ACME", []string{selfSigned}, Wants{}},
		{"external-dns", []string{externalDNS}, Wants{
			Tokens: []SecretKey{{"names", "dns-token", "k"}},
			Zones:  []string{"a.example", "b.example"},
		}},
		{"external-dns for another provider", []string{otherProvider}, Wants{}},
		{"external-dns by envFrom", []string{externalDNSWith("Deployment",
			`args: [--provider=cloudflare, --domain-filter=b.example], envFrom: [{prefix: CF_, secretRef: {name: dns-token}}]`)}, Wants{
			Tokens: []SecretKey{{"names", "dns-token", "API_TOKEN"}}, Zones: []string{"b.example"},
		}},
		{"external-dns by variables", []string{externalDNSWith("Deployment", `env: [
			{name: EXTERNAL_DNS_PROVIDER, value: cloudflare}, {name: EXTERNAL_DNS_DOMAIN_FILTER, value: b.example}, {name: CF_API_TOKEN, valueFrom: {secretKeyRef: {name: dns-token, key: k}}}]`)}, Wants{
			Tokens: []SecretKey{{"names", "dns-token", "k"}}, Zones: []string{"b.example"},
		}},
		{"external-dns by a ConfigMap", []string{externalDNSWith("Deployment",
			`envFrom: [{configMapRef: {name: settings}}, {secretRef: {name: dns-token}}]`), settings}, Wants{
			Tokens: []SecretKey{{"names", "dns-token", "CF_API_TOKEN"}}, Zones: []string{"a.example", "b.example"},
		}},
		{"external-dns by a file", []string{externalDNSWith("StatefulSet",
			`args: [--provider=cloudflare], env: [{name: CF_API_TOKEN, value: "file:/cf/k"}], volumeMounts: [{name: cf, mountPath: /cf}]`)}, Wants{
			Tokens: []SecretKey{{"names", "dns-token", "k"}},
		}},
		{"external-dns as a DaemonSet", []string{externalDNSWith("DaemonSet",
			`args: [--provider=cloudflare], env: [{name: CF_API_TOKEN, valueFrom: {secretKeyRef: {name: dns-token, key: k}}}]`)}, Wants{
			Tokens: []SecretKey{{"names", "dns-token", "k"}},
		}},
		{"zones of external-dns come before hosts", []string{externalDNS, ingress("www.c.example.org")}, Wants{
			Tokens: []SecretKey{{"names", "dns-token", "k"}}, Zones: []string{"a.example", "b.example"},
		}},
		{
			"zones of hosts",
			[]string{ingress("www.safeops.work", "safeops.work", "*.develop.example.co.uk")},
			Wants{Zones: []string{"example.co.uk", "safeops.work"}},
		},
		{"a rule for every host", []string{ingress("")}, Wants{}},
		{
			"two that want one Secret",
			[]string{clusterIssuer, strings.Replace(clusterIssuer, "name: a}", "name: b}", 1)},
			Wants{
				Tokens: []SecretKey{{"cert-manager", "token", "k"}},
			},
		},
		{"in order", []string{issuer, externalDNS, clusterIssuer}, Wants{
			Tokens: []SecretKey{{"apps", "own", "k"}, {"cert-manager", "token", "k"}, {"names", "dns-token", "k"}},
			Zones:  []string{"a.example", "b.example"},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := WantsOf(made(t, c.given...))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("wants (-want +got):\n%s", diff)
			}
		})
	}
}

// TestWantsOfSeveralBundles: what one bundle names, another may restrict.
func TestWantsOfSeveralBundles(t *testing.T) {
	t.Parallel()
	got, err := WantsOf(made(t, clusterIssuer), made(t, controller, ingress("www.safeops.work")))
	want := Wants{Tokens: []SecretKey{{"certificates", "token", "k"}}, Zones: []string{"safeops.work"}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("wants: %v (-want +got)\n%s", err, diff)
	}
}

func TestWantsOfRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ given, want string }{
		"a Deployment that is none": {"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {template: " +
			"1}\n", "made.yaml: read Deployment a"},
		"an issuer that is none": {"apiVersion: cert-manager.io/v1\nkind: ClusterIssuer\nmetadata: {name: " +
			"a}\nspec: {acme: 1}\n", "made.yaml: read ClusterIssuer a"},
	} {
		got, err := WantsOf(made(t, c.given))
		if !strings.Contains(message(err), c.want) {
			t.Errorf("%s: %v, %v, want an error with %q", name, got, err, c.want)
		}
	}
}

// TestHostsThatNoZoneHolds: such a host is the bundle's mistake, and found where its route is judged.
func TestHostsThatNoZoneHolds(t *testing.T) {
	t.Parallel()
	for _, host := range []string{"co.uk", "*.co.uk", "frontend"} {
		got, err := WantsOf(made(t, ingress(host), strings.Replace(ingress("www.example.org"), "frontend", "other", 1)))
		if err != nil || !slices.Equal(got.Zones, []string{"example.org"}) {
			t.Errorf("%s: zones %v, %v, want that of the other host", host, got.Zones, err)
		}
	}
}

func TestSecretKeyNamesWhatIsMissing(t *testing.T) {
	t.Parallel()
	if got := (SecretKey{"ns", "token", "k"}).String(); got != "Secret ns/token key k" {
		t.Errorf("a key reads %q", got)
	}
}

func TestWorkloadNamespaces(t *testing.T) {
	t.Parallel()
	candidate, apps := reference(t)
	for name, c := range map[string]struct {
		given *bundle.Bundle
		want  []string
	}{
		"reference":    {candidate, []string{"cert-manager"}},
		"applications": {apps, []string{"develop"}},
		"made": {
			made(t, externalDNS, controller, clusterIssuer, ingress("a.example.org")),
			[]string{"certificates", "names"},
		},
		"no workload": {made(t, clusterIssuer), []string{}},
	} {
		if diff := cmp.Diff(c.want, workloadNamespaces(c.given)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
