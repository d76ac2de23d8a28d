package networkpolicy_test

import (
	"testing"

	networking "k8s.io/api/networking/v1"
	"sigs.k8s.io/yaml"

	"github.com/edgeproof/edgeproof/e2e/edge/networkpolicy"
)

func TestDenies(t *testing.T) {
	t.Parallel()
	from := networkpolicy.Peer{
		Namespace: "traefik", Labels: map[string]string{"app": "traefik"}, Address: "10.244.0.5",
		NamespaceLabels: map[string]string{"edge": "yes"},
	}
	to := networkpolicy.Peer{Namespace: "shop", Labels: map[string]string{"app": "web"}, Address: "10.244.0.9"}
	for name, c := range map[string]struct {
		policies []string
		denied   string // the first that denies
	}{
		"none": {nil, ""},
		"of other pods": {
			[]string{`{metadata: {name: a, namespace: shop}, spec: {podSelector: {matchLabels: {app: db}}}}`}, "",
		},
		"of another namespace": {[]string{`{metadata: {name: a, namespace: mall}, spec: {}}`}, ""},
		"default deny":         {[]string{`{metadata: {name: a, namespace: shop}, spec: {policyTypes: [Ingress]}}`}, "a"},
		"the one that lets others in is named first": {[]string{
			`{metadata: {name: a, namespace: shop}, spec: {}}`,
			`{metadata: {name: b, namespace: shop}, spec: {ingress: [{from: [{podSelector: {}}]}]}}`,
		}, "b"},
		"let in by the name of the namespace": {[]string{
			`{metadata: {name: a, namespace: shop}, spec: {}}`,
			`{metadata: {name: b, namespace: shop}, spec: {ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: traefik}}}]}]}}`,
		}, ""},
		"let in by a label of the namespace and the pod": {[]string{
			`{metadata: {name: b, namespace: shop}, spec: {ingress: [{from: [{namespaceSelector: {matchLabels: {edge: "yes"}}, podSelector: {matchLabels: {app: traefik}}}]}]}}`,
		}, ""},
		"let in by address": {[]string{
			`{metadata: {name: b, namespace: shop}, spec: {ingress: [{from: [{ipBlock: {cidr: 10.244.0.0/16}}]}]}}`,
		}, ""},
		"left out by address": {[]string{
			`{metadata: {name: b, namespace: shop}, spec: {ingress: [{from: [{ipBlock: {cidr: 10.244.0.0/16, except: [10.244.0.0/28]}}]}]}}`,
		}, "b"},
		"another port": {[]string{
			`{metadata: {name: b, namespace: shop}, spec: {ingress: [{ports: [{port: 9090}]}]}}`,
		}, "b"},
		"the port by its name": {[]string{
			`{metadata: {name: b, namespace: shop}, spec: {ingress: [{ports: [{port: http}]}]}}`,
		}, ""},
		"a range of ports": {[]string{
			`{metadata: {name: b, namespace: shop}, spec: {ingress: [{ports: [{port: 8000, endPort: 8999}]}]}}`,
		}, ""},
		"another protocol": {[]string{
			`{metadata: {name: b, namespace: shop}, spec: {ingress: [{ports: [{protocol: UDP, port: 8080}]}]}}`,
		}, "b"},
		"not let out": {[]string{
			`{metadata: {name: c, namespace: traefik}, spec: {policyTypes: [Egress], egress: [{to: [{namespaceSelector: {matchLabels: {a: b}}}]}]}}`,
		}, "c"},
		"let out": {[]string{`{metadata: {name: c, namespace: traefik}, spec: {egress: [{}], policyTypes: [Egress]}}`}, ""},
	} {
		var policies []networking.NetworkPolicy
		for _, text := range c.policies {
			var p networking.NetworkPolicy
			if err := yaml.UnmarshalStrict([]byte(text), &p); err != nil {
				t.Fatal(err)
			}
			policies = append(policies, p)
		}
		got := ""
		if by := networkpolicy.Denies(policies, from, to, networkpolicy.Port{Number: 8080, Name: "http"}); len(
			by,
		) > 0 {
			got = by[0].Name
		}
		if got != c.denied {
			t.Errorf("%s: denied by %q, want %q", name, got, c.denied)
		}
	}
}
