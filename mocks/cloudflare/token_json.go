package cloudflare

import (
	"crypto/sha256"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

// tokenBody is a token as the API shows it and takes it: permissions and scope in the form of policies.
type tokenBody struct {
	ID        string          `json:"id,omitempty"`
	Name      string          `json:"name"`
	Status    string          `json:"status,omitempty"`
	Issued    *time.Time      `json:"issued_on,omitempty"`
	Modified  *time.Time      `json:"modified_on,omitempty"`
	NotBefore *time.Time      `json:"not_before,omitempty"`
	Expires   *time.Time      `json:"expires_on,omitempty"`
	Policies  []policy        `json:"policies"`
	Condition *tokenCondition `json:"condition,omitempty"`
	Value     string          `json:"value,omitempty"` // shown once, when the token is made
}

type policy struct {
	ID        string            `json:"id,omitempty"`
	Effect    string            `json:"effect"`
	Resources map[string]any    `json:"resources"`
	Groups    []permissionGroup `json:"permission_groups"`
}

type permissionGroup struct {
	ID     string   `json:"id"`
	Name   string   `json:"name,omitempty"`
	Scopes []string `json:"scopes,omitempty"`
}

type tokenCondition struct {
	RequestIP    *ipCondition `json:"request_ip,omitempty"`
	OldRequestIP *ipCondition `json:"request.ip,omitempty"` // the key of older clients
}

type ipCondition struct {
	In    []string `json:"in,omitempty"`
	NotIn []string `json:"not_in,omitempty"`
}

const zoneResource = "com.cloudflare.api.account.zone."

// groups are the permission groups by their published names. The identifiers are made up: clients look them
// up by name.
func groups() []permissionGroup {
	out := make([]permissionGroup, 0, len(api.Permissions()))
	for _, p := range api.Permissions() {
		sum := sha256.Sum256([]byte("permission group " + p))
		object, verb, _ := strings.Cut(string(p), ":")
		scope := strings.TrimSuffix(zoneResource, ".")
		if object == "API Tokens" {
			scope = "com.cloudflare.api.user"
		}
		out = append(out, permissionGroup{
			ID: api.ID(
				sum[:16],
			).String(),
			Name:   object + " " + strings.Replace(verb, "Edit", "Write", 1),
			Scopes: []string{scope},
		})
	}
	return out
}

func tokenShown(t *api.Token, value string, now time.Time) tokenBody {
	shown := tokenBody{
		ID: t.ID.String(), Name: t.Name, Status: string(t.StatusAt(now)), Issued: &t.Issued, Modified: &t.Modified,
		NotBefore: t.NotBefore, Expires: t.Expires, Value: value,
	}
	p := policy{ID: t.ID.String(), Effect: "allow", Resources: map[string]any{}}
	known := groups()
	for i, permission := range api.Permissions() {
		if slices.Contains(t.Permissions, permission) {
			p.Groups = append(p.Groups, permissionGroup{ID: known[i].ID, Name: known[i].Name})
		}
	}
	for _, id := range t.Zones {
		p.Resources[zoneResource+id.String()] = "*"
	}
	if len(t.Zones) == 0 {
		p.Resources[zoneResource+"*"] = "*"
	}
	shown.Policies = []policy{p}
	if len(t.AllowFrom)+len(t.DenyFrom) > 0 {
		ip := &ipCondition{}
		for _, prefix := range t.AllowFrom {
			ip.In = append(ip.In, prefix.String())
		}
		for _, prefix := range t.DenyFrom {
			ip.NotIn = append(ip.NotIn, prefix.String())
		}
		shown.Condition = &tokenCondition{RequestIP: ip}
	}
	return shown
}

// apply writes what a client asks for into a token. Only allowing policies are known here.
func (b *tokenBody) apply(t *api.Token) error {
	t.Name, t.NotBefore, t.Expires = b.Name, b.NotBefore, b.Expires
	t.Status = api.TokenActive
	if b.Status == string(api.TokenDisabled) {
		t.Status = api.TokenDisabled
	}
	if b.Name == "" || len(b.Policies) == 0 {
		return refuseBody(zone.Unverified, "Request body is invalid: name and policies are required.")
	}
	t.Permissions, t.Zones = nil, nil
	everywhere := false
	for _, p := range b.Policies {
		if p.Effect != "allow" {
			return refuseBody(zone.Unverified, "Request body is invalid: effect must be allow.")
		}
		for _, g := range p.Groups {
			permission, err := permissionOf(g)
			if err != nil {
				return err
			}
			t.Permissions = append(t.Permissions, permission)
		}
		all, err := scope(p.Resources, &t.Zones)
		if err != nil {
			return err
		}
		everywhere = everywhere || all
	}
	if everywhere {
		t.Zones = nil
	}
	return b.applyCondition(t)
}

func permissionOf(g permissionGroup) (api.Permission, error) {
	for i, known := range groups() {
		if g.ID == known.ID {
			return api.Permissions()[i], nil
		}
	}
	return "", refuseBody(zone.Unverified, "Request body is invalid: unknown permission group %q.", bounded(g.ID))
}

// scope reads resources: zones by id, all zones, or all zones of an account as a nested object. Resources
// that are no zones, such as the user of a token that manages tokens, give no zone and take none away.
func scope(resources map[string]any, into *[]api.ID) (everywhere bool, err error) {
	for name, value := range resources {
		if _, nested := value.(map[string]any); nested {
			everywhere = true
			continue
		}
		rest, isZone := strings.CutPrefix(name, zoneResource)
		if !isZone || rest == "*" {
			everywhere = true
			continue
		}
		id, err := api.ParseID(rest)
		if err != nil {
			return false, refuseBody(zone.Unverified, "Request body is invalid: unknown resource %q.", bounded(name))
		}
		*into = append(*into, id)
	}
	return everywhere, nil
}

func (b *tokenBody) applyCondition(t *api.Token) error {
	t.AllowFrom, t.DenyFrom = nil, nil
	if b.Condition == nil {
		return nil
	}
	ip := b.Condition.RequestIP
	if ip == nil {
		ip = b.Condition.OldRequestIP
	}
	if ip == nil {
		return nil
	}
	for _, list := range []struct {
		from []string
		into *[]netip.Prefix
	}{{ip.In, &t.AllowFrom}, {ip.NotIn, &t.DenyFrom}} {
		for _, text := range list.from {
			prefix, err := netip.ParsePrefix(text)
			if err != nil {
				addr, addrErr := netip.ParseAddr(text)
				if addrErr != nil {
					return refuseBody(zone.Unverified, "Request body is invalid: %q is no network.", bounded(text))
				}
				prefix = netip.PrefixFrom(addr, addr.BitLen())
			}
			*list.into = append(*list.into, prefix)
		}
	}
	return nil
}
