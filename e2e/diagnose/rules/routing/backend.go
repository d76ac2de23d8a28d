package routing

import (
	"strings"

	core "k8s.io/api/core/v1"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge"
	"github.com/edgeproof/edgeproof/e2e/probe"
)

// backends calls f for each Service that the route leads to, once for each path, until it returns something. The
// Service is nil when it does not exist.
func backends(
	r *diagnose.Route,
	f func(*edge.Backend, *core.Service) []diagnose.Finding,
) []diagnose.Finding {
	if r.Source == nil {
		return nil
	}
	for _, b := range r.Source.Backends(r.Rule) {
		if b == nil {
			continue
		}
		if found := f(b, r.Index.Services[r.Source.ServiceName(b)]); found != nil {
			return found
		}
	}
	return nil
}

func whyNotReady(pod *core.Pod) string {
	for i := range pod.Status.ContainerStatuses {
		c := &pod.Status.ContainerStatuses[i]
		if w := c.State.Waiting; w != nil {
			return strings.TrimSuffix(w.Reason+": "+diagnose.Short(w.Message), ": ")
		}
		if t := c.State.Terminated; t != nil {
			return strings.TrimSuffix(t.Reason+": "+diagnose.Short(t.Message), ": ")
		}
	}
	for _, c := range pod.Status.Conditions {
		if c.Status == core.ConditionFalse && c.Message != "" {
			return c.Reason + ": " + diagnose.Short(c.Message)
		}
	}
	if pod.Status.Reason != "" {
		return strings.TrimSuffix(pod.Status.Reason+": "+diagnose.Short(pod.Status.Message), ": ")
	}
	return "phase " + string(pod.Status.Phase)
}

func answered(rep *probe.Report, statuses ...int) bool {
	for _, status := range statuses {
		if rep != nil && rep.HTTP != nil && rep.HTTP.Status == status {
			return true
		}
	}
	return false
}
