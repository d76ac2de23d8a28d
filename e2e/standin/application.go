package standin

import (
	"fmt"
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/edgeproof/edgeproof/e2e/bundle"
)

// Server is the program that answers in the place of an application: it listens on the ports that PORTS names, over
// plain HTTP, answers every path with 200, and says in its answer that it stands in and for what (NAME).
type Server struct {
	Image string
}

// defaultPort is the port of a stand-in to which no Service leads by number.
const defaultPort = 8080

// Application renders a workload that takes the place of one whose images cannot be had. It keeps what the route and
// the cluster see of it (name, namespace, labels, selector, the ports that Services lead to, by number and by name)
// and nothing of what it does: no volumes, no rights, no init containers, one container that satisfies the restricted
// profile of pod security. Probes ask the stand-in.
func (s Server) Application(o bundle.Object, services []bundle.Object) (*unstructured.Unstructured, error) {
	pod, ok := PodOf(o)
	if !ok {
		return nil, fmt.Errorf("stand in for %s %s/%s: it has no pod template", o.GetKind(), o.GetNamespace(), o.GetName())
	}
	template, _, _ := unstructured.NestedStringMap(o.Object, "spec", "template", "metadata", "labels")
	if o.GetKind() == "Pod" {
		template = o.GetLabels()
	}
	matches, found, _ := unstructured.NestedMap(o.Object, "spec", "selector")
	if !found {
		matches = map[string]any{"matchLabels": texts(template)}
	}
	ports, err := portsOf(pod, o.GetNamespace(), template, services)
	if err != nil {
		return nil, fmt.Errorf("stand in for %s %s/%s: %w", o.GetKind(), o.GetNamespace(), o.GetName(), err)
	}
	var container []any
	var list string
	for _, port := range ports {
		entry := map[string]any{"containerPort": int64(port.number), "protocol": "TCP"}
		if port.name != "" {
			entry["name"] = port.name
		}
		container = append(container, entry)
		if list != "" {
			list += ","
		}
		list += fmt.Sprint(port.number)
	}
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "apps/v1", "kind": "Deployment",
		"metadata": map[string]any{"name": o.GetName(), "namespace": o.GetNamespace(), "labels": texts(o.GetLabels())},
		"spec": map[string]any{
			"replicas": int64(1), "selector": matches,
			"template": map[string]any{
				"metadata": map[string]any{"labels": texts(template)},
				"spec": map[string]any{
					"automountServiceAccountToken": false, "enableServiceLinks": false,
					"securityContext": map[string]any{
						"runAsNonRoot": true, "runAsUser": int64(65532), "runAsGroup": int64(65532),
						"seccompProfile": map[string]any{"type": "RuntimeDefault"},
						// A stand-in may have to listen below 1024, and has no right to.
						"sysctls": []any{map[string]any{"name": "net.ipv4.ip_unprivileged_port_start", "value": "0"}},
					},
					"containers": []any{map[string]any{
						"name": "stand-in", "image": s.Image, "ports": container,
						"env": []any{
							map[string]any{"name": "PORTS", "value": list},
							map[string]any{"name": "NAME", "value": o.GetNamespace() + "/" + o.GetName()},
						},
						"readinessProbe": map[string]any{
							"tcpSocket":     map[string]any{"port": int64(ports[0].number)},
							"periodSeconds": int64(2),
						},
						"resources": map[string]any{
							"requests": map[string]any{"cpu": "5m", "memory": "16Mi"},
							"limits":   map[string]any{"memory": "64Mi"},
						},
						"securityContext": map[string]any{
							"allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true,
							"capabilities": map[string]any{"drop": []any{"ALL"}},
						},
					}},
				},
			},
		},
	}}, nil
}

type port struct {
	name   string
	number int32
}

// portsOf lists the ports that Services lead to in a pod: by number, or by the name that a container gives one. A name
// that no container has gets a port of its own, since the Service waits for the name.
func portsOf(pod corev1.PodSpec, namespace string, template map[string]string, services []bundle.Object) ([]port,
	error,
) {
	named := map[string]int32{}
	for _, c := range pod.Containers {
		for _, p := range c.Ports {
			if p.Name != "" {
				named[p.Name] = p.ContainerPort
			}
		}
	}
	numbers := map[int32]string{}
	next := int32(defaultPort)
	for _, o := range services {
		var service corev1.Service
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(o.Object, &service); err != nil {
			return nil, fmt.Errorf("read Service %s/%s: %w", o.GetNamespace(), o.GetName(), err)
		}
		if service.Namespace != namespace || len(service.Spec.Selector) == 0 ||
			!labels.SelectorFromSet(service.Spec.Selector).Matches(labels.Set(template)) {
			continue
		}
		for _, p := range service.Spec.Ports {
			if p.Protocol == corev1.ProtocolUDP {
				continue
			}
			if name := p.TargetPort.StrVal; name != "" {
				number, known := named[name]
				for !known {
					if _, taken := numbers[next]; !taken {
						number, known, named[name] = next, true, next
					}
					next++
				}
				numbers[number] = name
				continue
			}
			number := p.TargetPort.IntVal
			if number == 0 {
				number = p.Port
			}
			if _, known := numbers[number]; !known {
				numbers[number] = ""
			}
		}
	}
	if len(numbers) == 0 {
		numbers[defaultPort] = ""
	}
	var all []port
	for _, number := range slices.Sorted(maps.Keys(numbers)) {
		all = append(all, port{numbers[number], number})
	}
	return all, nil
}

func texts(values map[string]string) map[string]any {
	all := map[string]any{}
	for key, value := range values {
		all[key] = value
	}
	return all
}
