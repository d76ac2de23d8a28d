package criteria

import (
	"fmt"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/edge/kubectl"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/judge"
)

func vc1() Criterion {
	return Criterion{
		ID: "VC-1", Text: "`kubectl -n cert-manager get pods`", Check: podsShown, Shown: ByPods,
		Command: &Command{
			Line: func(t judge.Target) string { return "kubectl -n " + t.Namespace + " get pods" },
			Works: func(s *facts.Snapshot, _ judge.Target) string {
				if d := first(s, facts.ExternalDNS); d != nil {
					return fmt.Sprintf("kubectl -n %s get pods", d.Namespace)
				}
				return ""
			},
		},
	}
}

// podsShown judges that every pod shown runs with all its containers ready, or has completed, and that pods of
// cert-manager and external-dns are among them.
func podsShown(v View) judge.Judgement {
	var j judge.Judgement
	refused(&j, v.Printed)
	var names []string
	for _, t := range kubectl.Tables(v.Printed) {
		if !t.Has("ready", "status") {
			continue
		}
		for _, row := range t.Rows {
			names = append(names, kubectl.Name(row["name"]))
			ready, all, _ := strings.Cut(row["ready"], "/")
			switch {
			case row["status"] == "Completed":
			case row["status"] != "Running":
				j.Lacks("Pod %s: %s", row["name"], row["status"])
			case ready == "0" || ready != all:
				j.Lacks("Pod %s: %s containers ready", row["name"], row["ready"])
			default:
				j.Saw("Pod %s: %s ready, restarts %s", row["name"], row["ready"], row["restarts"])
			}
		}
	}
	if len(names) == 0 && len(j.Reasons) == 0 {
		j.Lacks("kubectl get pods: shows no pod: %s", judge.Short(v.Printed))
	}
	prefixes := []string{"cert-manager"}
	if v.Target.NamespaceOf(facts.ExternalDNS) == v.Target.Namespace {
		prefixes = append(prefixes, v.ExternalDNS)
	}
	for _, prefix := range prefixes {
		if !anyBegins(names, prefix) {
			j.Lacks("kubectl get pods: shows no pod of %s", prefix)
		}
	}
	return j
}

func anyBegins(names []string, prefix string) bool {
	for _, n := range names {
		if strings.HasPrefix(n, prefix) {
			return true
		}
	}
	return false
}
