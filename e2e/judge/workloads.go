package judge

import (
	"strings"

	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/edgeproof/edgeproof/e2e/facts"
)

// deploymentOf finds the Deployment of a component in a namespace; nil, and a reason, when there is none.
func deploymentOf(j *Judgement, s *facts.Snapshot, c facts.Component, namespace string) *apps.Deployment {
	running := s.Running(c)
	var elsewhere []string
	for i := range running {
		if running[i].Namespace == namespace {
			return &running[i]
		}
		elsewhere = append(elsewhere, running[i].Namespace+"/"+running[i].Name)
	}
	if len(elsewhere) > 0 {
		j.never("Deployment of %s: none in namespace %s; it runs as %s", c, namespace, strings.Join(elsewhere, ", "))
	} else {
		j.lacks("Deployment of %s: none in namespace %s", c, namespace)
	}
	return nil
}

// podsHealthy judges WF-3.
func podsHealthy(s *facts.Snapshot, t Target) Judgement {
	var j Judgement
	for _, c := range []facts.Component{facts.CertManager, facts.Webhook, facts.CAInjector, facts.ExternalDNS} {
		d := deploymentOf(&j, s, c, t.Namespace)
		if d == nil {
			continue
		}
		before := len(j.Reasons)
		available(&j, d)
		podsReady(&j, s, d)
		if len(j.Reasons) == before {
			j.saw("Deployment %s/%s: %d of %d pods available", d.Namespace, d.Name, d.Status.AvailableReplicas, replicas(d))
		}
	}
	return j
}

// available notes what a Deployment's status lacks.
func available(j *Judgement, d *apps.Deployment) {
	switch want := replicas(d); {
	case want == 0:
		j.never("Deployment %s/%s: is scaled to 0", d.Namespace, d.Name)
	case d.Status.ObservedGeneration < d.Generation:
		j.lacks("Deployment %s/%s: its controller has seen generation %d of %d", d.Namespace, d.Name,
			d.Status.ObservedGeneration, d.Generation)
	case d.Status.AvailableReplicas < want:
		j.lacks("Deployment %s/%s: %d of %d pods available%s", d.Namespace, d.Name, d.Status.AvailableReplicas, want,
			whyNot(d))
	}
}

func whyNot(d *apps.Deployment) string {
	for _, c := range d.Status.Conditions {
		if c.Status == core.ConditionFalse && c.Message != "" {
			return ": " + short(c.Message)
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
func podsReady(j *Judgement, s *facts.Snapshot, d *apps.Deployment) {
	pods := podsOf(s, d)
	if len(pods) == 0 {
		j.lacks("Deployment %s/%s: has no pod", d.Namespace, d.Name)
	}
	for _, pod := range pods {
		if isReady(pod) || pod.DeletionTimestamp != nil || pod.Status.Phase == core.PodSucceeded {
			continue
		}
		why := string(pod.Status.Phase)
		for _, c := range pod.Status.ContainerStatuses {
			if w := c.State.Waiting; w != nil {
				why = strings.TrimSuffix(w.Reason+": "+short(w.Message), ": ")
			} else if e := c.State.Terminated; e != nil {
				why = strings.TrimSuffix(e.Reason+": "+short(e.Message), ": ")
			}
		}
		for _, c := range pod.Status.Conditions {
			if c.Type == core.PodScheduled && c.Status == core.ConditionFalse {
				why = c.Reason + ": " + short(c.Message)
			}
		}
		j.lacks("Pod %s/%s: not ready, %s", pod.Namespace, pod.Name, why)
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
