package cloudflare

import (
	"net/http"
	"net/mail"
	"strings"

	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

// caller is who asks: a token, or a user with the global key.
type caller struct {
	token       *api.Token
	user        *api.User
	fingerprint string // of whatever secret came, known or not
}

func (c *caller) may(p api.Permission) bool {
	return c.user != nil || c.token != nil && c.token.May(p)
}

func (c *caller) covers(id api.ID) bool {
	return c.user != nil || c.token != nil && c.token.Covers(id)
}

// owner is the user whom the rate limit counts.
func (c *caller) owner() api.ID {
	if c.user != nil {
		return c.user.ID
	}
	return c.token.Owner
}

// Fingerprint names the secret that a request carries, token or global key, without revealing it; "" when
// there is none. The journal and fault rules use it.
func Fingerprint(r *http.Request) string {
	if value, ok := bearer(r.Header); ok {
		return api.Fingerprint(value)
	}
	if key := r.Header.Get("X-Auth-Key"); key != "" {
		return api.Fingerprint(key)
	}
	return ""
}

func bearer(h http.Header) (value string, ok bool) {
	header := h.Get("Authorization")
	if header == "" {
		return "", false
	}
	scheme, value, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return header, true
	}
	return value, true
}

// authenticate finds the caller. A bearer token counts before a key, and an e-mail address beside a token
// does not matter: cert-manager sends both.
func (x *exchange) authenticate(f family) error {
	h := x.r.Header
	if f == open {
		return nil
	}
	if value, ok := bearer(h); ok {
		return x.authenticateToken(f, value)
	}
	key, email := h.Get("X-Auth-Key"), h.Get("X-Auth-Email")
	if key == "" || email == "" || f == tokens {
		return refuseNoCredentials(f)
	}
	x.caller.fingerprint = api.Fingerprint(key)
	if user, ok := x.store.UserFor(email, key); ok {
		x.caller.user = user
		return nil
	}
	if !wellFormedKey(key) {
		return refuseHeader(zone.Reported, codeKeyFormat, "X-Auth-Key")
	}
	if _, err := mail.ParseAddress(email); err != nil {
		return refuseHeader(zone.Reported, codeEmailFormat, "X-Auth-Email")
	}
	return gatewayRefusal(http.StatusForbidden, codeUnknownKey, zone.Client, "Unknown X-Auth-Key or X-Auth-Email")
}

func (x *exchange) authenticateToken(f family, value string) error {
	token, known := x.store.TokenFor(value)
	if !known {
		x.caller.fingerprint = api.Fingerprint(value)
		if !api.WellFormedToken(value) {
			return refuseHeader(zone.Probed, codeTokenFormat, "Authorization")
		}
		return refuseToken(f, false)
	}
	x.caller.fingerprint = token.Fingerprint
	if !token.AcceptsFrom(x.client) {
		return gatewayRefusal(http.StatusForbidden, codeAccess, zone.Reported,
			"Cannot use the access token from location: %s", x.client)
	}
	if f != tokens && !token.UsableAt(x.began) {
		return refuseToken(f, true)
	}
	x.caller.token = token
	return nil
}

// wellFormedKey: 37 to 45 hexadecimal digits, or the prefixed form of 2026.
func wellFormedKey(key string) bool {
	if strings.HasPrefix(key, "cfk_") {
		return len(key) >= 44
	}
	return len(key) >= 37 && len(key) <= 45 && strings.Trim(key, "0123456789abcdef") == ""
}
