package certificate

import (
	"fmt"
	"strings"
	"time"

	acme "github.com/cert-manager/cert-manager/pkg/apis/acme/v1"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	cm "github.com/edgeproof/edgeproof/e2e/edge/certmanager"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

const underWay diagnose.Code = "issuance-under-way"

func underWayRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:    underWay,
		Meaning: "the certificate is being issued, and no error is reported",
		Evidence: "a request younger than five minutes without an error: a DNS-01 issuance takes 60 to 90 seconds, of " +
			"which cert-manager waits 60",
		Remedy:   "wait",
		After:    []diagnose.Code{presentBackoff, issuanceBackoff, orderNotCreated},
		Fallback: true,
		Kind:     diagnose.Wait,
		Find:     findUnderWay,
	}}
}

func findUnderWay(r *diagnose.Route) []diagnose.Finding {
	if r.Block == nil || !r.Unexplained(diagnose.Certificate) {
		return nil
	}
	if r.Certificate == nil {
		if _, n := diagnose.IssuerOf(r.Source); n == "" || r.Age(r.Source.Created) > newborn ||
			!r.Index.Looked(facts.Certificates, r.Ingress.Namespace) {
			return nil
		}
		return diagnose.One(
			r.Source.String(),
			"the "+r.Source.Kind+" is new, and cert-manager has not created its Certificate yet",
			diagnose.Remedy{Text: "wait"},
			diagnose.Fact(
				r.Source.String(),
				"created %s",
				diagnose.Stamp(r.Source.Created),
			),
		)
	}
	if !cm.Unsettled(r.Certificate) || r.Age(begun(r)) > usual || failing(r) {
		return nil
	}
	evidence := []diagnose.Evidence{
		diagnose.Fact(diagnose.CertificateName(r.Certificate), "issuance begun %s", diagnose.Stamp(begun(r))),
	}
	for _, s := range sayings(r) {
		evidence = append(evidence, s.evidence())
		break
	}
	return diagnose.One(
		diagnose.CertificateName(r.Certificate),
		fmt.Sprintf(
			"the certificate is being issued, for %s now; it should be there by %s",
			r.Age(begun(r)).Round(time.Second),
			diagnose.Stamp(begun(r).Add(usual)),
		),
		diagnose.Remedy{Text: "wait"},
		evidence...)
}

// failing reports whether an object of the issuance tells of an error.
func failing(r *diagnose.Route) bool {
	if c := r.Challenge; c != nil && c.DeletionTimestamp == nil && c.Status.Reason != "" &&
		!strings.HasPrefix(c.Status.Reason, "Waiting for ") &&
		c.Status.State != acme.Valid {
		return true
	}
	return r.Order != nil &&
		(r.Order.Status.Reason != "" || r.Order.Status.State == acme.Invalid || r.Order.Status.State == acme.Errored)
}
