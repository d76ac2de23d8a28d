package certmanager

import (
	"fmt"
	"strings"

	api "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	meta "github.com/cert-manager/cert-manager/pkg/apis/meta/v1"
)

// Reference names an issuer.
type Reference struct{ Kind, Group, Name string }

// Own reports whether it is one of cert-manager's own kinds.
func (r Reference) Own() bool { return r.Group == "" || r.Group == Group }

func (r Reference) String() string { return strings.TrimSpace(r.Kind + " " + r.Name) }

// Ref is what a Certificate's issuerRef names, with its defaults.
func Ref(r meta.IssuerReference) Reference {
	out := Reference{Kind: r.Kind, Group: r.Group, Name: r.Name}
	if out.Kind == "" {
		out.Kind = api.IssuerKind
	}
	return out
}

// Requested is the issuer that the annotations of an Ingress or a Gateway name; zero when they name none. Its kind
// and group may be given by annotations of their own, beside cert-manager.io/issuer only; see Conflict.
func Requested(annotations map[string]string) Reference {
	if n := annotations[api.IngressClusterIssuerNameAnnotationKey]; n != "" {
		return Reference{Kind: api.ClusterIssuerKind, Name: n}
	}
	n := annotations[api.IngressIssuerNameAnnotationKey]
	if n == "" {
		return Reference{}
	}
	out := Reference{Kind: api.IssuerKind, Group: annotations[api.IssuerGroupAnnotationKey], Name: n}
	if kind := annotations[api.IssuerKindAnnotationKey]; kind != "" {
		out.Kind = kind
	}
	return out
}

// Conflict says why cert-manager takes no issuer from annotations that name one, "" when it does
// (pkg/controller/certificate-shim/sync.go, issuerForIngressLike).
func Conflict(annotations map[string]string) string {
	_, cluster := annotations[api.IngressClusterIssuerNameAnnotationKey]
	if !cluster {
		return ""
	}
	for _, other := range []string{
		api.IngressIssuerNameAnnotationKey, api.IssuerGroupAnnotationKey, api.IssuerKindAnnotationKey,
	} {
		if _, both := annotations[other]; both {
			return fmt.Sprintf("both %q and %q may not be set", api.IngressClusterIssuerNameAnnotationKey, other)
		}
	}
	return ""
}

// AnnotationOf is the annotation that names an issuer of a kind.
func AnnotationOf(kind string) string {
	if kind == api.ClusterIssuerKind {
		return api.IngressClusterIssuerNameAnnotationKey
	}
	return api.IngressIssuerNameAnnotationKey
}
