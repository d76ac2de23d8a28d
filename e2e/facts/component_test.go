package facts_test

import (
	"testing"

	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/edgeproof/edgeproof/e2e/facts"
)

func running(image string, args ...string) core.PodSpec {
	return core.PodSpec{Containers: []core.Container{
		{Name: "sidecar", Image: "envoy:v9"},
		{Name: "main", Image: image, Args: args},
	}}
}

func deployment(namespace string, spec core.PodSpec) apps.Deployment {
	return apps.Deployment{
		ObjectMeta: meta.ObjectMeta{Namespace: namespace},
		Spec:       apps.DeploymentSpec{Template: core.PodTemplateSpec{Spec: spec}},
	}
}

func TestVersionOf(t *testing.T) {
	t.Parallel()
	labelled := meta.ObjectMeta{Labels: map[string]string{"app.kubernetes.io/version": "v3.7.13"}}
	s := &facts.Snapshot{
		Pods: []core.Pod{
			{Spec: running("registry:5000/traefik@sha256:00"), ObjectMeta: labelled},
			{Spec: running("quay.io/jetstack/cert-manager-controller:v1.19.3@sha256:00")},
		},
		Deployments: []apps.Deployment{deployment("a", running("external-dns:v0.20.0"))},
	}
	for component, want := range map[facts.Component]string{
		facts.Traefik: "v3.7.13", facts.CertManager: "v1.19.3", facts.ExternalDNS: "v0.20.0", facts.Webhook: "",
	} {
		if got := s.VersionOf(component); got != want {
			t.Errorf("%s: %q, want %q", component, got, want)
		}
	}
}

func TestClusterResources(t *testing.T) {
	t.Parallel()
	const image = "cert-manager-controller:v1"
	for want, deployments := range map[string][]apps.Deployment{
		"cert-manager": nil,
		"certs":        {deployment("certs", running(image, "--cluster-resource-namespace=$(POD_NAMESPACE)"))},
		"shared":       {deployment("certs", running(image, "--cluster-resource-namespace=shared"))},
	} {
		if got := (&facts.Snapshot{Deployments: deployments}).ClusterResources(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestController(t *testing.T) {
	t.Parallel()
	service := func(name string, kind core.ServiceType, selector map[string]string) core.Service {
		return core.Service{
			ObjectMeta: meta.ObjectMeta{Namespace: "edge", Name: name},
			Spec:       core.ServiceSpec{Type: kind, Selector: selector},
		}
	}
	mine := map[string]string{"app": "front"}
	s := &facts.Snapshot{
		Pods: []core.Pod{{ObjectMeta: meta.ObjectMeta{
			Namespace: "edge",
			Labels:    map[string]string{"app": "front", "x": "y"},
		}, Spec: running("traefik:v3")}},
		Services: []core.Service{
			service("inner", core.ServiceTypeClusterIP, mine), service("all", core.ServiceTypeLoadBalancer, nil),
			service("other", core.ServiceTypeLoadBalancer, map[string]string{"app": "else"}),
			service("front", core.ServiceTypeLoadBalancer, mine),
		},
	}
	if got, ok := s.Controller(); !ok || got != (types.NamespacedName{Namespace: "edge", Name: "front"}) {
		t.Errorf("%s, %t", got, ok)
	}
	s.Pods = nil
	if got, ok := s.Controller(); ok {
		t.Errorf("%s without any pod", got)
	}
}
