package bundle

import (
	"fmt"
	"slices"
	"strings"

	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/scheme"
)

// clusterKinds are Kubernetes' own kinds that live in no namespace, by group. No table of them is in the API's Go
// types.
func clusterKinds() map[string][]string {
	return map[string][]string{
		"":                             {"Namespace", "Node", "PersistentVolume", "ComponentStatus"},
		"admissionregistration.k8s.io": {"*"},
		"apiextensions.k8s.io":         {"*"},
		"apiregistration.k8s.io":       {"*"},
		"authentication.k8s.io":        {"TokenReview", "SelfSubjectReview"},
		"authorization.k8s.io":         {"SubjectAccessReview", "SelfSubjectAccessReview", "SelfSubjectRulesReview"},
		"certificates.k8s.io":          {"CertificateSigningRequest", "ClusterTrustBundle"},
		"flowcontrol.apiserver.k8s.io": {"*"},
		"internal.apiserver.k8s.io":    {"*"},
		"networking.k8s.io":            {"IngressClass", "IPAddress", "ServiceCIDR"},
		"node.k8s.io":                  {"*"},
		"policy":                       {"PodSecurityPolicy"},
		"rbac.authorization.k8s.io":    {"ClusterRole", "ClusterRoleBinding"},
		"resource.k8s.io":              {"DeviceClass", "ResourceSlice", "DeviceTaintRule"},
		"scheduling.k8s.io":            {"PriorityClass"},
		"storage.k8s.io": {
			"StorageClass", "VolumeAttachment", "CSIDriver", "CSINode",
			"VolumeAttributesClass",
		},
		"storagemigration.k8s.io": {"*"},
	}
}

// scopes says where kinds live: Kubernetes' own from the table, others from the CRDs at hand.
type scopes map[schema.GroupKind]bool // whether the kind is namespaced

func (s scopes) learn(o *unstructured.Unstructured) {
	if kind, ok := defines(o); ok {
		scope, _, _ := unstructured.NestedString(o.Object, "spec", "scope")
		s[kind] = scope != "Cluster"
	}
}

// defines returns the kind that a CRD brings.
func defines(o *unstructured.Unstructured) (schema.GroupKind, bool) {
	if o.GroupVersionKind().GroupKind() != apiextensions.Kind("CustomResourceDefinition") {
		return schema.GroupKind{}, false
	}
	group, _, _ := unstructured.NestedString(o.Object, "spec", "group")
	kind, _, _ := unstructured.NestedString(o.Object, "spec", "names", "kind")
	return schema.GroupKind{Group: group, Kind: kind}, true
}

// namespaced reports whether a kind lives in namespaces, and whether that is known at all. Where it is not, the name
// decides: custom kinds of the whole cluster are called ClusterIssuer, ClusterPolicy and so on.
func (s scopes) namespaced(kind schema.GroupKind) (yes, known bool) {
	if list, own := clusterKinds()[kind.Group]; own && (list[0] == "*" || slices.Contains(list, kind.Kind)) {
		return false, true
	}
	if yes, known = s[kind]; known {
		return yes, true
	}
	return !strings.HasPrefix(kind.Kind, "Cluster"), scheme.Scheme.IsGroupRegistered(kind.Group)
}

// checkKind refuses kinds that Kubernetes' own groups do not have, and fields of a type that their kinds do not take.
func checkKind(o Object) error {
	gvk := o.GroupVersionKind()
	if !scheme.Scheme.IsGroupRegistered(gvk.Group) {
		return nil
	}
	into, err := scheme.Scheme.New(gvk)
	if err != nil {
		return &Error{
			Problem: fmt.Sprintf("Kubernetes has no kind %s in %s", gvk.Kind, gvk.GroupVersion()),
			Remedy:  "correct apiVersion and kind; " + suggestion(gvk),
			cause:   err,
		}
	}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(o.Object, into); err != nil {
		problem := "the API server would refuse it: " + oneLine(err.Error())
		if gvk.Kind == "Secret" {
			problem = "the API server would refuse it: values must be text, those of data base64" // the cause may quote a value
		}
		return &Error{Problem: problem, Remedy: "correct the type of the field", cause: err}
	}
	return nil
}

// suggestion names where the kind, or one of nearly its name, is to be found.
func suggestion(gvk schema.GroupVersionKind) string {
	for _, version := range scheme.Scheme.PrioritizedVersionsAllGroups() {
		if scheme.Scheme.Recognizes(version.WithKind(gvk.Kind)) {
			return fmt.Sprintf("%s is in %s", gvk.Kind, version)
		}
	}
	var kinds []string
	for kind := range scheme.Scheme.KnownTypes(gvk.GroupVersion()) {
		if gvk.Kind != "" && strings.EqualFold(kind[:1], gvk.Kind[:1]) && !strings.HasSuffix(kind, "List") &&
			!strings.HasSuffix(kind, "Options") {
			kinds = append(kinds, kind)
		}
	}
	slices.Sort(kinds)
	if len(kinds) == 0 {
		return "see kubectl api-resources"
	}
	return "it has " + strings.Join(kinds, ", ")
}
