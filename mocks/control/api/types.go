package api

import (
	"encoding/json"
	"net/netip"
	"time"
)

// Status is the answer of the two probes.
type Status struct {
	Status string `json:"status"` // "ok", "ready"
}

// Roots are the roots of this internet, each as PEM.
type Roots struct {
	Web        string `json:"web"`        // of cloudflare.com and the ACME servers
	Production string `json:"production"` // of the production authority; the external client trusts this one only
	Staging    string `json:"staging"`
}

// ZoneDraft makes a zone. Only Name is needed.
type ZoneDraft struct {
	Name        string     `json:"name"`
	Status      ZoneStatus `json:"status,omitempty"`      // active unless set
	Plan        string     `json:"plan,omitempty"`        // free (default), pro, enterprise
	SSL         SSLMode    `json:"ssl,omitempty"`         // full unless set
	NameServers []string   `json:"nameServers,omitempty"` // two of Cloudflare's unless set
}

// ZonePatch changes a zone; nil leaves a field as it is.
type ZonePatch struct {
	Status      *ZoneStatus `json:"status,omitempty"`
	Paused      *bool       `json:"paused,omitempty"`
	Plan        *string     `json:"plan,omitempty"`
	SSL         *SSLMode    `json:"ssl,omitempty"`
	NameServers []string    `json:"nameServers,omitempty"`
}

// RecordDraft is a record to put. A record with its ID, or else the first with
// its name and type, is replaced; otherwise one is made. Content is not required
// for types that have Data.
type RecordDraft struct {
	ID       *ID            `json:"id,omitempty"`
	Name     string         `json:"name"` // full, or relative to the zone, or "@"
	Type     string         `json:"type"`
	Content  string         `json:"content,omitempty"`
	TTL      int            `json:"ttl,omitempty"` // 1, automatic, unless set
	Proxied  bool           `json:"proxied,omitempty"`
	Priority *uint16        `json:"priority,omitempty"`
	Comment  string         `json:"comment,omitempty"`
	Data     map[string]any `json:"data,omitempty"`
	// New makes a record even when one of that name and type is there.
	New bool `json:"new,omitempty"`
}

// RecordFilter chooses records; empty fields choose all.
type RecordFilter struct {
	Name, Type string
}

// TokenDraft makes a token.
type TokenDraft struct {
	Name string `json:"name,omitempty"`
	// Value is the secret; one is minted unless set.
	Value string `json:"value,omitempty"`
	// Permissions are Zone:Read and DNS:Edit unless set.
	Permissions []Permission `json:"permissions,omitempty"`
	// Zones are names or ids; all zones unless set.
	Zones     []string       `json:"zones,omitempty"`
	Expires   *time.Time     `json:"expires,omitempty"`
	NotBefore *time.Time     `json:"notBefore,omitempty"`
	AllowFrom []netip.Prefix `json:"allowFrom,omitempty"`
	DenyFrom  []netip.Prefix `json:"denyFrom,omitempty"`
}

// TokenPatch changes a token; nil leaves a field as it is.
type TokenPatch struct {
	Status      *TokenStatus    `json:"status,omitempty"`
	Permissions []Permission    `json:"permissions,omitempty"`
	Zones       *[]string       `json:"zones,omitempty"`
	Expires     *time.Time      `json:"expires,omitempty"`
	NotBefore   *time.Time      `json:"notBefore,omitempty"`
	AllowFrom   *[]netip.Prefix `json:"allowFrom,omitempty"`
	DenyFrom    *[]netip.Prefix `json:"denyFrom,omitempty"`
}

// TokenValue rolls a token to a value; one is minted unless it is set.
type TokenValue struct {
	Value string `json:"value,omitempty"`
}

// UserDraft makes a user with a global key.
type UserDraft struct {
	Email string `json:"email"`
	Key   string `json:"key"`
}

// Limit is the API's rate limit of each user and of each client address; see cloudflare.Limit.
type Limit struct {
	Requests      int     `json:"requests"`                // 0 never limits
	WindowSeconds float64 `json:"windowSeconds,omitempty"` // 300 unless set
	PerSecond     int     `json:"perSecond,omitempty"`     // of an address; 0 never limits
}

// NewToken is a token with its value, which is shown here and never again.
type NewToken struct {
	Token Token  `json:"token"`
	Value string `json:"value"`
}

// Question is a DNS question from inside.
type Question struct {
	Name string `json:"name"`
	Type string `json:"type"` // "A", "TXT" …; A unless set
	// Role is "authority", "resolver" or "both" (default).
	Role DNSRole `json:"role,omitempty"`
}

// Reply is what was answered.
type Reply struct {
	Rcode         string           `json:"rcode"`
	Authoritative bool             `json:"authoritative"`
	Truncated     bool             `json:"truncated"`
	Answer        []ResourceRecord `json:"answer"`
	Authority     []ResourceRecord `json:"authority"`
}

// ResourceRecord is one resource record of a reply.
type ResourceRecord struct {
	Name string `json:"name"`
	Type string `json:"type"`
	TTL  uint32 `json:"ttl"`
	Data string `json:"data"` // as in a zone file
}

// MaxBatch bounds the questions and probes of one BatchRequest.
const MaxBatch = 512

// BatchRequest holds questions and probes to answer in one request.
type BatchRequest struct {
	Questions []Question        `json:"questions,omitempty"`
	Probes    []json.RawMessage `json:"probes,omitempty"` // each a Request of e2e/probe
}

// BatchResponse answers a BatchRequest, each list in the order of the request.
type BatchResponse struct {
	Replies []Reply           `json:"replies"`
	Reports []json.RawMessage `json:"reports"` // each a Report of e2e/probe
}

// Unknown are the names that were queried and are not in this internet.
type Unknown struct {
	Total uint64        `json:"total"` // questions
	Names []UnknownName `json:"names"`
}

// Validity is what the certificates to come get, in seconds.
type Validity struct {
	LifetimeSeconds int64 `json:"lifetimeSeconds"`           // 0 is the default, 90 days
	BackdateSeconds int64 `json:"backdateSeconds,omitempty"` // how far in the past they start
}

// CertificateDraft is a certificate to sign without an order, as if it had been issued earlier.
type CertificateDraft struct {
	CSR             string `json:"csr"`                       // PEM
	LifetimeSeconds int64  `json:"lifetimeSeconds,omitempty"` // 0 is the default, 90 days
	BackdateSeconds int64  `json:"backdateSeconds,omitempty"` // how far in the past it starts
}

// Signed is a certificate with its chain.
type Signed struct {
	Chain string `json:"chain"` // PEM, the leaf first
}

// Profiles are the certificate profiles of an authority.
type Profiles struct {
	Offered []string `json:"offered,omitempty"` // of classic, tlsserver and shortlived; none given offers all three
	// Default is for orders that name none: unless given classic where it is offered, else the first offered.
	Default string `json:"default,omitempty"`
}

// Delay is a publish delay of the name servers.
type Delay struct {
	Name    string  `json:"name,omitempty"` // the record's owner or a name above; "" is all
	Type    string  `json:"type,omitempty"` // "" is all
	Seconds float64 `json:"seconds"`
}

// JournalPage is a part of the journal.
type JournalPage struct {
	Entries []JournalEntry `json:"entries"`
	// Last is the newest entry's seq, whether it was chosen or not.
	Last uint64 `json:"last"`
	// Dropped counts the entries that the ring has let go of.
	Dropped uint64 `json:"dropped"`
}

// Counters are totals since the start or the last reset, save JournalLast.
type Counters struct {
	Questions      uint64 `json:"questions"`      // DNS questions
	UnknownNames   uint64 `json:"unknownNames"`   // DNS questions for unknown names
	JournalLast    uint64 `json:"journalLast"`    // the newest entry's seq, which never goes back
	JournalDropped uint64 `json:"journalDropped"` // entries let go of
	Zones          int    `json:"zones"`
	Records        int    `json:"records"`
	Tokens         int    `json:"tokens"`
}

// Cleared counts the faults that a request ended.
type Cleared struct {
	Cleared int `json:"cleared"`
}
