package traefik

import (
	"slices"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/edge/logline"
)

// Log is what the log of Traefik tells, read once.
type Log struct {
	// Access holds the newest line of the access log by host.
	Access map[string]*logline.Line
	// Errors are the errors that name a router or an Ingress.
	Errors []*logline.Line
	// Forbidden is the newest line in which the API server refuses it something; nil for none.
	Forbidden *logline.Line
	lines     []logline.Line
}

// ReadLog reads lines, oldest first, which it keeps.
func ReadLog(lines []logline.Line) Log {
	out := Log{Access: map[string]*logline.Line{}, lines: lines}
	for i := range lines {
		l := &lines[i]
		if host := l.Fields["RequestHost"]; host != "" {
			out.Access[host] = l
		}
		if l.Level == "error" && (l.Fields["routerName"] != "" || l.Fields["ingress"] != "") {
			out.Errors = append(out.Errors, l)
		}
		if strings.Contains(l.Message, "is forbidden") || strings.Contains(l.Fields["error"], "is forbidden") {
			out.Forbidden = l
		}
	}
	return out
}

// Newest is the newest line that has a text in its message or its error; nil for none.
func (l Log) Newest(text string) *logline.Line {
	for i := len(l.lines) - 1; i >= 0; i-- {
		if strings.Contains(l.lines[i].Message, text) || strings.Contains(l.lines[i].Fields["error"], text) {
			return &l.lines[i]
		}
	}
	return nil
}

// Of lists the errors of the routers of an Ingress for a host, newest first.
func (l Log) Of(namespace, name, host string) []logline.Line {
	router := RouterOf(namespace, name, host)
	var out []logline.Line
	for _, line := range slices.Backward(l.Errors) {
		if strings.Contains(line.Fields["routerName"], router) ||
			line.Fields["ingress"] == name && line.Fields["namespace"] == namespace {
			out = append(out, *line)
		}
	}
	return out
}

// Answers reports whether a body is one that Traefik writes itself.
func Answers(body string) bool {
	switch strings.TrimSpace(body) {
	case "", "404 page not found", "no available server", "Internal Server Error", "Bad Gateway", "Gateway Timeout",
		"Service Unavailable":
		return true
	}
	return false
}

// DefaultSubject is in the subject of the certificate that Traefik makes for itself, and shows where it has no other.
const DefaultSubject = "TRAEFIK DEFAULT CERT"
