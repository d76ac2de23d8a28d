package acme

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/letsencrypt/pebble/v2/ca"
)

// The certificate profiles of Let's Encrypt that can be offered (letsencrypt.org/docs/profiles).
const (
	Classic    = "classic"    // 90 days, with a common name
	TLSServer  = "tlsserver"  // 45 days, without a common name
	ShortLived = "shortlived" // 160 hours, without a common name
)

// Profiles says which certificate profiles the directory offers and which one
// an order gets that names none (draft-aaron-acme-profiles).
type Profiles struct {
	// Offered are of Classic, TLSServer and ShortLived; none given offers all three.
	Offered []string
	// Default is one of them. Unless set it is Classic where that is offered, else the first of Offered.
	Default string
}

// builtIn are the profiles Pebble is started with; more cannot be added to it later.
func builtIn() map[string]ca.Profile {
	profile := func(about string, commonName bool, lifetime time.Duration) ca.Profile {
		return ca.Profile{
			Description:       about,
			PromoteCommonName: commonName,
			ValidityPeriod:    uint64(lifetime / time.Second), //nolint:gosec // positive
		}
	}
	return map[string]ca.Profile{
		Classic:    profile("90 days, with a common name", true, DefaultValidity),
		TLSServer:  profile("45 days, without a common name", false, 45*24*time.Hour),
		ShortLived: profile("160 hours, without a common name", false, 160*time.Hour),
	}
}

// complete fills in what is not set and refuses what cannot be offered.
func (p Profiles) complete() (Profiles, error) {
	known := builtIn()
	offered := slices.Clone(p.Offered)
	if len(offered) == 0 {
		offered = []string{Classic, TLSServer, ShortLived}
	}
	for _, name := range offered {
		if _, ok := known[name]; !ok {
			return Profiles{}, fmt.Errorf("unknown profile %q: give any of %s, %s and %s", name, Classic, TLSServer, ShortLived)
		}
	}
	standard := p.Default
	switch {
	case standard != "":
	case slices.Contains(offered, Classic):
		standard = Classic
	default:
		standard = offered[0]
	}
	if !slices.Contains(offered, standard) {
		return Profiles{}, fmt.Errorf(
			"default profile %q is not offered: give one of %s",
			standard,
			strings.Join(offered, ", "),
		)
	}
	slices.Sort(offered)
	return Profiles{Offered: slices.Compact(offered), Default: standard}, nil
}

// Profiles returns what is offered now, sorted, and the default.
func (a *Authority) Profiles() Profiles {
	a.mu.Lock()
	defer a.mu.Unlock()
	return Profiles{Offered: slices.Clone(a.profiles.Offered), Default: a.profiles.Default}
}

// SetProfiles sets what orders from now on can have; those that were made keep
// what they got. The zero value is how the authority started. A lifetime that
// SetValidity has set goes before that of any profile.
func (a *Authority) SetProfiles(p Profiles) error {
	full, err := p.complete()
	if err != nil {
		return fmt.Errorf("set profiles of acme authority %s: %w", a.name, err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.profiles = full
	return nil
}
