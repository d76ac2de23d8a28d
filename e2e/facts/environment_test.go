package facts_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/edgeproof/edgeproof/e2e/edge/externaldns"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

// Settings in a ConfigMap are read, no other ConfigMap is, and a value that is a secret by its name is not kept.
func TestEnvironment(t *testing.T) {
	t.Parallel()
	a := &apiServer{lists: map[string][]any{}, objects: map[string]any{}}
	a.lists["/apis/apps/v1/deployments"] = []any{externalDNS(object{
		"envFrom": []any{object{"configMapRef": object{"name": "settings"}}, object{"configMapRef": object{"name": "gone"}}},
		"env": []any{object{
			"name":      "EXTERNAL_DNS_POLICY",
			"valueFrom": object{"configMapKeyRef": object{"name": "policy", "key": "p"}},
		}},
	})}
	a.objects["/api/v1/namespaces/cert-manager/configmaps/settings"] = named("cert-manager", "settings", object{
		"data": object{"EXTERNAL_DNS_SOURCE": "service\ningress", "CF_API_TOKEN": token},
	})
	a.objects["/api/v1/namespaces/cert-manager/configmaps/policy"] = named("cert-manager", "policy",
		object{"data": object{"p": "sync"}})
	s := facts.Collect(context.Background(), a.connect(t, &world{}), facts.Scope{Parts: []facts.Part{facts.Deployments}})
	config, ok := externaldns.Read("cert-manager", s.Deployments[0].Spec.Template.Spec, s.Environment())
	if !ok || config.Policy != "sync" || len(config.Unread) > 0 || len(s.Errors) > 0 {
		t.Errorf("%+v, errors %v", config, s.Errors)
	}
	if d := cmp.Diff([]string{"service", "ingress"}, config.Sources); d != "" {
		t.Errorf("sources (-want +got):\n%s", d)
	}
	for _, m := range s.ConfigMaps {
		if m.Data["CF_API_TOKEN"] == token {
			t.Error("the token in a ConfigMap is kept")
		}
	}
}
