package zone

import "net/netip"

// reachable reports whether Cloudflare's edge may use the address as an origin. Private, loopback, shared
// and link-local ranges and Cloudflare's own are refused with 9003; documentation ranges are not, and
// 192.0.2.1 and 100:: are even its recommended dummies for sites without an origin.
func reachable(addr netip.Addr) bool {
	addr = addr.Unmap()
	if !addr.IsValid() || addr.IsPrivate() || addr.IsLoopback() || addr.IsUnspecified() ||
		addr.IsMulticast() || addr.IsLinkLocalUnicast() {
		return false
	}
	if addr.Is4() {
		return reachable4(addr.As4())
	}
	b := addr.As16()
	switch [4]byte(b[:4]) { // Cloudflare's edge [DOC 2026-11: cloudflare.com/ips]
	case [4]byte{0x24, 0, 0xcb, 0}, [4]byte{0x26, 0x06, 0x47, 0}, [4]byte{0x28, 0x03, 0xf8, 0},
		[4]byte{0x24, 0x05, 0xb5, 0},
		[4]byte{0x24, 0x05, 0x81, 0}, [4]byte{0x2c, 0x0f, 0xf2, 0x48}:
		return false
	}
	return b[0] != 0x2a || b[1] != 0x06 || b[2] != 0x98 || b[3]&0xf8 != 0xc0
}

func reachable4(b [4]byte) bool {
	n := uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
	within := func(net uint32, bits int) bool { return n>>(32-bits) == net>>(32-bits) }
	switch {
	case b[0] == 0, b[0] >= 240: // "this network", reserved
		return false
	case within(100<<24|64<<16, 10): // carrier-grade NAT, RFC 6598
		return false
	case within(104<<24|16<<16, 13), within(104<<24|24<<16, 14), within(172<<24|64<<16, 13), within(162<<24|158<<16, 15),
		within(188<<24|114<<16|96<<8, 20), within(173<<24|245<<16|48<<8, 20), within(198<<24|41<<16|128<<8, 17),
		within(103<<24|21<<16|244<<8, 22), within(103<<24|22<<16|200<<8, 22), within(103<<24|31<<16|4<<8, 22),
		within(141<<24|101<<16|64<<8, 18), within(108<<24|162<<16|192<<8, 18), within(190<<24|93<<16|240<<8, 20),
		within(197<<24|234<<16|240<<8, 22), within(131<<24|72<<8, 22):
		return false // Cloudflare's edge [DOC 2026-11: cloudflare.com/ips]
	case n == 1<<24|1<<16|1<<8|1, n == 1<<24|1: // Cloudflare's resolver [ISS]
		return false
	}
	return true
}
