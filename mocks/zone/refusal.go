package zone

import (
	"fmt"
	"net/http"
)

// Evidence says how a code, a message or a behaviour is known.
type Evidence string

// The kinds of evidence, strongest first.
const (
	Recorded   Evidence = "REC"  // recorded traffic of the real API
	Probed     Evidence = "LIVE" // asserted against the real API by somebody's CI
	Documented Evidence = "DOC"  // Cloudflare's documentation
	Client     Evidence = "SRC"  // a client's source depends on it
	Reported   Evidence = "ISS"  // pasted in a public issue
	Mocked     Evidence = "MOCK" // another mock claims it
	Unverified Evidence = "UNV"  // inferred; do not rely on the exact code or words
)

// APIError is an error of the provider: what it answers, word for word. Every refusal of this package that
// a client could cause is one; match it with errors.As and compare Code.
type APIError struct {
	Status   int        // HTTP status
	Code     int        // Cloudflare's error code
	Message  string     // Cloudflare's words
	Chain    []APIError // error_chain; only Code and Message count
	Evidence Evidence   // how this answer is known
}

// Error reads "81058 An identical record already exists. (HTTP 400)".
func (r *APIError) Error() string {
	return fmt.Sprintf("%d %s (HTTP %d)", r.Code, r.Message, r.Status)
}

// Codes of the record rules.
const (
	CodeNameInvalid      = 9000  // name is empty or no DNS name
	CodeTypeInvalid      = 9001  // record type is unknown
	CodeTargetPrivate    = 9003  // proxied to an address that Cloudflare does not reach
	CodeNotProxiable     = 9004  // proxied, but not A, AAAA or CNAME
	CodeContentA         = 9005  // A content is no IPv4 address
	CodeContentAAAA      = 9006  // AAAA content is no IPv6 address
	CodeContent          = 9007  // content of another type is invalid
	CodeContentLength    = 9015  // content is over 4096 wire bytes
	CodeTTL              = 9021  // TTL outside the plan's range
	CodeSelfReference    = 9039  // CNAME to its own name
	CodeTXTPrintable     = 9051  // TXT with control characters
	CodeFieldRequired    = 9100  // top-level field missing
	CodeDataRequired     = 9101  // field of data missing
	CodeDataInvalid      = 9102  // field of data has a wrong value
	CodeBody             = 9207  // body is not what the route takes
	CodeTypeChange       = 9208  // update would change the type
	CodeTags             = 9300  // more tags than the plan has
	CodeTagInvalid       = 9301  // tag is malformed or too long
	CodeComment          = 9313  // comment is too long
	CodeRecordUnknown    = 81044 // no such record
	CodeQuota            = 81045 // plan's number of records reached
	CodeAddressExists    = 81053 // CNAME beside A, AAAA or CNAME
	CodeCNAMEExists      = 81054 // A or AAAA beside CNAME
	CodeNSExists         = 81056 // A, AAAA or CNAME on a delegated name
	CodeDSWithoutNS      = 81057 // DS on a name that is not delegated; the number is not known
	CodeIdentical        = 81058 // same name, type and content
	CodeBatchLimit       = 81060 // more operations than the plan's batch takes
	CodeCombinedLength   = 83011 // all content of one name and type is too long
	CodeZoneUnknown      = 1001  // no such zone
	CodeTokenLimit       = 1010  // too many tokens, or too large a one; unverified
	CodeZoneLimit        = 1118  // too many zones
	sameNameDocs         = "<https://developers.cloudflare.com/dns/manage-dns-records/troubleshooting/records-with-same-name/>."
	maxTXTWireBytes      = 4096
	maxCombinedWireBytes = 8192
)

func refuse(evidence Evidence, code int, format string, args ...any) *APIError {
	return &APIError{Status: http.StatusBadRequest, Code: code, Message: fmt.Sprintf(format, args...), Evidence: evidence}
}

func refuseUnknownRecord() *APIError {
	r := refuse(Reported, CodeRecordUnknown, "Record does not exist.")
	r.Status = http.StatusNotFound
	return r
}

func refuseUnknownZone() *APIError {
	r := refuse(Unverified, CodeZoneUnknown, "Invalid zone identifier")
	r.Status = http.StatusNotFound
	return r
}
