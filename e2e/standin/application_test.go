package standin_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/edgeproof/edgeproof/e2e/bundle"
	"github.com/edgeproof/edgeproof/e2e/standin"
)

func TestApplicationKeepsWhatARouteSees(t *testing.T) {
	t.Parallel()
	b := read(t, `---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: web, namespace: x, labels: {team: a}}
spec:
  serviceName: web
  selector: {matchLabels: {a: web}}
  template:
    metadata: {labels: {a: web, b: c}}
    spec:
      initContainers: [{name: migrate, image: "ghcr.io/private/migrate:1"}]
      containers:
        - name: web
          image: ghcr.io/private/web:1
          ports: [{name: http, containerPort: 3000}]
          livenessProbe: {httpGet: {path: /deep/health, port: http}}
      volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: x}
spec: {selector: {a: web}, ports: [{port: 80, targetPort: http}, {port: 443, targetPort: 8443}, {port: 9000, targetPort: metrics}, {port: 53, protocol: UDP}]}
---
apiVersion: v1
kind: Service
metadata: {name: other, namespace: x}
spec: {selector: {a: other}, ports: [{port: 1234}]}
`)
	var workload bundle.Object
	var services []bundle.Object
	for _, o := range b.Objects() {
		if o.GetKind() == "Service" {
			services = append(services, o)
		} else {
			workload = o
		}
	}
	made, err := standin.Server{Image: "edgeproof.dev/stand-in:1"}.Application(workload, services)
	if err != nil {
		t.Fatal(err)
	}
	var d appsv1.Deployment
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(made.Object, &d); err != nil {
		t.Fatal(err)
	}
	ports := map[string]int32{}
	for _, p := range d.Spec.Template.Spec.Containers[0].Ports {
		ports[p.Name] = p.ContainerPort
	}
	if diff := cmp.Diff(map[string]int32{"http": 3000, "": 8443, "metrics": 8080}, ports); diff != "" {
		t.Errorf("ports (-want +got)\n%s", diff)
	}
	if got := d.Spec.Template.Spec.Containers[0].Env[0].Value; got != "3000,8080,8443" {
		t.Errorf("PORTS is %q", got)
	}
	if diff := cmp.Diff(map[string]string{"a": "web", "b": "c"}, d.Spec.Template.Labels); diff != "" {
		t.Errorf("labels (-want +got)\n%s", diff)
	}
	if d.Name != "web" || d.Namespace != "x" || len(d.Spec.Template.Spec.InitContainers) != 0 ||
		len(d.Spec.Template.Spec.Volumes) != 0 {
		t.Errorf("stand-in %+v, want the name and nothing that the application does", d)
	}
	if d.Spec.Selector == nil || d.Spec.Selector.MatchLabels["a"] != "web" {
		t.Errorf("selector %v, want the application's", d.Spec.Selector)
	}
}

func TestApplicationWithoutAServiceListens(t *testing.T) {
	t.Parallel()
	b := read(t, user)
	made, err := standin.Server{Image: "i"}.Application(b.Objects()[0], nil)
	if err != nil {
		t.Fatal(err)
	}
	if made.GetName() != "dns" {
		t.Errorf("name %s", made.GetName())
	}
	if _, err := (standin.Server{}).Application(bundle.Object{Unstructured: made.DeepCopy()}, nil); err != nil {
		t.Errorf("a stand-in for a stand-in: %v", err)
	}
}
