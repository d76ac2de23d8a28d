package server

import (
	"net/http"
	"time"

	"github.com/edgeproof/edgeproof/mocks/cloudflare"
	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// rollToken gives a token another value, as a rotation of the secret does.
func (s *server) rollToken(r *http.Request) (any, error) {
	t, err := s.tokenOf(r)
	if err != nil {
		return nil, err
	}
	var v api.TokenValue
	if err := decode(r, &v); err != nil {
		return nil, err
	}
	value, err := s.Store.RollToken(t.ID, v.Value)
	if err != nil {
		return nil, invalid("%v", err)
	}
	rolled, ok := s.Store.TokenFor(value)
	if !ok {
		return nil, notFound("token %s was removed meanwhile", t.ID)
	}
	return api.NewToken{Token: *rolled, Value: value}, nil
}

func (s *server) listUsers(*http.Request) (any, error) {
	if users := s.Store.Users(); users != nil {
		return users, nil
	}
	return []*api.User{}, nil
}

// addUser makes a user with a global key; the same address again replaces the key.
func (s *server) addUser(r *http.Request) (any, error) {
	var d api.UserDraft
	if err := decode(r, &d); err != nil {
		return nil, err
	}
	u, err := s.Store.AddUser(d.Email, d.Key)
	if err != nil {
		return nil, invalid("%v", err)
	}
	return u, nil
}

func (s *server) putLimit(r *http.Request) (any, error) {
	var l api.Limit
	if err := decode(r, &l); err != nil {
		return nil, err
	}
	const day = 24 * 3600
	if l.Requests < 0 || l.PerSecond < 0 || l.WindowSeconds < 0 || l.WindowSeconds > day {
		return nil, invalid("limit: give requests and perSecond of 0 or more, and windowSeconds of 0 to %d", day)
	}
	s.API.SetLimit(cloudflare.Limit{
		Requests: l.Requests, Window: time.Duration(l.WindowSeconds * float64(time.Second)), PerSecond: l.PerSecond,
	})
	return l, nil
}
