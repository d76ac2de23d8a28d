package zone

import (
	"cmp"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// StateVersion is the version of State that this package writes and reads.
const StateVersion = 1

// State is everything in a store, as plain data for a file. Secrets are in it as digests only.
type State struct {
	Version int          `json:"version"`
	Zones   []ZoneState  `json:"zones"`
	Tokens  []TokenState `json:"tokens"`
	Users   []UserState  `json:"users"`
}

// ZoneState is a zone, its SOA serial and its records, oldest first.
type ZoneState struct {
	Zone    api.Zone  `json:"zone"`
	Serial  uint64    `json:"serial"`
	Records []*Record `json:"records"`
}

// TokenState is a token and the SHA-256 of its value, in hexadecimal digits.
type TokenState struct {
	Token  api.Token `json:"token"`
	SHA256 string    `json:"sha256"`
}

// UserState is a user and the SHA-256 of the global key, in hexadecimal digits.
type UserState struct {
	User   api.User `json:"user"`
	SHA256 string   `json:"sha256"`
}

// Snapshot takes the state at one moment, and the Version it belongs to. Records are shared, not copied.
func (s *Store) Snapshot() (*State, uint64) {
	out, version := s.collect()
	// Sorting a million records takes a while; no client needs to wait for it.
	for _, z := range out.Zones {
		slices.SortFunc(z.Records, func(a, b *Record) int { return cmp.Compare(a.seq, b.seq) })
	}
	slices.SortFunc(out.Tokens, func(a, b TokenState) int { return slices.Compare(a.Token.ID[:], b.Token.ID[:]) })
	return out, version
}

func (s *Store) collect() (*State, uint64) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	out := &State{Version: StateVersion}
	for _, t := range s.zones {
		out.Zones = append(out.Zones, ZoneState{Zone: *t.zone, Serial: t.version, Records: t.order.between(0, t.order.size)})
	}
	for d, t := range s.tokens {
		out.Tokens = append(out.Tokens, TokenState{Token: *t, SHA256: hex.EncodeToString(d[:])})
	}
	for _, u := range s.users {
		out.Users = append(out.Users, UserState{User: u.User, SHA256: hex.EncodeToString(u.key[:])})
	}
	return out, s.version
}

// Restore replaces everything in the store by the state. A state that breaks the store's own rules is
// refused as a whole, and the store stays as it was.
func (s *Store) Restore(state *State) error {
	if state.Version != StateVersion {
		return fmt.Errorf("restore state: version %d, this program reads version %d", state.Version, StateVersion)
	}
	fresh := New(Options{Now: s.now, History: s.history})
	for i := range state.Zones {
		if err := fresh.restoreZone(&state.Zones[i]); err != nil {
			return fmt.Errorf("restore state: %w", err)
		}
	}
	for _, saved := range state.Tokens {
		token, d := saved.Token, digest{}
		if err := readDigest(&d, saved.SHA256); err != nil {
			return fmt.Errorf("restore state: token %s: %w", token.ID, err)
		}
		if _, have := fresh.tokenByID(token.ID); have != nil || fresh.tokens[d] != nil {
			return fmt.Errorf("restore state: token %s is there twice", token.ID)
		}
		fresh.tokens[d] = &token
	}
	for _, saved := range state.Users {
		u := &user{User: saved.User}
		if err := readDigest(&u.key, saved.SHA256); err != nil {
			return fmt.Errorf("restore state: user %s: %w", u.Email, err)
		}
		fresh.users = append(fresh.users, u)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.zones, s.byID, s.byName, s.tokens, s.users = fresh.zones, fresh.byID, fresh.byName, fresh.tokens, fresh.users
	s.touch()
	return nil
}

func (s *Store) restoreZone(saved *ZoneState) error {
	t, err := s.addZone(saved.Zone)
	if err != nil {
		return err
	}
	for i, r := range saved.Records {
		if r == nil {
			return fmt.Errorf("zone %s: record %d is empty", t.zone.Name, i)
		}
		if err := t.restore(r); err != nil {
			return fmt.Errorf("zone %s: record %s: %w", t.zone.Name, r.ID, err)
		}
	}
	t.version = max(saved.Serial, 1)
	return nil
}

// restore adds a saved record if it is one that could have been written, under whatever plan.
func (t *table) restore(r *Record) error {
	if r.ID.IsZero() || t.byID[r.ID] != nil {
		return errors.New("its identifier is missing or there twice")
	}
	c := Change{
		Name: &r.Name, Type: &r.Type, Content: &r.Content, TTL: &r.TTL, Proxied: &r.Proxied, Priority: r.Priority,
		Comment: &r.Comment, Tags: &r.Tags, FlattenCNAME: &r.FlattenCNAME, IPv4Only: &r.IPv4Only, IPv6Only: &r.IPv6Only,
	}
	if r.Data != "" {
		if err := json.Unmarshal([]byte(r.Data), &c.Data); err != nil {
			return fmt.Errorf("data: %w", err)
		}
	}
	apex := api.Zone{Name: t.zone.Name, Plan: api.Plan{MaxTags: len(r.Tags), MinTTL: 1}}
	written, err := c.resolve(&apex, nil, false, r.Modified)
	if err != nil {
		return err
	}
	if written.Name != r.Name || written.Content != r.Content || written.Data != r.Data {
		return errors.New("it is not in the form in which records are stored")
	}
	written.ID, written.Created = r.ID, r.Created
	written.CommentModified, written.TagsModified = r.CommentModified, r.TagsModified
	t.seq++
	written.seq = t.seq
	if err := t.conflicts(written); err != nil {
		return err
	}
	t.swap(nil, written)
	return nil
}

func readDigest(into *digest, text string) error {
	if len(text) != hex.EncodedLen(len(into)) {
		return fmt.Errorf("digest has %d characters, want %d", len(text), hex.EncodedLen(len(into)))
	}
	_, err := hex.Decode(into[:], []byte(text))
	return err
}
