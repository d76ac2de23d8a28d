package zone

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
)

// User is a person with a global API key, who may do everything in every zone.
type User struct {
	ID          ID     `json:"id"`
	Email       string `json:"email"`
	Fingerprint string `json:"fingerprint"` // of the global key

	digest digest
}

// DefaultUser is the owner of tokens that name none.
func DefaultUser() ID {
	sum := sha256.Sum256([]byte("default user"))
	return ID(sum[:16])
}

// maxUsers bounds the users.
const maxUsers = 1000

// AddUser stores a user with a global key. The first is the default user, so that the rate limit counts that
// key and the tokens together. Adding the same e-mail address again replaces the key.
func (s *Store) AddUser(email, key string) (*User, error) {
	if email == "" || key == "" {
		return nil, fmt.Errorf("add user %q: e-mail address and global key are both needed", email)
	}
	u := &User{ID: NewID(), Email: email, Fingerprint: Fingerprint(key), digest: digestOf(key)}
	s.mu.Lock()
	defer s.mu.Unlock()
	users := slices.Clone(s.users)
	switch at := slices.IndexFunc(users, u.sameEmail); {
	case at >= 0:
		u.ID, users[at] = users[at].ID, u
	case len(users) >= maxUsers:
		return nil, fmt.Errorf("add user %q: there are %d already", email, maxUsers)
	default:
		if len(users) == 0 {
			u.ID = DefaultUser()
		}
		users = append(users, u)
	}
	s.users = users
	s.touch()
	return u, nil
}

// UserFor finds the user by e-mail address and global key, which must belong together.
func (s *Store) UserFor(email, key string) (*User, bool) {
	d := digestOf(key)
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, u := range s.users {
		if u.digest == d && strings.EqualFold(u.Email, email) {
			return u, true
		}
	}
	return nil, false
}

// Users lists all users in the order of their addition.
func (s *Store) Users() []*User {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Clone(s.users)
}

func (u *User) sameEmail(other *User) bool { return strings.EqualFold(u.Email, other.Email) }
