package externaldns_test

import (
	"bytes"
	"encoding/gob"
	"encoding/pem"
	"errors"
	"maps"
	"net"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/edgeproof/edgeproof/mocks/cloudflare"
	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/faultinjection"
	"github.com/edgeproof/edgeproof/mocks/journal"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

const tokenValue = "abcdefghijklmnopqrstuvwxyz0123456789-_AB"

// world is the API behind TLS with the zone example.com, and what external-dns is to publish there.
type world struct {
	t       *testing.T
	release *release
	store   *zone.Store
	journal *journal.Journal
	faults  *faultinjection.Set
	zone    *api.Zone
	token   *api.Token
	base    string
	roots   string   // file
	flags   []string // beside those that every program gets
}

func newWorld(t *testing.T, r *release) *world {
	t.Helper()
	w := &world{t: t, release: r, store: zone.New(zone.Options{}), journal: journal.New(50_000)}
	w.zone = w.addZone("example.com")
	var err error
	if w.token, _, err = w.store.AddToken(api.Token{Name: "edge", Permissions: api.EditDNS()}, tokenValue); err != nil {
		t.Fatal(err)
	}
	w.faults = faultinjection.New(1, w.journal)
	api := cloudflare.New(cloudflare.Options{Store: w.store, Journal: w.journal})
	server := httptest.NewTLSServer(w.faults.HTTP(faultinjection.Host{Name: "api"}, api))
	t.Cleanup(server.Close)
	w.base = server.URL + cloudflare.Prefix
	w.roots = filepath.Join(t.TempDir(), "roots.pem")
	root := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(w.roots, root, 0o600); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) addZone(name string) *api.Zone {
	w.t.Helper()
	z, err := w.store.AddZone(api.Zone{Name: name, Plan: zone.Pro()})
	if err != nil {
		w.t.Fatal(err)
	}
	return z
}

// add stores a record as somebody else than external-dns did.
func (w *world) add(name, typ, content string) *zone.Record {
	w.t.Helper()
	r, err := w.store.Create(w.zone.ID, zone.Draft(name, typ, content))
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// endpoint is what external-dns reads from its connector source, field for field: gob goes by names.
type endpoint struct {
	DNSName    string
	Targets    []string
	RecordType string
	RecordTTL  int64
	Labels     map[string]string
}

func want(name, typ string, targets ...string) *endpoint {
	return &endpoint{DNSName: name, RecordType: typ, Targets: targets}
}

// source serves endpoints to one program after the other, and answers its address.
func (w *world) source(wanted []*endpoint) string {
	w.t.Helper()
	l, err := (&net.ListenConfig{}).Listen(w.t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			_ = gob.NewEncoder(conn).Encode(wanted) // the program says so when it cannot read
			_ = conn.Close()
		}
	}()
	return l.Addr().String()
}

// outcome is how one synchronization ended.
type outcome struct {
	failed bool
	log    string
	from   uint64 // journal entries after this are the synchronization's
}

// command is the program with what it is to publish, and flags beside those that every program gets.
func (w *world) command(wanted []*endpoint, flags ...string) *exec.Cmd {
	w.t.Helper()
	if runtime.GOOS != "linux" {
		w.t.Skip("the program is that of an image, which is for Linux")
	}
	program, err := w.release.program()
	if err != nil {
		w.t.Fatal(err)
	}
	cmd := exec.CommandContext(w.t.Context(), program, append(append([]string{
		"--provider=cloudflare", "--source=connector",
		"--connector-source-server=" + w.source(wanted), "--registry=txt", "--txt-owner-id=edge", "--policy=sync",
		"--metrics-address=127.0.0.1:0", "--log-level=debug",
	}, flags...), w.flags...)...)
	cmd.Env = []string{"CF_API_TOKEN=" + tokenValue, "CLOUDFLARE_BASE_URL=" + w.base, "SSL_CERT_FILE=" + w.roots}
	return cmd
}

// sync runs the program once, with what it is to publish.
func (w *world) sync(wanted ...*endpoint) outcome {
	w.t.Helper()
	var from uint64
	if all := w.journal.Entries(api.JournalFilter{}); len(all) > 0 {
		from = all[len(all)-1].Seq
	}
	cmd := w.command(wanted, "--once")
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	err := cmd.Run()
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		w.t.Fatal(err)
	}
	if strings.Contains(log.String(), tokenValue) {
		w.t.Error("the log has the token")
	}
	return outcome{failed: err != nil, log: log.String(), from: from}
}

// synced is sync, and fails the test unless it went well.
func (w *world) synced(wanted ...*endpoint) outcome {
	w.t.Helper()
	got := w.sync(wanted...)
	if got.failed {
		w.t.Fatalf("external-dns failed:\n%s", got.log)
	}
	return got
}

// requests counts a synchronization's requests by method, route and outcome, zone and record ids left out.
func (w *world) requests(o outcome) map[string]int {
	counts := map[string]int{}
	for _, e := range w.journal.Entries(api.JournalFilter{After: o.from, Source: api.SourceAPI}) {
		parts := strings.Split(strings.Replace(e.Op, cloudflare.Prefix, "", 1), "/")
		for i, part := range parts {
			if _, err := api.ParseID(part); err == nil {
				parts[i] = "*"
			}
		}
		counts[strings.Join(parts, "/")+" "+e.Outcome]++
	}
	return counts
}

// writes are the requests that are no GET.
func (w *world) writes(o outcome) map[string]int {
	counts := w.requests(o)
	maps.DeleteFunc(counts, func(op string, _ int) bool { return strings.HasPrefix(op, "GET ") })
	return counts
}

// addresses lists "name type content" of a zone's records that are no TXT, sorted.
func (w *world) addresses(z *api.Zone) []string {
	w.t.Helper()
	found, _, err := w.store.List(z.ID, zone.Query{})
	if err != nil {
		w.t.Fatal(err)
	}
	out := []string{}
	for _, r := range found {
		if r.Type != "TXT" {
			out = append(out, r.Name+" "+r.Type+" "+r.Content)
		}
	}
	slices.Sort(out)
	return out
}
