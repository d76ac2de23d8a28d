package rules_test

import (
	"strings"
	"testing"

	core "k8s.io/api/core/v1"

	"github.com/edgeproof/edgeproof/e2e/diagnose/rules"
	"github.com/edgeproof/edgeproof/e2e/edge/externaldns"
)

// fromMap takes the settings of external-dns out of its flags and puts them, and more, into a ConfigMap.
func (w world) fromMap(more map[string]string) {
	for i := range w.Deployments {
		spec := &w.Deployments[i].Spec.Template.Spec
		at := externaldns.Find(*spec)
		if at < 0 {
			continue
		}
		data := map[string]string{}
		for _, arg := range spec.Containers[at].Args {
			flag, value, _ := strings.Cut(strings.TrimPrefix(arg, "--"), "=")
			data[variable(flag)] = value
		}
		for flag, value := range more {
			data[variable(flag)] = value
		}
		m := core.ConfigMap{ObjectMeta: made(w.Deployments[i].Namespace, "settings", 60), Data: data}
		w.ConfigMaps = append(w.ConfigMaps, m)
		spec.Containers[at].Args = nil
		spec.Containers[at].EnvFrom = []core.EnvFromSource{{
			ConfigMapRef: &core.ConfigMapEnvSource{LocalObjectReference: core.LocalObjectReference{Name: m.Name}},
		}}
	}
}

func variable(flag string) string {
	return "EXTERNAL_DNS_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// external-dns is explained by its settings, wherever they stand.
func TestSetUpByAConfigMap(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		more    map[string]string
		records bool // are kept
		cause   string
	}{
		"healthy": {nil, true, ""},
		"its filter leaves out the host": {
			map[string]string{"domain-filter": "example.org"},
			false,
			"domain-filter-excludes-host",
		},
		"its filter leaves out the zone": {map[string]string{"domain-filter": host}, false, "domain-filter-excludes-host"},
		"its source has no Ingress":      {map[string]string{"source": "service\ncrd"}, false, "source-excludes-ingress"},
		"it selects by label": {
			map[string]string{"label-filter": "dns=public"},
			false,
			"source-excludes-ingress",
		},
	} {
		w := healthy()
		w.fromMap(tc.more)
		if !tc.records {
			noRecords(w.Snapshot)
		}
		d := rules.Explain(w.Snapshot, route())
		got := ""
		if len(d.Causes) > 0 {
			got = string(d.Causes[0].Code)
		}
		if got != tc.cause || d.Healthy != (tc.cause == "") {
			t.Errorf("%s: healthy %t, causes %+v", name, d.Healthy, d.Causes)
		}
	}
}
