package fault

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/retry"

	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// Value is written into an entry of a Secret. Exactly one of Value, Prefix or Suffix, and Token says what.
type Value struct {
	Named `json:",inline"`
	Key   string `json:"key"`
	// Value is written as it is; it may be empty.
	Value *string `json:"value,omitempty"`
	// Prefix and Suffix are put around what is there.
	Prefix string `json:"prefix,omitempty"`
	Suffix string `json:"suffix,omitempty"`
	// Token is minted at the provider, and its value written.
	Token *Token `json:"token,omitempty"`
}

// Token is an API token to be minted. What is not given is as in a good one.
type Token struct {
	Permissions []api.Permission `json:"permissions,omitempty"`
	Zones       []string         `json:"zones,omitempty"`
	Status      api.TokenStatus  `json:"status,omitempty"`
	// Expires and NotBefore are counted from now.
	Expires   *metav1.Duration `json:"expires,omitempty"`
	NotBefore *metav1.Duration `json:"notBefore,omitempty"`
	AllowFrom []netip.Prefix   `json:"allowFrom,omitempty"`
}

func (v *Value) check() error {
	if v.Key == "" {
		return errors.New("secret.key: missing")
	}
	if err := one("secret", "value, prefix or suffix, and token", v.Value != nil, v.Prefix+
		v.Suffix != "", v.Token != nil); err != nil {
		return err
	}
	if v.Token != nil && v.Token.Status != "" && v.Token.Status != api.TokenActive &&
		v.Token.Status != api.TokenDisabled {
		return fmt.Errorf("secret.token.status %q: give active or disabled; expired is made by expires", v.Token.Status)
	}
	return v.Named.check("secret")
}

func (v *Value) inject(ctx context.Context, i *Injector) (undo, error) {
	what := fmt.Sprintf("key %s of Secret %s/%s", v.Key, v.Namespace, v.Name)
	var was []byte
	var had bool
	revoke := func(context.Context) error { return nil }
	err := v.change(ctx, i, func(s *corev1.Secret) error {
		was, had = s.Data[v.Key]
		var value string
		switch {
		case v.Token != nil:
			var id string
			var err error
			if value, id, err = v.Token.mint(ctx, i.Internet); err != nil {
				return err
			}
			revoke = func(ctx context.Context) error { return i.Internet.RevokeToken(ctx, id) }
		case v.Value != nil:
			value = *v.Value
		default:
			value = v.Prefix + string(was) + v.Suffix
		}
		if had && value == string(was) {
			return errNothing
		}
		if s.Data == nil {
			s.Data = map[string][]byte{}
		}
		s.Data[v.Key] = []byte(value)
		return nil
	})
	if err != nil {
		return undo{}, errors.Join(fmt.Errorf("write %s: %w", what, err), revoke(ctx))
	}
	return undo{0, "writing of " + what, func(ctx context.Context) error {
		err := v.change(ctx, i, func(s *corev1.Secret) error {
			delete(s.Data, v.Key)
			if had {
				s.Data[v.Key] = was
			}
			return nil
		})
		if err != nil {
			return err
		}
		return revoke(ctx)
	}}, nil
}

// change changes the Secret. It asks once more when somebody else was faster, but for what must not be done twice.
func (v *Value) change(ctx context.Context, i *Injector, change func(*corev1.Secret) error) error {
	backoff := retry.DefaultBackoff
	if v.Token != nil {
		backoff.Steps = 1
	}
	return retry.RetryOnConflict(backoff, func() error {
		var s corev1.Secret
		if err := i.Client.Get(ctx, types.NamespacedName{Namespace: v.Namespace, Name: v.Name}, &s); err != nil {
			return err
		}
		if err := change(&s); err != nil {
			return err
		}
		return i.Client.Update(ctx, &s)
	})
}

// mint makes the token and returns its value and id.
func (t *Token) mint(ctx context.Context, internet *api.Client) (value, id string, err error) {
	draft := api.TokenDraft{Name: "fault", Permissions: t.Permissions, Zones: t.Zones, AllowFrom: t.AllowFrom}
	for into, after := range map[**time.Time]*metav1.Duration{&draft.Expires: t.Expires, &draft.NotBefore: t.NotBefore} {
		if after != nil {
			at := time.Now().Add(after.Duration)
			*into = &at
		}
	}
	made, err := internet.CreateToken(ctx, draft)
	if err != nil {
		return "", "", fmt.Errorf("mint token: %w", err)
	}
	id = made.Token.ID.String()
	if t.Status != "" {
		if _, err := internet.PatchToken(ctx, id, api.TokenPatch{Status: &t.Status}); err != nil {
			return "", "", errors.Join(fmt.Errorf("mint token: %w", err), internet.RevokeToken(ctx, id))
		}
	}
	return made.Value, id, nil
}

// TokenEdit changes at the provider the token whose value is in an entry of a Secret.
type TokenEdit struct {
	Named       `json:",inline"`
	Key         string           `json:"key"`
	Permissions []api.Permission `json:"permissions,omitempty"`
	Zones       *[]string        `json:"zones,omitempty"`
	Status      *api.TokenStatus `json:"status,omitempty"`
	AllowFrom   *[]netip.Prefix  `json:"allowFrom,omitempty"`
}

func (t *TokenEdit) check() error {
	if t.Key == "" {
		return errors.New("tokenEdit.key: missing")
	}
	if t.Permissions == nil && t.Zones == nil && t.Status == nil && t.AllowFrom == nil {
		return errors.New("tokenEdit: give permissions, zones, status or allowFrom")
	}
	return t.Named.check("tokenEdit")
}

func (t *TokenEdit) inject(ctx context.Context, i *Injector) (undo, error) {
	what := fmt.Sprintf("token in key %s of Secret %s/%s", t.Key, t.Namespace, t.Name)
	var s corev1.Secret
	if err := i.Client.Get(ctx, types.NamespacedName{Namespace: t.Namespace, Name: t.Name}, &s); err != nil {
		return undo{}, fmt.Errorf("change %s: %w", what, err)
	}
	was, err := tokenOf(ctx, i.Internet, string(s.Data[t.Key]))
	if err != nil {
		return undo{}, fmt.Errorf("change %s: %w", what, err)
	}
	id := was.ID.String()
	patch := api.TokenPatch{Permissions: t.Permissions, Zones: t.Zones, Status: t.Status, AllowFrom: t.AllowFrom}
	if _, err := i.Internet.PatchToken(ctx, id, patch); err != nil {
		return undo{}, fmt.Errorf("change %s: %w", what, err)
	}
	// null would leave what there is
	zones, from := make([]string, 0, len(was.Zones)), append([]netip.Prefix{}, was.AllowFrom...)
	for _, z := range was.Zones {
		zones = append(zones, z.String())
	}
	return undo{0, "change of " + what, func(ctx context.Context) error {
		_, err := i.Internet.PatchToken(ctx, id, api.TokenPatch{
			Permissions: was.Permissions, Zones: &zones, Status: &was.Status, AllowFrom: &from,
		})
		return err
	}}, nil
}

func tokenOf(ctx context.Context, internet *api.Client, value string) (api.Token, error) {
	tokens, err := internet.Tokens(ctx)
	if err != nil {
		return api.Token{}, err
	}
	for _, t := range tokens {
		if t.Fingerprint == api.Fingerprint(value) {
			return t, nil
		}
	}
	return api.Token{}, errors.New("the provider knows no such token")
}
