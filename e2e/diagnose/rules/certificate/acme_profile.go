package certificate

import (
	"fmt"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

const acmeProfile diagnose.Code = "acme-profile"

func acmeProfileRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:    acmeProfile,
		Meaning: "the CA does not offer the certificate profile that the issuer names, or not to this account",
		Evidence: "`certificate authority does not support profiles`, `does not advertise a profile`, " +
			"urn:ietf:params:acme:error:invalidProfile, or `not permitted to use certificate profile`",
		Remedy: "name a profile that the CA's directory offers, or none",
		Find:   findAcmeProfile,
	}}
}

func findAcmeProfile(r *diagnose.Route) []diagnose.Finding {
	s, ok := said(r, "does not support profiles", "does not advertise a profile",
		"urn:ietf:params:acme:error:invalidProfile", "certificate profile", "not a recognized profile")
	if !ok || r.Issuer.Config == nil || r.Issuer.Config.ACME == nil {
		return nil
	}
	name := r.Issuer.Config.ACME.Profile
	if name == "" && r.Order != nil {
		name = r.Order.Spec.Profile
	}
	remedy := patchIssuer(r, "name a profile that the CA offers, or none; see meta.profiles of its directory",
		`{"spec":{"acme":{"profile":null}}}`)
	return diagnose.One(r.Issuer.String(), fmt.Sprintf("the CA does not issue by the profile %q of the issuer", name),
		remedy,
		s.evidence(), diagnose.Fact(r.Issuer.String(), "profile %q, directory %s", name, server(r)))
}
