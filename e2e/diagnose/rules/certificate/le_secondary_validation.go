package certificate

import (
	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

const secondary diagnose.Code = "le-secondary-validation"

func secondaryRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     secondary,
		Meaning:  "the CA saw the TXT record from one network location and not from others",
		Evidence: "`During secondary validation` in the Challenge",
		Remedy:   "make the name servers give the same answer everywhere, and try again",
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
		"the CA saw the TXT record from one network location, and not from others: it propagates slowly, or the name "+
			"servers give different answers",
		renew(r, "try again; when the error returns, make the name servers give the same answer everywhere"),
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
