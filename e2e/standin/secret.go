package standin

import (
	"cmp"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/edgeproof/edgeproof/e2e/bundle"
)

// Purpose says what the value of a key must be.
type Purpose string

// The purposes. A token, and a global key with its e-mail address, are minted where Cloudflare is played.
const (
	CloudflareToken Purpose = "cloudflare-token"
	CloudflareKey   Purpose = "cloudflare-global-key"
	CloudflareEmail Purpose = "cloudflare-email"
	Registry        Purpose = "registry-credential"
	Random          Purpose = "random"
)

// Secret is one that the bundle's own platform would have and a clone of its repository does not.
type Secret struct {
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	Type      string `json:"type,omitempty"` // of the Secret; "" is Opaque
	Keys      []Key  `json:"keys"`
	// From is the object that would make it: "ExternalSecret external-dns/cloudflare"; "" where nothing in the bundle
	// does.
	From   string `json:"from,omitempty"`
	Reason string `json:"reason"`
	File   string `json:"file,omitempty"`
	Line   int    `json:"line,omitempty"`
	// UsedBy are objects that read it.
	UsedBy []string `json:"usedBy,omitempty"`
}

// Key is one entry of a Secret.
type Key struct {
	Name    string  `json:"name"`
	Purpose Purpose `json:"purpose"`
}

// Value gives the value of a key with a purpose; it is called once for each key that is not Random or Registry.
type Value func(secret Secret, key Key) (string, error)

// Object renders the Secret.
func (s Secret) Object(value Value) (*unstructured.Unstructured, error) {
	data := map[string]any{}
	for _, key := range s.Keys {
		text := rand.Text()
		switch key.Purpose {
		case Random:
		case Registry:
			text = `{"auths":{}}`
		default:
			var err error
			if text, err = value(s, key); err != nil {
				return nil, fmt.Errorf("value of key %s of Secret %s/%s: %w", key.Name, s.Namespace, s.Name, err)
			}
		}
		data[key.Name] = base64.StdEncoding.EncodeToString([]byte(text))
	}
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "Secret", "type": cmp.Or(s.Type, "Opaque"),
		"metadata": map[string]any{"name": s.Name, "namespace": s.Namespace},
		"data":     data,
	}}, nil
}

// Secrets lists the stand-ins for what objects use: for each Secret that one of them reads and that the bundle does
// not bring in the clear, whether an operator would make it, it is encrypted, or it is nowhere. Secrets that a
// component of the edge makes itself (those of issuers and certificates) are not among them.
func Secrets(b *bundle.Bundle, used []bundle.Object) []Secret {
	uses := usesOf(used)
	var all []Secret
	add := func(s Secret) {
		at := slices.IndexFunc(all, func(other Secret) bool {
			return other.Namespace == s.Namespace &&
				other.Name == s.Name
		})
		if at < 0 {
			all = append(all, s)
		}
	}
	for _, maker := range makersOf(b) {
		for _, made := range maker.makes(b) {
			if u, ok := uses[made.Namespace+"/"+made.Name]; ok {
				add(complete(made, u))
			}
		}
	}
	for _, name := range sorted(uses) {
		u := uses[name]
		namespace, secret, _ := strings.Cut(name, "/")
		if u.optional || brings(b, namespace, secret) || makes(used, namespace, secret) {
			continue
		}
		file, line := b.Position(u.first, secret)
		add(complete(Secret{
			Namespace: namespace, Name: secret, File: file, Line: line,
			Reason: "nothing in the bundle makes it: it is put in " +
				"place by hand, or by something else",
		}, u))
	}
	return all
}

// complete adds the keys that users ask for, and says what the values must be.
func complete(s Secret, u *use) Secret {
	s.UsedBy = u.by
	for _, key := range sorted(u.keys) {
		if !slices.ContainsFunc(s.Keys, func(k Key) bool { return k.Name == key }) {
			s.Keys = append(s.Keys, Key{Name: key, Purpose: Random})
		}
	}
	for i, key := range s.Keys {
		if purpose := u.keys[key.Name]; purpose != "" {
			s.Keys[i].Purpose = purpose
		} else if byName := u.whole && strings.HasPrefix(key.Name, "CF_"); byName {
			s.Keys[i].Purpose = purposeOf(key.Name)
		}
	}
	if u.registry {
		s.Type, s.Keys = "kubernetes.io/dockerconfigjson", []Key{{Name: ".dockerconfigjson", Purpose: Registry}}
	}
	slices.SortFunc(s.Keys, func(a, b Key) int { return strings.Compare(a.Name, b.Name) })
	return s
}

// brings reports whether the bundle has a Secret in the clear, or a hook that makes it.
func brings(b *bundle.Bundle, namespace, name string) bool {
	for _, stage := range b.Stages {
		for _, o := range stage.Objects {
			if o.GetKind() == "Secret" && o.GetName() == name && (o.GetNamespace() == namespace) {
				return true
			}
		}
		for _, h := range stage.Hooks {
			if h.GetKind() == "Job" && h.GetNamespace() == namespace && mentions(h.Object.Object, name) {
				return true
			}
		}
	}
	return false
}

// makes reports whether a component of the edge makes a Secret: cert-manager those of issuers, certificates and
// annotated routes.
func makes(objects []bundle.Object, namespace, name string) bool {
	for _, o := range objects {
		if !strings.HasSuffix(o.GroupVersionKind().Group, "cert-manager.io") {
			continue
		}
		for _, path := range [][]string{{"spec", "secretName"}, {"spec", "acme", "privateKeySecretRef", "name"}} {
			if text, _, _ := unstructured.NestedString(o.Object, path...); text == name &&
				(o.GetNamespace() == "" || o.GetNamespace() == namespace) {
				return true
			}
		}
	}
	return false
}

func mentions(value any, name string) bool {
	switch v := value.(type) {
	case string:
		return v == name || strings.HasSuffix(v, "="+name)
	case []any:
		return slices.ContainsFunc(v, func(item any) bool { return mentions(item, name) })
	case map[string]any:
		for _, item := range v {
			if mentions(item, name) {
				return true
			}
		}
	}
	return false
}
