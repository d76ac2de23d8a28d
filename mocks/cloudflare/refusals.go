package cloudflare

import (
	"fmt"
	"net/http"

	"github.com/edgeproof/edgeproof/mocks/zone"
)

// Codes of the gateway and of authentication; package zone has those of the records.
const (
	codeNoPermission   = 0     // with the actor's name in the message
	codeTokenInvalid   = 1000  // token verification
	codeNoToken        = 1001  // token verification without a header
	codeTokenUnknown   = 1003  // unverified
	codeZoneExists     = 1061  // unverified
	codeProperty       = 1086  // of a zone
	codeRatePlan       = 1204  // unknown, or not for this account
	codeNoSubscription = 1207  // a free zone's
	codeHeaders        = 6003  // chained with the header's own code
	codeEmailFormat    = 6102  // X-Auth-Email
	codeKeyFormat      = 6103  // X-Auth-Key
	codeTokenFormat    = 6111  // Authorization
	codeNoMethod       = 7001  // unverified
	codeNoRoute        = 7003  // unknown path or malformed identifier
	codeUnknownKey     = 9103  // e-mail and key do not belong together
	codeNoCredentials  = 9106  // no header at all
	codeAccess         = 9109  // token unknown, of another place, or without zone read
	codeQuery          = 9206  // unverified
	codeAuth           = 10000 // the records API's only word on credentials
	codeRate           = 10100 // too many requests
)

// gatewayError is a refusal of the layer before the DNS API. Its envelope has another key order [LIVE].
type gatewayError struct {
	*zone.APIError
	bare bool // without messages and result: 9106 [ISS]
}

func (e *gatewayError) Unwrap() error { return e.APIError }

func gatewayRefusal(status, code int, evidence zone.Evidence, format string, args ...any) error {
	return &gatewayError{APIError: &zone.APIError{
		Status: status, Code: code, Message: fmt.Sprintf(format, args...), Evidence: evidence,
	}}
}

func refuseHeader(evidence zone.Evidence, code int, header string) error {
	return &gatewayError{APIError: &zone.APIError{
		Status: http.StatusBadRequest, Code: codeHeaders, Message: "Invalid request headers", Evidence: evidence,
		Chain: []zone.APIError{{Code: code, Message: "Invalid format for " + header + " header"}},
	}}
}

func refuseNoCredentials(f family) error {
	if f == tokens {
		return gatewayRefusal(http.StatusBadRequest, codeNoToken, zone.Reported, `Missing "Authorization" header`)
	}
	return &gatewayError{bare: true, APIError: &zone.APIError{
		Status: http.StatusBadRequest, Code: codeNoCredentials, Evidence: zone.Reported,
		Message: "Missing X-Auth-Key, X-Auth-Email or Authorization headers",
	}}
}

// refuseToken answers for a token that is unknown, disabled, expired or not valid yet. That the zones API has
// the same words for all of them is known of the first only.
func refuseToken(f family, known bool) error {
	switch f {
	case records: // 403 or 401 for a wholly unknown token is not known
		return gatewayRefusal(http.StatusForbidden, codeAuth, zone.Unverified, "Authentication error")
	case tokens:
		return gatewayRefusal(http.StatusUnauthorized, codeTokenInvalid, zone.Unverified, "Invalid API Token")
	}
	evidence := zone.Probed
	if known {
		evidence = zone.Unverified
	}
	return gatewayRefusal(http.StatusForbidden, codeAccess, evidence, "Invalid access token")
}

func refuseRecords() error {
	return gatewayRefusal(http.StatusForbidden, codeAuth, zone.Documented, "Authentication error")
}

// refuseAccess: [ISS] for a token without zone read; by inference for what the caller cannot see or change.
func refuseAccess(evidence zone.Evidence) error {
	return gatewayRefusal(http.StatusForbidden, codeAccess, evidence, "Unauthorized to access requested resource")
}

func refuseBody(evidence zone.Evidence, format string, args ...any) error {
	return &zone.APIError{
		Status: http.StatusBadRequest, Code: zone.CodeBody, Evidence: evidence, Message: fmt.Sprintf(format, args...),
	}
}
