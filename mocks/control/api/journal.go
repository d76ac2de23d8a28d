package api

import "time"

// JournalSource names the mock that saw something.
type JournalSource string

// The sources of the fake internet.
const (
	SourceAPI      JournalSource = "api"      // the Cloudflare API
	SourceDNS      JournalSource = "dns"      // the name servers
	SourceACME     JournalSource = "acme"     // the two certificate authorities
	SourceProbe    JournalSource = "probe"    // the external client
	SourceControl  JournalSource = "control"  // the control API
	SourceGit      JournalSource = "git"      // the Git hosts
	SourceRegistry JournalSource = "registry" // chart repositories and OCI registries
	SourceProxy    JournalSource = "proxy"    // Cloudflare's proxy
)

// JournalEntry is one thing that a mock saw, with what it answered.
type JournalEntry struct {
	// Seq counts from 1 without gaps over the life of a journal; Record sets it.
	Seq uint64 `json:"seq"`
	// Time is when the request arrived; Record sets it when it is zero.
	Time   time.Time     `json:"time"`
	Source JournalSource `json:"source"`
	// Client is the remote IP address, without port.
	Client string `json:"client,omitempty"`
	// Op is the requested operation: "GET /client/v4/zones", "TXT _acme-challenge.x.", "new-order".
	Op string `json:"op"`
	// Outcome says what was answered: "200", "403 10000", "NXDOMAIN", "urn:ietf:params:acme:error:caa".
	Outcome string `json:"outcome"`
	// Detail holds a few small facts more, never a secret. It must not be changed after Record.
	Detail map[string]string `json:"detail,omitempty"`
	// Millis is how long the answer took.
	Millis float64 `json:"ms"`
}

// JournalFilter chooses entries. The zero value chooses all.
type JournalFilter struct {
	// After keeps only entries whose Seq is greater.
	After uint64
	// Source keeps only this source.
	Source JournalSource
	// Client keeps only this remote IP.
	Client string
	// Contains keeps only entries with this text in Op, Outcome or a Detail value, in any case.
	Contains string
	// Limit keeps at most so many entries, the oldest; 0 keeps all.
	Limit int
}
