package api

import "time"

// DNSRole is the face that a listener shows.
type DNSRole string

// The roles.
const (
	RoleBoth      DNSRole = "both"
	RoleAuthority DNSRole = "authority"
	RoleResolver  DNSRole = "resolver"
)

// UnknownName is a name that somebody asked for and this internet does not have.
type UnknownName struct {
	Name  string `json:"name"`
	Count uint64 `json:"count"`
	// Clients are the first few that asked. Loopback is this process itself: the
	// outside client and the CAs' validation; "control" is a question from inside.
	Clients []string  `json:"clients"`
	First   time.Time `json:"first"`
	Last    time.Time `json:"last"`
}
