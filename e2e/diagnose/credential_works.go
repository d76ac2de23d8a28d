package diagnose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/facts"
)

// active is the status of a token that the provider accepts.
const active = "active"

func credentialNeeds(r *route) []need {
	out := []need{{facts.Deployments, r.dns.space()}, {facts.Pods, r.dns.space()}, {facts.Tokens, ""}}
	for _, u := range r.uses() {
		out = append(out, need{facts.Secrets, u.namespace})
	}
	return out
}

// credentialWorks holds a credential for good when the provider accepts it and it may do in the zone what the route needs. What the
// components say of it is for the rules to judge.
func credentialWorks(r *route) (State, string) {
	uses := r.uses()
	if len(uses) == 0 {
		return Unknown, "neither external-dns nor the issuer names a Secret with a token of Cloudflare"
	}
	for _, u := range uses {
		t := r.tokens[u.tokenRef]
		switch {
		case r.useless(u):
			return Broken, u.String() + ": holds no token under key " + u.key
		case t == nil || t.Status == "":
			return Unknown, u.String() + ": the provider was not asked about the token"
		case !accepted(t):
			return Broken, u.String() + ": the provider says " + t.Status
		case t.ZoneRead == nil || t.DNSEdit == nil:
			return Unknown, u.String() + ": what the token may do was not found out"
		case !*t.ZoneRead || !known(edits(t, r.Host), true) || !seesZone(t, r.Host):
			return Broken, u.String() + ": the token cannot read and write the zone of " + r.Host
		}
	}
	return Clear, fmt.Sprintf("%s: accepted, reads and writes %s", uses[0], strings.Join(r.tokens[uses[0].tokenRef].Zones, ", "))
}

// accepted reports whether the provider accepts a token. The verification of users' tokens does not know those of an account: what may
// list zones is accepted all the same.
func accepted(t *facts.Token) bool {
	return t.Status == active || (t.Status == "unknown" && known(t.ZoneRead, true))
}

// seesZone reports whether one of the token's zones holds the host.
func seesZone(t *facts.Token, host string) bool { return zoneAmong(t.Zones, host) != "" }

// zoneAmong is the closest of the zones that holds the host, "" for none.
func zoneAmong(zones []string, host string) string {
	for rest, ok := host, true; ok; _, rest, ok = strings.Cut(rest, ".") {
		if slices.Contains(zones, rest) {
			return rest
		}
	}
	return ""
}
