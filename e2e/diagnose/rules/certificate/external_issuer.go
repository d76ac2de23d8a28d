package certificate

import (
	"fmt"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	cm "github.com/edgeproof/edgeproof/e2e/edge/certmanager"
)

const externalIssuer diagnose.Code = "external-issuer"

func externalIssuerRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:    externalIssuer,
		Meaning: "the issuer of another project does not issue",
		Evidence: "the issuerRef's group is not cert-manager.io; the CertificateRequest says what the issuer's own " +
			"controller met, or nothing when none runs",
		Remedy: "look at that issuer and at its controller",
		Find:   findExternalIssuer,
	}}
}

func findExternalIssuer(r *diagnose.Route) []diagnose.Finding {
	if !cm.Unsettled(r.Certificate) || r.Request == nil {
		return nil
	}
	ref := cm.Ref(r.Request.Spec.IssuerRef)
	if ref.Own() {
		return nil
	}
	cond := cm.RequestReady(r.Request)
	request := diagnose.Object("CertificateRequest", r.Request.Namespace, r.Request.Name)
	remedy := diagnose.Remedy{
		Text:    "look at the issuer, and at the log of the controller of " + ref.Group,
		Command: fmt.Sprintf("kubectl -n %s describe certificaterequest %s", r.Request.Namespace, r.Request.Name),
	}
	switch {
	case cond == nil && r.Age(r.Request.CreationTimestamp.Time) > usual:
		return diagnose.One(ref.String(), fmt.Sprintf("no controller of %s has taken the request for %s", ref.Group,
			r.Age(r.Request.CreationTimestamp.Time)), remedy, diagnose.Fact(request, "no condition Ready, issuer %s of group %s",
			ref, ref.Group))
	case cond == nil || cond.Reason == "Pending" && r.Age(begun(r)) < usual:
		return nil
	}
	return diagnose.One(ref.String(), fmt.Sprintf("the controller of %s does not issue: %s: %s", ref.Group, cond.Reason,
		diagnose.Short(cond.Message)), remedy, diagnose.Fact(request, "%s: %s", cond.Reason, cond.Message))
}
