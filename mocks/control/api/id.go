package api

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
)

// ID identifies a zone, record, token, user or account. Its text is 32 lower-case hexadecimal digits, the
// form of every identifier in Cloudflare's API.
type ID [16]byte

// NewID draws a random identifier.
func NewID() ID {
	var id ID
	_, _ = rand.Read(id[:]) // never fails: the runtime aborts when the system has no randomness
	return id
}

// ParseID reads 32 hexadecimal digits, of either case.
func ParseID(text string) (ID, error) {
	var id ID
	if len(text) != 2*len(id) {
		return id, fmt.Errorf("parse identifier: %d characters, want 32 hexadecimal digits", len(text))
	}
	if _, err := hex.Decode(id[:], []byte(text)); err != nil {
		return ID{}, fmt.Errorf("parse identifier: %w", err)
	}
	return id, nil
}

// String is the 32 lower-case hexadecimal digits.
func (id ID) String() string { return hex.EncodeToString(id[:]) }

// IsZero reports whether no identifier was set.
func (id ID) IsZero() bool { return id == ID{} }

// MarshalText makes an ID its hexadecimal text in JSON, as value and as key.
func (id ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (id *ID) UnmarshalText(text []byte) error {
	parsed, err := ParseID(string(text))
	if err != nil {
		return err
	}
	*id = parsed
	return nil
}
