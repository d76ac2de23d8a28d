package credential

import (
	"fmt"
	"slices"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/cloudflare"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

// provided is what the provider said of a credential; nil when it was not asked.
func provided(r *diagnose.Route, u diagnose.Use) *facts.Token {
	if t := r.Index.Tokens[u.TokenRef]; t != nil && t.Status != "" && !useless(r, u) {
		return t
	}
	return nil
}

// Known is a right that was found out.
func Known(right *bool, value bool) bool { return right != nil && *right == value }

// heard are the signs of the problems, where the provider was not asked itself and the value is there.
func heard(r *diagnose.Route, u diagnose.Use, problems ...cloudflare.Problem) []diagnose.Sign {
	if provided(r, u) != nil || useless(r, u) {
		return nil
	}
	return signsOn(r, u, problems...)
}

// verdict is evidence of what the provider says of a token.
func verdict(u diagnose.Use, t *facts.Token) []diagnose.Evidence {
	right := func(b *bool) string {
		if b == nil {
			return "not found out"
		}
		return fmt.Sprint(*b)
	}
	out := []diagnose.Evidence{
		diagnose.Fact(
			"provider",
			"token of %s: %s, Zone:Read %s, DNS:Read %s, DNS:Edit %s, zones %s",
			u.TokenRef,
			t.Status,
			right(t.ZoneRead),
			right(t.DNSRead),
			right(t.DNSEdit),
			diagnose.List(t.Zones),
		),
	}
	if n := len(t.Refusals); n > 0 {
		out = append(out, refusedRequest(t.Refusals[n-1]))
	}
	return out
}

func refusedRequest(f facts.Refusal) diagnose.Evidence {
	return diagnose.Fact("provider", "%s %s: %d, code %d %s", f.Method, f.Path, f.Status, f.Code, f.Message)
}

// token makes the finding of a rule that reads the provider's answer about the token, or else the components' errors.
func token(
	r *diagnose.Route,
	u diagnose.Use,
	holds func(*facts.Token) bool,
	summary, text string,
	problems ...cloudflare.Problem,
) []diagnose.Finding {
	evidence := evidenceOf(signsOn(r, u, problems...))
	if t := provided(r, u); t != nil {
		if !holds(t) {
			return nil
		}
		evidence = append(verdict(u, t), evidence...)
	} else if len(heard(r, u, problems...)) == 0 {
		return nil
	}
	remedy := diagnose.Remedy{Text: text}
	if r.Sync.Runs() && slices.Contains(u.By, r.Sync.String()) &&
		strings.Contains(text, "restart external-dns") {
		remedy.Command = r.Sync.RolloutRestart()
	}
	return diagnose.One(u.String(), summary, remedy, append(evidence, usedBy(u)...)...)
}

// Edits is whether a token may write the records of the host's zone; nil when that is not known.
func Edits(t *facts.Token, host string) *bool {
	if slices.Contains(t.ReadOnly, zoneAmong(t.Zones, host)) {
		return new(false)
	}
	return t.DNSEdit
}

// good reports whether the provider accepts a credential for all that the route needs.
func good(r *diagnose.Route, u diagnose.Use) bool {
	t := provided(r, u)
	return t != nil && accepted(t) && Known(t.ZoneRead, true) && Known(Edits(t, r.Host), true) && SeesZone(t, r.Host)
}
