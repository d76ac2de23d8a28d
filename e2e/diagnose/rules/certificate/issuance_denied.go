package certificate

import (
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	cm "github.com/edgeproof/edgeproof/e2e/edge/certmanager"
)

const issuanceDenied diagnose.Code = "issuance-denied"

func issuanceDeniedRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:    issuanceDenied,
		Meaning: "the API server refuses an object that cert-manager makes for the issuance",
		Evidence: "`exceeded quota`, `violates PodSecurity`, `admission webhook … denied the request` or `failed calling " +
			"webhook` of another project, in the Challenge or in events of the issuance",
		Remedy: "raise the quota, comply with the policy, or exempt cert-manager's objects",
		Find:   findIssuanceDenied,
	}}
}

func findIssuanceDenied(r *diagnose.Route) []diagnose.Finding {
	if !cm.Unsettled(r.Certificate) {
		return nil
	}
	for _, s := range append(sayings(r), recent(r)...) {
		if !strings.Contains(s.text, "quota") && !strings.Contains(s.text, "webhook") &&
			!strings.Contains(s.text, "PodSecurity") {
			continue
		}
		if d, ok := r.Index.Denied(r.Ingress.Namespace, s.text); ok {
			return diagnose.One(d.Object, "the API server refuses what cert-manager makes for the issuance: "+d.Why,
				d.Remedy, s.evidence())
		}
	}
	return nil
}

// recent is what the newest event of each object of the issuance says.
func recent(r *diagnose.Route) []saying {
	var out []saying
	add := func(kind, name string) {
		if list := r.Index.EventsOf(kind, r.Ingress.Namespace, name); len(list) > 0 {
			out = append(out, saying{"event on " + diagnose.Object(kind, r.Ingress.Namespace, name), list[0].Message})
		}
	}
	if r.Challenge != nil {
		add("Challenge", r.Challenge.Name)
	}
	if r.Order != nil {
		add("Order", r.Order.Name)
	}
	if r.Request != nil {
		add("CertificateRequest", r.Request.Name)
	}
	add("Certificate", r.Certificate.Name)
	return out
}
