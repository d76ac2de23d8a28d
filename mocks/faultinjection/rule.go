package faultinjection

import (
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	mdns "github.com/miekg/dns"
)

// Rule is one fault: what it meets, what it does, and how long it lives. Of
// HTTP and DNS exactly one is set.
type Rule struct {
	// ID names the rule; one is made unless set.
	ID string `json:"id,omitempty"`
	// Note says why, for whoever lists the rules.
	Note string     `json:"note,omitempty"`
	HTTP *HTTPMatch `json:"http,omitempty"`
	DNS  *DNSMatch  `json:"dns,omitempty"`
	Do   Effect     `json:"do"`
	// Skip lets so many fitting requests pass first.
	Skip int `json:"skip,omitempty"`
	// Times ends the rule after so many hits; 0 never.
	Times int `json:"times,omitempty"`
	// Probability of a hit, over 0 to 1; 0 means always.
	Probability float64 `json:"probability,omitempty"`
	// Seconds ends the rule after so long; 0 never.
	Seconds float64 `json:"seconds,omitempty"`
}

// HTTPMatch chooses requests; empty fields choose all. Patterns are whole texts
// in which "*" stands for anything.
type HTTPMatch struct {
	// Host is "api", "production", "staging", or "acme" for both authorities.
	Host   string `json:"host,omitempty"`
	Method string `json:"method,omitempty"`
	// Path is a pattern of the URL's path: "/client/v4/zones/*/dns_records*".
	Path string `json:"path,omitempty"`
	// Query is a pattern of the raw query: "*name=example.com*".
	Query string `json:"query,omitempty"`
	// Step is the ACME step: "new-order", "challenge", "finalize" …
	Step string `json:"step,omitempty"`
	// Token is the fingerprint of the API token or key: "sha256:0123456789ab".
	Token string `json:"token,omitempty"`
	// Client is the remote address, or a prefix: "10.244.0.7", "10.244.0.0/24".
	Client string `json:"client,omitempty"`
	// Contains is a text in the request's body; of ACME's signed bodies, in the
	// payload and in the names of a CSR.
	Contains string `json:"contains,omitempty"`
}

// DNSMatch chooses questions; empty fields choose all.
type DNSMatch struct {
	// Name is a pattern: "www.example.com", "*.example.com".
	Name string `json:"name,omitempty"`
	// Type is "A", "TXT" …
	Type string `json:"type,omitempty"`
	// Client is the remote address, or a prefix.
	Client string `json:"client,omitempty"`
	// Server is the listener: "primary", "secondary", or "control" for questions from inside.
	Server string `json:"server,omitempty"`
	// Proto is "udp" or "tcp", or "control" for questions from inside.
	Proto string `json:"proto,omitempty"`
}

// Effect is what a fault does. DelayMillis goes with any other; of the others
// one ends the request. With none but a delay or headers the real answer follows.
type Effect struct {
	DelayMillis int `json:"delayMs,omitempty"`

	// For HTTP:

	// Status answers with it. The body is Body, or what the host says: Cloudflare's
	// envelope with Code and Message, or an ACME problem.
	Status int `json:"status,omitempty"`
	// Code and Message are an entry of Cloudflare's errors.
	Code    int    `json:"code,omitempty"`
	Message string `json:"message,omitempty"`
	// Problem answers an ACME problem of this type, without its URN: "rateLimited",
	// "caa", "rejectedIdentifier", "badNonce", "serverInternal" … (RFC 8555 section
	// 6.7); Message is its detail and Status its own unless set.
	Problem string `json:"problem,omitempty"`
	// RetryAfter is the header Retry-After, in seconds.
	RetryAfter int `json:"retryAfter,omitempty"`
	// Body answers with this text; Content-Type is among Headers or sniffed.
	Body string `json:"body,omitempty"`
	// HTML answers with an error page, as an edge in trouble does.
	HTML bool `json:"html,omitempty"`
	// Headers are set on the answer, on the real one too.
	Headers map[string]string `json:"headers,omitempty"`
	// Hang answers nothing until the client, or the rule, is gone.
	Hang bool `json:"hang,omitempty"`
	// Reset closes the connection without an answer: RST on HTTP/1, RST_STREAM on HTTP/2.
	Reset bool `json:"reset,omitempty"`
	// Truncate sends the first half of the real answer's body; for DNS, TC over UDP.
	Truncate bool `json:"truncate,omitempty"`

	// For DNS:

	// Rcode answers with it: "SERVFAIL", "REFUSED", "NXDOMAIN" …
	Rcode string `json:"rcode,omitempty"`
	// Drop answers nothing.
	Drop bool `json:"drop,omitempty"`
	// Answer replaces the records: "A 192.0.2.7", "TXT \"x\"" …, owner and TTL (60 s)
	// are added. An empty list answers without data.
	Answer *[]string `json:"answer,omitempty"`
}

const (
	maxDelay   = 10 * time.Minute
	maxSeconds = 24 * 3600
	maxText    = 1 << 20
)

// Check refuses a rule that can never fit or says two things at once.
func (r *Rule) Check() error {
	switch {
	case (r.HTTP == nil) == (r.DNS == nil):
		return fmt.Errorf("rule %q: give http or dns, one of them", r.ID)
	case r.Skip < 0 || r.Times < 0 || r.Seconds < 0 || r.Seconds > maxSeconds:
		return fmt.Errorf("rule %q: skip, times and seconds: give 0 or more, seconds at most %d", r.ID, maxSeconds)
	case !(r.Probability >= 0 && r.Probability <= 1):
		return fmt.Errorf("rule %q: probability %v: give 0 to 1", r.ID, r.Probability)
	case r.Do.DelayMillis < 0 || time.Duration(r.Do.DelayMillis)*time.Millisecond > maxDelay:
		return fmt.Errorf("rule %q: delayMs %d: give 0 to %d", r.ID, r.Do.DelayMillis, maxDelay.Milliseconds())
	case len(r.Do.Body)+len(r.Do.Message)+len(r.Note)+len(r.ID) > maxText:
		return fmt.Errorf("rule: its texts are over %d bytes", maxText)
	}
	if r.HTTP != nil {
		return r.checkHTTP()
	}
	return r.checkDNS()
}

func count(set ...bool) (n int) {
	for _, s := range set {
		if s {
			n++
		}
	}
	return n
}

func (r *Rule) checkHTTP() error {
	d := r.Do
	answers := d.Status != 0 || d.Code != 0 || d.Problem != "" || d.Body != "" || d.HTML
	ends := count(answers, d.Hang, d.Reset, d.Truncate)
	switch {
	case d.Rcode != "" || d.Drop || d.Answer != nil:
		return fmt.Errorf("rule %q: rcode, drop and answer are for dns", r.ID)
	case ends > 1:
		return fmt.Errorf("rule %q: give one of an answer, hang, reset and truncate", r.ID)
	case count(d.Code != 0, d.Problem != "", d.Body != "", d.HTML) > 1:
		return fmt.Errorf("rule %q: give one of code, problem, body and html", r.ID)
	case ends == 0 && d.DelayMillis == 0 && len(d.Headers) == 0:
		return fmt.Errorf("rule %q: it does nothing: give status, code, problem, body, html, hang, reset, truncate, delayMs or headers", r.ID)
	case d.Status != 0 && (d.Status < 200 || d.Status > 599):
		return fmt.Errorf("rule %q: status %d: give 200 to 599", r.ID, d.Status)
	case !slices.Contains([]string{"", "api", "acme", "production", "staging"}, r.HTTP.Host):
		return fmt.Errorf("rule %q: host %q: give api, acme, production or staging", r.ID, r.HTTP.Host)
	case r.HTTP.Step != "" && r.HTTP.Host == "api":
		return fmt.Errorf("rule %q: step %q: the api has no steps", r.ID, r.HTTP.Step)
	case r.HTTP.Token != "" && !isFingerprint(r.HTTP.Token): // its value must not be printed
		return fmt.Errorf("rule %q: token: give a fingerprint, as in sha256:0123456789ab, not the token's value", r.ID)
	}
	for name, value := range d.Headers {
		if name == "" || strings.ContainsAny(name, " :\r\n") || strings.ContainsAny(value, "\r\n") {
			return fmt.Errorf("rule %q: header %q is no header", r.ID, name)
		}
	}
	if d.Problem != "" && d.Status == 0 {
		if _, known := problemStatus(d.Problem); !known {
			return fmt.Errorf("rule %q: problem %q: give a status with a type that RFC 8555 section 6.7 does not list", r.ID, d.Problem)
		}
	}
	return checkClient(r.ID, r.HTTP.Client)
}

func (r *Rule) checkDNS() error {
	d := r.Do
	ends := count(d.Rcode != "", d.Drop, d.Truncate, d.Answer != nil)
	switch {
	case d.Status != 0 || d.Code != 0 || d.Problem != "" || d.Body != "" || d.HTML || d.Hang || d.Reset || len(d.Headers) > 0 || d.RetryAfter != 0 || d.Message != "":
		return fmt.Errorf("rule %q: of the effects only delayMs, rcode, drop, truncate and answer are for dns", r.ID)
	case ends > 1:
		return fmt.Errorf("rule %q: give one of rcode, drop, truncate and answer", r.ID)
	case ends == 0 && d.DelayMillis == 0:
		return fmt.Errorf("rule %q: it does nothing: give rcode, drop, truncate, answer or delayMs", r.ID)
	}
	if !slices.Contains([]string{"", "primary", "secondary", "control"}, r.DNS.Server) {
		return fmt.Errorf("rule %q: server %q: give primary, secondary or control", r.ID, r.DNS.Server)
	}
	if !slices.Contains([]string{"", "udp", "tcp", "control"}, r.DNS.Proto) {
		return fmt.Errorf("rule %q: proto %q: give udp, tcp or control", r.ID, r.DNS.Proto)
	}
	if _, known := mdns.StringToRcode[strings.ToUpper(d.Rcode)]; d.Rcode != "" && !known {
		return fmt.Errorf("rule %q: rcode %q is unknown: give SERVFAIL, REFUSED, NXDOMAIN …", r.ID, d.Rcode)
	}
	if _, known := mdns.StringToType[strings.ToUpper(r.DNS.Type)]; r.DNS.Type != "" && !known {
		return fmt.Errorf("rule %q: type %q is unknown", r.ID, r.DNS.Type)
	}
	if d.Answer != nil {
		if _, err := answerFor("example.com", *d.Answer); err != nil {
			return fmt.Errorf("rule %q: %w", r.ID, err)
		}
	}
	return checkClient(r.ID, r.DNS.Client)
}

// isFingerprint: "sha256:" and 12 hexadecimal digits, as zone.Fingerprint makes them.
func isFingerprint(text string) bool {
	digits, ok := strings.CutPrefix(text, "sha256:")
	return ok && len(digits) == 12 && strings.Trim(digits, "0123456789abcdef") == ""
}

func checkClient(id, client string) error {
	if client == "" {
		return nil
	}
	if _, err := netip.ParseAddr(client); err == nil {
		return nil
	}
	if _, err := netip.ParsePrefix(client); err == nil {
		return nil
	}
	return fmt.Errorf("rule %q: client %q: give an IP address or a prefix", id, client)
}

// glob reports whether text fits a pattern in which "*" stands for anything; an empty pattern fits all.
func glob(pattern, text string) bool {
	if pattern == "" {
		return true
	}
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == text
	}
	first, last := parts[0], parts[len(parts)-1]
	if len(text) < len(first)+len(last) || !strings.HasPrefix(text, first) || !strings.HasSuffix(text, last) {
		return false
	}
	text = text[len(first) : len(text)-len(last)]
	for _, part := range parts[1 : len(parts)-1] {
		at := strings.Index(text, part)
		if at < 0 {
			return false
		}
		text = text[at+len(part):]
	}
	return true
}

// from reports whether an address is the one, or in the prefix, that is wanted.
func from(want, client string) bool {
	if want == "" || want == client {
		return true
	}
	prefix, err := netip.ParsePrefix(want)
	if err != nil {
		return false
	}
	addr, err := netip.ParseAddr(client)
	return err == nil && prefix.Contains(addr.Unmap())
}

// problemStatus is the HTTP status that Let's Encrypt sends with a problem type.
func problemStatus(kind string) (int, bool) {
	status, known := map[string]int{
		"accountDoesNotExist": http.StatusBadRequest, "alreadyRevoked": http.StatusBadRequest,
		"badCSR": http.StatusBadRequest, "badNonce": http.StatusBadRequest, "badPublicKey": http.StatusBadRequest,
		"badSignatureAlgorithm": http.StatusBadRequest, "caa": http.StatusForbidden, "connection": http.StatusBadRequest,
		"dns": http.StatusBadRequest, "externalAccountRequired": http.StatusForbidden, "incorrectResponse": http.StatusForbidden,
		"malformed": http.StatusBadRequest, "orderNotReady": http.StatusForbidden, "rateLimited": http.StatusTooManyRequests,
		"rejectedIdentifier": http.StatusBadRequest, "serverInternal": http.StatusInternalServerError, "tls": http.StatusBadRequest,
		"unauthorized": http.StatusForbidden, "userActionRequired": http.StatusForbidden,
	}[kind]
	return status, known
}
