package rules_test

import (
	"slices"
	"testing"

	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/diagnose/rules"
)

// daemon makes Traefik's Deployment a DaemonSet.
func (w world) daemon() *apps.DaemonSet {
	d := *w.traefik
	w.DaemonSets = append(w.DaemonSets, apps.DaemonSet{
		ObjectMeta: d.ObjectMeta, Spec: apps.DaemonSetSpec{Selector: d.Spec.Selector, Template: d.Spec.Template},
		Status: apps.DaemonSetStatus{DesiredNumberScheduled: 1, NumberAvailable: 1, NumberReady: 1},
	})
	w.Deployments = slices.DeleteFunc(w.Deployments, func(d apps.Deployment) bool { return d.Name == "traefik" })
	return &w.DaemonSets[len(w.DaemonSets)-1]
}

// another runs a second external-dns or Traefik beside the first, with its flags replaced.
func (w world) another(of *apps.Deployment, namespace, name string, args ...string) *apps.Deployment {
	image := of.Spec.Template.Spec.Containers[0].Image
	env := of.Spec.Template.Spec.Containers[0].Env
	runs(w.Snapshot, namespace, name, image, args...)
	d := &w.Deployments[len(w.Deployments)-1]
	d.Spec.Template.Spec.Containers[0].Env = env
	return d
}

// first moves the last Deployment before all others, as its namespace may sort.
func (w world) first() {
	n := len(w.Deployments)
	w.Deployments = slices.Concat(w.Deployments[n-1:], w.Deployments[:n-1])
}

// internal is an external-dns of private names beside the one of the route.
func (w world) internal(args ...string) *apps.Deployment {
	return w.another(w.dns, "cert-manager", "external-dns-internal", append([]string{
		"--provider=rfc2136", "--registry=txt", "--txt-owner-id=internal", "--policy=sync", "--source=ingress",
	}, args...)...)
}

// A component is recognized in whatever form it runs, and how often.
func TestOtherFormsAreHealthy(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]func(world){
		"Traefik is a DaemonSet": func(w world) { w.daemon() },
		"Traefik is a StatefulSet": func(w world) {
			d := *w.traefik
			w.StatefulSets = append(w.StatefulSets, apps.StatefulSet{
				ObjectMeta: d.ObjectMeta, Spec: apps.StatefulSetSpec{Selector: d.Spec.Selector, Template: d.Spec.Template},
				Status: apps.StatefulSetStatus{AvailableReplicas: 1},
			})
			w.Deployments = slices.DeleteFunc(w.Deployments, func(d apps.Deployment) bool { return d.Name == "traefik" })
		},
		"an external-dns of private names goes first": func(w world) {
			w.internal("--domain-filter=home.arpa")
			w.first()
		},
		"an external-dns of private names fails": func(w world) {
			d := w.internal("--annotation-filter=dns=internal")
			w.stops(d, "CrashLoopBackOff", "back-off 5m0s")
			w.first()
		},
		"another external-dns has another zone of the account": func(w world) {
			w.another(w.dns, "cert-manager", "external-dns-two", "--provider=cloudflare", "--source=ingress",
				"--txt-owner-id=two", "--policy=sync", "--domain-filter=example.org")
			w.first()
		},
		"another Traefik serves another class": func(w world) {
			w.flag("--providers.kubernetesingress.ingressclass=traefik")
			w.another(w.traefik, "inner", "traefik", "--entryPoints.web.address=:8000",
				"--providers.kubernetesingress.ingressclass=inner", "--providers.kubernetesingress.ingressendpoint.ip=10.0.0.9")
			w.first()
		},
		"another Traefik is down": func(w world) {
			d := w.another(w.traefik, "inner", "traefik", "--providers.kubernetesingress.ingressclass=inner",
				"--entryPoints.web.address=:8000")
			w.IngressClasses = append(w.IngressClasses, networking.IngressClass{
				ObjectMeta: made("", "inner", 9), Spec: networking.IngressClassSpec{Controller: "traefik.io/ingress-controller"},
			})
			w.stops(d, "ImagePullBackOff", "no such image")
			w.first()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := healthy()
			do(w)
			if d := rules.Explain(w.Snapshot, route()); !d.Healthy || len(d.Causes) > 0 {
				t.Errorf("not healthy: %+v; causes %+v", d.Chain, d.Causes)
			}
		})
	}
}

// Which of several serves the route is decided before it is blamed.
func TestTheOneThatServesIsBlamed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		do           func(world)
		code, object string
	}{
		"a DaemonSet that fits no node": {func(w world) {
			d := w.daemon()
			d.Status = apps.DaemonSetStatus{}
			w.Pods = slices.DeleteFunc(w.Pods, func(p core.Pod) bool { return p.Namespace == "traefik" })
			for _, rep := range w.probes() {
				w.refuses(rep)
			}
		}, "traefik-down", "DaemonSet traefik/traefik"},
		"the public one of two external-dns": {func(w world) {
			w.internal("--domain-filter=home.arpa")
			w.first()
			w = *w.again()
			d := &w.Deployments[4]
			w.stops(d, "CrashLoopBackOff", "back-off 5m0s")
			w.unresolved()
		}, "external-dns-crashloop", "Deployment cert-manager/external-dns"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := healthy()
			c.do(w)
			d := rules.Explain(w.Snapshot, route())
			if len(d.Causes) == 0 || string(d.Causes[0].Code) != c.code || d.Causes[0].Object != c.object {
				t.Errorf("want %s at %s: %+v", c.code, c.object, d.Causes)
			}
			if d.Healthy {
				t.Errorf("healthy, not %s", diagnose.Broken)
			}
		})
	}
}
