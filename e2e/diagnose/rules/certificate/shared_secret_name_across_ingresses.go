package certificate

import (
	"fmt"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	cm "github.com/edgeproof/edgeproof/e2e/edge/certmanager"
)

const sharedSecretName diagnose.Code = "shared-secret-name-across-ingresses"

func sharedSecretNameRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     sharedSecretName,
		Meaning:  "two Ingresses of a namespace name the same Secret, and the Certificate belongs to the other one",
		Evidence: "the Certificate is owned by another Ingress and does not have the host",
		Remedy:   "give each Ingress a Secret of its own",
		Find:     findSharedSecretName,
	}}
}

func findSharedSecretName(r *diagnose.Route) []diagnose.Finding {
	if r.Block == nil || r.Certificate == nil || namesHost(r.Certificate, r.Host) {
		return nil
	}
	owner := cm.MadeFor(r.Certificate, r.Source.Kind)
	if owner == "" || owner == r.Ingress.Name {
		return nil
	}
	other := diagnose.Object("Ingress", r.Ingress.Namespace, owner)
	return diagnose.One(
		r.Source.String(),
		fmt.Sprintf(
			"%s names Secret %s too, and the Certificate is made for that one, without %s",
			other,
			r.Block.Secret,
			r.Host,
		),
		ownSecret(
			r,
		),
		diagnose.Fact(
			diagnose.CertificateName(r.Certificate),
			"made for %s, for %s",
			other,
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

// ownSecret is the remedy that lets the route's TLS block name a Secret of its own.
func ownSecret(r *diagnose.Route) diagnose.Remedy {
	for i := range r.Source.TLS {
		if &r.Source.TLS[i] == r.Block {
			return diagnose.Remedy{
				Text: "give the Ingress a Secret of its own",
				Command: r.Source.Patch(
					"json",
					fmt.Sprintf(`[{"op":"replace","path":"/spec/tls/%d/secretName","value":"%s-%s"}]`,
						i, r.Source.Name, strings.ReplaceAll(strings.TrimPrefix(r.Host, "*."), ".", "-")),
				),
			}
		}
	}
	return diagnose.Remedy{}
}
