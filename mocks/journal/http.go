package journal

import (
	"net"
	"net/http"
)

// ClientOf is the host of a remote address, "192.0.2.1" of "192.0.2.1:1234"; an address without a port is itself.
func ClientOf(address string) string {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	return host
}

// StatusWriter remembers the status that was sent, for an entry of the journal.
type StatusWriter struct {
	http.ResponseWriter

	Code int // whoever makes the writer begins with 200, which is sent where nothing is written
}

// WriteHeader notes the status and sends it.
func (w *StatusWriter) WriteHeader(code int) {
	w.Code = code
	w.ResponseWriter.WriteHeader(code)
}

// Unwrap gives http.ResponseController the writer below.
func (w *StatusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Flush sends what is buffered, as go-git's backend wants between parts of a pack.
func (w *StatusWriter) Flush() { _ = http.NewResponseController(w.ResponseWriter).Flush() }
