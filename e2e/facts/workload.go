package facts

import (
	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Workload is what keeps pods of one template running: a Deployment, a DaemonSet or a StatefulSet.
type Workload struct {
	*meta.ObjectMeta

	Kind     string
	Selector *meta.LabelSelector
	Template *core.PodTemplateSpec
	// Desired is how many pods it is to have, and Available how many of them are available.
	Desired, Available int32
}

// String names the object.
func (w *Workload) String() string { return w.Kind + " " + w.Namespace + "/" + w.Name }

// Workloads lists the workloads that run a component, whatever their form.
func (s *Snapshot) Workloads(c Component) []Workload {
	var out []Workload
	for w := range s.workloads {
		if ComponentOf(w.Template.Spec) == c {
			out = append(out, w)
		}
	}
	return out
}

// AllWorkloads lists the workloads of every form.
func (s *Snapshot) AllWorkloads() []Workload {
	var out []Workload
	for w := range s.workloads {
		out = append(out, w)
	}
	return out
}

// workloads yields Deployments, DaemonSets and StatefulSets.
func (s *Snapshot) workloads(yield func(Workload) bool) {
	for i := range s.Deployments {
		if !yield(ofDeployment(&s.Deployments[i])) {
			return
		}
	}
	for i := range s.DaemonSets {
		d := &s.DaemonSets[i]
		w := Workload{
			&d.ObjectMeta, "DaemonSet", d.Spec.Selector, &d.Spec.Template, d.Status.DesiredNumberScheduled,
			d.Status.NumberAvailable,
		}
		if !yield(w) {
			return
		}
	}
	for i := range s.StatefulSets {
		d := &s.StatefulSets[i]
		w := Workload{
			&d.ObjectMeta, "StatefulSet", d.Spec.Selector, &d.Spec.Template, wanted(d.Spec.Replicas),
			d.Status.AvailableReplicas,
		}
		if !yield(w) {
			return
		}
	}
}

func ofDeployment(d *apps.Deployment) Workload {
	return Workload{
		&d.ObjectMeta, "Deployment", d.Spec.Selector, &d.Spec.Template, wanted(d.Spec.Replicas),
		d.Status.AvailableReplicas,
	}
}

// wanted is the number of replicas, 1 unless it is set.
func wanted(replicas *int32) int32 {
	if replicas == nil {
		return 1
	}
	return *replicas
}
