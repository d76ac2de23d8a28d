package diagnose

import (
	"strings"
	"time"

	"github.com/edgeproof/edgeproof/e2e/facts"
)

// Ailment is what a component's words say of its dealings with the provider's API. Prose drifts, so codes and
// statuses come first.
type Ailment int

// The ailments.
const (
	Fine         Ailment = iota
	NoSecret             // the kubelet or cert-manager found no Secret
	NoKey                // … no such key in it
	NoValue              // … nothing in it
	BadHeader            // the value cannot be sent: it holds a line end
	BadForm              // 6003, 6111: it is no API token
	Rejected401          // 10000, 9109, 1000, 401, 403 on reading: not accepted, or without Zone:Read
	RejectedHere         // 9109 with a location: not accepted from this address
	CannotWrite          // 10000, 403 on writing only
	Throttled            // 10429, 971, 429
	Outage               // 5xx, HTML, a connection cut off
	NoTransport          // no connection, no name, no trust
	NoZone               // "Found no Zones"
)

// Ailing reads one text. It knows nothing of ACME's errors, which have other causes.
func Ailing(text string) Ailment {
	has := func(words ...string) bool {
		for _, w := range words {
			if strings.Contains(text, w) {
				return true
			}
		}
		return false
	}
	switch {
	case text == "" || has("urn:ietf:params:acme"):
		return Fine
	case has("does the API token contain a newline", "invalid header field value"):
		return BadHeader
	case has("no Cloudflare credential has been given", "cloudflare credentials are not configured", "failed to initialize cloudflare provider: invalid credentials"):
		return NoValue
	case has("6111", "6003: Invalid request headers", `"code":6003`):
		return BadForm
	case has("Cannot use the access token from location"):
		return RejectedHere
	case has("10429", "971:", `"code":971`, "429 Too Many Requests", "exceeded available rate limit"):
		return Throttled
	case has("10000: ", `"code":10000`, "9109", "1000: Invalid API Token", "com.cloudflare.api.account.zone.list", "403 Forbidden", "401 Unauthorized"):
		if has(
			"POST ",
			"PUT ",
			"PATCH ",
			"DELETE ",
			"failed to create record",
			"failed to update record",
			"failed to delete record",
			"individual ",
		) {
			return CannotWrite
		}
		return Rejected401
	case has("Found no Zones"):
		return NoZone
	case has("invalid character '<'", "500 Internal Server Error", "502 Bad Gateway", "503 Service", "504 Gateway", "unexpected EOF", ": EOF", "520 ", "521 ", "522 ", "530 ") && has("loudflare", "invalid character '<'"):
		return Outage
	case has("loudflare") && has("dial tcp", "no such host", "i/o timeout", "context deadline exceeded", "Client.Timeout", "x509:", "connection refused", "TLS handshake timeout", "connection reset"):
		return NoTransport
	case has("does not have key", "couldn't find key", "specified key"):
		return NoKey
	case has("secret") && has("not found"):
		return NoSecret
	default:
		return Fine
	}
}

// Sign is one thing that a component said of the provider's API or of its credential, and when.
type Sign struct {
	Ailment Ailment
	By      string    // who met it: external-dns, or an issuer
	At      time.Time // zero when it is not known
	Evidence
}

// signsOf reads the log of external-dns: what it said of the API since its last good sync.
func signsOf(lines []facts.Line, by string) (signs []Sign, good time.Time) {
	for i := range lines {
		l := &lines[i]
		// Both end a good sync: one without changes, and one that had some (controller.RunOnce, provider/cloudflare
		// submitChanges).
		if l.Message == "All records are already up to date" {
			signs, good = nil, l.Time
			continue
		}
		if !l.Bad() && l.Level != "warning" {
			continue
		}
		if a := Ailing(l.Message + " " + l.Fields["error"]); a != Fine {
			if l.Fields["action"] != "" && a == Rejected401 {
				a = CannotWrite
			}
			signs = append(signs, Sign{a, by, l.Time, Logged(facts.ExternalDNS, *l)})
		}
	}
	return signs, good
}
