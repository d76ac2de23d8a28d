package zone

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// digest stands for a secret; the secret itself is not kept.
type digest [sha256.Size]byte

func digestOf(secret string) digest { return sha256.Sum256([]byte(secret)) }

// AddToken stores a token. An empty value has one minted; a given value is what a cluster's Secret holds.
// Missing fields get defaults: a new ID, active, the default user. The value is returned here and never again.
func (s *Store) AddToken(t api.Token, value string) (*api.Token, string, error) {
	if value == "" {
		value = mint()
	}
	if t.ID.IsZero() {
		t.ID = api.NewID()
	}
	if t.Owner.IsZero() {
		t.Owner = DefaultUser()
	}
	if t.Status == "" {
		t.Status = api.TokenActive
	}
	if t.Issued.IsZero() {
		t.Issued = s.clock()
	}
	if err := checkToken(&t); err != nil {
		return nil, "", err
	}
	t.Modified = t.Issued
	t.Permissions, t.Zones = slices.Clone(t.Permissions), slices.Clone(t.Zones)
	t.Fingerprint = api.Fingerprint(value)
	d := digestOf(value)
	s.mu.Lock()
	defer s.mu.Unlock()
	if have := s.tokens[d]; have != nil {
		return nil, "", fmt.Errorf(
			"add token %s: its value %s is that of token %s; remove that one first",
			t.ID,
			t.Fingerprint,
			have.ID,
		)
	}
	if _, have := s.tokenByID(t.ID); have != nil {
		return nil, "", fmt.Errorf("add token %s: identifier is taken", t.ID)
	}
	if len(s.tokens) >= maxTokens {
		return nil, "", refuse(Unverified, CodeTokenLimit, "There are %d API tokens already.", maxTokens)
	}
	s.tokens[d] = &t
	s.touch()
	return &t, value, nil
}

// The limits on tokens. The real ones are not known, except that of the name (the API's schema).
const (
	maxTokens    = 1000
	maxTokenName = 120  // characters
	maxTokenList = 1000 // permissions, zones or networks
)

// checkToken refuses a token that would take more memory than any real one.
func checkToken(t *api.Token) error {
	if utf8.RuneCountInString(t.Name) > maxTokenName {
		return refuse(Unverified, CodeTokenLimit, "The name of an API token has at most %d characters.", maxTokenName)
	}
	if max(len(t.Permissions), len(t.Zones), len(t.AllowFrom), len(t.DenyFrom)) > maxTokenList {
		return refuse(
			Unverified,
			CodeTokenLimit,
			"An API token has at most %d permissions, zones and networks each.",
			maxTokenList,
		)
	}
	return nil
}

// mint draws a value in the 40-character form of API tokens.
func mint() string {
	var b [30]byte
	_, _ = rand.Read(b[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// tokenByID finds a token and the digest that it is stored by; nil when there is none.
func (s *Store) tokenByID(id api.ID) (digest, *api.Token) {
	for d, t := range s.tokens {
		if t.ID == id {
			return d, t
		}
	}
	return digest{}, nil
}

// UpdateToken changes a token: permissions, scope, status, times, filters. ID and value stay.
func (s *Store) UpdateToken(id api.ID, change func(*api.Token)) (*api.Token, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, old := s.tokenByID(id)
	if old == nil {
		return nil, fmt.Errorf("update token %s: no such token", id)
	}
	t := *old
	t.Permissions, t.Zones = slices.Clone(t.Permissions), slices.Clone(t.Zones)
	change(&t)
	if err := checkToken(&t); err != nil {
		return nil, err
	}
	t.ID, t.Fingerprint, t.Issued, t.Modified = old.ID, old.Fingerprint, old.Issued, s.clock()
	s.tokens[d] = &t
	s.touch()
	return &t, nil
}

// RollToken gives a token a new value; the old one is unknown from then on. An empty value has one minted.
func (s *Store) RollToken(id api.ID, value string) (string, error) {
	if value == "" {
		value = mint()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	before, old := s.tokenByID(id)
	if old == nil {
		return "", fmt.Errorf("roll token %s: no such token", id)
	}
	t := *old
	t.Fingerprint = api.Fingerprint(value)
	d := digestOf(value)
	if have := s.tokens[d]; have != nil && have.ID != id {
		return "", fmt.Errorf("roll token %s: its value %s is that of token %s", id, t.Fingerprint, have.ID)
	}
	delete(s.tokens, before)
	s.tokens[d] = &t
	s.touch()
	return value, nil
}

// RemoveToken revokes a token.
func (s *Store) RemoveToken(id api.ID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, t := s.tokenByID(id)
	if t == nil {
		return fmt.Errorf("remove token %s: no such token", id)
	}
	delete(s.tokens, d)
	s.touch()
	return nil
}

// TokenFor finds the token with this value.
func (s *Store) TokenFor(value string) (*api.Token, bool) {
	d := digestOf(value)
	s.mu.RLock()
	defer s.mu.RUnlock()
	t, ok := s.tokens[d]
	return t, ok
}

// Tokens lists all tokens, by ID.
func (s *Store) Tokens() []*api.Token {
	s.mu.RLock()
	defer s.mu.RUnlock()
	out := make([]*api.Token, 0, len(s.tokens))
	for _, t := range s.tokens {
		out = append(out, t)
	}
	slices.SortFunc(out, func(a, b *api.Token) int { return slices.Compare(a.ID[:], b.ID[:]) })
	return out
}
