package dns_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	mdns "github.com/miekg/dns"

	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/dns"
)

// serve listens on UDP and TCP on one loopback port.
func serve(t testing.TB, s *dns.Server, l dns.Listener) string {
	t.Helper()
	var lc net.ListenConfig
	for {
		stream, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		packet, err := lc.ListenPacket(t.Context(), "udp", stream.Addr().String())
		if err != nil { // somebody has the UDP port: try another
			_ = stream.Close()
			continue
		}
		l.Packet, l.Stream = packet, stream
		break
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error)
	go func() { ended <- s.Serve(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	return l.Stream.Addr().String()
}

func exchange(t *testing.T, proto, addr string, query *mdns.Msg) *mdns.Msg {
	t.Helper()
	client := &mdns.Client{Net: proto, Timeout: 5 * time.Second}
	reply, _, err := client.ExchangeContext(t.Context(), query, addr)
	if err != nil {
		t.Fatalf("%s: %v", proto, err)
	}
	return reply
}

func TestWire(t *testing.T) {
	t.Parallel()
	store, _, o := world(t)
	z := store.ZonesNamed("example.com")[0]
	for i := range 40 {
		add(t, store, z, fmt.Sprintf("big TXT plain %02d-%s", i, strings.Repeat("x", 90)))
	}
	addr := serve(t, dns.New(o), dns.Listener{})
	ask := func(name string, typ uint16, size uint16) *mdns.Msg {
		m := new(mdns.Msg).SetQuestion(name, typ)
		if size > 0 {
			m.SetEdns0(size, false)
		}
		return m
	}
	if got := exchange(t, "udp", addr, ask("www.example.com.", mdns.TypeA, 4096)); len(got.Answer) != 1 ||
		got.IsEdns0() == nil || got.IsEdns0().UDPSize() != 1232 || !got.RecursionDesired {
		t.Errorf("udp with EDNS: %v", got)
	}
	if got := exchange(t, "udp", addr, ask("www.example.com.", mdns.TypeA, 0)); got.IsEdns0() != nil {
		t.Errorf("EDNS unasked: %v", got)
	}
	for _, size := range []uint16{0, 512, 4096} {
		got := exchange(t, "udp", addr, ask("big.example.com.", mdns.TypeTXT, size))
		got.Compress = true // as it was on the wire
		if !got.Truncated || got.Len() > 1232 || (size < 1232 && got.Len() > 512) {
			t.Errorf("udp of size %d: tc %v, %d bytes", size, got.Truncated, got.Len())
		}
	}
	if got := exchange(t, "tcp", addr, ask("big.example.com.", mdns.TypeTXT, 4096)); got.Truncated ||
		len(got.Answer) != 40 {
		t.Errorf("tcp: tc %v, %d records", got.Truncated, len(got.Answer))
	}
	badVersion := ask("www.example.com.", mdns.TypeA, 4096)
	badVersion.IsEdns0().SetVersion(1)
	if got := exchange(t, "udp", addr, badVersion); got.Rcode != mdns.RcodeBadVers || len(got.Extra) != 1 {
		t.Errorf("EDNS version 1: %v", got)
	}
	if got := exchange(t, "tcp", addr, ask("example.com.", mdns.TypeAXFR, 0)); got.Rcode != mdns.RcodeRefused {
		t.Errorf("AXFR: %v", got)
	}
	chaos := ask("version.bind.", mdns.TypeTXT, 4096)
	chaos.Question[0].Qclass = mdns.ClassCHAOS
	if got := exchange(t, "udp", addr, chaos); got.Rcode != mdns.RcodeRefused || got.IsEdns0() == nil {
		t.Errorf("CHAOS: %v", got)
	}
}

// A client that sends half a question over TCP and then no more is given up.
func TestHalfAQuestionIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	_, _, o := world(t)
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", serve(t, dns.New(o), dns.Listener{}))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	const patience = 10 * time.Second // the library's own is two
	if err := conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Write([]byte{0, 64, 'h', 'a', 'l', 'f'}); err != nil {
		t.Fatal(err)
	}
	if n, err := conn.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("%d bytes, %v; want the end", n, err)
	}
}

func TestASecondaryLags(t *testing.T) {
	t.Parallel()
	store, c, o := world(t)
	s := dns.New(o)
	late := serve(t, s, dns.Listener{Name: "ns2", Role: api.RoleAuthority, Lag: time.Minute})
	prompt := serve(t, s, dns.Listener{Name: "ns1", Role: api.RoleAuthority})
	c.pass(time.Hour)
	add(t, store, store.ZonesNamed("example.com")[0], "fresh A plain 192.0.2.4")
	query := new(mdns.Msg).SetQuestion("fresh.example.com.", mdns.TypeA)
	if got := exchange(t, "udp", prompt, query); len(got.Answer) != 1 {
		t.Errorf("primary: %v", got)
	}
	if got := exchange(t, "udp", late, query); len(got.Answer) != 0 {
		t.Errorf("secondary has it at once: %v", got)
	}
}

// fixed is an interceptor with one action for all.
type fixed dns.Action

func (f fixed) Intercept(dns.Query) (dns.Action, bool) { return dns.Action(f), true }

func TestInterceptor(t *testing.T) {
	t.Parallel()
	_, _, o := world(t)
	servfail := mdns.RcodeServerFailure
	for name, tc := range map[string]struct {
		act  dns.Action
		want string
	}{
		"rcode":     {dns.Action{Rcode: &servfail}, "SERVFAIL"},
		"no data":   {dns.Action{Answer: []mdns.RR{}}, "NOERROR aa"},
		"truncated": {dns.Action{Truncate: true}, "NOERROR tc"},
		"nothing":   {dns.Action{}, "NOERROR aa"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := o
			o.Faults = fixed(tc.act)
			addr := serve(t, dns.New(o), dns.Listener{})
			if got := shown(exchange(t, "udp", addr, new(mdns.Msg).SetQuestion("www.example.com.",
				mdns.TypeA))); got[0] != tc.want {
				t.Errorf("answer %v, want %s", got, tc.want)
			}
		})
	}
	o.Faults = fixed(dns.Action{Drop: true})
	addr := serve(t, dns.New(o), dns.Listener{})
	client := &mdns.Client{Net: "udp", Timeout: 50 * time.Millisecond}
	if _, _, err := client.ExchangeContext(t.Context(), new(mdns.Msg).SetQuestion("www.example.com.", mdns.TypeA),
		addr); err == nil {
		t.Error("a dropped question was answered")
	}
}
