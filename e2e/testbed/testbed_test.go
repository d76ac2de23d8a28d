package testbed

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
)

// TestSetTheScene runs every step, twice, on a cluster where everything becomes ready at once.
func TestSetTheScene(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range 2 {
		phases, err := w.testbed.Set(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, p := range phases {
			names = append(names, p.Name)
		}
		if diff := cmp.Diff([]string{"seal", "platform", "trust", "bundle", "ingress controller"}, names); diff != "" {
			t.Errorf("phases (-want +got):\n%s", diff)
		}
	}
	var service corev1.Service
	if err := w.testbed.Client.Get(t.Context(), types.NamespacedName{Namespace: "traefik", Name: "traefik"},
		&service); err != nil {
		t.Fatal(err)
	}
	if got := service.Status.LoadBalancer.Ingress; len(got) != 1 || got[0].IP != PublicAddress {
		t.Errorf("the ingress controller's address is %+v, want %s", got, PublicAddress)
	}
	roots := &unstructured.Unstructured{}
	roots.SetAPIVersion("admissionregistration.k8s.io/v1")
	roots.SetKind("MutatingAdmissionPolicy")
	if err := w.testbed.Client.Get(t.Context(), types.NamespacedName{Name: "edgeproof-web-pki"}, roots); err != nil {
		t.Fatal(err)
	}
	mutations, _, err := unstructured.NestedSlice(roots.Object, "spec", "mutations")
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(mutations); !strings.Contains(got, `web-pki", value: "-----ROOT-----\n"}`) {
		t.Errorf("pods get to trust %s", got)
	}
	// Trust must be there before the first pod that needs it.
	policy, pod := slices.Index(w.events, "apply MutatingAdmissionPolicyBinding edgeproof-web-pki"),
		slices.Index(w.events, "apply Deployment cert-manager/cert-manager")
	if policy < 0 || pod < policy {
		t.Errorf("the policy was applied at %d, the first pod at %d", policy, pod)
	}
}

// TestCoreDNSWaitsForKubeProxy: it would ask the API server in vain, and again ever later.
func TestCoreDNSWaitsForKubeProxy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.never = "DaemonSet kube-system/kube-proxy"
	w.testbed.Budgets.WorkloadReady.Timeout = w.testbed.Budgets.WorkloadReady.Interval * 20
	if _, err := w.testbed.Set(t.Context()); !strings.Contains(message(err), "kube-proxy") {
		t.Errorf("Set = %v", err)
	}
	if slices.Contains(w.events, "apply Deployment kube-system/coredns") {
		t.Error("CoreDNS was started before kube-proxy was ready")
	}
	if got := replicasOfCoreDNS(t, w); got != 0 {
		t.Errorf("kubeadm's CoreDNS has %d replicas meanwhile", got)
	}
}

// TestCoreDNSOfAUsedClusterIsLeftAlone: its clients would be without names for a moment.
func TestCoreDNSOfAUsedClusterIsLeftAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var coredns appsv1.Deployment
	if err := w.testbed.Client.Get(t.Context(), types.NamespacedName{Namespace: "kube-system", Name: "coredns"},
		&coredns); err != nil {
		t.Fatal(err)
	}
	coredns.Spec.Template.Annotations = map[string]string{forwardsTo: InternetAddress}
	if err := w.testbed.Client.Update(t.Context(), &coredns); err != nil {
		t.Fatal(err)
	}
	if err := w.testbed.holdNames(t.Context()); err != nil || replicasOfCoreDNS(t, w) != 2 {
		t.Errorf("%d replicas, %v", replicasOfCoreDNS(t, w), err)
	}
}

func replicasOfCoreDNS(t *testing.T, w *world) int32 {
	t.Helper()
	var coredns appsv1.Deployment
	if err := w.testbed.Client.Get(t.Context(), types.NamespacedName{Namespace: "kube-system", Name: "coredns"},
		&coredns); err != nil {
		t.Fatal(err)
	}
	return *coredns.Spec.Replicas
}

// TestSetStopsAtTheFirstStepThatFails and still tells how long the steps until then took.
func TestSetStopsAtTheFirstStepThatFails(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.refuse = "Service internet/internet"
	phases, err := w.testbed.Set(t.Context())
	if !strings.HasPrefix(message(err), "platform: ") || !strings.Contains(message(err), w.refuse) {
		t.Errorf("Set = %v, want an error with the step and the object", err)
	}
	if len(phases) != 2 || phases[1].Name != "platform" {
		t.Errorf("phases %+v, want those until the failure", phases)
	}
	if slices.Contains(w.events, "apply Namespace cert-manager") {
		t.Error("the bundle was installed on a broken platform")
	}
}
