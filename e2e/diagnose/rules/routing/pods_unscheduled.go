package routing

import (
	"fmt"
	"strings"

	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge"
)

const podsUnscheduled diagnose.Code = "pods-unscheduled"

func podsUnscheduledRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:    podsUnscheduled,
		Meaning: "no node takes the application's pods, or the node that has them is under pressure or gone",
		Evidence: "PodScheduled=False with `nodes are available`, or pods evicted; the node's conditions DiskPressure, " +
			"MemoryPressure, PIDPressure, or Ready that is not True",
		Remedy: "relieve the node, add one, or lower what the pods request",
		Find:   findPodsUnscheduled,
	}}
}

func findPodsUnscheduled(r *diagnose.Route) []diagnose.Finding {
	if !starved(r) {
		return nil
	}
	return backends(r, func(_ *edge.Backend, s *core.Service) []diagnose.Finding {
		if s == nil || len(s.Spec.Selector) == 0 || ready(r, s) {
			return nil
		}
		selector := labels.SelectorFromSet(s.Spec.Selector)
		for _, pod := range r.Index.Pods[s.Namespace] {
			if !selector.Matches(labels.Set(pod.Labels)) {
				continue
			}
			why, stuck := unscheduled(r, pod)
			if !stuck {
				continue
			}
			object, evidence := diagnose.Object("Pod", pod.Namespace, pod.Name), []diagnose.Evidence{}
			evidence = append(evidence, diagnose.Fact(object, "%s", why))
			remedy := diagnose.Remedy{
				Text:    "add a node, or lower what the pod requests, by what the scheduler says",
				Command: fmt.Sprintf("kubectl -n %s describe pod %s", pod.Namespace, pod.Name),
			}
			if n, condition := pressed(r, pod, why); n != nil {
				object = diagnose.Object("Node", "", n.Name)
				evidence = append(evidence, diagnose.Fact(object, "%s=%s since %s: %s", condition.Type, condition.Status,
					diagnose.Stamp(condition.LastTransitionTime.Time), condition.Message))
				remedy = diagnose.Remedy{
					Text:    "relieve the node: free its disk or memory, or bring it back",
					Command: "kubectl describe node " + n.Name,
				}
			}
			return diagnose.One(object, fmt.Sprintf("no node runs Pod %s/%s: %s", pod.Namespace, pod.Name,
				diagnose.Short(why)), remedy, evidence...)
		}
		return nil
	})
}

// unscheduled is why a pod is on no node, or on one that is lost.
func unscheduled(r *diagnose.Route, pod *core.Pod) (string, bool) {
	for _, c := range pod.Status.Conditions {
		if c.Type == core.PodScheduled && c.Status == core.ConditionFalse && r.Age(pod.CreationTimestamp.Time) > settling {
			return c.Message, c.Message != ""
		}
	}
	if pod.Status.Reason == "Evicted" || pod.Status.Reason == "NodeLost" {
		return pod.Status.Reason + ": " + pod.Status.Message, true
	}
	n, c := pressed(r, pod, "")
	if n == nil || c.Type != core.NodeReady {
		return "", false
	}
	return "its node " + n.Name + " is not ready", true
}

// pressed is the node that explains it: that of the pod, or one with the condition that a taint tells of.
func pressed(r *diagnose.Route, pod *core.Pod, why string) (*core.Node, core.NodeCondition) {
	for i := range r.Index.Snapshot.Nodes {
		n := &r.Index.Snapshot.Nodes[i]
		for _, c := range n.Status.Conditions {
			bad := c.Status == core.ConditionTrue && c.Type != core.NodeReady ||
				c.Type == core.NodeReady && c.Status != core.ConditionTrue
			taint := "node.kubernetes.io/" + map[core.NodeConditionType]string{
				core.NodeDiskPressure: "disk-pressure", core.NodeMemoryPressure: "memory-pressure",
				core.NodePIDPressure: "pid-pressure", core.NodeReady: "", core.NodeNetworkUnavailable: "network-unavailable",
			}[c.Type]
			if c.Type == core.NodeReady {
				taint = "node.kubernetes.io/unreachable"
				if strings.Contains(why, "node.kubernetes.io/not-ready") {
					taint = "node.kubernetes.io/not-ready"
				}
			}
			if bad && (n.Name == pod.Spec.NodeName || strings.Contains(why, taint)) {
				return n, c
			}
		}
	}
	return nil, core.NodeCondition{}
}
