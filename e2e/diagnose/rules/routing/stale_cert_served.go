package routing

import (
	"slices"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge"
)

const staleServed diagnose.Code = "stale-cert-served"

func staleServedRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     staleServed,
		Meaning:  "Traefik serves another certificate than that in the Secret",
		Evidence: "the served fingerprint differs from the Secret's, does not verify, and the Secret's is good",
		Remedy:   "restart Traefik; check that it reaches the API server",
		After:    []diagnose.Code{starves},
		Fallback: true,
		Kind:     diagnose.Symptom,
		Find:     ofTraefik(findStale),
	}}
}

// findStale finds a certificate that is served though the Secret holds another. A Secret of another namespace may
// serve the host too, as Traefik knows certificates by host; that is harmless while it verifies.
func findStale(r *diagnose.Route) []diagnose.Finding {
	h := r.Shown()
	if h == nil || len(h.Chain) == 0 || r.Secret == nil || len(r.Secret.Certificates) == 0 ||
		h.Chain[0].SHA256 == r.Secret.Certificates[0].SHA256 ||
		h.Verified ||
		r.Has(starves) || unloaded(r) {
		return nil
	}
	if r.Request != nil && r.Age(r.Request.CreationTimestamp.Time) < settling {
		return nil
	}
	held, served := r.Secret.Certificates[0], h.Chain[0]
	if !held.NotAfter.After(r.Index.Snapshot.Time) ||
		!slices.ContainsFunc(held.Names, func(n string) bool { return edge.Covers(n, r.Host) }) {
		return nil // what it holds is no better
	}
	evidence := []diagnose.Evidence{
		diagnose.Fact(
			"handshake "+r.Host,
			"%s, serial %s until %s",
			served.Subject,
			served.Serial,
			diagnose.Stamp(served.NotAfter),
		),
		diagnose.Fact(
			diagnose.Object("Secret", r.Secret.Namespace, r.Secret.Name),
			"serial %s until %s",
			held.Serial,
			diagnose.Stamp(held.NotAfter),
		),
	}
	if other := r.Index.ByLeaf[served.SHA256]; other != nil {
		evidence = append(
			evidence,
			diagnose.Fact(diagnose.Object("Secret", other.Namespace, other.Name), "holds what is served"),
		)
	}
	return diagnose.One(
		r.Traefik.String(),
		"Traefik does not serve the certificate that is in the Secret",
		restartTraefik(r, "restart Traefik; check that it reaches the API server and may read Secrets"),
		evidence...)
}
