package certificate

import (
	"fmt"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

const proofRedirected diagnose.Code = "http01-redirected"

func proofRedirectedRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:    proofRedirected,
		Meaning: "the path of the HTTP-01 challenge is redirected to where the proof is not served",
		Evidence: "the URL of the challenge answers with a redirect, as a middleware or an entry point's redirection " +
			"makes it, and its target does not have the proof",
		Remedy: "leave /.well-known/acme-challenge/ out of the redirect, or serve it at the target too",
		After:  []diagnose.Code{solverClass},
		Find:   findProofRedirected,
	}}
}

func findProofRedirected(r *diagnose.Route) []diagnose.Finding {
	if selfCheck(r) == "" || proved(r) || r.Has(solverClass) {
		return nil
	}
	first, last := r.Index.Snapshot.Probes[r.Host].Proof, proof(r)
	if first == nil || first.HTTP == nil || first.HTTP.Status < 300 || first.HTTP.Status > 399 || last == nil {
		return nil
	}
	end := "nothing answers there"
	if last.HTTP != nil && last != first {
		end = fmt.Sprintf("%s answers %d", last.Request.URL, last.HTTP.Status)
	}
	return diagnose.One(
		r.Source.String(),
		fmt.Sprintf("plain HTTP is redirected with %d, the path of the challenge too, and %s", first.HTTP.Status, end),
		look(r, "leave /.well-known/acme-challenge/ out of the redirect: a redirect of the entry point with a lower "+
			"priority than the solver's router, or a middleware on the application's Ingress alone"),
		metAtProof(r)...)
}
