package certificate

import (
	"fmt"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

const proofRefused diagnose.Code = "http01-refused"

func proofRefusedRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:    proofRefused,
		Meaning: "the path of the HTTP-01 challenge answers with something else than the proof",
		Evidence: "`wrong status code '403', expected '200'`, `did not get expected response`, or " +
			"urn:ietf:params:acme:error:unauthorized with `Invalid response from`",
		Remedy: "let /.well-known/acme-challenge/ reach the solver without authentication, allow list or rewrite",
		After:  []diagnose.Code{solverClass, proofRedirected, issuanceDenied},
		Find:   findProofRefused,
	}}
}

func findProofRefused(r *diagnose.Route) []diagnose.Finding {
	if !overHTTP(r) || r.Has(solverClass, proofRedirected, issuanceDenied) || otherwise(r) {
		return nil
	}
	text := selfCheck(r)
	if !strings.HasPrefix(text, "wrong status code") && !strings.HasPrefix(text, "did not get expected response") {
		s, ok := said(r, "Invalid response from", "did not match this challenge")
		if !ok {
			return nil
		}
		text = s.text
	} else if r.Age(r.Challenge.CreationTimestamp.Time) < usual && !answersOtherwise(r) {
		return nil // the solver is on its way
	}
	summary := "the path of the challenge does not answer with the proof: " + diagnose.Short(text)
	if rep := proof(r); rep != nil && rep.HTTP != nil && rep.HTTP.Status != 200 {
		summary = fmt.Sprintf("the path of the challenge answers %d in place of the proof", rep.HTTP.Status)
	}
	return diagnose.One(challengeName(r.Challenge), summary,
		look(r, "let /.well-known/acme-challenge/ reach the solver without authentication, allow list or rewrite; its "+
			"entry points are those of plain HTTP"), metAtProof(r)...)
}

// answersOtherwise reports whether the internet was seen to get something else than the proof.
func answersOtherwise(r *diagnose.Route) bool {
	rep := proof(r)
	return rep != nil && rep.HTTP != nil && !proved(r) && rep.HTTP.Status != 404
}
