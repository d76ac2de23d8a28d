package certificate

import (
	"fmt"
	"slices"

	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	cmmeta "github.com/cert-manager/cert-manager/pkg/apis/meta/v1"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	cm "github.com/edgeproof/edgeproof/e2e/edge/certmanager"
)

const manualCertificate diagnose.Code = "manual-certificate-collides"

func manualCertificateRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code: manualCertificate,
		Meaning: "a Certificate made by hand has the name of the Ingress's Certificate, or two Certificates write one " +
			"Secret",
		Evidence: "a Certificate of the Secret without owner that lacks the host, or `two conflicting Certificates " +
			"pointing to the same secret`",
		Remedy: "keep one of the Certificates",
		After:  []diagnose.Code{sharedSecretName},
		Find:   findManualCertificate,
	}}
}

func findManualCertificate(r *diagnose.Route) []diagnose.Finding {
	if r.Block == nil || r.Certificate == nil || r.Has(sharedSecretName) {
		return nil
	}
	all := r.Index.Certificates[r.Named(r.Block.Secret)]
	if kind, _ := diagnose.IssuerOf(r.Source); kind != "" && len(all) == 1 &&
		cm.MadeFor(r.Certificate, r.Source.Kind) == "" &&
		!namesHost(r.Certificate, r.Host) {
		return diagnose.One(
			diagnose.CertificateName(r.Certificate),
			fmt.Sprintf(
				"%s was made by hand under the name of the Ingress's Certificate, and is not for %s",
				diagnose.CertificateName(r.Certificate),
				r.Host,
			),
			diagnose.Remedy{
				Text: "delete it: cert-manager creates the Ingress's",
				Command: fmt.Sprintf(
					"kubectl -n %s delete certificate %s",
					r.Certificate.Namespace,
					r.Certificate.Name,
				),
			},
			diagnose.Fact(
				diagnose.CertificateName(r.Certificate),
				"no owner, for %s",
				diagnose.List(r.Certificate.Spec.DNSNames),
			),
			diagnose.Fact(
				r.Source.String(),
				"hosts %s, Secret %s",
				diagnose.List(r.Block.Hosts),
				r.Block.Secret,
			),
		)
	}
	if len(all) < 2 {
		return nil
	}
	// The Secret says whose it is. It can be that of one only; the other is the one too many.
	var evidence []diagnose.Evidence
	extra, conflict := all[0], false
	for _, c := range all {
		evidence = append(
			evidence,
			diagnose.Fact(
				diagnose.CertificateName(c),
				"fills Secret %s, for %s",
				c.Spec.SecretName,
				diagnose.List(c.Spec.DNSNames),
			),
		)
		cond := cm.Condition(c, ready)
		if cond != nil && cond.Status != cmmeta.ConditionTrue && cond.Reason == "IncorrectCertificate" {
			conflict = true
			evidence = append(
				evidence,
				diagnose.Fact(diagnose.CertificateName(c), "%s: %s", cond.Reason, cond.Message),
			)
		}
		if cm.MadeFor(c, r.Source.Kind) != r.Ingress.Name {
			extra = c
		}
	}
	if r.Secret != nil {
		evidence = append(
			evidence,
			diagnose.Fact(
				diagnose.Object("Secret", r.Secret.Namespace, r.Secret.Name),
				"issued for Certificate %s",
				r.Secret.Annotations[certmanager.CertificateNameKey],
			),
		)
	}
	if !conflict &&
		!slices.ContainsFunc(all, func(c *certmanager.Certificate) bool { return !namesHost(c, r.Host) }) {
		return nil
	}
	return diagnose.One(
		diagnose.CertificateName(extra),
		fmt.Sprintf(
			"%d Certificates write Secret %s/%s, and overwrite each other",
			len(all),
			r.Ingress.Namespace,
			r.Block.Secret,
		),
		diagnose.Remedy{
			Text:    "keep one of them",
			Command: fmt.Sprintf("kubectl -n %s delete certificate %s", extra.Namespace, extra.Name),
		},
		evidence...)
}
