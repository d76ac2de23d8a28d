package criteria

import (
	"strings"

	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/judge"
)

// deploymentOf finds the Deployment of a component in a namespace; nil, and a reason, when there is none.
func deploymentOf(j *judge.Judgement, s *facts.Snapshot, c facts.Component, namespace string) *apps.Deployment {
	running := s.Running(c)
	var elsewhere []string
	for i := range running {
		if running[i].Namespace == namespace {
			return &running[i]
		}
		elsewhere = append(elsewhere, running[i].Namespace+"/"+running[i].Name)
	}
	if len(elsewhere) > 0 {
		j.Never("Deployment of %s: none in namespace %s; it runs as %s", c, namespace, strings.Join(elsewhere, ", "))
	} else {
		j.Lacks("Deployment of %s: none in namespace %s", c, namespace)
	}
	return nil
}

// available notes what a Deployment's status lacks.
func available(j *judge.Judgement, d *apps.Deployment) {
	switch want := replicas(d); {
	case want == 0:
		j.Never("Deployment %s/%s: is scaled to 0", d.Namespace, d.Name)
	case d.Status.ObservedGeneration < d.Generation:
		j.Lacks("Deployment %s/%s: its controller has seen generation %d of %d", d.Namespace, d.Name,
			d.Status.ObservedGeneration, d.Generation)
	case d.Status.AvailableReplicas < want:
		j.Lacks("Deployment %s/%s: %d of %d pods available%s", d.Namespace, d.Name, d.Status.AvailableReplicas, want,
			whyNot(d))
	}
}

func whyNot(d *apps.Deployment) string {
	for _, c := range d.Status.Conditions {
		if c.Status == core.ConditionFalse && c.Message != "" {
			return ": " + judge.Short(c.Message)
		}
	}
	return ""
}

func replicas(d *apps.Deployment) int32 {
	if d.Spec.Replicas == nil {
		return 1
	}
	return *d.Spec.Replicas
}

// podsReady notes the pods of a Deployment that are not ready, with what the kubelet says of them.
func podsReady(j *judge.Judgement, s *facts.Snapshot, d *apps.Deployment) {
	pods := podsOf(s, d)
	if len(pods) == 0 {
		j.Lacks("Deployment %s/%s: has no pod", d.Namespace, d.Name)
	}
	for _, pod := range pods {
		if isReady(pod) || pod.DeletionTimestamp != nil || pod.Status.Phase == core.PodSucceeded {
			continue
		}
		why := string(pod.Status.Phase)
		for _, c := range pod.Status.ContainerStatuses {
			if w := c.State.Waiting; w != nil {
				why = strings.TrimSuffix(w.Reason+": "+judge.Short(w.Message), ": ")
			} else if e := c.State.Terminated; e != nil {
				why = strings.TrimSuffix(e.Reason+": "+judge.Short(e.Message), ": ")
			}
		}
		for _, c := range pod.Status.Conditions {
			if c.Type == core.PodScheduled && c.Status == core.ConditionFalse {
				why = c.Reason + ": " + judge.Short(c.Message)
			}
		}
		j.Lacks("Pod %s/%s: not ready, %s", pod.Namespace, pod.Name, why)
	}
}

func isReady(pod *core.Pod) bool {
	for _, c := range pod.Status.Conditions {
		if c.Type == core.PodReady {
			return c.Status == core.ConditionTrue
		}
	}
	return false
}

// podsOf lists the pods that a Deployment selects.
func podsOf(s *facts.Snapshot, d *apps.Deployment) []*core.Pod {
	selector, err := meta.LabelSelectorAsSelector(d.Spec.Selector)
	if err != nil {
		return nil // the API server takes no such Deployment
	}
	var out []*core.Pod
	for i := range s.Pods {
		if p := &s.Pods[i]; p.Namespace == d.Namespace && selector.Matches(labels.Set(p.Labels)) {
			out = append(out, p)
		}
	}
	return out
}
