package server

import (
	"net/http"
	"slices"

	"github.com/edgeproof/edgeproof/mocks/control/api"
)

func (s *server) listTokens(*http.Request) (any, error) { return s.Store.Tokens(), nil }

// zoneIDs turns names or ids into ids.
func (s *server) zoneIDs(named []string) ([]api.ID, error) {
	ids := make([]api.ID, 0, len(named))
	for _, name := range named {
		z, err := s.findZone(name)
		if err != nil {
			return nil, err
		}
		ids = append(ids, z.ID)
	}
	return ids, nil
}

func checkPermissions(permissions []api.Permission) error {
	for _, p := range permissions {
		if !slices.Contains(api.Permissions(), p) {
			return invalid("permission %q: give any of %q", p, api.Permissions())
		}
	}
	return nil
}

func (s *server) createToken(r *http.Request) (any, error) {
	var d api.TokenDraft
	if err := decode(r, &d); err != nil {
		return nil, err
	}
	if err := checkPermissions(d.Permissions); err != nil {
		return nil, err
	}
	if d.Permissions == nil {
		d.Permissions = api.EditDNS()
	}
	zones, err := s.zoneIDs(d.Zones)
	if err != nil {
		return nil, err
	}
	t, value, err := s.Store.AddToken(api.Token{
		Name: d.Name, Permissions: d.Permissions, Zones: zones,
		Expires: d.Expires, NotBefore: d.NotBefore, AllowFrom: d.AllowFrom, DenyFrom: d.DenyFrom,
	}, d.Value)
	if err != nil {
		return nil, invalid("%v", err)
	}
	return api.NewToken{Token: *t, Value: value}, nil
}

// tokenOf finds the token that a path names, by id or by fingerprint.
func (s *server) tokenOf(r *http.Request) (*api.Token, error) {
	named := r.PathValue("token")
	for _, t := range s.Store.Tokens() {
		if t.ID.String() == named || t.Fingerprint == named {
			return t, nil
		}
	}
	return nil, notFound("no token %q: GET /v1/tokens lists ids and fingerprints", named)
}

func (s *server) patchToken(r *http.Request) (any, error) {
	t, err := s.tokenOf(r)
	if err != nil {
		return nil, err
	}
	var p api.TokenPatch
	if err := decode(r, &p); err != nil {
		return nil, err
	}
	if err := checkPermissions(p.Permissions); err != nil {
		return nil, err
	}
	if p.Status != nil && *p.Status != api.TokenActive && *p.Status != api.TokenDisabled {
		return nil, invalid("token status %q: give active or disabled; expired is made by expires", *p.Status)
	}
	var zones []api.ID
	if p.Zones != nil {
		if zones, err = s.zoneIDs(*p.Zones); err != nil {
			return nil, err
		}
	}
	return s.Store.UpdateToken(t.ID, func(t *api.Token) {
		if p.Status != nil {
			t.Status = *p.Status
		}
		if p.Permissions != nil {
			t.Permissions = p.Permissions
		}
		if p.Zones != nil {
			t.Zones = zones
		}
		if p.Expires != nil {
			t.Expires = p.Expires
		}
		if p.NotBefore != nil {
			t.NotBefore = p.NotBefore
		}
		if p.AllowFrom != nil {
			t.AllowFrom = *p.AllowFrom
		}
		if p.DenyFrom != nil {
			t.DenyFrom = *p.DenyFrom
		}
	})
}

func (s *server) deleteToken(r *http.Request) (any, error) {
	t, err := s.tokenOf(r)
	if err != nil {
		return nil, err
	}
	return done{true}, s.Store.RemoveToken(t.ID)
}
