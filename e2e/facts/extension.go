package facts

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/edgeproof/edgeproof/e2e/edge/traefik"
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

// dependencies are the kinds of the part Extensions: what routes of other kinds depend on, and what is kept of
// the spec of each.
func dependencies() []extension {
	own := func(kind string, keep ...string) extension {
		return extension{Extensions, traefik.Group, kind, []string{"v1alpha1"}, false, shapes(keep)}
	}
	secrets := func(kind string, keep ...string) extension {
		return extension{Extensions, "external-secrets.io", kind, []string{"v1"}, false, shapes(keep)}
	}
	clusterStore := secrets("ClusterSecretStore")
	clusterStore.clustered = true
	return []extension{
		own("Middleware", "ipAllowList", "ipWhiteList", "redirectScheme", "redirectRegex", "chain", "stripPrefix",
			"stripPrefixRegex", "addPrefix", "replacePath", "replacePathRegex", "rateLimit", "inFlightReq", "buffering",
			"errors", "circuitBreaker"),
		own("TLSOption", "sniStrict", "minVersion", "maxVersion", "cipherSuites", "clientAuth", "alpnProtocols"),
		own("TLSStore", "defaultCertificate", "certificates"),
		own("ServersTransport", "serverName", "insecureSkipVerify", "rootCAsSecrets", "rootCAs", "certificatesSecrets",
			"forwardingTimeouts"),
		own("TraefikService"),
		secrets("ExternalSecret", "secretStoreRef", "target", "refreshInterval"),
		secrets("SecretStore"),
		clusterStore,
	}
}

// shapes keeps the parts of a spec that are named, and of others that they are there.
func shapes(keep []string) keeper {
	return func(s *Snapshot, objects []unstructured.Unstructured) error {
		for i := range objects {
			s.Extensions = append(s.Extensions, shape(&objects[i], keep))
		}
		return nil
	}
}

// shape takes of an object what is kept.
func shape(o *unstructured.Unstructured, keep []string) Extension {
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
	for _, name := range keep {
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
