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

// Credential is the value of a token or key on its way from its Secret to the provider. It prints as its fingerprint, has no JSON
// form, and no snapshot holds one.
type Credential struct {
	// value is behind a pointer, since package fmt prints what unexported fields hold without asking for their String.
	value *string
	// Email makes it a user's global key.
	Email string `json:"-"`
}

// NewCredential makes one of a value as it stands in a Secret. email is empty for an API token.
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

// Fingerprint tells credentials apart without telling them; empty for none.
func (c Credential) Fingerprint() string {
	if c.Reveal() == "" {
		return ""
	}
	return api.Fingerprint(c.Reveal())
}

// String is the fingerprint.
func (c Credential) String() string { return cmp.Or(c.Fingerprint(), "no credential") }

// GoString is the fingerprint too: %#v tells no more than %v.
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

// token reads the value of a credential, and asks what it is able to do. All namings are of the same one.
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

// value reads one key of a Secret. That it is not there is told by its being empty, since a Token then says so.
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

// try asks the provider what the credential at that place is able to do, and keeps it for as long as the collection asks there.
func (c *collection) try(ctx context.Context, at entry, with Credential) Token {
	if c.from.Internet == nil {
		return Token{}
	}
	found, err := c.from.Internet.Try(ctx, with)
	if err != nil {
		c.fail(Tokens, at.String(), fmt.Errorf("ask what key %s of Secret %s is able to do: %w", at.key, at.NamespacedName, err))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.credentials = append(c.credentials, with)
	return found
}
