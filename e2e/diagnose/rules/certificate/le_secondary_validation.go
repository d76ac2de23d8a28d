package certificate

import (
	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

const secondary diagnose.Code = "le-secondary-validation"

func secondaryRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     secondary,
		Meaning:  "the CA saw the TXT record from one place and not from others",
		Evidence: "`During secondary validation` in the Challenge",
		Remedy:   "let name servers answer everywhere alike, and try again",
		After:    []diagnose.Code{caaForbids},
		Find:     findSecondary,
	}}
}

func findSecondary(r *diagnose.Route) []diagnose.Finding {
	s, ok := said(r, "During secondary validation")
	if !ok || r.Has(caaForbids) {
		return nil
	}
	return diagnose.One(
		deepest(r),
		"the CA saw the TXT record from one place, and not from others: it spreads slowly, or name servers do not answer everywhere alike",
		renew(r, "try again; when it comes back, let the name servers answer everywhere"),
		s.evidence(),
	)
}

// deepest is the deepest object of the issuance.
func deepest(r *diagnose.Route) string {
	if r.Challenge != nil {
		return challengeName(r.Challenge)
	}
	return orderOrCertificate(r)
}
