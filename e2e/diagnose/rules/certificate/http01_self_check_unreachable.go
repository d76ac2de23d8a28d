package certificate

import (
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

const selfCheckUnreachable diagnose.Code = "http01-self-check-unreachable"

func selfCheckUnreachableRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:    selfCheckUnreachable,
		Meaning: "cert-manager does not reach the host from within the cluster, so it never lets the CA look",
		Evidence: "`failed to perform self check GET request` with a network error, while the internet gets the proof: a " +
			"router without hairpin NAT, PROXY protocol, or a name that resolves otherwise in the cluster",
		Remedy: "make the host reachable from cert-manager's pod: hairpin NAT, or its name in the cluster's DNS",
		After:  []diagnose.Code{solverClass, proofRedirected, proofRefused},
		Find:   findSelfCheckUnreachable,
	}}
}

func findSelfCheckUnreachable(r *diagnose.Route) []diagnose.Finding {
	text := selfCheck(r)
	if !strings.HasPrefix(text, "failed to perform self check GET request") || otherwise(r) && !proved(r) ||
		r.Has(solverClass, proofRedirected, proofRefused) {
		return nil
	}
	if r.Age(r.Challenge.CreationTimestamp.Time) < usual && !proved(r) {
		return nil // the record may still be on its way
	}
	_, met, _ := strings.Cut(text, `": `)
	if met == "" {
		met = text
	}
	summary := "cert-manager does not reach http://" + r.Host + " from the cluster: " + diagnose.Short(met)
	if proved(r) {
		summary += "; the internet gets the proof there"
	}
	return diagnose.One(r.Index.CertManager.String(), summary,
		look(r, "make the host reachable from cert-manager's pod: hairpin NAT at the router, the ingress controller's "+
			"address for the name in the cluster's DNS, or --acme-http01-solver-nameservers"), metAtProof(r)...)
}
