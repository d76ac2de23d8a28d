// Package cloudflare knows what Cloudflare's API means by what it answers: its error codes, how the clients of
// external-dns and cert-manager word them, and the forms of its credentials. It reads text only. It must not
// know who asked, nor what follows for a route.
package cloudflare

import "strings"

// Problem is what an error says of a client's dealings with the API.
type Problem string

// The problems. Prose drifts between versions, so codes and statuses are read first.
const (
	None         Problem = ""
	NoCredential Problem = "no-credential"    //nolint:gosec // no credential: the client was given none
	BadHeader    Problem = "bad-header"       // the value cannot be sent: it holds a line end
	BadForm      Problem = "bad-form"         // 6003 with 6102, 6103 or 6111: it is no API token, or no global key
	Rejected     Problem = "rejected"         // 10000, 91xx, 1000, 401, 403 on reading: not accepted, no Zone:Read
	RejectedHere Problem = "rejected-address" // 9109 with a location: not accepted from this address
	CannotWrite  Problem = "cannot-write"     // 10000, 403 on writing only
	Throttled    Problem = "throttled"        // 10100, 10429, 971, 429
	Outage       Problem = "outage"           // 5xx, HTML, a connection that was cut off
	Unreachable  Problem = "unreachable"      // no connection, no name, no trust
	NoZone       Problem = "no-zone"          // "Found no Zones"
)

// location begins the message of a token that is not accepted from the address of the client.
const location = "Cannot use the access token from location"

// FromAddress reports whether a message of the API refuses the client's address.
func FromAddress(message string) bool { return strings.Contains(message, location) }

// Read reads an error as a client words it. It knows nothing of ACME's errors, which have other causes.
func Read(text string) Problem {
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
		return None
	case has("does the API token contain a newline", "invalid header field value"):
		return BadHeader
	case has("no Cloudflare credential has been given", "cloudflare credentials are not configured",
		"failed to initialize cloudflare provider: invalid credentials"):
		return NoCredential
	case has("6111", "6102", "6103", "6003: Invalid request headers", `"code":6003`):
		return BadForm
	case FromAddress(text):
		return RejectedHere
	case has("10429", "10100: ", `"code":10100`, "971:", `"code":971`, "429 Too Many Requests",
		"exceeded available rate limit"):
		return Throttled
	case has("10000: ", `"code":10000`, "9103", "9106", "9109", "1000: Invalid API Token",
		"com.cloudflare.api.account.zone.list", "403 Forbidden", "401 Unauthorized"):
		if has("POST ", "PUT ", "PATCH ", "DELETE ", "failed to create record", "failed to update record",
			"failed to delete record", "individual ") {
			return CannotWrite
		}
		return Rejected
	case has("Found no Zones"):
		return NoZone
	case has("invalid character '<'"),
		has("loudflare") && has("500 Internal Server Error", "502 Bad Gateway", "503 Service",
			"504 Gateway", "unexpected EOF", ": EOF", "520 ", "521 ", "522 ", "530 "):
		return Outage
	case has("loudflare") && has("dial tcp", "no such host", "i/o timeout", "context deadline exceeded",
		"Client.Timeout", "x509:", "connection refused", "TLS handshake timeout", "connection reset"):
		return Unreachable
	}
	return None
}
