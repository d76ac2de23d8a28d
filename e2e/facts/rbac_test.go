package facts_test

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	rbac "k8s.io/api/rbac/v1"
	"sigs.k8s.io/yaml"

	"github.com/edgeproof/edgeproof/e2e/facts"
)

func TestTheRoleIsWhatIsAskedFor(t *testing.T) {
	t.Parallel()
	a := extended(cluster())
	delivered(a)
	facts.Collect(context.Background(), a.connect(t, &world{}), facts.Scope{})
	var asked []string
	for _, path := range a.asked {
		if path != "/version" && path != "/api" && path != "/apis" { // everybody may
			asked = append(asked, rightFor(path))
		}
	}
	slices.Sort(asked)

	text, err := os.ReadFile("rbac.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var role rbac.ClusterRole
	if err := yaml.UnmarshalStrict(text, &role); err != nil {
		t.Fatal(err)
	}
	var granted []string
	for _, rule := range role.Rules {
		for _, group := range rule.APIGroups {
			for _, resource := range rule.Resources {
				for _, verb := range rule.Verbs {
					right := verb + " " + strings.TrimPrefix(group+"/"+resource, "/")
					if len(rule.ResourceNames) > 0 {
						right += " " + strings.Join(rule.ResourceNames, ",")
					}
					granted = append(granted, right)
				}
			}
		}
	}
	slices.Sort(granted)
	if d := cmp.Diff(slices.Compact(asked), granted); d != "" {
		t.Errorf("asked for and granted (-asked +granted):\n%s", d)
	}
}

// rightFor is what a GET of the path needs.
func rightFor(path string) string {
	words := strings.Split(strings.Trim(path, "/"), "/")
	group := ""
	if words[0] == "apis" {
		group, words = words[1]+"/", words[3:]
	} else {
		words = words[2:]
	}
	if words[0] == "namespaces" && len(words) > 2 {
		words = words[2:]
	}
	switch {
	case len(words) == 1:
		return "list " + group + words[0]
	case len(words) == 3:
		return "get " + group + words[0] + "/" + words[2]
	}
	return "get " + group + words[0]
}
