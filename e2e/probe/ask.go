package probe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"
)

// userAgent is what the client says it is.
const userAgent = "edgeproof-probe/1"

// reported are the headers that a report carries.
func reported() []string {
	return []string{
		"Content-Type",
		"Content-Length",
		"Location",
		"Server",
		"Date",
		"Strict-Transport-Security",
		"Retry-After",
		"Via",
		"Cf-Ray",
		"X-Forwarded-Host",
		"X-Served-By",
	}
}

// ask sends one HTTP request over the connection.
func ask(ctx context.Context, conn net.Conn, t target, rep Report) Report {
	start := time.Now()
	req, err := http.NewRequestWithContext(
		ctx,
		strings.ToUpper(defaultTo(rep.Request.Method, http.MethodGet)),
		t.url.String(),
		nil,
	)
	if err != nil {
		return rep.fail(StepRequest, ClassInvalid, err)
	}
	req.Header.Set("User-Agent", userAgent)
	if rep.Request.Host != "" {
		req.Host = rep.Request.Host
	}
	used := false
	dial := func(context.Context, string, string) (net.Conn, error) {
		if used {
			return nil, errors.New("the connection was lost")
		}
		used = true
		return conn, nil
	}
	transport := &http.Transport{
		DialContext:        dial,
		DialTLSContext:     dial,
		ForceAttemptHTTP2:  true,
		DisableCompression: true,
	}
	defer transport.CloseIdleConnections()
	resp, err := transport.RoundTrip(req)
	if err != nil {
		return rep.fail(StepHTTP, httpClass(err), fmt.Errorf("%s %s: %w", req.Method, t.url.Redacted(), err))
	}
	defer func() { _ = resp.Body.Close() }()
	answer := &Answer{Status: resp.StatusCode, Proto: resp.Proto, Headers: map[string]string{}}
	rep.HTTP = answer
	for _, name := range reported() {
		if values := resp.Header.Values(name); len(values) > 0 {
			answer.Headers[name] = strings.Join(values, ", ")
		}
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, BodyLimit+1))
	if answer.Truncated = len(body) > BodyLimit; answer.Truncated {
		body = body[:BodyLimit]
	}
	answer.Body = strings.ToValidUTF8(string(body), "\uFFFD")
	answer.Millis = millis(start)
	if err != nil {
		return rep.fail(StepHTTP, httpClass(err), fmt.Errorf("read the body of %s: %w", t.url.Redacted(), err))
	}
	rep.OK = rep.Failed == ""
	return rep
}

func httpClass(err error) Class {
	switch {
	case isTimeout(err):
		return ClassTimeout
	case errors.Is(err, syscall.ECONNRESET):
		return ClassReset
	default:
		return ClassHTTP
	}
}
