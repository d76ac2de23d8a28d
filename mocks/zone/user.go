package zone

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// DefaultUser is the owner of tokens that name none.
func DefaultUser() api.ID {
	sum := sha256.Sum256([]byte("default user"))
	return api.ID(sum[:16])
}

// maxUsers bounds the users.
const maxUsers = 1000

// user is a user as stored, with the digest of the global key.
type user struct {
	api.User
	key digest
}

// AddUser stores a user with a global key. The first is the default user, so that the rate limit counts that
// key and the tokens together. Adding the same e-mail address again replaces the key.
func (s *Store) AddUser(email, key string) (*api.User, error) {
	if email == "" || key == "" {
		return nil, fmt.Errorf("add user %q: e-mail address and global key are both needed", email)
	}
	u := &user{api.User{ID: api.NewID(), Email: email, Fingerprint: api.Fingerprint(key)}, digestOf(key)}
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
	return &u.User, nil
}

// UserFor finds the user by e-mail address and global key, which must belong together.
func (s *Store) UserFor(email, key string) (*api.User, bool) {
	d := digestOf(key)
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, u := range s.users {
		if u.key == d && strings.EqualFold(u.Email, email) {
			return &u.User, true
		}
	}
	return nil, false
}

// Users lists all users in the order of their addition.
func (s *Store) Users() []*api.User {
	s.mu.RLock()
	defer s.mu.RUnlock()
	out := make([]*api.User, 0, len(s.users))
	for _, u := range s.users {
		out = append(out, &u.User)
	}
	return out
}

func (u *user) sameEmail(other *user) bool { return strings.EqualFold(u.Email, other.Email) }
