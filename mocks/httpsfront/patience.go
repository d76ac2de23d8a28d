package httpsfront

import (
	"io"
	"net/http"
	"time"
)

// Patience wraps a handler so that a client has only so long to send a request's body, from its headers on. Then
// reading the body fails, and the connection ends with the answer, HTTP/2's stream likewise. A server's own
// ReadTimeout would do, did it not end requests that take long to answer too: those that hang on purpose, and
// long-polls.
func Patience(h http.Handler, limit time.Duration) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Body == nil || r.Body == http.NoBody {
			h.ServeHTTP(w, r)
			return
		}
		c := http.NewResponseController(w)
		if err := c.SetReadDeadline(time.Now().Add(limit)); err == nil { // it is an error where there is no connection
			r.Body = &awaited{ReadCloser: r.Body, connection: c}
		}
		h.ServeHTTP(w, r)
	})
}

// awaited is a body with a deadline, which ends with the body.
type awaited struct {
	io.ReadCloser
	connection *http.ResponseController
}

// Read reads on, and lifts the deadline at the end.
func (a *awaited) Read(p []byte) (int, error) {
	n, err := a.ReadCloser.Read(p)
	if err == io.EOF { // a reader's end is io.EOF itself
		_ = a.connection.SetReadDeadline(time.Time{}) // a connection that is gone has no deadline either
	}
	return n, err
}
