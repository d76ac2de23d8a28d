package criteria

import (
	"fmt"
	"slices"
	"strings"

	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"

	"github.com/edgeproof/edgeproof/e2e/edge"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/judge"
)

func ab4() Criterion {
	return Criterion{
		ID: "AB-4", Text: "applications whose images cannot be had get stand-ins that answer on the Service's ports; the " +
			"route, not the application, is what is judged",
		Check: backed, Needs: []facts.Part{facts.Ingresses, facts.Services, facts.Pods}, Shown: ByPods,
		Unbroken: "the routes that faults break lead to the suite's own application, whose image is always there",
	}
}

// standIn is the container of a stand-in's pods.
const standIn = "stand-in"

// backed judges that each Service to which a route leads has pods whose images are there: those of its application,
// or those of a stand-in.
func backed(v View) judge.Judgement {
	return each(v, func(j *judge.Judgement, r judge.Route, i *edge.Route) {
		services := servicesOf(i)
		if len(services) == 0 {
			j.Saw("%s: leads to no Service, so no application is needed", r.Source)
		}
		for _, name := range services {
			n := slices.IndexFunc(v.Facts.Services, func(s core.Service) bool {
				return s.Namespace == name.Namespace && s.Name == name.Name
			})
			switch {
			case n < 0:
				j.Lacks("Service %s: not found; %s leads to it", name, r.Source)
			case len(v.Facts.Services[n].Spec.Selector) == 0:
				j.Saw("Service %s: selects no pod, its endpoints are given", name)
			default:
				served(j, v.Facts, &v.Facts.Services[n])
			}
		}
	})
}

// servicesOf lists the Services to which a route leads, once each.
func servicesOf(i *edge.Route) []types.NamespacedName {
	var out []types.NamespacedName
	for n := range i.Rules {
		for _, backend := range i.Backends(&i.Rules[n]) {
			if backend != nil && !slices.Contains(out, i.ServiceName(backend)) {
				out = append(out, i.ServiceName(backend))
			}
		}
	}
	return out
}

// served notes whose pods serve a Service, or which image they wait for.
func served(j *judge.Judgement, s *facts.Snapshot, service *core.Service) {
	name, ready := service.Namespace+"/"+service.Name, []string{}
	for n := range s.Pods {
		pod := &s.Pods[n]
		if pod.Namespace != service.Namespace || pod.DeletionTimestamp != nil ||
			!labels.SelectorFromSet(service.Spec.Selector).Matches(labels.Set(pod.Labels)) {
			continue
		}
		if image, why := imageMissing(pod); image != "" {
			j.Lacks("Pod %s/%s: image %s cannot be had (%s), and nothing stands in for it", pod.Namespace, pod.Name, image,
				why)
		}
		if by := servedBy(pod); isReady(pod) && !slices.Contains(ready, by) {
			ready = append(ready, by)
		}
	}
	if len(ready) == 0 {
		j.Lacks("Service %s: none of its pods is ready", name)
		return
	}
	j.Saw("Service %s: served by %s", name, strings.Join(ready, ", "))
}

// servedBy names what answers in a pod.
func servedBy(pod *core.Pod) string {
	var images []string
	for _, c := range pod.Spec.Containers {
		if c.Name == standIn {
			return "a stand-in for its application"
		}
		images = append(images, c.Image)
	}
	return fmt.Sprintf("its application (%s)", strings.Join(images, ", "))
}

// imageMissing is the first image that the kubelet cannot have, and its reason; "" when it has all.
func imageMissing(pod *core.Pod) (image, reason string) {
	for _, c := range slices.Concat(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses) {
		if w := c.State.Waiting; w != nil && slices.Contains([]string{
			"ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName", "ImageInspectError",
		}, w.Reason) {
			return c.Image, w.Reason
		}
	}
	return "", ""
}
