package diagnose

import (
	"slices"
	"strings"
	"time"

	"github.com/edgeproof/edgeproof/e2e/facts"
)

// ailment is what a component's words say of its dealings with the provider's API. Prose drifts, so codes and statuses come first.
type ailment int

const (
	fine         ailment = iota
	noSecret             // the kubelet or cert-manager found no Secret
	noKey                // … no such key in it
	noValue              // … nothing in it
	badHeader            // the value cannot be sent: it holds a line end
	badForm              // 6003, 6111: it is no API token
	rejected401          // 10000, 9109, 1000, 401, 403 on reading: not accepted, or without Zone:Read
	rejectedHere         // 9109 with a location: not accepted from this address
	cannotWrite          // 10000, 403 on writing only
	throttled            // 10429, 971, 429
	outage               // 5xx, HTML, a connection cut off
	noTransport          // no connection, no name, no trust
	noZone               // "Found no Zones"
)

// ailing reads one text. It knows nothing of ACME's errors, which have other causes.
func ailing(text string) ailment {
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
		return fine
	case has("does the API token contain a newline", "invalid header field value"):
		return badHeader
	case has("no Cloudflare credential has been given", "cloudflare credentials are not configured", "failed to initialize cloudflare provider: invalid credentials"):
		return noValue
	case has("6111", "6003: Invalid request headers", `"code":6003`):
		return badForm
	case has("Cannot use the access token from location"):
		return rejectedHere
	case has("10429", "971:", `"code":971`, "429 Too Many Requests", "exceeded available rate limit"):
		return throttled
	case has("10000: ", `"code":10000`, "9109", "1000: Invalid API Token", "com.cloudflare.api.account.zone.list", "403 Forbidden", "401 Unauthorized"):
		if has("POST ", "PUT ", "PATCH ", "DELETE ", "failed to create record", "failed to update record", "failed to delete record", "individual ") {
			return cannotWrite
		}
		return rejected401
	case has("Found no Zones"):
		return noZone
	case has("invalid character '<'", "500 Internal Server Error", "502 Bad Gateway", "503 Service", "504 Gateway", "unexpected EOF", ": EOF", "520 ", "521 ", "522 ", "530 ") && has("loudflare", "invalid character '<'"):
		return outage
	case has("loudflare") && has("dial tcp", "no such host", "i/o timeout", "context deadline exceeded", "Client.Timeout", "x509:", "connection refused", "TLS handshake timeout", "connection reset"):
		return noTransport
	case has("does not have key", "couldn't find key", "specified key"):
		return noKey
	case has("secret") && has("not found"):
		return noSecret
	default:
		return fine
	}
}

// sign is one thing that a component said of the provider's API or of its credential, and when.
type sign struct {
	ailment ailment
	by      string    // who met it: external-dns, or an issuer
	at      time.Time // zero when it is not known
	Evidence
}

// signsOf reads the log of external-dns: what it said of the API since its last good sync.
func signsOf(lines []facts.Line, by string) (signs []sign, good time.Time) {
	for i := range lines {
		l := &lines[i]
		// Both end a good sync: one without changes, and one that had some (controller.RunOnce, provider/cloudflare submitChanges).
		if l.Message == "All records are already up to date" {
			signs, good = nil, l.Time
			continue
		}
		if !l.Bad() && l.Level != "warning" {
			continue
		}
		if a := ailing(l.Message + " " + l.Fields["error"]); a != fine {
			if l.Fields["action"] != "" && a == rejected401 {
				a = cannotWrite
			}
			signs = append(signs, sign{a, by, l.Time, logged(facts.ExternalDNS, *l)})
		}
	}
	return signs, good
}

// credentialSigns collects what speaks of the credential now: external-dns by log and pod, the issuer by its condition, and the challenge of the
// route while it is under way. A challenge repeats its last error through its back-off, so what has been cured since is left out.
func (r *route) credentialSigns() []sign {
	if r.signed {
		return r.spoken
	}
	r.signed = true
	r.spoken = append(r.spoken, r.signs...)
	if pod, w := r.dns.waiting("CreateContainerConfigError"); pod != nil {
		if a := ailing(w.Message); a != fine {
			r.spoken = append(r.spoken, sign{a, r.dns.String(), time.Time{}, says(object("Pod", pod.Namespace, pod.Name), "%s: %s", w.Reason, w.Message)})
		}
	}
	if r.issuer.status != nil {
		for _, c := range r.issuer.status.Conditions {
			if a := ailing(c.Message); a != fine && c.Status == "False" {
				r.spoken = append(r.spoken, sign{a, r.issuer.String(), time.Time{}, says(r.issuer.String(), "Ready=False %s: %s", c.Reason, c.Message)})
			}
		}
	}
	if c := r.challenge; c != nil && c.DeletionTimestamp == nil && c.Status.State != "valid" {
		if a := ailing(c.Status.Reason); a != fine {
			at := c.CreationTimestamp.Time
			if events := r.eventsOf("Challenge", c.Namespace, c.Name); len(events) > 0 {
				at = eventTime(events[0])
			}
			r.spoken = append(r.spoken, sign{a, r.issuer.String(), at, says(object("Challenge", c.Namespace, c.Name), "%s", c.Status.Reason)})
		}
	}
	return r.spoken
}

// signsFor are the signs of the ailments.
func (r *route) signsFor(ailments ...ailment) []sign {
	var out []sign
	for _, s := range r.credentialSigns() {
		for _, a := range ailments {
			if s.ailment == a {
				out = append(out, s)
			}
		}
	}
	return out
}

// signsOn are the signs of the ailments that somebody met who takes this very credential.
func (r *route) signsOn(u use, ailments ...ailment) []sign {
	return slices.DeleteFunc(r.signsFor(ailments...), func(s sign) bool { return !slices.Contains(u.by, s.by) })
}

// evidenceOf lists the evidence of signs, the newest last and no more than a few.
func evidenceOf(signs []sign) []Evidence {
	const enough = 3
	var out []Evidence
	for _, s := range signs[max(0, len(signs)-enough):] {
		out = append(out, s.Evidence)
	}
	return out
}
