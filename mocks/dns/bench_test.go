package dns_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	mdns "github.com/miekg/dns"
	"golang.org/x/sync/errgroup"

	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/dns"
	"github.com/edgeproof/edgeproof/mocks/faultinjection"
	"github.com/edgeproof/edgeproof/mocks/journal"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

const (
	// benchRecords is the size of the benchmarks' zone.
	benchRecords = 1000
	// benchServe makes the test binary a server, see TestBenchServer.
	benchServe = "EDGEPROOF_BENCH_SERVE"
	// coreDNSProgram names the program of CoreDNS that BenchmarkUDP compares with; scripts/bench.sh sets it.
	coreDNSProgram = "COREDNS"
)

// benchServer is the server as cmd/internet makes it: journal and faults in place.
func benchServer(tb testing.TB) *dns.Server {
	tb.Helper()
	store := zone.New(zone.Options{})
	z, err := store.AddZone(api.Zone{Name: "example.com", Plan: zone.Enterprise()})
	if err != nil {
		tb.Fatal(err)
	}
	for i := range benchRecords {
		if _, err := store.Create(z.ID, zone.Draft(fmt.Sprintf("host-%d", i), "A", "192.0.2.1")); err != nil {
			tb.Fatal(err)
		}
	}
	j := journal.New(50_000)
	return dns.New(dns.Options{Store: store, Journal: j, Faults: faultinjection.New(1, j)})
}

// TestBenchServer serves for BenchmarkUDP, in a process of its own as CoreDNS is, until its input ends.
func TestBenchServer(t *testing.T) {
	if os.Getenv(benchServe) == "" {
		t.Skip("only BenchmarkUDP runs this")
	}
	fmt.Println("serving on", serve(t, benchServer(t), dns.Listener{}))
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// ourselves starts this server; the address is what it prints.
func ourselves(b *testing.B) string {
	b.Helper()
	cmd := exec.CommandContext(b.Context(), os.Args[0], "-test.run=^TestBenchServer$") //nolint:gosec // this binary
	cmd.Env = append(os.Environ(), benchServe+"=1")
	out := run(b, cmd)
	for out.Scan() {
		if addr, ok := strings.CutPrefix(out.Text(), "serving on "); ok {
			return addr
		}
	}
	b.Fatal("the server did not start")
	return ""
}

// coreDNS starts CoreDNS with the same zone in its file plugin.
func coreDNS(b *testing.B) string {
	b.Helper()
	binary := os.Getenv(coreDNSProgram)
	if binary == "" {
		b.Skip(coreDNSProgram + " names no program of CoreDNS; run scripts/bench.sh")
	}
	var text strings.Builder
	text.WriteString("$ORIGIN example.com.\n@ 3600 IN SOA ada.ns.cloudflare.com. dns.cloudflare.com. 1 10000 2400 " +
		"604800 1800\n@ 3600 IN NS ada.ns.cloudflare.com.\n")
	for i := range benchRecords {
		fmt.Fprintf(&text, "host-%d 300 IN A 192.0.2.1\n", i)
	}
	folder, port := b.TempDir(), freePort(b)
	file, config := filepath.Join(folder, "db"), filepath.Join(folder, "Corefile")
	for path, content := range map[string]string{file: text.String(), config: "example.com:" + port +
		" {\n  bind 127.0.0.1\n  file " + file + "\n}\n"} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	//nolint:gosec // the program that scripts/bench.sh names
	out := run(b, exec.CommandContext(b.Context(), binary, "-conf", config))
	for out.Scan() {
		if strings.Contains(out.Text(), "CoreDNS-") {
			return "127.0.0.1:" + port
		}
	}
	b.Fatal("CoreDNS did not start")
	return ""
}

func freePort(b *testing.B) string {
	b.Helper()
	l, err := (&net.ListenConfig{}).ListenPacket(b.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	_, port, _ := net.SplitHostPort(l.LocalAddr().String())
	return port
}

// run starts a command and ends it with the benchmark.
func run(b *testing.B, cmd *exec.Cmd) *bufio.Scanner {
	b.Helper()
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = in.Close()
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	return bufio.NewScanner(out)
}

// BenchmarkUDP measures questions a second over UDP, side by side with CoreDNS's file plugin, each server a
// process of its own. They take turns, and the best turn counts, so that the machine's moods hit both alike.
func BenchmarkUDP(b *testing.B) {
	const turns = 8
	own, other := ourselves(b), coreDNS(b)
	rate(b, own, 2000) // warm
	rate(b, other, 2000)
	var qps, peerQPS float64
	for b.Loop() {
		for range turns {
			peerQPS = max(peerQPS, rate(b, other, 20_000))
			qps = max(qps, rate(b, own, 20_000))
		}
	}
	b.ReportMetric(qps, "queries/s")
	b.ReportMetric(peerQPS, "coredns-queries/s")
	b.ReportMetric(qps/peerQPS, "of-coredns")
}

// rate answers how many questions a second a server answers to sixteen clients, of n questions.
func rate(b *testing.B, addr string, n int) float64 {
	b.Helper()
	const clients = 16
	var g errgroup.Group
	began := time.Now()
	for range clients {
		g.Go(func() error { return load(b.Context(), addr, n/clients) })
	}
	if err := g.Wait(); err != nil {
		b.Fatal(err)
	}
	return float64(n) / time.Since(began).Seconds()
}

// load asks, waits for the answer, and asks again.
func load(ctx context.Context, addr string, n int) error {
	query, err := new(mdns.Msg).SetQuestion("host-500.example.com.", mdns.TypeA).Pack()
	if err != nil {
		return err
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "udp", addr)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		return err
	}
	buf := make([]byte, 1500)
	for range n {
		if _, err := conn.Write(query); err != nil {
			return err
		}
		if n, err := conn.Read(buf); err != nil || n < 40 {
			return fmt.Errorf("answer of %d bytes: %w", n, err)
		}
	}
	return nil
}

// BenchmarkAnswer measures the answer alone, without a network.
func BenchmarkAnswer(b *testing.B) {
	s := benchServer(b)
	b.ReportAllocs()
	for b.Loop() {
		s.Ask(api.RoleBoth, "host-500.example.com.", mdns.TypeA)
	}
}
