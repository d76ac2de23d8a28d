package criteria

import (
	"cmp"

	"github.com/edgeproof/edgeproof/e2e/edge/kubectl"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/judge"
)

func vc2() Criterion {
	return Criterion{
		ID: "VC-2", Text: "`kubectl get clusterissuer`", Check: issuersShown, Waits: ForIssuers, Shown: ByIssuers,
		Command: &Command{
			Line: always("kubectl get clusterissuer"),
			Works: func(s *facts.Snapshot, _ judge.Target) string {
				if len(s.ClusterIssuers) == 0 {
					return ""
				}
				return "kubectl get clusterissuer"
			},
		},
	}
}

// issuersShown judges that both issuers are shown, and that every one shown is ready.
func issuersShown(v View) judge.Judgement {
	var j judge.Judgement
	refused(&j, v.Printed)
	found := map[string]bool{}
	for _, t := range kubectl.Tables(v.Printed) {
		if !t.Has("ready") {
			continue
		}
		for _, row := range t.Rows {
			found[kubectl.Name(row["name"])] = true
			if row["ready"] == "True" {
				j.Saw("ClusterIssuer %s: ready", kubectl.Name(row["name"]))
			} else {
				j.Lacks("ClusterIssuer %s: READY is %s", kubectl.Name(row["name"]), cmp.Or(row["ready"], "empty"))
			}
		}
	}
	if len(found) == 0 && len(j.Reasons) == 0 {
		j.Lacks("kubectl get clusterissuer: shows none: %s", judge.Short(v.Printed))
	}
	for _, want := range v.Target.Issuers() {
		if !found[want.Name] {
			j.Lacks("ClusterIssuer %s: not shown", want.Name)
		}
	}
	return j
}
