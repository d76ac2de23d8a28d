package zone

import (
	"crypto/sha256"
	"time"
)

// Status is the life-cycle state of a zone.
type Status string

// The states of a zone that matter to clients.
const (
	Active  Status = "active"  // delegated to its name servers
	Pending Status = "pending" // added, not yet delegated
	Moved   Status = "moved"   // was active, is delegated elsewhere now
)

// Account owns zones.
type Account struct {
	ID   ID     `json:"id"`
	Name string `json:"name"`
}

// Zone is one domain at the provider. It is immutable once stored.
type Zone struct {
	ID          ID         `json:"id"`
	Name        string     `json:"name"` // apex, canonical
	Status      Status     `json:"status"`
	Paused      bool       `json:"paused,omitempty"`
	NameServers []string   `json:"name_servers"` // two, no trailing dot
	Account     Account    `json:"account"`
	Plan        Plan       `json:"plan"`
	Created     time.Time  `json:"created_on"`
	Modified    time.Time  `json:"modified_on"`
	Activated   *time.Time `json:"activated_on,omitempty"`
}

// DefaultAccount is the owner of zones that name none.
func DefaultAccount() Account {
	sum := sha256.Sum256([]byte("default account"))
	return Account{ID: ID(sum[:16]), Name: "Example Account"}
}

func (z *Zone) complete(now time.Time) {
	if z.ID.IsZero() {
		z.ID = NewID()
	}
	if z.Status == "" {
		z.Status = Active
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
	if z.Activated == nil && z.Status == Active {
		z.Activated = &z.Modified
	}
}
