package credential

import (
	"slices"
	"time"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/cloudflare"
)

// spoken are the signs that a route has.
type spoken []diagnose.Sign

// credentialSigns collects what speaks of the credential now: external-dns by log and pod, the issuer by its
// condition, and the challenge of the route while it is under way. A challenge repeats its last error through its
// back-off, so errors that have been corrected since are left out.
func credentialSigns(r *diagnose.Route) spoken {
	return diagnose.Once(r, func(r *diagnose.Route) spoken { return collectSigns(r) })
}

func collectSigns(r *diagnose.Route) spoken {
	var out spoken
	out = append(out, r.Sync.Signs...)
	if pod, w := r.Sync.Waiting("CreateContainerConfigError"); pod != nil {
		if a := diagnose.ProblemOf(w.Message); a != cloudflare.None {
			out = append(
				out,
				diagnose.Sign{
					Problem: a,
					By:      r.Sync.String(),
					At:      time.Time{},
					Evidence: diagnose.Fact(
						diagnose.Object("Pod", pod.Namespace, pod.Name),
						"%s: %s",
						w.Reason,
						w.Message,
					),
				},
			)
		}
	}
	if r.Issuer.Status != nil {
		for _, c := range r.Issuer.Status.Conditions {
			if a := diagnose.ProblemOf(c.Message); a != cloudflare.None && c.Status == "False" {
				out = append(
					out,
					diagnose.Sign{
						Problem:  a,
						By:       r.Issuer.String(),
						At:       time.Time{},
						Evidence: diagnose.Fact(r.Issuer.String(), "Ready=False %s: %s", c.Reason, c.Message),
					},
				)
			}
		}
	}
	if c := r.Challenge; c != nil && c.DeletionTimestamp == nil && c.Status.State != "valid" {
		if a := diagnose.ProblemOf(c.Status.Reason); a != cloudflare.None {
			at := c.CreationTimestamp.Time
			if events := r.Index.EventsOf("Challenge", c.Namespace, c.Name); len(events) > 0 {
				at = diagnose.EventTime(events[0])
			}
			out = append(
				out,
				diagnose.Sign{
					Problem:  a,
					By:       r.Issuer.String(),
					At:       at,
					Evidence: diagnose.Fact(diagnose.Object("Challenge", c.Namespace, c.Name), "%s", c.Status.Reason),
				},
			)
		}
	}
	return out
}

// signsFor are the signs of the problems.
func signsFor(r *diagnose.Route, problems ...cloudflare.Problem) []diagnose.Sign {
	var out []diagnose.Sign
	for _, s := range credentialSigns(r) {
		for _, a := range problems {
			if s.Problem == a {
				out = append(out, s)
			}
		}
	}
	return out
}

// signsOn are the signs of the problems that somebody met who takes this very credential.
func signsOn(r *diagnose.Route, u diagnose.Use, problems ...cloudflare.Problem) []diagnose.Sign {
	return slices.DeleteFunc(
		signsFor(r, problems...),
		func(s diagnose.Sign) bool { return !slices.Contains(u.By, s.By) },
	)
}

// evidenceOf lists the evidence of signs, the newest last and no more than a few.
func evidenceOf(signs []diagnose.Sign) []diagnose.Evidence {
	const enough = 3
	var out []diagnose.Evidence
	for _, s := range signs[max(0, len(signs)-enough):] {
		out = append(out, s.Evidence)
	}
	return out
}
