package flux

import (
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Applied names an object that Flux applied, without a version: it may be served in several.
type Applied struct {
	Group     string `json:"group,omitempty"`
	Kind      string `json:"kind"`
	Namespace string `json:"namespace,omitempty"`
	Name      string `json:"name"`
}

func (a Applied) String() string {
	if a.Namespace == "" {
		return a.Kind + " " + a.Name
	}
	return a.Kind + " " + a.Namespace + "/" + a.Name
}

// ParseID reads the id of an entry of an inventory: NAMESPACE_NAME_GROUP_KIND. A colon in a name (of RBAC's
// objects) is written as two underscores (fluxcd/cli-utils, pkg/object).
func ParseID(id string) (Applied, bool) {
	namespace, rest, found := strings.Cut(id, "_")
	if !found {
		return Applied{}, false
	}
	rest, kind, found := cutLast(rest, "_")
	if !found || kind == "" {
		return Applied{}, false
	}
	name, group, found := cutLast(rest, "_")
	if !found || name == "" {
		return Applied{}, false
	}
	return Applied{Group: group, Kind: kind, Namespace: namespace, Name: strings.ReplaceAll(name, "__", ":")}, true
}

func cutLast(s, separator string) (before, after string, found bool) {
	i := strings.LastIndex(s, separator)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(separator):], true
}

// The labels and annotations by which an object says who owns it.
const (
	kustomizationName      = KustomizeGroup + "/name"
	kustomizationNamespace = KustomizeGroup + "/namespace"
	releaseName            = HelmGroup + "/name"
	releaseNamespace       = HelmGroup + "/namespace"
)

// OwnerOf is the Kustomization or HelmRelease that delivers an object, by its labels. An object of a chart is
// labeled by helm-controller; where a Kustomization applies a HelmRelease, that HelmRelease has the
// Kustomization's labels.
func OwnerOf(o metav1.Object) (Ref, bool) {
	labels := o.GetLabels()
	for _, by := range []struct{ kind, namespace, name string }{
		{HelmRelease, releaseNamespace, releaseName}, {Kustomization, kustomizationNamespace, kustomizationName},
	} {
		if labels[by.name] != "" {
			return Ref{by.kind, labels[by.namespace], labels[by.name]}, true
		}
	}
	return Ref{}, false
}
