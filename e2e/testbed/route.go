package testbed

import (
	"context"
	"fmt"
	"io/fs"
	"slices"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/edgeproof/edgeproof/e2e/await"
	"github.com/edgeproof/edgeproof/e2e/edge"
	"github.com/edgeproof/edgeproof/e2e/judge"
	"github.com/edgeproof/edgeproof/fixtures"
	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// ApplicationNamespace is where the application runs that the routes of faults share.
const ApplicationNamespace = "fault-application"

// FaultVariables are what ${…} stands for in a fault and its route of that id. The application is what
// MakeApplication returned.
func FaultVariables(id string, target judge.Target, externalDNS, application string) map[string]string {
	return map[string]string{
		"id": id, "namespace": "fault-" + id, "zone": target.Zones[0], "host": id + "." + target.Zones[0],
		"address": PublicAddress, "application_address": application, "owner": target.Owner(),
		"ownership_record":     target.TXT.Name(id+"."+target.Zones[0], "A"),
		"credential_namespace": target.Namespace, "credential_secret": target.Credential.Secret,
		"credential_key":    target.Credential.Key,
		"production_issuer": target.Production.Name, "staging_issuer": target.Staging.Name, "external_dns": externalDNS,
		"controller_namespace": target.Controller.Namespace, "controller": target.Controller.Name,
	}
}

// RouteOptions says how the route of a fault is made.
type RouteOptions struct {
	// Own gives the route an application of its own; without it, it leads to the shared one at ${application_address}.
	Own bool
	// Restored is a TLS Secret that is there before the Ingress that names it, so that cert-manager finds it
	// rather than issues another.
	Restored *corev1.Secret
	// Deliver brings the Ingress, once all else is there; without it, it is applied.
	Deliver func(context.Context) error
}

// MakeRoute makes the route of a fault, as the variables name it, and returns how it is judged. It returns once
// the application runs, and waits before for the end of a route that an earlier run left.
func (s *Testbed) MakeRoute(ctx context.Context, variables map[string]string, o RouteOptions) (judge.Route, error) {
	objects, err := readManifests(routeFolder(), ".", variables)
	if err != nil {
		return judge.Route{}, err
	}
	backend := "shared"
	if o.Own {
		backend = "own"
	}
	between, err := readManifests(routeFolder(), backend, variables)
	if err != nil {
		return judge.Route{}, err
	}
	if o.Restored != nil {
		content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(o.Restored)
		if err != nil {
			return judge.Route{}, fmt.Errorf("make route %s: %w", variables["id"], err)
		}
		between = append(between, &unstructured.Unstructured{Object: content})
	}
	if err := s.namespaceGone(ctx, variables["namespace"], true); err != nil {
		return judge.Route{}, err
	}
	if o.Deliver != nil {
		objects = objects[:1]
	}
	err = s.start(ctx, slices.Insert(objects, 1, between...)) // after the Namespace
	if err == nil && o.Deliver != nil {
		err = o.Deliver(ctx)
	}
	if err != nil {
		return judge.Route{}, fmt.Errorf("make route %s: %w", variables["id"], err)
	}
	return judge.Route{
		Source: edge.Source{Kind: edge.Ingress, Namespace: variables["namespace"], Name: "frontend"},
		Hosts:  []string{variables["host"]}, Marker: frontendMarker,
	}, nil
}

// MakeApplication makes the application that routes share, and returns the address of its pod.
func (s *Testbed) MakeApplication(ctx context.Context) (string, error) {
	if err := s.namespaceGone(ctx, ApplicationNamespace, true); err != nil {
		return "", err
	}
	objects, err := readManifests(routeFolder(), "own", map[string]string{"namespace": ApplicationNamespace})
	if err != nil {
		return "", err
	}
	if err := s.start(ctx, slices.Insert(objects, 0, namespaceObject(ApplicationNamespace))); err != nil {
		return "", fmt.Errorf("make the application that faults share: %w", err)
	}
	var pods corev1.PodList
	if err := s.Client.List(ctx, &pods, client.InNamespace(ApplicationNamespace)); err != nil {
		return "", fmt.Errorf("find the application that faults share: %w", err)
	}
	for i := range pods.Items {
		if p := &pods.Items[i]; p.DeletionTimestamp.IsZero() && p.Status.PodIP != "" {
			return p.Status.PodIP, nil
		}
	}
	return "", fmt.Errorf("find the application that faults share: no pod of Namespace %s has an address",
		ApplicationNamespace)
}

// routeFolder has the manifests of a fault's route.
func routeFolder() fs.FS { return fixtures.Sub("faults/route") }

// start applies objects and waits until what runs among them does.
func (s *Testbed) start(ctx context.Context, objects []*unstructured.Unstructured) error {
	if err := s.applier.apply(ctx, objects...); err != nil {
		return err
	}
	return s.applier.ready(ctx, s.Budgets.WorkloadReady, workloads(objects)...)
}

// RemoveRoute takes the route of a fault away. It does not wait for the end.
func (s *Testbed) RemoveRoute(ctx context.Context, variables map[string]string) error {
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: variables["namespace"]}}
	if err := s.Client.Delete(ctx, namespace); client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("remove the route of fault %s: %w", variables["id"], err)
	}
	return nil
}

// RouteGone waits until nothing is left of a route that an earlier run made: no namespace and no record. On a new
// cluster that is so at once.
func (s *Testbed) RouteGone(ctx context.Context, variables map[string]string) error {
	if err := s.namespaceGone(ctx, variables["namespace"], false); err != nil {
		return err
	}
	_, err := await.Until(ctx, s.Budgets.RecordRemoved, "end of the records of "+
		variables["host"], func(ctx context.Context) await.Answer {
		records, err := s.Internet.Records(ctx, variables["zone"], api.RecordFilter{Name: variables["host"]})
		if err != nil {
			return await.Wait("%v", err)
		}
		if len(records) > 0 {
			return await.Wait("%d are still there", len(records))
		}
		return await.Done("gone")
	})
	return err
}

// namespaceGone waits until a namespace that is on its way out is gone; one that lives is in the way only when it must
// not be there at all.
func (s *Testbed) namespaceGone(ctx context.Context, name string, mayLive bool) error {
	_, err := await.Until(ctx, s.Budgets.NamespaceGone, "end of Namespace "+name, func(ctx context.Context) await.Answer {
		var namespace corev1.Namespace
		err := s.Client.Get(ctx, types.NamespacedName{Name: name}, &namespace)
		switch {
		case apierrors.IsNotFound(err):
			return await.Done("gone")
		case err != nil:
			return await.Wait("%v", err)
		case mayLive && namespace.DeletionTimestamp.IsZero():
			return await.Done("alive")
		case namespace.DeletionTimestamp.IsZero():
			return await.Fail("it is alive: a run before this one was killed; remove the cluster with `make down`")
		}
		return await.Wait("it is being deleted")
	})
	return err
}
