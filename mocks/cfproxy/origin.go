package cfproxy

import (
	"context"
	"net/netip"
	"strings"

	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

// maxChain bounds the proxied names that lead to each other.
const maxChain = 5

// tunnels is where the names of Cloudflare Tunnels are.
const tunnels = ".cfargotunnel.com"

// proxied is a name that the edge serves.
type proxied struct {
	apex      string
	mode      api.SSLMode
	addresses []netip.Addr
	alias     string // the name that it is a CNAME to; "" for none
}

// find finds a proxied name in the zones; a wildcard stands for names that do not exist (RFC 4592).
func (e *Edge) find(name string) (p proxied, ok bool) {
	name = zone.Canonical(name)
	e.o.Store.Read(func(v zone.View) {
		zv, found := v.Best(name)
		if !found || zv.Zone().Status != api.ZoneActive || zv.Zone().Paused {
			return
		}
		records := zv.Records(name)
		for above := name; len(records) == 0 && !zv.Exists(above) && strings.Contains(above, "."); {
			_, above, _ = strings.Cut(above, ".")
			if zv.Exists(above) {
				records = zv.Records("*." + above)
			}
		}
		p = proxied{apex: zv.Zone().Name, mode: zv.Zone().SSL}
		if p.mode == "" {
			p.mode = api.SSLFull
		}
		for _, r := range records {
			ok = ok || r.Proxied
			switch r.Type {
			case "A", "AAAA":
				if addr, err := netip.ParseAddr(r.Content); err == nil {
					p.addresses = append(p.addresses, addr)
				}
			case "CNAME":
				p.alias = zone.Canonical(r.Content)
			}
		}
	})
	return p, ok
}

// origin returns the addresses behind a proxied name, or the code of the page that is shown in their place.
func (e *Edge) origin(ctx context.Context, p proxied) ([]netip.Addr, page) {
	for range maxChain {
		if p.alias == "" {
			break
		}
		if strings.HasSuffix("."+p.alias, tunnels) {
			return nil, pageNoConnector()
		}
		next, ok := e.find(p.alias)
		if !ok {
			p = proxied{addresses: e.o.Resolve(ctx, p.alias)}
			break
		}
		p = next
	}
	if len(p.addresses) == 0 {
		return nil, pageNoOrigin()
	}
	return p.addresses, page{}
}
