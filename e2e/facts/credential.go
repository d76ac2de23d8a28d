package facts

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	core "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// Credential is the value of a token or key on its way from its Secret to the provider. It prints as its
// fingerprint, has no JSON form, and no snapshot contains one.
type Credential struct {
	// value is behind a pointer, since package fmt prints the content of unexported fields without calling their
	// String method.
	value *string
	// Email makes it a user's global key.
	Email string `json:"-"`
}

// NewCredential makes one from a value as a Secret contains it. email is empty for an API token.
func NewCredential(value, email string) Credential {
	return Credential{value: new(strings.TrimSpace(value)), Email: email}
}

// Reveal returns the value, for the one header that it belongs in; empty for no credential.
func (c Credential) Reveal() string {
	if c.value == nil {
		return ""
	}
	return *c.value
}

// Fingerprint distinguishes credentials without revealing them; it is empty for none.
func (c Credential) Fingerprint() string {
	if c.Reveal() == "" {
		return ""
	}
	return api.Fingerprint(c.Reveal())
}

// String is the fingerprint.
func (c Credential) String() string { return cmp.Or(c.Fingerprint(), "no credential") }

// GoString is the fingerprint too: %#v reveals no more than %v.
func (c Credential) GoString() string { return c.String() }

// tokens makes a task for each credential that is named.
func (c *collection) tokens() []task {
	if !c.s.Has(Tokens) {
		return nil
	}
	type use struct {
		entry
		global bool
	}
	named := map[use][]naming{}
	for _, n := range namings(c.s) {
		at := use{n.entry, n.global}
		named[at] = append(named[at], n)
	}
	out := make([]task, 0, len(named))
	for _, same := range named {
		out = append(out, func(ctx context.Context) { c.token(ctx, same) })
	}
	return out
}

// token reads the value of a credential, and looks up its permissions at the provider. All namings refer to the
// same one.
func (c *collection) token(ctx context.Context, same []naming) {
	first := same[0]
	value := c.value(ctx, first.entry)
	if value == "" && !slices.ContainsFunc(same, naming.required) {
		return
	}
	var t Token
	if value != "" {
		email := first.email.text
		if first.email.from != (entry{}) {
			email = c.value(ctx, first.email.from)
		}
		t = c.try(ctx, first.entry, NewCredential(value, email))
		t.Fingerprint = api.Fingerprint(value)
	}
	t.Namespace, t.Secret, t.Key, t.GlobalKey = first.Namespace, first.Name, first.key, first.global
	for _, n := range same {
		t.UsedBy = append(t.UsedBy, n.by)
	}
	slices.Sort(t.UsedBy)
	t.UsedBy = slices.Compact(t.UsedBy)
	c.keep(func(s *Snapshot) { s.Tokens = append(s.Tokens, t) })
}

// value reads one key of a Secret. A missing one is not an error: its value is empty, and the Token records that.
func (c *collection) value(ctx context.Context, at entry) string {
	var secret core.Secret
	if err := c.from.Kube.Get(ctx, at.NamespacedName, &secret); err != nil {
		if !apierrors.IsNotFound(err) {
			c.fail(Tokens, at.String(), fmt.Errorf("read Secret %s: %w", at.NamespacedName, err))
		}
		return ""
	}
	c.secrets.remember(&secret)
	return string(secret.Data[at.key])
}

// try looks up at the provider what the credential at that place may do, and keeps it for the rest of the collection.
func (c *collection) try(ctx context.Context, at entry, with Credential) Token {
	if c.from.Internet == nil {
		return Token{}
	}
	found, err := c.from.Internet.Try(ctx, with)
	if err != nil {
		c.fail(Tokens, at.String(), fmt.Errorf("look up the permissions of key %s of Secret %s: %w", at.key,
			at.NamespacedName, err))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.credentials = append(c.credentials, with)
	return found
}
