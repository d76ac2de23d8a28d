package routing

import (
	"strings"

	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/probe"
)

// backends calls f for each Service that the route leads to, once for each path, until it returns something. The
// Service is nil when it does not exist.
func backends(
	r *diagnose.Route,
	f func(*networking.IngressServiceBackend, *core.Service) []diagnose.Finding,
) []diagnose.Finding {
	if r.Source == nil {
		return nil
	}
	try := func(b *networking.IngressBackend) []diagnose.Finding {
		if b == nil || b.Service == nil {
			return nil
		}
		return f(b.Service, r.Index.Services[r.Named(b.Service.Name)])
	}
	if r.Rule != nil && r.Rule.HTTP != nil {
		for i := range r.Rule.HTTP.Paths {
			if found := try(&r.Rule.HTTP.Paths[i].Backend); found != nil {
				return found
			}
		}
	} else {
		return try(r.Source.Spec.DefaultBackend)
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
	return "phase " + string(pod.Status.Phase)
}

// ownWords reports whether a body is one that Traefik writes itself.
func ownWords(body string) bool {
	switch strings.TrimSpace(body) {
	case "",
		"404 page not found",
		"no available server",
		"Internal Server Error",
		"Bad Gateway",
		"Gateway Timeout",
		"Service Unavailable":
		return true
	}
	return false
}

func answered(rep *probe.Report, statuses ...int) bool {
	for _, status := range statuses {
		if rep != nil && rep.HTTP != nil && rep.HTTP.Status == status {
			return true
		}
	}
	return false
}
