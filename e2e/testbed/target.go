package testbed

import (
	"fmt"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/edgeproof/edgeproof/e2e/bundle"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/judge"
)

// frontendImage is the application that this project brings; its answers say who answered.
const (
	frontendImage  = "edgeproof.dev/frontend"
	frontendMarker = `"app":"frontend"`
)

// Target is what is expected of the bundles: the names of the specification, and the routes, zones and owner id that
// the bundles themselves state.
func Target(bundles ...*bundle.Bundle) (judge.Target, error) {
	var objects []*unstructured.Unstructured
	ours := map[string]bool{} // namespaces in which our frontend runs
	for _, b := range bundles {
		for _, o := range b.Objects() {
			objects = append(objects, o.Unstructured)
		}
		for _, image := range b.Images() {
			for _, use := range image.UsedBy {
				if kind, name, _ := strings.Cut(use, " "); kind == "Deployment" &&
					strings.HasPrefix(image.Reference, frontendImage+":") {
					namespace, _, _ := strings.Cut(name, "/")
					ours[namespace] = true
				}
			}
		}
	}
	target, err := judge.Expect(judge.Reference(), objects)
	if err != nil {
		return target, err
	}
	if len(target.Routes) == 0 {
		return target, fmt.Errorf("find routes to judge: %s", routeless(objects))
	}
	if len(target.Zones) == 0 {
		wants, err := WantsOf(bundles...)
		if err != nil {
			return target, err
		}
		target.Zones = wants.Zones
	}
	if len(target.Zones) == 0 {
		return target, fmt.Errorf("find the zones of %s: external-dns has no --domain-filter and no Ingress has a host "+
			"below a domain; give one", bundles[0].Path)
	}
	for n := range target.Routes {
		if ours[target.Routes[n].Namespace] {
			target.Routes[n].Marker = frontendMarker
		}
	}
	return target, nil
}

// routeless says why there is no route: what is there in place of an Ingress is not judged.
func routeless(objects []*unstructured.Unstructured) string {
	var others []string
	for _, o := range objects {
		gvk := o.GroupVersionKind()
		switch gvk.Group {
		case "gateway.networking.k8s.io", "traefik.io", "traefik.containo.us", "networking.istio.io":
			if strings.HasSuffix(gvk.Kind, "Route") || gvk.Kind == "VirtualService" {
				others = append(others, fmt.Sprintf("%s %s/%s", gvk.Kind, o.GetNamespace(), o.GetName()))
			}
		}
	}
	if len(others) == 0 {
		return "neither the bundle nor the applications have an Ingress"
	}
	return fmt.Sprintf("neither the bundle nor the applications have an Ingress; HTTPRoutes, IngressRoutes and "+
		"their like "+
		"are not judged, and there are %d of them: %s", len(others), strings.Join(others[:min(3, len(others))], ", "))
}

// ExternalDNS is the name of external-dns's Deployment in the bundle; "external-dns" when it has none.
func ExternalDNS(b *bundle.Bundle) string {
	for _, o := range b.Objects() {
		var d appsv1.Deployment
		if o.GetKind() == "Deployment" && runtime.DefaultUnstructuredConverter.FromUnstructured(o.Object, &d) == nil &&
			facts.ComponentOf(d.Spec.Template.Spec) == facts.ExternalDNS {
			return d.Name
		}
	}
	return "external-dns"
}
