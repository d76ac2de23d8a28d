package externaldns_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/edgeproof/edgeproof/e2e/edge"
	"github.com/edgeproof/edgeproof/e2e/edge/externaldns"
)

func pod(version string, args ...string) core.PodSpec {
	return core.PodSpec{Containers: []core.Container{
		{Image: "example.org/sidecar:v1", Args: []string{"--provider=other"}},
		{Image: "registry.k8s.io/external-dns/external-dns:" + version, Args: args},
	}}
}

func variable(name, value string) core.EnvVar { return core.EnvVar{Name: name, Value: value} }

func read(t *testing.T, spec core.PodSpec, from externaldns.Sources) externaldns.Config {
	t.Helper()
	c, ok := externaldns.Read("dns", spec, from)
	if !ok {
		t.Fatal("no external-dns in the pod")
	}
	return c
}

// The same settings, by flags, by variables and by a ConfigMap, are one configuration.
func TestReadIsTheSameHoweverItIsSetUp(t *testing.T) {
	t.Parallel()
	settings := []struct{ flag, value string }{
		{"provider", "cloudflare"},
		{"source", "service\ningress"},
		{"domain-filter", "a.example\nb.example"},
		{"txt-owner-id", "me"},
		{"txt-prefix", "k8s."},
		{"registry", "txt"},
		{"policy", "upsert-only"},
		{"interval", "5m"},
		{"log-level", "debug"},
		{"cloudflare-proxied", "true"},
	}
	var args []string
	var env []core.EnvVar
	data := map[string]string{}
	for _, s := range settings {
		name := "EXTERNAL_DNS_" + strings.ToUpper(strings.ReplaceAll(s.flag, "-", "_"))
		env, data[name] = append(env, variable(name, s.value)), s.value
		for value := range strings.SplitSeq(s.value, "\n") {
			args = append(args, "--"+s.flag+"="+value)
		}
	}
	byFlags := pod("v0.20.0", args...)
	byVariables := pod("v0.20.0")
	byVariables.Containers[1].Env = env
	byMap := pod("v0.20.0")
	byMap.Containers[1].EnvFrom = []core.EnvFromSource{
		{ConfigMapRef: &core.ConfigMapEnvSource{LocalObjectReference: core.LocalObjectReference{Name: "settings"}}},
	}
	maps := externaldns.Sources{
		ConfigMaps: map[types.NamespacedName]map[string]string{{Namespace: "dns", Name: "settings"}: data},
	}
	for name, got := range map[string]externaldns.Config{
		"flags": read(t, byFlags, externaldns.Sources{}), "variables": read(t, byVariables, externaldns.Sources{}),
		"map": read(t, byMap, maps),
	} {
		if got.Provider != "cloudflare" || got.OwnerID != "me" || got.Policy != "upsert-only" ||
			got.Interval != 5*time.Minute ||
			!got.Proxied ||
			got.LogLevel != "debug" ||
			len(got.Unread) > 0 {
			t.Errorf("by %s: %+v", name, got)
		}
		if d := cmp.Diff([]string{"service", "ingress"}, got.Sources); d != "" {
			t.Errorf("sources by %s: %s", name, d)
		}
		if d := cmp.Diff([]string{"a.example", "b.example"}, got.Filter.Include); d != "" {
			t.Errorf("filter by %s: %s", name, d)
		}
		if d := cmp.Diff(
			[]string{"k8s.a-www.a.example", "k8s.www.a.example"},
			got.TXT.Names("www.a.example", "A"),
		); d != "" {
			t.Errorf("names by %s: %s", name, d)
		}
	}
	if got := read(t, byMap, externaldns.Sources{}); len(got.Unread) != 1 || got.Unread[0] != "ConfigMap dns/settings" {
		t.Errorf("a ConfigMap that is not known: %v", got.Unread)
	}
}

func TestPrecedence(t *testing.T) {
	t.Parallel()
	spec := pod(
		"v0.20.0",
		"--txt-owner-id",
		"by-flag",
		"--txt-prefix=$(OWNER).",
		"--no-dry-run",
		"--policy=$(UNSET)$$(X)",
	)
	spec.Containers[1].Env = []core.EnvVar{
		variable(
			"EXTERNAL_DNS_TXT_OWNER_ID",
			"by-variable",
		),
		variable("BASE", "b"),
		variable("OWNER", "$(BASE)1"),
		variable("EXTERNAL_DNS_DRY_RUN", "1"),
		variable(
			"EXTERNAL_DNS_INTERVAL",
			"",
		),
		variable("EXTERNAL_DNS_PROVIDER", "aws"),
		variable("EXTERNAL_DNS_PROVIDER", "cloudflare"),
	}
	got := read(t, spec, externaldns.Sources{})
	if got.OwnerID != "by-flag" || got.TXT.Names("w.x", "A")[0] != "b1.a-w.x" || got.DryRun ||
		got.Interval != time.Minute ||
		got.Provider != "cloudflare" {
		t.Errorf("%+v", got)
	}
	if got.Policy != "$(UNSET)$(X)" {
		t.Errorf("policy %q", got.Policy)
	}
}

func TestVersions(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ version, policy, prefix string }{
		{"v0.14.2", "sync", externaldns.LegacyPrefix},
		{"v0.21.0", "sync", externaldns.LegacyPrefix},
		{"v0.22.0", "", externaldns.StablePrefix},
		{"0.22.0-debian-12-r1", "", externaldns.StablePrefix},
		{"v0.23.0", "", externaldns.StablePrefix},
		{"latest", "", externaldns.StablePrefix},
	} {
		got := read(t, pod(tc.version), externaldns.Sources{})
		if got.Policy != tc.policy || got.Selection.Prefix != tc.prefix || got.OwnerID != "default" || !got.OwnsByTXT() {
			t.Errorf(
				"%s: policy %q, prefix %s, owner %s, registry %s",
				tc.version,
				got.Policy,
				got.Selection.Prefix,
				got.OwnerID,
				got.Registry,
			)
		}
	}
	if _, ok := externaldns.Read(
		"dns",
		core.PodSpec{Containers: []core.Container{{Image: "nginx"}}},
		externaldns.Sources{},
	); ok {
		t.Error("nginx is external-dns")
	}
}

func TestFilter(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		version string
		args    []string
		takes   string
		leaves  string
	}{
		{"v0.20.0", nil, "anything.example", ""},
		{"v0.20.0", []string{"--domain-filter="}, "anything.example", ""},
		{
			"v0.20.0",
			[]string{"--domain-filter=Example.org."},
			"example.org www.EXAMPLE.org *.example.org a.b.example.org",
			"example.com myexample.org",
		},
		{"v0.20.0", []string{"--domain-filter=.example.org"}, "www.example.org *.example.org", "example.org"},
		{"v0.20.0", []string{"--domain-filter=*.example.org"}, "*.example.org", "www.example.org example.org"},
		{
			"v0.20.0",
			[]string{"--domain-filter=example.org", "--exclude-domains=dev.example.org"},
			"www.example.org",
			"dev.example.org a.dev.example.org",
		},
		{
			"v0.20.0",
			[]string{"--domain-filter=example.org", `--regex-domain-filter=^www\.`},
			"www.example.com",
			"a.example.org",
		},
		{
			"v0.20.0",
			[]string{`--regex-domain-filter=\.org$`, `--regex-domain-exclusion=^dev\.`},
			"www.example.org www.example.com", "dev.example.org",
		},
		{
			"v0.21.0",
			[]string{`--regex-domain-filter=\.org$`, `--regex-domain-exclusion=^dev\.`},
			"www.example.org",
			"dev.example.org www.example.com",
		},
		{"v0.21.0", []string{`--regex-domain-exclusion=^dev\.`}, "www.example.org", "dev.example.org"},
		{"v0.21.0", []string{`--regex-domain-filter=(`, "--domain-filter=example.org"}, "www.example.org", "example.com"},
	} {
		filter := read(t, pod(tc.version, tc.args...), externaldns.Sources{}).Filter
		for _, name := range strings.Fields(tc.takes) {
			if !filter.Matches(name) {
				t.Errorf("%s %v leaves out %s", tc.version, tc.args, name)
			}
		}
		for _, name := range strings.Fields(tc.leaves) {
			if filter.Matches(name) {
				t.Errorf("%s %v takes %s", tc.version, tc.args, name)
			}
		}
	}
}

func TestSelection(t *testing.T) {
	t.Parallel()
	class := "internal"
	ingress := &networking.Ingress{
		ObjectMeta: meta.ObjectMeta{
			Namespace: "shop",
			Labels:    map[string]string{"dns": "public"},
			Annotations: map[string]string{
				"a":                                     "b",
				externaldns.StablePrefix + "target":     "lb.example.org., 203.0.113.1,",
				externaldns.LegacyPrefix + "controller": "other",
			},
		},
		Spec: networking.IngressSpec{IngressClassName: &class},
	}
	for _, tc := range []struct{ args, why string }{
		{"--source=ingress", ""},
		{"--source=service", "--source=service has no ingress"},
		{"--source=ingress --namespace=shop", ""},
		{"--source=ingress --namespace=mall", "--namespace=mall"},
		{"--source=ingress --ingress-class=public --ingress-class=internal", ""},
		{"--source=ingress --ingress-class=public", `--ingress-class=public, the Ingress is of class "internal"`},
		{"--source=ingress --annotation-filter=a=b", ""},
		{"--source=ingress --annotation-filter=a=c", "--annotation-filter=a=c"},
		{"--source=ingress --label-filter=dns=internal", "--label-filter=dns=internal"},
	} {
		if got := read(
			t,
			pod("v0.23.0", strings.Fields(tc.args)...),
			externaldns.Sources{},
		).Selection.Excludes(
			edge.FromIngress(ingress),
		); got != tc.why {
			t.Errorf("%s: %q", tc.args, got)
		}
	}
	stable := read(t, pod("v0.23.0"), externaldns.Sources{}).Selection
	targets, ok := stable.Targets(ingress.Annotations)
	if d := cmp.Diff(
		[]string{"lb.example.org", "203.0.113.1"},
		targets,
	); d != "" || !ok ||
		stable.LeftTo(ingress.Annotations) != "" {
		t.Errorf("targets %v, left to %q", targets, stable.LeftTo(ingress.Annotations))
	}
	both := read(t, pod("v0.23.0", "--enable-legacy-annotation-prefix"), externaldns.Sources{}).Selection
	if both.LeftTo(ingress.Annotations) != "other" {
		t.Error("the former prefix is not read")
	}
}

func TestHostNotRead(t *testing.T) {
	t.Parallel()
	s := read(t, pod("v0.23.0"), externaldns.Sources{}).Selection
	for _, tc := range []struct {
		source, hostname string
		read             bool
	}{
		{"", "", true},
		{"defined-hosts-only", "", true},
		{"annotation-only", "", false},
		{"annotation-only", "www.example.com", false},
		{"Annotation-Only", "www.example.com, Shop.example.com", true},
		{"hostname", "shop.example.com", false},
	} {
		route := &edge.Route{Source: edge.Source{Kind: edge.Ingress}, Annotations: map[string]string{}}
		if tc.source != "" {
			route.Annotations[externaldns.StablePrefix+externaldns.HostnameSource] = tc.source
		}
		if tc.hostname != "" {
			route.Annotations[externaldns.StablePrefix+"hostname"] = tc.hostname
		}
		if why := s.HostNotRead(route, "shop.example.com"); (why == "") != tc.read {
			t.Errorf("source %q, hostname %q: %q", tc.source, tc.hostname, why)
		}
	}
}
