package dns

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	mdns "github.com/miekg/dns"

	"github.com/edgeproof/edgeproof/mocks/control/api"
)

const (
	// tcpIdle is how long an idle TCP connection is kept (RFC 7766 section 6.2.3).
	tcpIdle = 10 * time.Second
	// maxTCPQueries bounds the questions of one TCP connection.
	maxTCPQueries = 10_000
	// shutdownGrace bounds how long questions under way may take at the end.
	shutdownGrace = time.Second
)

// Listener is one place where a server answers: a UDP socket, a TCP socket, or both.
type Listener struct {
	// Name stands in the journal and can be named by a fault: "ns1", "resolver".
	Name string
	// Role is the face it shows; Both unless set.
	Role api.DNSRole
	// Lag holds every change back by so much, as a secondary server does.
	Lag    time.Duration
	Packet net.PacketConn
	Stream net.Listener
}

// Serve answers on the listeners until ctx ends. It closes them.
func (s *Server) Serve(ctx context.Context, listeners ...Listener) error {
	var servers []*mdns.Server
	for _, l := range listeners {
		if l.Role == "" {
			l.Role = api.RoleBoth
		}
		if l.Packet != nil {
			servers = append(
				servers,
				&mdns.Server{PacketConn: l.Packet, Handler: s.handler(ctx, l, "udp"), UDPSize: mdns.MinMsgSize * 8},
			)
		}
		if l.Stream != nil {
			servers = append(servers, &mdns.Server{
				Listener: l.Stream, Handler: s.handler(ctx, l, "tcp"), MaxTCPQueries: maxTCPQueries,
				IdleTimeout: func() time.Duration { return tcpIdle },
			})
		}
	}
	return run(ctx, servers)
}

func run(ctx context.Context, servers []*mdns.Server) error {
	ended := make(chan error, len(servers))
	var started sync.WaitGroup
	for _, server := range servers {
		started.Add(1)
		once := sync.OnceFunc(started.Done)
		server.NotifyStartedFunc = once
		go func() {
			err := server.ActivateAndServe()
			once() // one that could not start must not be waited for
			ended <- err
		}()
	}
	started.Wait() // Shutdown does nothing to a server that has not started
	var first error
	left := len(servers)
	select {
	case <-ctx.Done():
	case first = <-ended:
		left--
		if first == nil {
			first = errors.New("a listener ended by itself")
		}
		first = fmt.Errorf("serve dns: %w", first)
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownGrace)
	defer cancel()
	for _, server := range servers {
		_ = server.ShutdownContext(grace) // what hangs past the grace hangs on purpose
	}
	for range left {
		select {
		case err := <-ended: // nil for one that was shut down
			if first == nil && err != nil {
				first = fmt.Errorf("end dns: %w", err)
			}
		case <-grace.Done():
			return first
		}
	}
	return first
}

func (s *Server) handler(ctx context.Context, l Listener, proto string) mdns.Handler {
	return mdns.HandlerFunc(func(w mdns.ResponseWriter, query *mdns.Msg) {
		reply, delay := s.answer(
			query,
			origin{role: l.Role, lag: l.Lag, client: clientIP(w.RemoteAddr()), proto: proto, server: l.Name},
		)
		if delay > 0 {
			timer := time.NewTimer(delay)
			defer timer.Stop()
			select {
			case <-timer.C:
			case <-ctx.Done():
				return
			}
		}
		if reply != nil {
			_ = w.WriteMsg(reply) // the client is gone
		}
	})
}

func clientIP(addr net.Addr) string {
	switch addr := addr.(type) {
	case *net.UDPAddr:
		return addr.AddrPort().Addr().Unmap().String()
	case *net.TCPAddr:
		return addr.AddrPort().Addr().Unmap().String()
	default:
		return addr.String()
	}
}
