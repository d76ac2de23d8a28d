package api

import (
	"fmt"
)

// The codes of errors.
const (
	CodeInvalid  = "invalid"   // the request makes no sense; 400
	CodeNotFound = "not-found" // no such object or route; 404
	CodeRefused  = "refused"   // the provider's own rules refuse it; see Provider
	CodeTooLarge = "too-large" // 413
	CodeNotReady = "not-ready" // 503
	CodeInternal = "internal"  // 500
)

// Error is what the API answers instead of a value, and what the client's
// methods return: match it with errors.As.
type Error struct {
	Status  int    `json:"status"`
	Code    string `json:"code"`
	Message string `json:"message"`
	// Provider is Cloudflare's code when Code is "refused".
	Provider int `json:"provider,omitempty"`
}

// Error reads "not-found: no zone x (HTTP 404)".
func (e *Error) Error() string { return fmt.Sprintf("%s: %s (HTTP %d)", e.Code, e.Message, e.Status) }

// ErrorResponse is the body of an answer that refuses.
type ErrorResponse struct {
	Error *Error `json:"error"`
}
