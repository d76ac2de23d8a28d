package credential

import (
	"time"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/cloudflare"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

// recent is how long a refusal of the provider speaks of now.
const recent = 5 * time.Minute

// troubles are the signs of a fault of the provider that still speak of now: external-dns's since its last good sync,
// or where it has had none, since the provider last granted a request; a challenge's unless external-dns has got
// through since; and what the provider refused of late.
func troubles(r *diagnose.Route, of cloudflare.Problem, refused func(facts.Refusal) bool) []diagnose.Evidence {
	through := r.Sync.Syncs.Good
	if through.IsZero() {
		through = granted(r)
	}
	var signs []diagnose.Sign
	for _, s := range signsFor(r, of) {
		if of == cloudflare.Unreachable || through.IsZero() || s.At.IsZero() || s.At.After(through) {
			signs = append(signs, s)
		}
	}
	out := evidenceOf(signs)
	if refused == nil {
		return out
	}
	for _, u := range r.Uses() {
		t := r.Index.Tokens[u.TokenRef]
		if t == nil {
			continue
		}
		granted := grantedAt(t)
		var since []facts.Refusal
		for _, x := range t.Refusals {
			at, err := time.Parse(time.RFC3339, x.Time)
			if refused(x) && (err != nil || (at.After(r.Sync.Syncs.Good) && !granted.After(at) && r.Age(at) < recent)) {
				since = append(since, x)
			}
		}
		// One failure of the provider's own passes: whoever asked will ask again.
		if n := len(since); n > 1 || n == 1 && of != cloudflare.Outage {
			out = append(out, refusedRequest(since[n-1]))
		}
	}
	return out
}

// granted is when the provider last granted a request with a token of the route; the zero time where it is not known.
func granted(r *diagnose.Route) time.Time {
	var last time.Time
	for _, u := range r.Uses() {
		if t := r.Index.Tokens[u.TokenRef]; t != nil && grantedAt(t).After(last) {
			last = grantedAt(t)
		}
	}
	return last
}

// grantedAt is when the provider last granted a request with the token; the zero time where it is not known.
func grantedAt(t *facts.Token) time.Time {
	at, _ := time.Parse(time.RFC3339, t.Granted)
	return at
}

const cloudflareAPI = "Cloudflare API"
