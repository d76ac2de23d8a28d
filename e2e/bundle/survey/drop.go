package survey

import (
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/edgeproof/edgeproof/e2e/bundle"
	"github.com/edgeproof/edgeproof/e2e/edge/ingressclass"
	"github.com/edgeproof/edgeproof/e2e/edge/traefik"
	"github.com/edgeproof/edgeproof/e2e/standin"
)

// ImageMissing is the rule of findings about components whose images cannot be had.
const ImageMissing bundle.Rule = "image-not-available"

// Drop leaves out a workload whose image cannot be had, with the rest of its release: "Deployment ns/name". It reports
// false for what nothing can take the place of: cert-manager and external-dns.
func (s *Survey) Drop(object, image string) bool {
	dropped, found := s.user(object)
	if !found {
		return false
	}
	var gone []int
	for _, i := range s.chosen.chosen() {
		o := s.chosen.objects[i]
		if o.Unstructured != dropped.Unstructured && (dropped.Release == "" || o.Release != dropped.Release) {
			continue
		}
		pod, ok := standin.PodOf(o)
		p, _, known := programOf(pod)
		if s.routed(i) || ok && known && (p.role == IsCertManager || p.role == IsExternalDNS) {
			return false
		}
		gone = append(gone, i)
	}
	for _, i := range gone {
		s.chosen.why[i] = ""
	}
	reason := fmt.Sprintf("image %s cannot be had", image)
	file, line := s.position(dropped, "")
	for n, c := range s.Edge.Components {
		if c.Object == object {
			s.Edge.Components[n].Missing = reason
		}
	}
	s.Findings = append(s.Findings, Finding{
		Severity: string(bundle.Doubtful), Rule: string(ImageMissing), File: file, Line: line, Object: object,
		Problem: reason + ": it is left out, and the rest is judged",
		Remedy:  "let this machine reach its registry, or give the image a recipe", Edge: true,
	})
	s.classes()
	return true
}

// user finds the workload of that name: an object of the edge, or a hook of one of its releases.
func (s *Survey) user(object string) (bundle.Object, bool) {
	for _, i := range s.chosen.chosen() {
		if o := s.chosen.objects[i]; label(o) == object {
			return o, true
		}
	}
	for _, stage := range s.bundle.Stages {
		for _, h := range stage.Hooks {
			if label(h.Object) == object {
				return h.Object, true
			}
		}
	}
	return bundle.Object{}, false
}

// classes finds the classes of routes whose controller is part of the bundle and cannot be run: the platform's Traefik
// serves them in its place.
func (s *Survey) classes() {
	s.StandIns.Classes = []Backing{}
	controller := ""
	for _, c := range s.Edge.Components {
		if c.Role == IsController && c.Missing != "" {
			controller = c.Name
		}
	}
	made := map[string]bool{"": true, traefik.Class: true}
	for _, i := range s.chosen.chosen() {
		if o := s.chosen.objects[i]; o.GetKind() == "IngressClass" {
			made[o.GetName()] = true
		}
	}
	for _, i := range s.chosen.chosen() {
		o := s.chosen.objects[i]
		if controller == "" || o.GetKind() != "Ingress" {
			continue
		}
		class, _, _ := unstructured.NestedString(o.Object, "spec", "ingressClassName")
		if class == "" {
			class = o.GetAnnotations()[ingressclass.Annotation]
		}
		if made[class] {
			continue
		}
		made[class] = true
		file, line := s.position(o, class)
		s.StandIns.Classes = append(s.StandIns.Classes, Backing{
			Object: "IngressClass " + class, For: controller + ", which cannot be run here: the platform's Traefik serves it",
			File: file, Line: line, need: o, name: class,
		})
	}
}

// classObjects stand in for the classes of a controller that is not run.
func (s *Survey) classObjects() []bundle.Object {
	var all []bundle.Object
	for _, c := range s.StandIns.Classes {
		class := &unstructured.Unstructured{Object: map[string]any{
			"apiVersion": "networking.k8s.io/v1", "kind": "IngressClass", "metadata": map[string]any{"name": c.name},
			"spec": map[string]any{"controller": traefik.Controller},
		}}
		all = append(all, bundle.Object{Source: c.need.Source, Unstructured: class})
	}
	return all
}
