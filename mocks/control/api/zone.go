package api

import "time"

// ZoneStatus is the life-cycle state of a zone.
type ZoneStatus string

// The states of a zone that matter to clients.
const (
	ZoneActive  ZoneStatus = "active"  // delegated to its name servers
	ZonePending ZoneStatus = "pending" // added, not yet delegated
	ZoneMoved   ZoneStatus = "moved"   // was active, is delegated elsewhere now
)

// SSLMode is how Cloudflare's proxy reaches the origins of a zone
// (developers.cloudflare.com/ssl/origin-configuration/ssl-modes).
type SSLMode string

// The modes. A zone without one has SSLFull.
const (
	SSLOff      SSLMode = "off"      // no HTTPS at all: it is redirected to HTTP
	SSLFlexible SSLMode = "flexible" // HTTPS to the proxy, HTTP to the origin
	SSLFull     SSLMode = "full"     // as the client came, with any certificate of the origin
	SSLStrict   SSLMode = "strict"   // and the certificate must verify
)

// Account owns zones.
type Account struct {
	ID   ID     `json:"id"`
	Name string `json:"name"`
}

// Zone is one domain at the provider. It is immutable once stored.
type Zone struct {
	ID          ID         `json:"id"`
	Name        string     `json:"name"` // apex, canonical
	Status      ZoneStatus `json:"status"`
	Paused      bool       `json:"paused,omitempty"`
	SSL         SSLMode    `json:"ssl,omitempty"` // of its proxied names
	NameServers []string   `json:"name_servers"`  // two, no trailing dot
	Account     Account    `json:"account"`
	Plan        Plan       `json:"plan"`
	Created     time.Time  `json:"created_on"`
	Modified    time.Time  `json:"modified_on"`
	Activated   *time.Time `json:"activated_on,omitempty"`
}

// Plan is what a zone's subscription allows. Limits of zero are not limits.
type Plan struct {
	ID         ID     `json:"id"`
	Name       string `json:"name"`      // "Free Website"
	LegacyID   string `json:"legacy_id"` // "free"
	Subscribed bool   `json:"is_subscribed"`

	MaxRecords int `json:"max_records"` // records in the zone; 81045 beyond
	MaxBatch   int `json:"max_batch"`   // operations in one batch
	MaxComment int `json:"max_comment"` // characters of a comment; 9313 beyond
	MaxTags    int `json:"max_tags"`    // tags of a record; 9300 beyond
	MinTTL     int `json:"min_ttl"`     // seconds; 9021 below
}
