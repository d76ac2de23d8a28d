package certmanager

import "strings"

// Problem is the type of an ACME error, without its prefix (RFC 8555 section 6.7).
type Problem string

// The types that a diagnosis tells apart.
const (
	AccountDoesNotExist Problem = "accountDoesNotExist"
	CAA                 Problem = "caa"
	InvalidContact      Problem = "invalidContact"
	RateLimited         Problem = "rateLimited"
	RejectedIdentifier  Problem = "rejectedIdentifier"
	Unauthorized        Problem = "unauthorized"
	UnsupportedContact  Problem = "unsupportedContact"
)

const problemPrefix = "urn:ietf:params:acme:error:"

// URN is the type as ACME servers write it, and cert-manager quotes it.
func (p Problem) URN() string { return problemPrefix + string(p) }

// ProblemIn is the first type of an ACME error in a text, "" for none. What is not among the constants is a problem
// all the same.
func ProblemIn(text string) Problem {
	_, rest, ok := strings.Cut(text, problemPrefix)
	if !ok {
		return ""
	}
	end := strings.IndexFunc(rest, func(r rune) bool { return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') })
	if end < 0 {
		end = len(rest)
	}
	return Problem(rest[:end])
}
