package api

import "time"

// FaultRule is one fault: what it matches, what it does, and how long it lasts. Of
// HTTP and DNS exactly one is set.
type FaultRule struct {
	// ID names the rule; one is made unless set.
	ID string `json:"id,omitempty"`
	// Note says why, for whoever lists the rules.
	Note string     `json:"note,omitempty"`
	HTTP *HTTPMatch `json:"http,omitempty"`
	DNS  *DNSMatch  `json:"dns,omitempty"`
	Do   Effect     `json:"do"`
	// Skip lets this many matching requests pass first.
	Skip int `json:"skip,omitempty"`
	// Times ends the rule after this many hits; 0 means never.
	Times int `json:"times,omitempty"`
	// Probability of a hit, over 0 to 1; 0 means always.
	Probability float64 `json:"probability,omitempty"`
	// Seconds ends the rule after so long; 0 never.
	Seconds float64 `json:"seconds,omitempty"`
}

// HTTPMatch chooses requests; empty fields choose all. Patterns are whole texts
// in which "*" stands for anything.
type HTTPMatch struct {
	// Host is "api", "production", "staging", or "acme" for both authorities; "git" for all Git hosts, "registry" for all
	// chart repositories and OCI registries.
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
	// Server is the listener: "primary", "secondary", "https" for DNS over HTTPS, "control" for the control API.
	Server string `json:"server,omitempty"`
	// Proto is "udp", "tcp" or "https", or "control" for questions through the control API.
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

// FaultState is a rule with what became of it.
type FaultState struct {
	FaultRule
	// Seen counts what the rule fitted, Hits what it changed.
	Seen uint64 `json:"seen"`
	Hits uint64 `json:"hits"`
	// Ends is when the rule expires by time; zero never.
	Ends time.Time `json:"ends,omitzero"`
}
