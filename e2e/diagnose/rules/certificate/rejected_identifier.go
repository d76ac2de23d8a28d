package certificate

import (
	"fmt"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

const rejected diagnose.Code = "rejected-identifier"

func rejectedRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     rejected,
		Meaning:  "the ACME server does not issue for this name",
		Evidence: "urn:ietf:params:acme:error:rejectedIdentifier",
		Remedy:   "use a public name",
		Find:     findRejected,
	}}
}

func findRejected(r *diagnose.Route) []diagnose.Finding {
	s, ok := said(r, "urn:ietf:params:acme:error:rejectedIdentifier")
	if !ok {
		return nil
	}
	return diagnose.One(
		r.Source.String(),
		fmt.Sprintf("the ACME server does not issue for %s", diagnose.List(r.Certificate.Spec.DNSNames)),
		diagnose.Remedy{
			Text:    "use a public name",
			Command: r.Source.Command("edit"),
		},
		s.evidence(),
	)
}
