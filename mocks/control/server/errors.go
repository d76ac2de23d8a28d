package server

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

func invalid(format string, args ...any) *api.Error {
	return &api.Error{Status: http.StatusBadRequest, Code: api.CodeInvalid, Message: fmt.Sprintf(format, args...)}
}

func notFound(format string, args ...any) *api.Error {
	return &api.Error{Status: http.StatusNotFound, Code: api.CodeNotFound, Message: fmt.Sprintf(format, args...)}
}

func asError(err error) *api.Error {
	var (
		typed   *api.Error
		refusal *zone.APIError
	)
	switch {
	case errors.As(err, &typed):
		return typed
	case errors.As(err, &refusal):
		return &api.Error{Status: refusal.Status, Code: api.CodeRefused, Message: refusal.Message, Provider: refusal.Code}
	default:
		return &api.Error{Status: http.StatusInternalServerError, Code: api.CodeInternal, Message: err.Error()}
	}
}
