package credential

import (
	"fmt"
	"slices"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

// Active is the status of a token that the provider accepts.
const Active = "active"

func needs(r *diagnose.Route) []diagnose.Need {
	out := []diagnose.Need{
		{Part: facts.Deployments, Where: r.Sync.Space()},
		{Part: facts.Pods, Where: r.Sync.Space()},
		{Part: facts.Tokens, Where: ""},
	}
	for _, u := range r.Uses() {
		out = append(out, diagnose.Need{Part: facts.Secrets, Where: u.Namespace})
	}
	return out
}

// works calls a credential good when the provider accepts it and it may do in the zone what the route needs. What
// the components say of it is for the rules to judge.
func works(r *diagnose.Route) (diagnose.State, string) {
	uses := r.Uses()
	if len(uses) == 0 {
		return diagnose.Unknown, "neither external-dns nor the issuer names a Secret with a token of Cloudflare"
	}
	for _, u := range uses {
		t := r.Index.Tokens[u.TokenRef]
		switch {
		case useless(r, u):
			return diagnose.Broken, u.String() + ": has no token under key " + u.Key
		case t == nil || t.Status == "":
			return diagnose.Unknown, u.String() + ": the token was not looked up at the provider"
		case !accepted(t):
			return diagnose.Broken, u.String() + ": the provider reports " + t.Status
		case t.ZoneRead == nil || t.DNSEdit == nil:
			return diagnose.Unknown, u.String() + ": the permissions of the token are not known"
		case !*t.ZoneRead || !Known(Edits(t, r.Host), true) || !SeesZone(t, r.Host):
			return diagnose.Broken, u.String() + ": the token cannot read and write the zone of " + r.Host
		}
	}
	return diagnose.Clear, fmt.Sprintf(
		"%s: accepted, reads and writes %s",
		uses[0],
		strings.Join(r.Index.Tokens[uses[0].TokenRef].Zones, ", "),
	)
}

// accepted reports whether the provider accepts a token. The verification of users' tokens does not know those of an
// account: what may list zones is accepted all the same.
func accepted(t *facts.Token) bool {
	return t.Status == Active || (t.Status == "unknown" && Known(t.ZoneRead, true))
}

// SeesZone reports whether one of the token's zones holds the host.
func SeesZone(t *facts.Token, host string) bool { return zoneAmong(t.Zones, host) != "" }

// zoneAmong is the closest of the zones that holds the host, "" for none.
func zoneAmong(zones []string, host string) string {
	for rest, ok := host, true; ok; _, rest, ok = strings.Cut(rest, ".") {
		if slices.Contains(zones, rest) {
			return rest
		}
	}
	return ""
}
