package zone

import (
	"crypto/sha256"
	"time"

	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// DefaultAccount is the owner of zones that name none.
func DefaultAccount() api.Account {
	sum := sha256.Sum256([]byte("default account"))
	return api.Account{ID: api.ID(sum[:16]), Name: "Example Account"}
}

// complete fills in what a new zone does not name.
func complete(z *api.Zone, now time.Time) {
	if z.ID.IsZero() {
		z.ID = api.NewID()
	}
	if z.Status == "" {
		z.Status = api.ZoneActive
	}
	if len(z.NameServers) == 0 {
		z.NameServers = []string{"ada.ns.cloudflare.com", "bob.ns.cloudflare.com"}
	}
	if z.Account.ID.IsZero() {
		z.Account = DefaultAccount()
	}
	if z.Plan.LegacyID == "" {
		z.Plan = Free()
	}
	if z.Created.IsZero() {
		z.Created = now
	}
	if z.Modified.IsZero() {
		z.Modified = z.Created
	}
	if z.Activated == nil && z.Status == api.ZoneActive {
		z.Activated = &z.Modified
	}
}
