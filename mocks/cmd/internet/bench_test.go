package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	mdns "github.com/miekg/dns"
)

// compiled is the program itself, as a user builds it.
func compiled(b *testing.B) string {
	b.Helper()
	program := filepath.Join(b.TempDir(), "internet")
	cmd := exec.CommandContext(b.Context(), "go", "build", "-o", program, ".")
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("go build: %v\n%s", err, out)
	}
	return program
}

// process is a running program.
type process struct {
	b    *testing.B
	cmd  *exec.Cmd
	out  *bufio.Scanner
	took time.Duration // from exec to the line that says it is ready
}

func launch(b *testing.B, program string, args ...string) *process {
	b.Helper()
	cmd := exec.CommandContext(b.Context(), program, append([]string{
		"--https-address", "127.0.0.1:0", "--dns-address", "127.0.0.1:0", "--control-address", "127.0.0.1:0", "--token",
		testToken,
		"--ca-file", filepath.Join(b.TempDir(), "web.pem"),
	}, args...)...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	p := &process{b: b, cmd: cmd, out: bufio.NewScanner(out)}
	b.Cleanup(p.end)
	p.line("ready in")
	p.took = time.Since(began)
	return p
}

// line reads on to the line that contains text.
func (p *process) line(text string) []string {
	p.b.Helper()
	for p.out.Scan() {
		if strings.Contains(p.out.Text(), text) {
			return strings.Fields(p.out.Text())
		}
	}
	p.b.Fatalf("the program ended without %q", text)
	return nil
}

func (p *process) end() {
	if p.cmd.ProcessState == nil {
		_ = p.cmd.Process.Kill()
		_ = p.cmd.Wait()
	}
}

// mebibytes reads a size of the process from Linux's /proc.
func (p *process) mebibytes(field string) float64 {
	p.b.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		p.b.Skip("memory is read from Linux's /proc: ", err)
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, field+":"); ok {
			kib, err := strconv.Atoi(strings.Fields(rest)[0])
			if err != nil {
				p.b.Fatal(err)
			}
			return float64(kib) / 1024
		}
	}
	p.b.Fatalf("no %s in /proc", field)
	return 0
}

// BenchmarkStart measures the program from exec to the line that says it is ready, with both authorities.
func BenchmarkStart(b *testing.B) {
	program := compiled(b)
	best, worst := time.Hour, time.Duration(0)
	for b.Loop() {
		p := launch(b, program, "--zone", "example.com")
		p.end()
		best, worst = min(best, p.took), max(worst, p.took)
	}
	b.ReportMetric(float64(best.Microseconds())/1000, "ms-to-ready")
	b.ReportMetric(float64(worst.Microseconds())/1000, "ms-at-worst")
}

// BenchmarkMillion fills a zone with 1,000,000 records through the API, in batches over TLS, and measures the
// program's memory then.
func BenchmarkMillion(b *testing.B) {
	const records, batch = 1_000_000, 2500
	p := launch(b, compiled(b), "--zone", "example.com=enterprise")
	empty := p.mebibytes("VmRSS")
	resolver := p.line("  dns ")[1]
	zoneID := p.line("  zone ")[2]
	base := strings.TrimPrefix(p.line("CLOUDFLARE_BASE_URL=")[1], "CLOUDFLARE_BASE_URL=")
	root, err := os.ReadFile(strings.TrimPrefix(p.line("SSL_CERT_FILE=")[1], "SSL_CERT_FILE="))
	if err != nil {
		b.Fatal(err)
	}
	client := trusting(b, root)
	began := time.Now()
	for from := 0; from < records; from += batch {
		post(b, client, base+"/zones/"+zoneID+"/dns_records/batch", posts(from, batch))
	}
	took := time.Since(began)
	reply, _, err := (&mdns.Client{Timeout: 5 * time.Second}).ExchangeContext(b.Context(),
		new(mdns.Msg).SetQuestion("host-999999.example.com.", mdns.TypeA), resolver)
	if err != nil || len(reply.Answer) != 1 {
		b.Fatal("the last record is not served: ", err)
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(empty, "MiB-empty")
	b.ReportMetric(p.mebibytes("VmRSS"), "MiB-of-1M")
	b.ReportMetric(p.mebibytes("VmHWM"), "MiB-peak")
	b.ReportMetric(records/took.Seconds(), "records/s")
}

// posts is a batch of n records, host-<from> and on.
func posts(from, n int) []byte {
	var text bytes.Buffer
	text.WriteString(`{"posts":[`)
	for i := range n {
		if i > 0 {
			text.WriteByte(',')
		}
		fmt.Fprintf(&text, `{"type":"A","name":"host-%d.example.com","content":"192.0.2.%d","ttl":1}`, from+i, (from+i)%250)
	}
	text.WriteString(`]}`)
	return text.Bytes()
}

func trusting(b *testing.B, root []byte) *http.Client {
	b.Helper()
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(root) {
		b.Fatal("the web root is not PEM")
	}
	return &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{
		RootCAs:    roots,
		MinVersion: tls.VersionTLS12,
	}}}
}

func post(b *testing.B, client *http.Client, url string, body []byte) {
	b.Helper()
	r, err := http.NewRequestWithContext(context.WithoutCancel(b.Context()), http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+testToken)
	resp, err := client.Do(r)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(resp.Body, 500))
		b.Fatalf("%s: %s", resp.Status, text)
	}
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		b.Fatal(err)
	}
}
