package criteria_test

import (
	"strings"
	"testing"

	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/judge"
)

// byVariables sets external-dns up by variables in place of flags, as kingpin takes them.
func byVariables(s *facts.Snapshot) {
	c := &s.Deployments[3].Spec.Template.Spec.Containers[0]
	for _, arg := range c.Args {
		flag, value, _ := strings.Cut(strings.TrimPrefix(arg, "--"), "=")
		name := "EXTERNAL_DNS_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
		c.Env = append(c.Env, core.EnvVar{Name: name, Value: value})
	}
	c.Args = nil
}

// byMap sets it up by a ConfigMap, and takes its token from all of the Secret.
func byMap(s *facts.Snapshot) {
	c := &s.Deployments[3].Spec.Template.Spec.Containers[0]
	data := map[string]string{}
	for _, arg := range c.Args {
		flag, value, _ := strings.Cut(strings.TrimPrefix(arg, "--"), "=")
		data["EXTERNAL_DNS_"+strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))] = value
	}
	m := core.ConfigMap{Data: data}
	m.Namespace, m.Name = "cert-manager", "dns-settings"
	s.ConfigMaps = []core.ConfigMap{m}
	c.Args = nil
	c.EnvFrom = []core.EnvFromSource{
		{ConfigMapRef: &core.ConfigMapEnvSource{LocalObjectReference: core.LocalObjectReference{Name: m.Name}}},
	}
}

// A healthy cluster is healthy however its external-dns is set up.
func TestHealthyHoweverItIsSetUp(t *testing.T) {
	t.Parallel()
	for name, set := range map[string]func(*facts.Snapshot){"variables": byVariables, "ConfigMap": byMap} {
		s := healthy()
		set(s)
		for _, id := range bySnapshot() {
			if j := judged(id, s, reference()); !j.Met {
				t.Errorf("by %s: %s", name, j)
			}
		}
	}
}

// What a bundle says is read however it says it.
func TestExpectHoweverItIsSetUp(t *testing.T) {
	t.Parallel()
	for name, set := range map[string]func(*facts.Snapshot){"variables": byVariables, "ConfigMap": byMap} {
		s := healthy()
		set(s)
		objects := []*unstructured.Unstructured{raw(t, "apps/v1", "Deployment", &s.Deployments[3])}
		for i := range s.ConfigMaps {
			objects = append(objects, raw(t, "v1", "ConfigMap", &s.ConfigMaps[i]))
		}
		got, err := judge.Expect(judge.Reference(), objects)
		if err != nil || got.OwnerID != "sre-cluster" || len(got.Zones) != 1 || got.Zones[0] != "safeops.work" {
			t.Errorf("by %s: owner %s, zones %v, %v", name, got.OwnerID, got.Zones, err)
		}
	}
}

func raw(t *testing.T, apiVersion, kind string, o any) *unstructured.Unstructured {
	t.Helper()
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(o)
	if err != nil {
		t.Fatal(err)
	}
	out := &unstructured.Unstructured{Object: content}
	out.SetAPIVersion(apiVersion)
	out.SetKind(kind)
	return out
}

// The registry's prefix, suffix and replacement, and a type in them, do not make a record one by hand.
func TestOwnedUnderEveryName(t *testing.T) {
	t.Parallel()
	for arg, name := range map[string]string{
		"--txt-prefix=k8s.":                "k8s.a-" + host,
		"--txt-prefix=%{record_type}-own.": "a-own." + host,
		"--txt-suffix=-own":                "a-develop-own.safeops.work",
		"--txt-suffix=-%{record_type}-own": "develop-a-own.safeops.work",
		"--txt-wildcard-replacement=any":   "a-" + host,
		"--registry=txt":                   "a-" + host,
		"--txt-prefix=K8S.":                "k8s.a-" + host,
		"--txt-encrypt-enabled":            "a-" + host,
	} {
		s := healthy()
		c := &s.Deployments[3].Spec.Template.Spec.Containers[0]
		c.Args = append(c.Args, arg)
		s.Zones[0].Records[1].Name = name
		if arg == "--txt-encrypt-enabled" {
			s.Zones[0].Records[1].Content = `"aGVyaXRhZ2U9"`
		}
		for _, id := range []criteria.ID{"BL-2", "GR-1"} {
			if j := judged(id, s, reference()); !j.Met {
				t.Errorf("%s: %s", arg, j)
			}
		}
	}
}
