package survey

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/edgeproof/edgeproof/e2e/standin"
)

// follow takes what an object refers to.
func (s *selection) follow(i int) {
	o := s.objects[i]
	namespace := o.GetNamespace()
	if isRoute(o) {
		for _, service := range backends(o.Object) {
			ns := service.namespace
			if ns == "" {
				ns = namespace
			}
			if at, ok := s.takeNamed("Service", ns, service.name, whyBehind); ok {
				s.application(at)
			}
		}
	}
	if pod, ok := standin.PodOf(o); ok && !s.apps[i] {
		s.pod(namespace, pod)
	}
	for j, other := range s.objects {
		if other.GetKind() == "Certificate" && s.why[j] == "" {
			issuer, _, _ := unstructured.NestedString(other.Object, "spec", "issuerRef", "name")
			kind, _, _ := unstructured.NestedString(other.Object, "spec", "issuerRef", "kind")
			if o.GetName() == issuer && (o.GetKind() == kind || kind == "" && o.GetKind() == "Issuer") &&
				o.GroupVersionKind().Group == "cert-manager.io" {
				s.take(j, "certificate of "+issuer)
			}
		}
	}
	if o.GetKind() == "ServiceAccount" {
		s.rights(namespace, o.GetName())
	}
}

// application takes the workloads that a Service selects.
func (s *selection) application(service int) {
	o := s.objects[service]
	wanted, _, _ := unstructured.NestedStringMap(o.Object, "spec", "selector")
	if len(wanted) == 0 {
		return
	}
	selector := labels.SelectorFromSet(wanted)
	for i, other := range s.objects {
		if other.GetNamespace() != o.GetNamespace() || !slices.Contains([]string{
			"Deployment", "StatefulSet", "DaemonSet",
			"ReplicaSet", "Pod",
		}, other.GetKind()) {
			continue
		}
		found, _, _ := unstructured.NestedStringMap(other.Object, "spec", "template", "metadata", "labels")
		if other.GetKind() == "Pod" {
			found = other.GetLabels()
		}
		if selector.Matches(labels.Set(found)) && s.why[i] == "" {
			s.take(i, whyBehind)
			pod, _ := standin.PodOf(other)
			s.apps[i] = s.options.Run == nil || !s.options.Run(imagesOf(pod))
		}
	}
}

// pod takes what a pod of the edge needs to start.
func (s *selection) pod(namespace string, pod corev1.PodSpec) {
	const why = "a component reads it"
	if pod.ServiceAccountName != "" {
		s.takeNamed("ServiceAccount", namespace, pod.ServiceAccountName, why)
	}
	if pod.PriorityClassName != "" {
		s.takeNamed("PriorityClass", "", pod.PriorityClassName, why)
	}
	for _, c := range slices.Concat(pod.InitContainers, pod.Containers) {
		for _, env := range c.Env {
			if from := env.ValueFrom; from != nil && from.ConfigMapKeyRef != nil {
				s.takeNamed("ConfigMap", namespace, from.ConfigMapKeyRef.Name, why)
			}
			if from := env.ValueFrom; from != nil && from.SecretKeyRef != nil {
				s.takeNamed("Secret", namespace, from.SecretKeyRef.Name, why)
			}
		}
		for _, from := range c.EnvFrom {
			if from.ConfigMapRef != nil {
				s.takeNamed("ConfigMap", namespace, from.ConfigMapRef.Name, why)
			}
			if from.SecretRef != nil {
				s.takeNamed("Secret", namespace, from.SecretRef.Name, why)
			}
		}
	}
	for _, v := range pod.Volumes {
		if v.ConfigMap != nil {
			s.takeNamed("ConfigMap", namespace, v.ConfigMap.Name, why)
		}
		if v.Secret != nil {
			s.takeNamed("Secret", namespace, v.Secret.SecretName, why)
		}
		if v.PersistentVolumeClaim != nil {
			s.takeNamed("PersistentVolumeClaim", namespace, v.PersistentVolumeClaim.ClaimName, why)
		}
	}
}

// rights takes the roles that an account is bound to.
func (s *selection) rights(namespace, account string) {
	for i, o := range s.objects {
		if o.GetKind() != "ClusterRoleBinding" && o.GetKind() != "RoleBinding" {
			continue
		}
		subjects, _, _ := unstructured.NestedSlice(o.Object, "subjects")
		for _, subject := range subjects {
			entry, _ := subject.(map[string]any)
			ns, _ := entry["namespace"].(string)
			if ns == "" {
				ns = o.GetNamespace()
			}
			if entry["kind"] == "ServiceAccount" && entry["name"] == account && ns == namespace {
				s.take(i, "rights of a component")
				kind, _, _ := unstructured.NestedString(o.Object, "roleRef", "kind")
				role, _, _ := unstructured.NestedString(o.Object, "roleRef", "name")
				at := ""
				if kind == "Role" {
					at = o.GetNamespace()
				}
				s.takeNamed(kind, at, role, "rights of a component")
			}
		}
	}
}

// backend is a Service that a route leads to, and its port: an int64, a name, or nil where none is given.
type backend struct {
	namespace, name string
	port            any
}

// backends finds the Services that a route names, of whichever kind it is.
func backends(object map[string]any) []backend {
	var all []backend
	var visit func(key string, value any)
	visit = func(key string, value any) {
		switch v := value.(type) {
		case []any:
			for _, item := range v {
				visit(key, item)
			}
		case map[string]any:
			name, _ := v["name"].(string)
			namespace, _ := v["namespace"].(string)
			kind, _ := v["kind"].(string)
			switch {
			case key == "service", (key == "services" || key == "backendRefs") && (kind == "" || kind == "Service"):
				all = append(all, backend{namespace, name, portOf(v["port"])})
			case key == "destination":
				host, _ := v["host"].(string)
				all = append(all, backend{"", host, nil})
			}
			for below, item := range v {
				visit(below, item)
			}
		}
	}
	visit("", object["spec"])
	return all
}

// portOf reads the port of a backend: as it is, or under number or name.
func portOf(port any) any {
	if named, ok := port.(map[string]any); ok {
		if port = named["number"]; port == nil {
			port = named["name"]
		}
	}
	switch port.(type) {
	case int64, string:
		return port
	}
	return nil
}
