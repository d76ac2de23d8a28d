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
	if zone := overrides(r); zone != "" && strings.HasPrefix(text, "wrong status code") {
		return diagnose.One("ConfigMap kube-system/coredns", fmt.Sprintf(
			"the cluster's own DNS treats %s apart, and leads cert-manager's check of the proof to another server: %s", zone,
			diagnose.Short(text)), diagnose.Remedy{
			Text:    "let the cluster's DNS forward the zone, or set --acme-http01-solver-nameservers of cert-manager",
			Command: "kubectl -n kube-system edit configmap coredns",
		}, append(metAtProof(r), diagnose.Fact("cluster DNS", "server block for %s", zone))...)
	}
	if strings.Contains(text, "wrong status code '52") || strings.Contains(text, "wrong status code '53") {
		return diagnose.One(challengeName(r.Challenge), "the request for the proof goes through Cloudflare's proxy, which "+
			"asks the origin by HTTPS, for which the certificate is yet to be issued: "+diagnose.Short(text), look(r, "prove "+
			"by DNS-01; or let the proxy ask for the path by plain HTTP until the certificate is there: SSL mode Full in "+
			"place of Full (strict), and no Always Use HTTPS for /.well-known/acme-challenge/"), metAtProof(r)...)
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
