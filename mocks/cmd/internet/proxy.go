package main

import (
	"context"
	"crypto/x509"
	"errors"
	"log"
	"net"
	"net/netip"

	mdns "github.com/miekg/dns"

	"github.com/edgeproof/edgeproof/mocks/cfproxy"
	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// proxy adds Cloudflare's edge, which every client in this process reaches at its own addresses.
func (w *world) proxy(logs *log.Logger) error {
	public := x509.NewCertPool()
	if !public.AppendCertsFromPEM(w.production.RootPEM()) || !public.AppendCertsFromPEM(w.pki.RootPEM()) {
		return errors.New("read the public roots: not PEM")
	}
	w.edge = cfproxy.New(cfproxy.Options{
		Store: w.store, Certificate: w.pki.Certificate, Resolve: w.addresses, Public: public, Journal: w.journal, Log: logs,
	})
	return nil
}

// addresses are those of a name by this internet's DNS.
func (w *world) addresses(_ context.Context, name string) []netip.Addr {
	var all []netip.Addr
	for _, kind := range []uint16{mdns.TypeA, mdns.TypeAAAA} {
		for _, rr := range w.dns.Ask(api.RoleResolver, name, kind).Answer {
			var ip net.IP
			switch rr := rr.(type) {
			case *mdns.A:
				ip = rr.A
			case *mdns.AAAA:
				ip = rr.AAAA
			}
			if addr, ok := netip.AddrFromSlice(ip); ok {
				all = append(all, addr.Unmap())
			}
		}
	}
	return all
}

// dial connects as a client on the internet does: at an address of Cloudflare, to the edge that is played here.
func (w *world) dial(ctx context.Context, network, address string) (net.Conn, error) {
	if at, err := netip.ParseAddrPort(address); err == nil && cfproxy.Owns(at.Addr()) {
		switch at.Port() {
		case 80:
			address = w.sockets.edgePlain.Addr().String()
		case 443:
			address = w.sockets.edgeSecure.Addr().String()
		}
	}
	return (&net.Dialer{}).DialContext(ctx, network, address)
}
