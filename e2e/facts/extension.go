package facts

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// Extension is an object of a kind that a CustomResourceDefinition brings: its parts as they stand, without what
// may hold a secret.
type Extension struct {
	metav1.ObjectMeta `json:"metadata"`

	APIVersion string         `json:"apiVersion"`
	Kind       string         `json:"kind"`
	Spec       map[string]any `json:"spec,omitempty"`
	Status     map[string]any `json:"status,omitempty"`
}

// String names the object.
func (e *Extension) String() string {
	if e.Namespace == "" {
		return e.Kind + " " + e.Name
	}
	return e.Kind + " " + e.Namespace + "/" + e.Name
}

// extended is a kind of the part Extensions.
type extended struct {
	schema.GroupVersion

	kind, plural string
	root         bool
	// keep lists what is kept of its spec, by name; nothing else may be read.
	keep []string
}

// extensions are the kinds that explain why a route of a built-in kind fails. Where two versions of a kind are
// listed, a cluster serves the first or both.
func extensions() []extended {
	traefik := schema.GroupVersion{Group: "traefik.io", Version: "v1alpha1"}
	secrets := schema.GroupVersion{Group: "external-secrets.io", Version: "v1"}
	return []extended{
		{traefik, "Middleware", "middlewares", false, []string{
			"ipAllowList", "ipWhiteList", "redirectScheme", "redirectRegex", "chain", "stripPrefix", "stripPrefixRegex",
			"addPrefix", "replacePath", "replacePathRegex", "rateLimit", "inFlightReq", "buffering", "errors", "circuitBreaker",
		}},
		{traefik, "TLSOption", "tlsoptions", false, []string{
			"sniStrict", "minVersion", "maxVersion", "cipherSuites", "clientAuth", "alpnProtocols",
		}},
		{traefik, "TLSStore", "tlsstores", false, []string{"defaultCertificate", "certificates"}},
		{traefik, "ServersTransport", "serverstransports", false, []string{
			"serverName", "insecureSkipVerify", "rootCAsSecrets", "rootCAs", "certificatesSecrets", "forwardingTimeouts",
		}},
		{secrets, "ExternalSecret", "externalsecrets", false, []string{"secretStoreRef", "target", "refreshInterval"}},
		{secrets, "SecretStore", "secretstores", false, nil},
		{secrets, "ClusterSecretStore", "clustersecretstores", true, nil},
	}
}

// extend makes the tasks that read the kinds of others. A kind that is not installed has no objects.
func (c *collection) extend() []task {
	var out []task
	for _, kind := range extensions() {
		out = append(out, c.extensionsOf(kind)...)
	}
	return out
}

func (c *collection) extensionsOf(kind extended) []task {
	within := c.scope.Namespaces
	if kind.root || len(within) == 0 {
		within = []string{""}
	}
	out := make([]task, 0, len(within))
	for _, namespace := range within {
		out = append(out, func(ctx context.Context) {
			for next := ""; ; {
				page := &unstructured.UnstructuredList{}
				page.SetGroupVersionKind(kind.WithKind(kind.kind + "List"))
				options := &client.ListOptions{Namespace: namespace, Limit: pageSize, Continue: next}
				switch err := c.from.Kube.List(ctx, page, options); {
				case apierrors.IsNotFound(err), meta.IsNoMatchError(err):
					return
				case err != nil:
					c.fail(Extensions, kind.plural+"."+kind.Group, fmt.Errorf("list %s.%s: %w", kind.plural, kind.Group, err))
					return
				}
				c.keep(func(s *Snapshot) {
					for i := range page.Items {
						s.Extensions = append(s.Extensions, kind.read(&page.Items[i]))
					}
				})
				if next = page.GetContinue(); next == "" {
					return
				}
			}
		})
	}
	return out
}

// read takes of an object what is kept.
func (k extended) read(o *unstructured.Unstructured) Extension {
	out := Extension{APIVersion: o.GetAPIVersion(), Kind: o.GetKind(), ObjectMeta: metav1.ObjectMeta{
		Namespace: o.GetNamespace(), Name: o.GetName(), Generation: o.GetGeneration(),
		CreationTimestamp: o.GetCreationTimestamp(), Labels: o.GetLabels(), OwnerReferences: o.GetOwnerReferences(),
	}}
	spec, _, _ := unstructured.NestedMap(o.Object, "spec")
	for name := range spec {
		if out.Spec == nil {
			out.Spec = map[string]any{}
		}
		out.Spec[name] = map[string]any{} // that it is there is a fact
	}
	for _, name := range k.keep {
		if value, ok := spec[name]; ok {
			out.Spec[name] = value
		}
	}
	if target, ok := out.Spec["target"].(map[string]any); ok {
		delete(target, "template")
	}
	out.Status, _, _ = unstructured.NestedMap(o.Object, "status")
	return out
}
