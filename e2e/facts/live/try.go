package live

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/edgeproof/edgeproof/e2e/facts"
)

// Try asks three questions that change nothing: is the token valid, which zones does it see, and may it read
// their records. Whether it may write is read from the permissions listed with a zone, and never tried.
func (i *Internet) Try(ctx context.Context, c facts.Credential) (facts.Token, error) {
	var t facts.Token
	if i.o.Provider == "" {
		return t, errNotAsked()
	}
	if strings.ContainsFunc(c.Reveal()+c.Email, func(r rune) bool { return r <= ' ' || r > '~' }) {
		t.Status = "malformed" // no header can carry it
		return t, nil
	}
	if c.Email == "" {
		if err := i.verify(ctx, c, &t); err != nil || t.Status != "active" && t.Status != "unknown" {
			return t, err
		}
	}
	zones, err := list[zone](ctx, i, c, "/zones", zonesPerPage, nil)
	refused, ok := refusal(err)
	switch {
	case ok:
		t.Refusals = append(t.Refusals, refused)
		if c.Email != "" {
			t.Status = statusOf(refused)
		} else if t.Status == "active" && refused.Status == http.StatusForbidden {
			t.ZoneRead = new(false)
		}
		return t, nil
	case err != nil:
		return t, err
	}
	// A token of an account is unknown to the verification of users' tokens, and works all the same.
	t.Status, t.ZoneRead = "active", new(true)
	for _, z := range zones {
		t.Zones = append(t.Zones, z.Name)
	}
	if len(zones) == 0 {
		return t, nil
	}
	mayEdit(&t, zones)
	return t, i.mayRead(ctx, c, &t, zones[0])
}

// verify asks what the API thinks of a token.
func (i *Internet) verify(ctx context.Context, c facts.Credential, t *facts.Token) error {
	var found struct {
		Status    string     `json:"status"`
		NotBefore *time.Time `json:"not_before"`
	}
	_, err := i.get(ctx, c, "/user/tokens/verify", nil, &found)
	if refused, ok := refusal(err); ok {
		t.Status, t.Refusals = statusOf(refused), append(t.Refusals, refused)
		return nil
	}
	t.Status = found.Status
	if t.Status == "active" && found.NotBefore != nil && found.NotBefore.After(time.Now()) {
		t.Status = "not-yet"
	}
	return err
}

// mayEdit reads in which zones the records may be edited, by the permissions that the list of zones tells.
func mayEdit(t *facts.Token, zones []zone) {
	for _, z := range zones {
		switch {
		case len(z.Permissions) == 0: // not listed
		case slices.Contains(z.Permissions, "#dns_records:edit"):
			t.DNSEdit = new(true)
		default:
			t.ReadOnly = append(t.ReadOnly, z.Name)
		}
	}
	if t.DNSEdit == nil && len(t.ReadOnly) > 0 {
		t.DNSEdit, t.ReadOnly = new(false), nil
	}
}

// mayRead finds out whether the records of a zone may be read.
func (i *Internet) mayRead(ctx context.Context, c facts.Credential, t *facts.Token, z zone) error {
	var first []record
	_, err := i.get(ctx, c, "/zones/"+url.PathEscape(z.ID)+"/dns_records", url.Values{"per_page": {"1"}}, &first)
	refused, ok := refusal(err)
	switch {
	case ok:
		t.Refusals = append(t.Refusals, refused)
		if refused.Status == http.StatusForbidden {
			t.DNSRead = new(false)
		}
		return nil
	case err == nil:
		t.DNSRead = new(true)
	}
	return err
}

func refusal(err error) (facts.Refusal, bool) {
	var refused refusedError
	ok := errors.As(err, &refused)
	return refused.Refusal, ok
}

// statusOf is what a refusal says of a credential; nothing when it is about the asker's address, about too many
// requests, or the API's own trouble.
func statusOf(refused facts.Refusal) string {
	switch {
	case refused.Status == http.StatusBadRequest:
		return "malformed"
	case strings.Contains(refused.Message, "from location"):
		return ""
	case refused.Status == http.StatusUnauthorized, refused.Status == http.StatusForbidden:
		return "unknown"
	}
	return ""
}
