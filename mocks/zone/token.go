package zone

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Permission is what a token may do in its zones.
type Permission string

// The permissions that matter here: DNS clients are told to ask for ZoneRead and DNSEdit, and tools that make
// zones and tokens need the others. An Edit includes its Read.
const (
	ZoneRead   Permission = "Zone:Read"
	ZoneEdit   Permission = "Zone:Edit"
	DNSRead    Permission = "DNS:Read"
	DNSEdit    Permission = "DNS:Edit"
	TokensRead Permission = "API Tokens:Read" //nolint:gosec // the name of a permission, not a credential
	TokensEdit Permission = "API Tokens:Edit" //nolint:gosec // likewise
)

// Permissions lists all of them.
func Permissions() []Permission {
	return []Permission{ZoneRead, ZoneEdit, DNSRead, DNSEdit, TokensRead, TokensEdit}
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

// digest stands for a secret; the secret itself is not kept.
type digest [sha256.Size]byte

func digestOf(secret string) digest { return sha256.Sum256([]byte(secret)) }

// Fingerprint names a secret without revealing it: the first 12 hexadecimal digits of its SHA-256. It is the
// same wherever this project shows it.
func Fingerprint(secret string) string {
	d := digestOf(secret)
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

	digest digest
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

// AddToken stores a token. An empty value has one minted; a given value is what a cluster's Secret holds.
// Missing fields get defaults: a new ID, active, the default user. The value is returned here and never again.
func (s *Store) AddToken(t Token, value string) (*Token, string, error) {
	if value == "" {
		value = mint()
	}
	if t.ID.IsZero() {
		t.ID = NewID()
	}
	if t.Owner.IsZero() {
		t.Owner = DefaultUser()
	}
	if t.Status == "" {
		t.Status = TokenActive
	}
	if t.Issued.IsZero() {
		t.Issued = s.clock()
	}
	if err := t.check(); err != nil {
		return nil, "", err
	}
	t.Modified = t.Issued
	t.Permissions, t.Zones = slices.Clone(t.Permissions), slices.Clone(t.Zones)
	t.digest, t.Fingerprint = digestOf(value), Fingerprint(value)
	s.mu.Lock()
	defer s.mu.Unlock()
	if have := s.tokens[t.digest]; have != nil {
		return nil, "", fmt.Errorf("add token %s: its value %s is that of token %s; remove that one first", t.ID, t.Fingerprint, have.ID)
	}
	if s.tokenByID(t.ID) != nil {
		return nil, "", fmt.Errorf("add token %s: identifier is taken", t.ID)
	}
	if len(s.tokens) >= maxTokens {
		return nil, "", refuse(Unverified, CodeTokenLimit, "There are %d API tokens already.", maxTokens)
	}
	s.tokens[t.digest] = &t
	s.touch()
	return &t, value, nil
}

// The limits on tokens. The real ones are not known, except that of the name (the API's schema).
const (
	maxTokens    = 1000
	maxTokenName = 120  // characters
	maxTokenList = 1000 // permissions, zones or networks
)

// check refuses a token that would take more memory than any real one.
func (t *Token) check() error {
	if utf8.RuneCountInString(t.Name) > maxTokenName {
		return refuse(Unverified, CodeTokenLimit, "The name of an API token has at most %d characters.", maxTokenName)
	}
	if max(len(t.Permissions), len(t.Zones), len(t.AllowFrom), len(t.DenyFrom)) > maxTokenList {
		return refuse(Unverified, CodeTokenLimit, "An API token has at most %d permissions, zones and networks each.", maxTokenList)
	}
	return nil
}

// mint draws a value in the 40-character form of API tokens.
func mint() string {
	var b [30]byte
	_, _ = rand.Read(b[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(b[:])
}

func (s *Store) tokenByID(id ID) *Token {
	for _, t := range s.tokens {
		if t.ID == id {
			return t
		}
	}
	return nil
}

// UpdateToken changes a token: permissions, scope, status, times, filters. ID and value stay.
func (s *Store) UpdateToken(id ID, change func(*Token)) (*Token, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.tokenByID(id)
	if old == nil {
		return nil, fmt.Errorf("update token %s: no such token", id)
	}
	t := *old
	t.Permissions, t.Zones = slices.Clone(t.Permissions), slices.Clone(t.Zones)
	change(&t)
	if err := t.check(); err != nil {
		return nil, err
	}
	t.ID, t.digest, t.Fingerprint, t.Issued, t.Modified = old.ID, old.digest, old.Fingerprint, old.Issued, s.clock()
	s.tokens[t.digest] = &t
	s.touch()
	return &t, nil
}

// RollToken gives a token a new value; the old one is unknown from then on. An empty value has one minted.
func (s *Store) RollToken(id ID, value string) (string, error) {
	if value == "" {
		value = mint()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.tokenByID(id)
	if old == nil {
		return "", fmt.Errorf("roll token %s: no such token", id)
	}
	t := *old
	t.digest, t.Fingerprint = digestOf(value), Fingerprint(value)
	if have := s.tokens[t.digest]; have != nil && have.ID != id {
		return "", fmt.Errorf("roll token %s: its value %s is that of token %s", id, t.Fingerprint, have.ID)
	}
	delete(s.tokens, old.digest)
	s.tokens[t.digest] = &t
	s.touch()
	return value, nil
}

// RemoveToken revokes a token.
func (s *Store) RemoveToken(id ID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.tokenByID(id)
	if t == nil {
		return fmt.Errorf("remove token %s: no such token", id)
	}
	delete(s.tokens, t.digest)
	s.touch()
	return nil
}

// TokenFor finds the token with this value.
func (s *Store) TokenFor(value string) (*Token, bool) {
	d := digestOf(value)
	s.mu.RLock()
	defer s.mu.RUnlock()
	t, ok := s.tokens[d]
	return t, ok
}

// Tokens lists all tokens, by ID.
func (s *Store) Tokens() []*Token {
	s.mu.RLock()
	defer s.mu.RUnlock()
	out := make([]*Token, 0, len(s.tokens))
	for _, t := range s.tokens {
		out = append(out, t)
	}
	slices.SortFunc(out, func(a, b *Token) int { return slices.Compare(a.ID[:], b.ID[:]) })
	return out
}
