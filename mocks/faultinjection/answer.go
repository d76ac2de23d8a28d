package faultinjection

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/edgeproof/edgeproof/mocks/cloudflare"
	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

// problemPrefix begins the types of ACME problems (RFC 8555 section 6.7).
const problemPrefix = "urn:ietf:params:acme:error:"

// answers says that the effect is an answer of its own.
func answers(e *api.Effect) bool {
	return e.Status != 0 || e.Code != 0 || e.Problem != "" || e.Body != "" || e.HTML
}

// answer writes it in the words of the host, and returns the status.
func answer(ctx context.Context, e *api.Effect, w http.ResponseWriter, host Host) int {
	status := e.Status
	body := []byte(e.Body)
	kind := ""
	switch {
	case e.Body != "":
		status = orElse(status, http.StatusOK)
	case e.HTML:
		status = orElse(status, http.StatusBadGateway)
		kind, body = "text/html; charset=UTF-8", errorPage(status)
	case e.Problem != "" || host.Step != nil && e.Code == 0:
		kind = "application/problem+json"
		status, body = problem(ctx, e, w, host)
	case host.Source != "":
		status = orElse(status, http.StatusBadRequest)
		kind, body = "text/plain; charset=utf-8", []byte(cmp.Or(e.Message, http.StatusText(status))+"\n")
	default:
		status = orElse(status, http.StatusBadRequest)
		kind, body = "application/json", envelope(e, status)
	}
	if kind != "" && w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", kind)
	}
	if host.Step == nil && host.Source == "" {
		cloudflare.CompleteHeaders(w.Header(), time.Now())
	}
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client is gone
	return status
}

func orElse(n, other int) int {
	if n == 0 {
		return other
	}
	return n
}

// envelope is Cloudflare's answer of a failure. It is one with any status: some clients look at success
// alone, others at the status alone.
func envelope(e *api.Effect, status int) []byte {
	message := e.Message
	if message == "" {
		message = http.StatusText(status)
	}
	return cloudflare.Refuse(&zone.APIError{Status: status, Code: orElse(e.Code, 10000), Message: message})
}

// problem is ACME's (RFC 7807), with a fresh nonce as RFC 8555 section 6.5 wants.
func problem(ctx context.Context, e *api.Effect, w http.ResponseWriter, host Host) (int, []byte) {
	kind := e.Problem
	if kind == "" {
		kind = map[bool]string{true: "serverInternal", false: "malformed"}[e.Status >= http.StatusInternalServerError]
		if e.Status == http.StatusTooManyRequests || e.Status == http.StatusServiceUnavailable {
			kind = "rateLimited" // Let's Encrypt's word for both
		}
	}
	status := e.Status
	if status == 0 {
		status, _ = api.ProblemStatus(kind)
	}
	detail := e.Message
	if detail == "" {
		detail = "injected: " + http.StatusText(status)
	}
	if host.Nonce != nil {
		if nonce := host.Nonce(ctx); nonce != "" {
			w.Header().Set("Replay-Nonce", nonce)
		}
	}
	w.Header().Set("Cache-Control", "public, max-age=0, no-cache")
	body, err := json.Marshal(struct {
		Type   string `json:"type"`
		Detail string `json:"detail"`
		Status int    `json:"status"`
	}{problemPrefix + kind, detail, status})
	if err != nil {
		body = []byte(`{}`)
	}
	return status, body
}

// errorPage is what an edge shows that cannot reach what lies behind it.
func errorPage(status int) []byte {
	text := fmt.Sprintf("%d %s", status, http.StatusText(status))
	return []byte("<!DOCTYPE html>\n<html>\n<head><title>" + text + "</title></head>\n<body>\n<center><h1>" + text +
		"</h1></center>\n<hr><center>cloudflare</center>\n</body>\n</html>\n")
}
