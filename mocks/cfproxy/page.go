package cfproxy

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"syscall"
)

// page is an answer of the edge itself: a status, and the code of its own that it shows.
type page struct {
	status, code int
	title        string
}

// The pages. A code of 1xxx comes with status 530, but for those of a name that is not served. The
// status of pageUnknown is unverified.
func pageUnknown() page { return page{http.StatusConflict, 1001, "DNS resolution error"} }

func pageDirect() page      { return page{http.StatusForbidden, 1003, "Direct IP access not allowed"} }
func pageNoOrigin() page    { return page{530, 1016, "Origin DNS error"} }
func pageNoConnector() page { return page{530, 1033, "Cloudflare Tunnel error"} }
func pageEmpty() page       { return page{520, 520, "Web server is returning an unknown error"} }
func pageRefused() page     { return page{521, 521, "Web server is down"} }
func pageTimeout() page     { return page{522, 522, "Connection timed out"} }
func pageUnreachable() page { return page{523, 523, "Origin is unreachable"} }
func pageSlow() page        { return page{524, 524, "A timeout occurred"} }
func pageHandshake() page   { return page{525, 525, "SSL handshake failed"} }
func pageCertificate() page { return page{526, 526, "Invalid SSL certificate"} }

// show writes the page: HTML for a browser, and one line for others.
func (p page) show(w http.ResponseWriter, r *http.Request) {
	if strings.Contains(r.Header.Get("Accept"), "text/html") {
		w.Header().Set("Content-Type", "text/html; charset=UTF-8")
		w.WriteHeader(p.status)
		//nolint:gosec // a host name that was parsed, and texts of ours
		_, _ = fmt.Fprintf(w, "<!DOCTYPE html><title>%s | %d: %s</title><h1>%s <span>Error code %d</span></h1>\n",
			r.URL.Hostname(), p.code, p.title, p.title, p.code)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=UTF-8")
	w.WriteHeader(p.status)
	_, _ = fmt.Fprintf(w, "error code: %d", p.code)
}

// stage is which part of the way to the origin failed.
type stageError struct {
	page page
	err  error
}

func (e *stageError) Error() string { return e.err.Error() }
func (e *stageError) Unwrap() error { return e.err }

// connecting sorts an error of the connection to the origin.
func connecting(err error) error {
	p := pageUnreachable()
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		p = pageRefused()
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded),
		errors.Is(err, syscall.ETIMEDOUT):
		p = pageTimeout()
	}
	return &stageError{p, err}
}

// unverified reports whether a certificate did not verify.
func unverified(err error) bool {
	var invalid *tls.CertificateVerificationError
	return errors.As(err, &invalid)
}

// failed is the page for an error of a request to the origin.
func failed(err error) page {
	var stage *stageError
	switch {
	case errors.As(err, &stage):
		return stage.page
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return pageSlow()
	}
	return pageEmpty()
}
