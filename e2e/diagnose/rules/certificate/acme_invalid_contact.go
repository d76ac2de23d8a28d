package certificate

import (
	"fmt"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

const acmeContact diagnose.Code = "acme-invalid-contact"

func acmeContactRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     acmeContact,
		Meaning:  "the ACME server does not accept the issuer's e-mail address",
		Evidence: "urn:ietf:params:acme:error:invalidContact or unsupportedContact; cert-manager does not retry",
		Remedy:   "set a real address",
		Find:     findContact,
	}}
}

func findContact(r *diagnose.Route) []diagnose.Finding {
	s, ok := complaint(
		r,
		"urn:ietf:params:acme:error:invalidContact",
		"urn:ietf:params:acme:error:unsupportedContact",
	)
	if !ok {
		return nil
	}
	email := ""
	if r.Issuer.Config != nil && r.Issuer.Config.ACME != nil {
		email = r.Issuer.Config.ACME.Email
	}
	return diagnose.One(r.Issuer.String(), fmt.Sprintf("the ACME server does not accept the e-mail address %q", email),
		patchIssuer(r, "set a real address", `{"spec":{"acme":{"email":"ADDRESS"}}}`), s.evidence())
}
