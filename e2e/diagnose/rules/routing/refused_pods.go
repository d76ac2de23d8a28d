package routing

import (
	"strings"

	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

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
		return replicaFailure(r, w)
	}
	at := diagnose.Object(last.InvolvedObject.Kind, last.InvolvedObject.Namespace, last.InvolvedObject.Name)
	evidence = []diagnose.Evidence{
		diagnose.Fact("event on "+at, "%s %s", diagnose.Stamp(diagnose.EventTime(last)), last.Message),
	}
	return refuser(r, w, last.Message), diagnose.Short(last.Message), evidence
}

// refuser is what refuses pods by the words of the API server, or else the workload.
func refuser(r *diagnose.Route, w *facts.Workload, text string) string {
	if d, ok := r.Index.Denied(w.Namespace, text); ok {
		return d.Object
	}
	return w.String()
}

// replicaFailure reads the same from the condition of a Deployment, which stays when the events are gone.
func replicaFailure(r *diagnose.Route, w *facts.Workload) (object, why string, evidence []diagnose.Evidence) {
	for i := range r.Index.Snapshot.Deployments {
		d := &r.Index.Snapshot.Deployments[i]
		if w.Kind != "Deployment" || d.Namespace != w.Namespace || d.Name != w.Name {
			continue
		}
		for _, c := range d.Status.Conditions {
			if c.Type == apps.DeploymentReplicaFailure && c.Status == core.ConditionTrue {
				return refuser(r, w, c.Message), diagnose.Short(c.Message),
					[]diagnose.Evidence{diagnose.Fact(w.String(), "%s: %s", c.Reason, c.Message)}
			}
		}
	}
	return "", "", nil
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
