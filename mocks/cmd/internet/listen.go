package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync"

	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/dns"
)

// sockets are the open listeners.
type sockets struct {
	https, control net.Listener
	// of Cloudflare's edge: its addresses are not this process's, so clients in it are led here
	edgePlain, edgeSecure net.Listener
	ssh                   net.Listener // nil without --ssh-address
	dns, secondary        dns.Listener
	all                   []io.Closer
	once                  *sync.Once
}

func (s *sockets) close() {
	s.once.Do(func() {
		for _, c := range s.all {
			_ = c.Close()
		}
	})
}

func listen(ctx context.Context, c config) (s sockets, err error) {
	s.once = new(sync.Once)
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	if s.https, err = s.tcp(ctx, "--https-address", c.httpsAddress); err != nil {
		return s, err
	}
	if s.control, err = s.tcp(ctx, "--control-address", c.controlAddress); err != nil {
		return s, err
	}
	if s.dns, err = s.both(ctx, "--dns-address", c.dnsAddress); err != nil {
		return s, err
	}
	for _, l := range []*net.Listener{&s.edgePlain, &s.edgeSecure} {
		if *l, err = s.tcp(ctx, "Cloudflare's edge", "127.0.0.1:0"); err != nil {
			return s, err
		}
	}
	if c.sshAddress != "" {
		if s.ssh, err = s.tcp(ctx, "--ssh-address", c.sshAddress); err != nil {
			return s, err
		}
	}
	if c.secondaryAddress != "" {
		if s.secondary, err = s.both(ctx, "--secondary-dns-address", c.secondaryAddress); err != nil {
			return s, err
		}
		s.secondary.Name, s.secondary.Role, s.secondary.Lag = "secondary", api.RoleAuthority, c.secondaryLag
	}
	s.dns.Name, s.dns.Role = "primary", api.RoleBoth
	return s, nil
}

func (s *sockets) tcp(ctx context.Context, flagName, address string) (net.Listener, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("%s: %w: give another address, or stop what has it", flagName, err)
	}
	s.all = append(s.all, l)
	return l, nil
}

// both opens UDP and TCP on one port. For port 0 it tries a few: TCP's pick may be taken for UDP.
func (s *sockets) both(ctx context.Context, flagName, address string) (dns.Listener, error) {
	const tries = 20
	for try := 1; ; try++ {
		stream, err := s.tcp(ctx, flagName, address)
		if err != nil {
			return dns.Listener{}, err
		}
		packet, err := (&net.ListenConfig{}).ListenPacket(ctx, "udp", withPort(address, stream.Addr()))
		if err == nil {
			s.all = append(s.all, packet)
			return dns.Listener{Packet: packet, Stream: stream}, nil
		}
		_ = stream.Close()
		if _, port, splitErr := net.SplitHostPort(address); splitErr != nil || port != "0" || try == tries {
			return dns.Listener{}, fmt.Errorf("%s: %w: give another address, or stop what has it", flagName, err)
		}
	}
}

func withPort(address string, bound net.Addr) string {
	host, _, err := net.SplitHostPort(address)
	if tcp, ok := bound.(*net.TCPAddr); ok && err == nil {
		return net.JoinHostPort(host, strconv.Itoa(tcp.Port))
	}
	return address
}

// reachable is a listener's address as somebody in this process would dial it.
func reachable(bound net.Addr) string {
	tcp, ok := bound.(*net.TCPAddr)
	if !ok || !tcp.IP.IsUnspecified() {
		return bound.String()
	}
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(tcp.Port))
}
