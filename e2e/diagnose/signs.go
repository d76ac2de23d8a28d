package diagnose

import (
	"strings"
	"time"

	"github.com/edgeproof/edgeproof/e2e/edge/cloudflare"
	"github.com/edgeproof/edgeproof/e2e/edge/externaldns"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

// What the kubelet and cert-manager say of a Secret, beside what Cloudflare's API says of its value.
const (
	NoSecret cloudflare.Problem = "no-secret" // there is no such Secret
	NoKey    cloudflare.Problem = "no-key"    // it has no such key
)

// ProblemOf reads what a component says of its credential, or of the provider's API.
func ProblemOf(text string) cloudflare.Problem {
	problem := cloudflare.Read(text)
	if problem != cloudflare.None || strings.Contains(text, "urn:ietf:params:acme") {
		return problem
	}
	for _, words := range []string{"does not have key", "couldn't find key", "specified key"} {
		if strings.Contains(text, words) {
			return NoKey
		}
	}
	if strings.Contains(text, "secret") && strings.Contains(text, "not found") {
		return NoSecret
	}
	return cloudflare.None
}

// Sign is one thing that a component said of the provider's API or of its credential, and when.
type Sign struct {
	Problem cloudflare.Problem
	By      string    // who met it: external-dns, or an issuer
	At      time.Time // zero when it is not known
	Evidence
}

// signsOf lists what external-dns said of the API since its last good sync.
func signsOf(syncs externaldns.Log, by string) []Sign {
	var out []Sign
	for _, l := range syncs.Warnings {
		problem := ProblemOf(l.Message + " " + l.Fields["error"])
		if problem == cloudflare.None {
			continue
		}
		if l.Fields["action"] != "" && problem == cloudflare.Rejected {
			problem = cloudflare.CannotWrite
		}
		out = append(out, Sign{problem, by, l.Time, Logged(facts.ExternalDNS, l)})
	}
	return out
}
