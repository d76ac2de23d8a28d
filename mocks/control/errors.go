package control

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/edgeproof/edgeproof/mocks/zone"
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

type envelope struct {
	Error *Error `json:"error"`
}

func invalid(format string, args ...any) *Error {
	return &Error{Status: http.StatusBadRequest, Code: CodeInvalid, Message: fmt.Sprintf(format, args...)}
}

func notFound(format string, args ...any) *Error {
	return &Error{Status: http.StatusNotFound, Code: CodeNotFound, Message: fmt.Sprintf(format, args...)}
}

func asError(err error) *Error {
	var (
		typed   *Error
		refusal *zone.Refusal
	)
	switch {
	case errors.As(err, &typed):
		return typed
	case errors.As(err, &refusal):
		return &Error{Status: refusal.Status, Code: CodeRefused, Message: refusal.Message, Provider: refusal.Code}
	default:
		return &Error{Status: http.StatusInternalServerError, Code: CodeInternal, Message: err.Error()}
	}
}
