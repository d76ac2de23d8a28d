package testbed

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/netip"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/edgeproof/edgeproof/e2e/await"
	"github.com/edgeproof/edgeproof/fixtures"
)

// startPlatform applies what the world is made of: the fake internet, which is needed at once, the cluster's
// DNS that knows no other, for which the first namespace of pods waits, and the ingress controller with a
// public address, which gets ready while the bundle is installed. The two ask the API server by way of
// kube-proxy, and would try again ever later if they were started before it.
func (s *Testbed) startPlatform(ctx context.Context) error {
	variables := map[string]string{"internet_address": InternetAddress, TraefikVariable: s.Traefik}
	if err := s.holdNames(ctx); err != nil {
		return err
	}
	internet, err := s.applyFolder(ctx, "internet", variables)
	if err != nil {
		return err
	}
	if err := s.applier.ready(ctx, s.Budgets.WorkloadReady, workloads(internet)...); err != nil {
		return err
	}
	if _, err := await.Until(ctx, s.Budgets.InternetReady, "the control API", await.Check(s.Internet.Ready)); err != nil {
		return err
	}
	if err := s.trySealFromAPod(ctx); err != nil {
		return err
	}
	if err := s.applier.ready(ctx, s.Budgets.WorkloadReady, kubeProxy()); err != nil {
		return err
	}
	names, err := s.applyFolder(ctx, "names", variables)
	if err != nil {
		return err
	}
	s.names = workloads(names)
	controller, err := s.applyFolder(ctx, "traefik", variables)
	if err != nil {
		return err
	}
	s.controller = workloads(controller)
	return s.MovePublicAddress(ctx, netip.MustParseAddr(PublicAddress))
}

// holdNames stops the CoreDNS that kubeadm has set up, which would forward to other servers, until its
// forwarders are configured. One that forwards to the fake internet is left as it is: the cluster is reused.
func (s *Testbed) holdNames(ctx context.Context) error {
	var coredns appsv1.Deployment
	err := s.Client.Get(ctx, types.NamespacedName{Namespace: metav1.NamespaceSystem, Name: "coredns"}, &coredns)
	if apierrors.IsNotFound(err) || err == nil && coredns.Spec.Template.Annotations[forwardsTo] == InternetAddress {
		return nil
	}
	if err == nil {
		before := coredns.DeepCopy()
		coredns.Spec.Replicas = new(int32(0))
		err = s.Client.Patch(ctx, &coredns, client.MergeFrom(before))
	}
	if err != nil {
		return fmt.Errorf("hold Deployment kube-system/coredns: %w", err)
	}
	return nil
}

// forwardsTo is the annotation by which fixtures/platform/names says whom CoreDNS asks.
const forwardsTo = "edgeproof.dev/forwards-to"

func kubeProxy() *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": map[string]any{
			"namespace": metav1.NamespaceSystem,
			"name":      "kube-proxy",
		},
	}}
}

// awaitController waits for the ingress controller that startPlatform started.
func (s *Testbed) awaitController(ctx context.Context) error {
	return s.applier.ready(ctx, s.Budgets.WorkloadReady, s.controller...)
}

// spreadTrust makes the bundle's pods trust the fake internet's web PKI.
func (s *Testbed) spreadTrust(ctx context.Context) error {
	if len(workloadNamespaces(s.Bundle, s.Apps)) == 0 {
		return fmt.Errorf("%s runs no pods, so there is nothing to judge; give BUNDLE= a folder that does", s.Bundle.Path)
	}
	roots, err := s.Internet.Roots(ctx)
	if err != nil {
		return fmt.Errorf("read the web PKI's root: %w", err)
	}
	quoted, err := json.Marshal(roots.Web)
	if err != nil {
		return fmt.Errorf("encode the web PKI's root: %w", err)
	}
	namespaces, err := json.Marshal(s.trustedNamespaces())
	if err != nil {
		return fmt.Errorf("encode namespaces: %w", err)
	}
	_, err = s.applyFolder(ctx, "trust", map[string]string{
		"web_roots": string(quoted), "bundle_namespaces": string(namespaces), "admission": cmp.Or(s.Admission, "v1"),
	})
	return err
}

// MovePublicAddress gives the ingress controller's Service another public address; kube-proxy serves it to every pod.
func (s *Testbed) MovePublicAddress(ctx context.Context, to netip.Addr) error {
	var service corev1.Service
	key := types.NamespacedName{Namespace: "traefik", Name: "traefik"}
	if err := s.Client.Get(ctx, key, &service); err != nil {
		return fmt.Errorf("give Service %s a public address: %w", key, err)
	}
	before := service.DeepCopy()
	service.Status.LoadBalancer.Ingress = []corev1.LoadBalancerIngress{{IP: to.String()}}
	if err := s.Client.Status().Patch(ctx, &service, client.MergeFrom(before)); err != nil {
		return fmt.Errorf("give Service %s a public address: %w", key, err)
	}
	return nil
}

// applyFolder applies one folder of fixtures/platform.
func (s *Testbed) applyFolder(ctx context.Context, folder string,
	variables map[string]string,
) ([]*unstructured.Unstructured, error) {
	objects, err := readManifests(fixtures.Sub("platform"), folder, variables)
	if err != nil {
		return nil, err
	}
	return objects, s.applier.apply(ctx, objects...)
}

// workloads picks what kstatus can wait for and is worth it.
func workloads(objects []*unstructured.Unstructured) []*unstructured.Unstructured {
	var out []*unstructured.Unstructured
	for _, o := range objects {
		switch o.GetKind() {
		case "Deployment", "StatefulSet", "DaemonSet", "Job":
			out = append(out, o)
		}
	}
	return out
}
