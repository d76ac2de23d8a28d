package certificate

import (
	"strings"
	"time"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

// txtName is where the CA looks for the challenge's answer (RFC 8555 section 8.4).
func txtName(r *diagnose.Route) string { return "_acme-challenge." + strings.TrimPrefix(r.Host, "*.") }

// answersAt are the TXT records for challenges of the host at the provider, those of this challenge and others.
func answersAt(r *diagnose.Route) (own, others []diagnose.Record) {
	for _, rec := range r.Index.Records[txtName(r)] {
		switch {
		case rec.Type != "TXT":
		case r.Challenge != nil && strings.Trim(rec.Content, `"`) == r.Challenge.Spec.Key:
			own = append(own, rec)
		default:
			others = append(others, rec)
		}
	}
	return own, others
}

// txtEvidence tells what the provider holds for the challenge.
func txtEvidence(r *diagnose.Route) []diagnose.Evidence {
	if r.Zone == nil || !r.Index.Looked(facts.Provider, r.Zone.Name) {
		return nil
	}
	out := []diagnose.Evidence(nil)
	if d, ok := r.Index.Snapshot.Domains[r.Host]; ok {
		out = append(
			out,
			diagnose.Fact("DNS authority", "TXT %s: %s", txtName(r), diagnose.List(d.Challenge.Authority.Data)),
			diagnose.Fact("DNS resolver", "TXT %s: %s", txtName(r), diagnose.List(d.Challenge.Resolver.Data)),
		)
	}
	own, others := answersAt(r)
	if len(own)+len(others) == 0 {
		return append(out, diagnose.Fact("zone "+r.Zone.Name, "no TXT record %s", txtName(r)))
	}
	for _, rec := range own {
		out = append(
			out,
			diagnose.Fact(rec.String(), "that of this challenge, created %s", diagnose.Stamp(rec.Created)),
		)
	}
	for _, rec := range others {
		out = append(
			out,
			diagnose.Fact(rec.String(), "not of this challenge, created %s", diagnose.Stamp(rec.Created)),
		)
	}
	return out
}

// spreading is how long a TXT record may take to be seen: longer than that is no waiting any more.
const spreading = 5 * time.Minute
