package api

import (
	"crypto/sha256"
	"encoding/hex"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// Permission is what a token may do in its zones.
type Permission string

// The permissions that matter here: DNS clients document ZoneRead and DNSEdit, and tools that make
// zones and tokens, or read page rules and settings, need the others. An Edit includes its Read.
const (
	ZoneRead         Permission = "Zone:Read"
	ZoneEdit         Permission = "Zone:Edit"
	DNSRead          Permission = "DNS:Read"
	DNSEdit          Permission = "DNS:Edit"
	PageRulesRead    Permission = "Page Rules:Read"
	PageRulesEdit    Permission = "Page Rules:Edit"
	ZoneSettingsRead Permission = "Zone Settings:Read"
	ZoneSettingsEdit Permission = "Zone Settings:Edit"
	TokensRead       Permission = "API Tokens:Read" //nolint:gosec // the name of a permission, not a credential
	TokensEdit       Permission = "API Tokens:Edit" //nolint:gosec // likewise
)

// Permissions lists all of them.
func Permissions() []Permission {
	return []Permission{
		ZoneRead,
		ZoneEdit,
		DNSRead,
		DNSEdit,
		PageRulesRead,
		PageRulesEdit,
		ZoneSettingsRead,
		ZoneSettingsEdit,
		TokensRead,
		TokensEdit,
	}
}

// EditDNS is the set that cert-manager and external-dns document: Zone:Read and DNS:Edit.
func EditDNS() []Permission { return []Permission{ZoneRead, DNSEdit} }

// TokenStatus is the state of a token as its verification shows it.
type TokenStatus string

// The states of a token.
const (
	TokenActive   TokenStatus = "active"
	TokenDisabled TokenStatus = "disabled"
	TokenExpired  TokenStatus = "expired"
)

// Fingerprint names a secret without revealing it: the first 12 hexadecimal digits of its SHA-256. It is the
// same wherever this project shows it.
func Fingerprint(secret string) string {
	d := sha256.Sum256([]byte(secret))
	return "sha256:" + hex.EncodeToString(d[:6])
}

// Token is an API token. Its value is not part of it. It is immutable once stored.
type Token struct {
	ID          ID             `json:"id"`
	Name        string         `json:"name,omitempty"`
	Owner       ID             `json:"owner"`             // user whom the rate limit counts
	Account     ID             `json:"account,omitempty"` // set: an account-owned token
	Permissions []Permission   `json:"permissions"`
	Zones       []ID           `json:"zones,omitempty"` // scope; empty means all zones
	Status      TokenStatus    `json:"status"`          // TokenActive or TokenDisabled; time makes TokenExpired
	Issued      time.Time      `json:"issued_on"`
	Modified    time.Time      `json:"modified_on"`
	NotBefore   *time.Time     `json:"not_before,omitempty"`
	Expires     *time.Time     `json:"expires_on,omitempty"`
	AllowFrom   []netip.Prefix `json:"allow_from,omitempty"` // client addresses; empty means any
	DenyFrom    []netip.Prefix `json:"deny_from,omitempty"`
	Fingerprint string         `json:"fingerprint"`
}

// StatusAt is the state at a time: an active token expires.
func (t *Token) StatusAt(now time.Time) TokenStatus {
	if t.Status == TokenActive && t.Expires != nil && !now.Before(*t.Expires) {
		return TokenExpired
	}
	return t.Status
}

// UsableAt reports whether requests with the token are let in at a time.
func (t *Token) UsableAt(now time.Time) bool {
	return t.StatusAt(now) == TokenActive && (t.NotBefore == nil || !now.Before(*t.NotBefore))
}

// Covers reports whether the token's scope includes the zone.
func (t *Token) Covers(zone ID) bool { return len(t.Zones) == 0 || slices.Contains(t.Zones, zone) }

// May reports whether the token has a permission, in whatever zone.
func (t *Token) May(p Permission) bool {
	if slices.Contains(t.Permissions, p) {
		return true
	}
	object, reads := strings.CutSuffix(string(p), ":Read")
	return reads && slices.Contains(t.Permissions, Permission(object+":Edit"))
}

// AcceptsFrom reports whether the token's client address filter lets the address in. An invalid address is
// only let in by a token without a filter.
func (t *Token) AcceptsFrom(client netip.Addr) bool {
	client = client.Unmap()
	in := func(p netip.Prefix) bool { return p.Contains(client) }
	return !slices.ContainsFunc(t.DenyFrom, in) && (len(t.AllowFrom) == 0 || slices.ContainsFunc(t.AllowFrom, in))
}

// WellFormedToken reports whether the real API would look the value up at all: 40 characters of the URL-safe
// alphabet, or one of the prefixed forms of 2026 with 40 and a checksum. Anything else is 6003 with 6111.
// (A value that the store knows is accepted in any form.)
func WellFormedToken(value string) bool {
	rest, prefixed := strings.CutPrefix(value, "cfut_")
	if !prefixed {
		rest, prefixed = strings.CutPrefix(value, "cfat_")
	}
	if prefixed && len(rest) < 40 || !prefixed && len(rest) != 40 {
		return false
	}
	for i := range len(rest) {
		c := rest[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return false
		}
	}
	return true
}
