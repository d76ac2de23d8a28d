package api

import "time"

// Record is one DNS record as stored. It is immutable; an update replaces it.
type Record struct {
	ID       ID      `json:"id"`
	Name     string  `json:"name"`               // full name, lower case, Punycode, no trailing dot
	Type     string  `json:"type"`               // "A", "TXT" …, one of Types
	Content  string  `json:"content"`            // as sent, save what canonical says of its type
	Data     string  `json:"data,omitempty"`     // JSON object, for the types that have fields; "" otherwise
	Comment  string  `json:"comment,omitempty"`  // "" when none
	Priority *uint16 `json:"priority,omitempty"` // MX, SRV, URI
	TTL      int     `json:"ttl"`                // seconds, or AutomaticTTL
	Proxied  bool    `json:"proxied,omitempty"`

	FlattenCNAME bool     `json:"flatten_cname,omitempty"`
	IPv4Only     bool     `json:"ipv4_only,omitempty"` // of a proxied name: no AAAA
	IPv6Only     bool     `json:"ipv6_only,omitempty"` // of a proxied name: no A
	Tags         []string `json:"tags,omitempty"`

	Created         time.Time  `json:"created_on"`  // UTC, microseconds
	Modified        time.Time  `json:"modified_on"` // when this version began; publish delays count from here
	CommentModified *time.Time `json:"comment_modified_on,omitempty"`
	TagsModified    *time.Time `json:"tags_modified_on,omitempty"`
}
