package certificate

import (
	"fmt"
	"time"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	cm "github.com/edgeproof/edgeproof/e2e/edge/certmanager"
)

const orderNotCreated diagnose.Code = "order-not-created"

func orderNotCreatedRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     orderNotCreated,
		Meaning:  "the ACME server did not create the order",
		Evidence: "`Waiting on certificate issuance from order …: \"\"`; the Order has no URL",
		Remedy:   "read the Order and the controller's log",
		After:    []diagnose.Code{presentBackoff, issuanceBackoff},
		Fallback: true,
		Find:     findOrderNotCreated,
	}}
}

// ordering is how long the ACME server may take for a new order, with the retries of its client.
const ordering = time.Minute

func findOrderNotCreated(r *diagnose.Route) []diagnose.Finding {
	o := r.Order
	if o == nil || !cm.Unsettled(r.Certificate) || !r.Unexplained(diagnose.Certificate) || o.Status.URL != "" ||
		o.Status.State != "" ||
		r.Age(o.CreationTimestamp.Time) < ordering {
		return nil
	}
	evidence := []diagnose.Evidence{
		diagnose.Fact(orderName(o), "no URL and no state, created %s", diagnose.Stamp(o.CreationTimestamp.Time)),
	}
	if s, ok := said(r, "Waiting on certificate issuance from order"); ok {
		evidence = append(evidence, s.evidence())
	}
	namespace, name := r.Index.CertManager.Space(), "cert-manager"
	if r.Index.CertManager.Runs() {
		name = r.Index.CertManager.Name
	}
	return diagnose.One(
		orderName(o),
		fmt.Sprintf("the ACME server of %s has not created the order; cert-manager retries", r.Issuer),
		diagnose.Remedy{
			Text:    "read the ACME server's answer in the log of cert-manager",
			Command: fmt.Sprintf("kubectl -n %s logs deploy/%s --since=10m", namespace, name),
		},
		evidence...)
}
