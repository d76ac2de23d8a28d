package routing

import (
	"regexp"
	"strings"

	core "k8s.io/api/core/v1"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

// quotaName finds the ResourceQuota in the words of the API server.
var quotaName = regexp.MustCompile(`exceeded quota: ([^,\s]+)`)

// refusedPods says why the API server does not take the pods of a workload, by the newest event that tells so: a
// quota, a webhook of somebody else, Pod Security; "" where none does.
func refusedPods(r *diagnose.Route, w *facts.Workload) (object, why string, evidence []diagnose.Evidence) {
	var last *core.Event
	for i := range r.Index.Snapshot.Events {
		e := &r.Index.Snapshot.Events[i]
		of := e.InvolvedObject
		if e.Reason != "FailedCreate" || of.Namespace != w.Namespace ||
			of.Name != w.Name && !strings.HasPrefix(of.Name, w.Name+"-") {
			continue
		}
		if last == nil || diagnose.EventTime(e).After(diagnose.EventTime(last)) {
			last = e
		}
	}
	if last == nil {
		return "", "", nil
	}
	at := diagnose.Object(last.InvolvedObject.Kind, last.InvolvedObject.Namespace, last.InvolvedObject.Name)
	evidence = []diagnose.Evidence{
		diagnose.Fact("event on "+at, "%s %s", diagnose.Stamp(diagnose.EventTime(last)), last.Message),
	}
	object = w.String()
	if m := quotaName.FindStringSubmatch(last.Message); m != nil {
		object = diagnose.Object("ResourceQuota", w.Namespace, m[1])
	}
	return object, diagnose.Short(last.Message), evidence
}

// underPressure tells of the node of a pod, when it lacks something or is not ready.
func underPressure(r *diagnose.Route, pod *core.Pod) []diagnose.Evidence {
	var out []diagnose.Evidence
	for i := range r.Index.Snapshot.Nodes {
		n := &r.Index.Snapshot.Nodes[i]
		if n.Name != pod.Spec.NodeName {
			continue
		}
		for _, c := range n.Status.Conditions {
			if (c.Type == core.NodeReady) == (c.Status != core.ConditionTrue) {
				out = append(out, diagnose.Fact("Node "+n.Name, "%s=%s: %s", c.Type, c.Status, c.Message))
			}
		}
	}
	return out
}
