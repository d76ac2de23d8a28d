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

// UnknownName is a name that was queried and does not exist in this internet.
type UnknownName struct {
	Name  string `json:"name"`
	Count uint64 `json:"count"`
	// Clients are the first few that queried it. Loopback is this process itself: the
	// external client and the CAs' validation; "control" is a query through the control API.
	Clients []string  `json:"clients"`
	First   time.Time `json:"first"`
	Last    time.Time `json:"last"`
}
