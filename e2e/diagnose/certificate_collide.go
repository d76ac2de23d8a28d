package diagnose

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	cmmeta "github.com/cert-manager/cert-manager/pkg/apis/meta/v1"

	"github.com/edgeproof/edgeproof/e2e/facts"
)

func findSharedSecretName(r *route) []Finding {
	if r.block == nil || r.certificate == nil || namesHost(r.certificate, r.Host) {
		return nil
	}
	owner := madeFor(r.certificate)
	if owner == "" || owner == r.Ingress.Name {
		return nil
	}
	other := object("Ingress", r.Ingress.Namespace, owner)
	return finding(ingressName(r.ingress), fmt.Sprintf("%s names Secret %s too, and the Certificate is made for that one, without %s", other, r.block.SecretName, r.Host),
		r.ownSecret(), says(certificateName(r.certificate), "made for %s, for %s", other, list(r.certificate.Spec.DNSNames)),
		says(ingressName(r.ingress), "hosts %s, Secret %s", list(r.block.Hosts), r.block.SecretName))
}

// ownSecret is the remedy that lets the route's TLS block name a Secret of its own.
func (r *route) ownSecret() Remedy {
	for i := range r.ingress.Spec.TLS {
		if &r.ingress.Spec.TLS[i] == r.block {
			return Remedy{Text: "let the Ingress name a Secret of its own", Command: fmt.Sprintf(
				`kubectl -n %s patch ingress %s --type=json -p '[{"op":"replace","path":"/spec/tls/%d/secretName","value":"%s-%s"}]'`,
				r.Ingress.Namespace, r.Ingress.Name, i, r.Ingress.Name, strings.ReplaceAll(strings.TrimPrefix(r.Host, "*."), ".", "-"),
			)}
		}
	}
	return Remedy{}
}

func findManualCertificate(r *route) []Finding {
	if r.block == nil || r.certificate == nil || r.has(sharedSecretName) {
		return nil
	}
	all := r.certificates[r.named(r.block.SecretName)]
	if kind, _ := issuerOf(r.ingress); kind != "" && len(all) == 1 && madeFor(r.certificate) == "" && !namesHost(r.certificate, r.Host) {
		return finding(certificateName(r.certificate), fmt.Sprintf("%s was made by hand where cert-manager would make the Ingress's, and is not for %s", certificateName(r.certificate), r.Host),
			Remedy{Text: "delete it: cert-manager makes the Ingress's", Command: fmt.Sprintf("kubectl -n %s delete certificate %s", r.certificate.Namespace, r.certificate.Name)},
			says(certificateName(r.certificate), "no owner, for %s", list(r.certificate.Spec.DNSNames)), says(ingressName(r.ingress), "hosts %s, Secret %s", list(r.block.Hosts), r.block.SecretName))
	}
	if len(all) < 2 {
		return nil
	}
	// The Secret says whose it is. It can be that of one only; the other is the one too many.
	var evidence []Evidence
	extra, conflict := all[0], false
	for _, c := range all {
		evidence = append(evidence, says(certificateName(c), "fills Secret %s, for %s", c.Spec.SecretName, list(c.Spec.DNSNames)))
		cond := condition(c, ready)
		if cond != nil && cond.Status != cmmeta.ConditionTrue && cond.Reason == "IncorrectCertificate" {
			conflict = true
			evidence = append(evidence, says(certificateName(c), "%s: %s", cond.Reason, cond.Message))
		}
		if madeFor(c) != r.Ingress.Name {
			extra = c
		}
	}
	if r.secret != nil {
		evidence = append(evidence, says(object("Secret", r.secret.Namespace, r.secret.Name), "issued for Certificate %s", r.secret.Annotations[certmanager.CertificateNameKey]))
	}
	if !conflict && !slices.ContainsFunc(all, func(c *certmanager.Certificate) bool { return !namesHost(c, r.Host) }) {
		return nil
	}
	return finding(certificateName(extra), fmt.Sprintf("%d Certificates fill Secret %s/%s, and undo each other's work", len(all), r.Ingress.Namespace, r.block.SecretName),
		Remedy{Text: "keep one of them", Command: fmt.Sprintf("kubectl -n %s delete certificate %s", extra.Namespace, extra.Name)}, evidence...)
}

// foreignIssuer reports whether the issuer is none of cert-manager's own kinds.
func (r *route) foreignIssuer() bool {
	group := r.ingress.Annotations[certmanager.IssuerGroupAnnotationKey]
	if r.certificate != nil {
		group = r.certificate.Spec.IssuerRef.Group
	}
	return group != "" && group != "cert-manager.io"
}

// missingIssuer reports whether the route names an issuer that is surely not there.
func (r *route) missingIssuer() bool {
	if r.ingress == nil || r.issuer.name == "" || r.issuer.config != nil || r.foreignIssuer() || r.has(bothAnnotations) {
		return false
	}
	if r.issuer.kind == certmanager.ClusterIssuerKind {
		return r.looked(facts.ClusterIssuers, "")
	}
	return r.looked(facts.Issuers, r.Ingress.Namespace)
}

// namesake is the kind under which the missing issuer exists, "" for none.
func (r *route) namesake() string {
	if r.issuer.kind != certmanager.ClusterIssuerKind && r.clusterIssuers[r.issuer.name] != nil {
		return certmanager.ClusterIssuerKind
	}
	if r.issuer.kind == certmanager.ClusterIssuerKind && r.issuers[r.named(r.issuer.name)] != nil {
		return certmanager.IssuerKind
	}
	return ""
}

func annotationOf(kind string) string {
	if kind == certmanager.ClusterIssuerKind {
		return certmanager.IngressClusterIssuerNameAnnotationKey
	}
	return certmanager.IngressIssuerNameAnnotationKey
}

// issuerEvidence is who names the missing issuer, and what cert-manager says of it.
func (r *route) issuerEvidence() []Evidence {
	var out []Evidence
	if kind, n := issuerOf(r.ingress); n != "" {
		out = append(out, says(ingressName(r.ingress), "annotation %s: %s", annotationOf(kind), n))
	}
	if r.certificate != nil {
		out = append(out, says(certificateName(r.certificate), "issuerRef %s", r.issuer))
	}
	if s, ok := r.said("Referenced "); ok {
		out = append(out, s.evidence())
	}
	return out
}

func findIssuerKind(r *route) []Finding {
	if !r.missingIssuer() {
		return nil
	}
	kind := r.namesake()
	if kind == "" {
		return nil
	}
	return finding(ingressName(r.ingress), fmt.Sprintf("%s does not exist, and there is %s %s: the annotation is that of the other kind", r.issuer, kind, r.issuer.name),
		r.annotate("use the annotation of the kind", annotationOf(r.issuer.kind)+"-", annotationOf(kind)+"="+r.issuer.name), r.issuerEvidence()...)
}

func findIssuerNotFound(r *route) []Finding {
	if !r.missingIssuer() || r.namesake() != "" {
		return nil
	}
	there := slices.Sorted(maps.Keys(r.clusterIssuers))
	pairs := []string{annotationOf(certmanager.ClusterIssuerKind) + "=" + r.likely(r.issuer.name)}
	if r.issuer.kind != certmanager.ClusterIssuerKind {
		pairs = append([]string{annotationOf(certmanager.IssuerKind) + "-"}, pairs...)
	}
	return finding(ingressName(r.ingress), fmt.Sprintf("%s does not exist; the ClusterIssuers are %s", r.issuer, list(there)),
		r.annotate("name an issuer that exists", pairs...), append(r.issuerEvidence(), says("ClusterIssuers", "%s", list(there)))...)
}
