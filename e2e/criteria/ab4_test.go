package criteria_test

import (
	"slices"
	"strings"
	"testing"

	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"

	"github.com/edgeproof/edgeproof/e2e/facts"
)

// served leads the route to a Service with a pod of the image.
func served(container, image string) *facts.Snapshot {
	s := healthy()
	s.Ingresses[0].Spec.Rules[0].HTTP = &networking.HTTPIngressRuleValue{Paths: []networking.HTTPIngressPath{{
		Path: "/", Backend: networking.IngressBackend{Service: &networking.IngressServiceBackend{Name: "frontend"}},
	}}}
	runs(s, "develop", "frontend", image)
	pod := &s.Pods[len(s.Pods)-1]
	pod.Spec.Containers[0].Name = container
	service := core.Service{ObjectMeta: made("develop", "frontend", 10)}
	service.Spec.Selector = pod.Labels
	s.Services = append(s.Services, service)
	return s
}

func TestApplicationsOrStandIns(t *testing.T) {
	t.Parallel()
	const image = "registry.example/shop:1"
	waits := func(s *facts.Snapshot, reason string) {
		status := &s.Pods[len(s.Pods)-1].Status
		status.Conditions = nil
		status.ContainerStatuses = []core.ContainerStatus{{
			Image: image, State: core.ContainerState{Waiting: &core.ContainerStateWaiting{Reason: reason}},
		}}
	}
	for _, c := range []struct {
		name, container string
		change          func(*facts.Snapshot)
		met             bool
		states          string // the evidence, or a reason
	}{
		{"the application", "shop", nil, true, "Service develop/frontend: served by its application (" + image + ")"},
		{"a stand-in", "stand-in", nil, true, "Service develop/frontend: served by a stand-in for its application"},
		{
			"an image that is not there", "shop", func(s *facts.Snapshot) { waits(s, "ImagePullBackOff") }, false,
			"Pod develop/frontend-1: image " + image + " cannot be had (ImagePullBackOff), and nothing stands in for it",
		},
		{
			"a pod that starts", "shop", func(s *facts.Snapshot) { waits(s, "ContainerCreating") }, false,
			"Service develop/frontend: none of its pods is ready",
		},
		{
			"no Service", "shop", func(s *facts.Snapshot) { s.Services = s.Services[:1] }, false,
			"Service develop/frontend: not found; Ingress develop/frontend leads to it",
		},
		{
			"endpoints by hand", "shop", func(s *facts.Snapshot) { s.Services[1].Spec.Selector = nil }, true,
			"Service develop/frontend: selects no pod, its endpoints are given",
		},
	} {
		s := served(c.container, image)
		if c.change != nil {
			c.change(s)
		}
		j := judged("AB-4", s, reference())
		if text := strings.Join(slices.Concat(j.Evidence, j.Reasons), "\n"); j.Met != c.met ||
			!strings.Contains(text, c.states) {
			t.Errorf("%s: %s\nwant %q", c.name, j, c.states)
		}
	}
}
