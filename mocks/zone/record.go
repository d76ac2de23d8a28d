package zone

import (
	"net/netip"
	"time"

	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// AutomaticTTL is the TTL value that means "Cloudflare chooses": 300 s on the wire.
const AutomaticTTL = 1

// Record is one DNS record as stored. It is immutable; an update replaces it.
type Record struct {
	api.Record

	seq uint64 // order of creation in the zone; newest first in listings
}

// Proxiable reports whether the record could be proxied: a CNAME, or an address that Cloudflare reaches.
func (r *Record) Proxiable() bool { return proxiable(r.Type, r.Content) }

// Version is one state of a record and the time in which it was current.
type Version struct {
	Record *Record
	From   time.Time // when this content was stored
	Until  time.Time // when it was replaced or deleted; zero while current
}

// Holds reports whether the version was the stored one at t.
func (v Version) Holds(t time.Time) bool {
	return !t.Before(v.From) && (v.Until.IsZero() || t.Before(v.Until))
}

// Change is what a client asks for: a new record, a replacement or a patch. Nil means "not given".
type Change struct {
	ID           api.ID // of the record to patch or put; ignored for a post
	Name         *string
	Type         *string
	Content      *string
	TTL          *int
	Proxied      *bool
	Priority     *uint16
	Data         map[string]any // values as encoding/json decodes them
	Comment      *string
	Tags         *[]string
	FlattenCNAME *bool
	IPv4Only     *bool
	IPv6Only     *bool
}

// Draft is a Change with the three fields that most records need.
func Draft(name, typ, content string) Change {
	return Change{Name: &name, Type: &typ, Content: &content}
}

// Batch is one transaction: deletes, then patches, puts and posts, each in its order. Either all of it
// happens or nothing, and the first refusal is the answer
// (developers.cloudflare.com/dns/manage-dns-records/how-to/batch-record-changes).
type Batch struct {
	Deletes []api.ID
	Patches []Change
	Puts    []Change
	Posts   []Change
}

// Len counts the operations.
func (b Batch) Len() int { return len(b.Deletes) + len(b.Patches) + len(b.Puts) + len(b.Posts) }

// Outcome holds the records of a batch, in the order of its operations; deletes as they were before.
type Outcome struct {
	Deletes, Patches, Puts, Posts []*Record
}

// proxiable: [REC] false for 127.0.0.1, [ISS] false for RFC 1918, true for public addresses and CNAME.
func proxiable(typ, content string) bool {
	switch typ {
	case "CNAME":
		return true
	case "A", "AAAA":
		addr, err := netip.ParseAddr(content)
		return err == nil && reachable(addr)
	}
	return false
}
