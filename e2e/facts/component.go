package facts

import (
	"strings"

	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"

	"github.com/edgeproof/edgeproof/e2e/edge/commandline"
	"github.com/edgeproof/edgeproof/e2e/edge/image"
)

// Component is a program of the edge, whatever its objects are called.
type Component string

// The components. CertManager is its controller; the webhook and the CA injector are components of their own.
const (
	ExternalDNS Component = "external-dns"
	Traefik     Component = "traefik"
	CertManager Component = "cert-manager"
	Webhook     Component = "cert-manager-webhook"
	CAInjector  Component = "cert-manager-cainjector"
)

// ComponentOf recognises what a pod runs by the images of its containers, since names and labels are the
// bundle's to choose. It is empty for anything else.
func ComponentOf(spec core.PodSpec) Component {
	for _, c := range spec.Containers {
		for _, known := range [...]struct {
			image string
			of    Component
		}{
			{"external-dns", ExternalDNS},
			{"traefik", Traefik},
			{"cert-manager-controller", CertManager},
			{"cert-manager-webhook", Webhook},
			{"cert-manager-cainjector", CAInjector},
		} {
			if image.Is(c.Image, known.image) {
				return known.of
			}
		}
	}
	return ""
}

// Running lists the Deployments of a component.
func (s *Snapshot) Running(c Component) []apps.Deployment {
	var out []apps.Deployment
	for _, d := range s.Deployments {
		if ComponentOf(d.Spec.Template.Spec) == c {
			out = append(out, d)
		}
	}
	return out
}

// Controller is the Service of type LoadBalancer that leads to pods of Traefik.
func (s *Snapshot) Controller() (types.NamespacedName, bool) {
	for i := range s.Services {
		service := &s.Services[i]
		if service.Spec.Type != core.ServiceTypeLoadBalancer || len(service.Spec.Selector) == 0 {
			continue
		}
		chosen := labels.SelectorFromSet(service.Spec.Selector)
		for j := range s.Pods {
			pod := &s.Pods[j]
			if pod.Namespace == service.Namespace && ComponentOf(pod.Spec) == Traefik &&
				chosen.Matches(labels.Set(pod.Labels)) {
				return types.NamespacedName{Namespace: service.Namespace, Name: service.Name}, true
			}
		}
	}
	return types.NamespacedName{}, false
}

// VersionOf is the version of a component by the tag of its image, "v1.19.3", or else by the label
// app.kubernetes.io/version; empty when it does not run, or neither has it.
func (s *Snapshot) VersionOf(c Component) string {
	for i := range s.Pods {
		if ComponentOf(s.Pods[i].Spec) == c {
			return versionOf(s.Pods[i].Spec, s.Pods[i].Labels)
		}
	}
	if w := s.Workloads(c); len(w) > 0 {
		return versionOf(w[0].Template.Spec, w[0].Labels)
	}
	return ""
}

func versionOf(spec core.PodSpec, of map[string]string) string {
	for _, c := range spec.Containers {
		name, _, _ := strings.Cut(c.Image[strings.LastIndex(c.Image, "/")+1:], "@")
		if _, tag, tagged := strings.Cut(name, ":"); tagged &&
			ComponentOf(core.PodSpec{Containers: []core.Container{c}}) != "" {
			return tag
		}
	}
	return of["app.kubernetes.io/version"]
}

// ClusterResources is the namespace in which cert-manager looks for what a ClusterIssuer names:
// --cluster-resource-namespace, or else the controller's own. "cert-manager" when no controller is to be seen.
func (s *Snapshot) ClusterResources() string {
	controllers := s.Workloads(CertManager)
	if len(controllers) == 0 {
		return "cert-manager"
	}
	for _, namespace := range commandline.OfPod(controllers[0].Template.Spec)["cluster-resource-namespace"] {
		if namespace != "" && !strings.HasPrefix(namespace, "$(") {
			return namespace
		}
	}
	return controllers[0].Namespace // which is what $(POD_NAMESPACE) stands for
}
