package control_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/edgeproof/edgeproof/e2e/probe"
	"github.com/edgeproof/edgeproof/mocks/acme"
	"github.com/edgeproof/edgeproof/mocks/cloudflare"
	"github.com/edgeproof/edgeproof/mocks/control"
	"github.com/edgeproof/edgeproof/mocks/dns"
	"github.com/edgeproof/edgeproof/mocks/faultinjection"
	"github.com/edgeproof/edgeproof/mocks/journal"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

func TestMain(m *testing.M) {
	for name, value := range acme.Environment() {
		if err := os.Setenv(name, value); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

// prefix is a path as the Kubernetes API server's service proxy puts in front.
const prefix = "/api/v1/namespaces/internet/services/http:internet:control/proxy"

func internet(t testing.TB) control.Internet {
	t.Helper()
	i := control.Internet{Store: zone.New(zone.Options{}), Journal: journal.New(100), WebRoot: []byte("web")}
	i.API = cloudflare.New(cloudflare.Options{Store: i.Store, Journal: i.Journal})
	i.Faults = faultinjection.New(1, i.Journal)
	i.DNS = dns.New(dns.Options{Store: i.Store, Address: netip.MustParseAddr("192.0.2.1"), Own: []string{"api.cloudflare.com"}, Faults: i.Faults})
	i.Outside = probe.New(probe.Options{Trusted: x509.NewCertPool()})
	for name, into := range map[string]**acme.Authority{"production": &i.Production, "staging": &i.Staging} {
		a, err := acme.New(acme.Options{Name: name, Resolver: "127.0.0.1:1"})
		if err != nil {
			t.Fatal(err)
		}
		*into = a
	}
	if _, err := i.Store.AddZone(zone.Zone{Name: "example.com"}); err != nil {
		t.Fatal(err)
	}
	return i
}

func client(t *testing.T, i control.Internet) *control.Client {
	t.Helper()
	server := httptest.NewServer(http.StripPrefix(prefix, control.New(i)))
	t.Cleanup(server.Close)
	return control.NewClient(server.URL+prefix+"/", server.Client())
}

// refused checks an error's status and code.
func refused(t *testing.T, err error, status int, code string) control.Error {
	t.Helper()
	var e *control.Error
	if !errors.As(err, &e) || e.Status != status || e.Code != code || e.Message == "" {
		t.Errorf("error %v, want %s with HTTP %d", err, code, status)
		return control.Error{}
	}
	return *e
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestProbesAndRoots(t *testing.T) {
	t.Parallel()
	i := internet(t)
	missing := errors.New("dns does not serve yet")
	i.Ready = func() error { return missing }
	c := client(t, i)
	must(t, c.Health(t.Context()))
	if e := refused(t, c.Ready(t.Context()), 503, control.CodeNotReady); !strings.Contains(e.Message, missing.Error()) {
		t.Errorf("ready: %+v", e)
	}
	roots, err := c.Roots(t.Context())
	must(t, err)
	if roots.Web != "web" || roots.Production == roots.Staging || !strings.Contains(roots.Production, "BEGIN CERTIFICATE") {
		t.Errorf("roots %+v", roots)
	}
	must(t, client(t, internet(t)).Ready(t.Context()))
}

func TestZones(t *testing.T) {
	t.Parallel()
	c := client(t, internet(t))
	made, err := c.CreateZone(t.Context(), control.ZoneDraft{Name: "Second.Test", Plan: "pro", Status: zone.Pending})
	must(t, err)
	if made.Name != "second.test" || made.Plan.LegacyID != "pro" || made.Status != zone.Pending || len(made.NameServers) != 2 {
		t.Errorf("made %+v", made)
	}
	active, moved := zone.Active, zone.Status("gone")
	patched, err := c.PatchZone(t.Context(), "second.test", control.ZonePatch{Status: &active})
	if err != nil || patched.Status != zone.Active {
		t.Errorf("patched %+v, %v", patched, err)
	}
	zones, err := c.Zones(t.Context())
	if err != nil || len(zones) != 2 {
		t.Errorf("zones %+v, %v", zones, err)
	}
	must(t, c.DeleteZone(t.Context(), made.ID.String()))
	refused(t, c.DeleteZone(t.Context(), "second.test"), 404, control.CodeNotFound)
	_, err = c.CreateZone(t.Context(), control.ZoneDraft{Name: "no zone"})
	refused(t, err, 400, control.CodeInvalid)
	_, err = c.CreateZone(t.Context(), control.ZoneDraft{Name: "x.test", Plan: "huge"})
	refused(t, err, 400, control.CodeInvalid)
	_, err = c.PatchZone(t.Context(), "example.com", control.ZonePatch{Status: &moved})
	refused(t, err, 400, control.CodeInvalid)
}

func contents(records []zone.Record) string {
	var out []string
	for _, r := range records {
		out = append(out, r.Type+" "+r.Name+" "+r.Content)
	}
	return strings.Join(out, ", ")
}

func TestRecords(t *testing.T) {
	t.Parallel()
	c := client(t, internet(t))
	put := func(d control.RecordDraft) zone.Record {
		t.Helper()
		r, err := c.PutRecord(t.Context(), "example.com", d)
		must(t, err)
		return r
	}
	first := put(control.RecordDraft{Name: "www", Type: "A", Content: "192.0.2.1", TTL: 120})
	again := put(control.RecordDraft{Name: "www.example.com", Type: "A", Content: "192.0.2.2"})
	if first.ID != again.ID || again.TTL != zone.AutomaticTTL {
		t.Errorf("put twice: %+v, then %+v", first, again)
	}
	byID := put(control.RecordDraft{ID: &first.ID, Name: "www", Type: "A", Content: "192.0.2.3"})
	if byID.ID != first.ID {
		t.Errorf("by id: %+v", byID)
	}
	put(control.RecordDraft{Name: "www", Type: "A", Content: "192.0.2.4", New: true})
	put(control.RecordDraft{Name: "@", Type: "CAA", Data: map[string]any{"flags": 0, "tag": "issue", "value": "letsencrypt.org"}})
	all, err := c.Records(t.Context(), "example.com", control.RecordFilter{})
	must(t, err)
	if diff := cmp.Diff(`A www.example.com 192.0.2.4, A www.example.com 192.0.2.3, CAA example.com 0 issue "letsencrypt.org"`, contents(all)); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
	some, err := c.Records(t.Context(), "example.com", control.RecordFilter{Name: "@", Type: "CAA"})
	if err != nil || len(some) != 1 {
		t.Errorf("filtered %v, %v", contents(some), err)
	}
	_, err = c.PutRecord(t.Context(), "example.com", control.RecordDraft{Name: "www", Type: "CNAME", Content: "a.test"})
	if e := refused(t, err, 400, control.CodeRefused); e.Provider != zone.CodeAddressExists {
		t.Errorf("provider code %d", e.Provider)
	}
	gone, err := c.DeleteRecord(t.Context(), "example.com", first.ID)
	if err != nil || gone.Content != "192.0.2.3" {
		t.Errorf("deleted %+v, %v", gone, err)
	}
	_, err = c.DeleteRecord(t.Context(), "example.com", first.ID)
	refused(t, err, 404, control.CodeRefused)
	doomed, err := c.DeleteRecords(t.Context(), "example.com", control.RecordFilter{Name: "www"})
	if err != nil || len(doomed) != 1 {
		t.Errorf("deleted %v, %v", contents(doomed), err)
	}
	_, err = c.DeleteRecords(t.Context(), "example.com", control.RecordFilter{})
	refused(t, err, 400, control.CodeInvalid)
	_, err = c.Records(t.Context(), "absent.test", control.RecordFilter{})
	refused(t, err, 404, control.CodeNotFound)
}

func TestDNS(t *testing.T) {
	t.Parallel()
	c := client(t, internet(t))
	_, err := c.PutRecord(t.Context(), "example.com", control.RecordDraft{Name: "www", Type: "A", Content: "192.0.2.1", TTL: 120})
	must(t, err)
	reply, err := c.Query(t.Context(), control.Question{Name: "www.example.com", Role: dns.Authority})
	must(t, err)
	want := control.Reply{
		Rcode: "NOERROR", Authoritative: true, Authority: []control.Record{},
		Answer: []control.Record{{Name: "www.example.com.", Type: "A", TTL: 120, Data: "192.0.2.1"}},
	}
	if diff := cmp.Diff(want, reply); diff != "" {
		t.Errorf("reply (-want +got):\n%s", diff)
	}
	for _, wrong := range []control.Question{{Name: ""}, {Name: "a..b"}, {Name: "x.test", Type: "NOPE"}, {Name: "x.test", Role: "root"}} {
		_, err := c.Query(t.Context(), wrong)
		refused(t, err, 400, control.CodeInvalid)
	}
	_, err = c.Query(t.Context(), control.Question{Name: "stranger.test"})
	must(t, err)
	unknown, err := c.Unknown(t.Context())
	if err != nil || unknown.Total != 1 || unknown.Names[0].Name != "stranger.test" {
		t.Errorf("unknown %+v, %v", unknown, err)
	}
	must(t, c.ForgetUnknown(t.Context()))
	counters, err := c.Counters(t.Context())
	if err != nil || counters.UnknownNames != 0 || counters.Questions != 2 || counters.Records != 1 {
		t.Errorf("counters %+v, %v", counters, err)
	}
	must(t, c.SetDelays(t.Context(), []control.Delay{{Name: "www.example.com", Type: "a", Seconds: 1.5}}))
	delays, err := c.Delays(t.Context())
	if diff := cmp.Diff([]control.Delay{{Name: "www.example.com", Type: "A", Seconds: 1.5}}, delays); err != nil || diff != "" {
		t.Errorf("delays %v (-want +got):\n%s", err, diff)
	}
	refused(t, c.SetDelays(t.Context(), []control.Delay{{Seconds: -1}}), 400, control.CodeInvalid)
	must(t, c.SetDelays(t.Context(), nil))
}

func TestValidity(t *testing.T) {
	t.Parallel()
	c := client(t, internet(t))
	want := control.Validity{LifetimeSeconds: 600, BackdateSeconds: 30}
	must(t, c.SetValidity(t.Context(), "staging", want))
	if got, err := c.Validity(t.Context(), "staging"); err != nil || got != want {
		t.Errorf("staging %+v, %v", got, err)
	}
	if got, err := c.Validity(t.Context(), "production"); err != nil || got.LifetimeSeconds != 90*24*3600 {
		t.Errorf("production %+v, %v", got, err)
	}
	must(t, c.SetValidity(t.Context(), "staging", control.Validity{}))
	refused(t, c.SetValidity(t.Context(), "staging", control.Validity{LifetimeSeconds: -1}), 400, control.CodeInvalid)
	refused(t, c.SetValidity(t.Context(), "staging", control.Validity{LifetimeSeconds: 1 << 62}), 400, control.CodeInvalid)
	refused(t, c.SetValidity(t.Context(), "other", control.Validity{}), 404, control.CodeNotFound)
}

func TestProbe(t *testing.T) {
	t.Parallel()
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "here") }))
	defer site.Close()
	report, err := client(t, internet(t)).Probe(t.Context(), probe.Request{URL: site.URL})
	if err != nil || !report.OK || report.HTTP.Body != "here" {
		t.Errorf("report %+v, %v", report, err)
	}
}

func TestAskAnswersManyInTheirOrder(t *testing.T) {
	t.Parallel()
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.URL.Path) }))
	defer site.Close()
	c := client(t, internet(t))
	var asked control.Asked
	for i := range 100 {
		asked.Questions = append(asked.Questions, control.Question{Name: fmt.Sprintf("%d.nowhere.example", i), Role: dns.Authority})
		asked.Probes = append(asked.Probes, probe.Request{URL: fmt.Sprintf("%s/%d", site.URL, i)})
	}
	told, err := c.Ask(t.Context(), asked)
	if err != nil || len(told.Replies) != 100 {
		t.Fatalf("%d replies, %v", len(told.Replies), err)
	}
	for i, report := range told.Reports {
		if report.HTTP == nil || report.HTTP.Body != fmt.Sprintf("/%d", i) {
			t.Errorf("report %d: %+v", i, report)
		}
	}
	if told.Replies[0].Rcode != "REFUSED" {
		t.Errorf("reply %+v", told.Replies[0])
	}
	_, err = c.Ask(t.Context(), control.Asked{Questions: []control.Question{{Name: "a.example"}, {Name: ""}}})
	refused(t, err, 400, control.CodeInvalid)
	if !strings.Contains(err.Error(), "questions[1]") {
		t.Errorf("the error does not say which: %v", err)
	}
	_, err = c.Ask(t.Context(), control.Asked{Questions: make([]control.Question, control.MostAsked+1)})
	refused(t, err, 400, control.CodeInvalid)
}

func TestFaults(t *testing.T) {
	t.Parallel()
	c := client(t, internet(t))
	made, err := c.AddFault(t.Context(), faultinjection.Rule{Note: "why", DNS: &faultinjection.DNSMatch{Name: "*.example.com"}, Do: faultinjection.Effect{Rcode: "REFUSED"}})
	if err != nil || made.ID == "" {
		t.Fatalf("made %+v, %v", made, err)
	}
	if reply, err := c.Query(t.Context(), control.Question{Name: "www.example.com"}); err != nil || reply.Rcode != "REFUSED" {
		t.Errorf("reply %+v, %v", reply, err)
	}
	list, err := c.Faults(t.Context())
	if err != nil || len(list) != 1 || list[0].Hits != 1 || list[0].Note != "why" {
		t.Errorf("list %+v, %v", list, err)
	}
	state, err := c.ClearFault(t.Context(), made.ID)
	if err != nil || state.Hits != 1 {
		t.Errorf("cleared %+v, %v", state, err)
	}
	_, err = c.ClearFault(t.Context(), made.ID)
	refused(t, err, 404, control.CodeNotFound)
	_, err = c.AddFault(t.Context(), faultinjection.Rule{})
	refused(t, err, 400, control.CodeInvalid)
	_, err = c.AddFault(t.Context(), faultinjection.Rule{HTTP: &faultinjection.HTTPMatch{Host: "acme", Step: "neworder"}, Do: faultinjection.Effect{Status: 500}})
	if e := refused(t, err, 400, control.CodeInvalid); !strings.Contains(e.Message, `"new-order"`) {
		t.Errorf("an unknown step: %s", e.Message)
	}
}

func TestJournal(t *testing.T) {
	t.Parallel()
	i := internet(t)
	c := client(t, i)
	i.Journal.Record(journal.Entry{Source: journal.API, Op: "GET /zones", Outcome: "200"})
	i.Journal.Record(journal.Entry{Source: journal.DNS, Op: "A x.", Outcome: "NXDOMAIN", Client: "10.0.0.1"})
	got, err := c.Journal(t.Context(), journal.Filter{Source: journal.DNS, Client: "10.0.0.1", Contains: "nxdomain", Limit: 5})
	if err != nil || len(got.Entries) != 1 || got.Last != 2 {
		t.Errorf("journal %+v, %v", got, err)
	}
	found := make(chan control.Entries)
	go func() {
		got, err := c.WaitJournal(t.Context(), journal.Filter{After: 2, Source: journal.ACME})
		if err != nil {
			t.Errorf("wait: %v", err)
		}
		found <- got
	}()
	i.Journal.Record(journal.Entry{Source: journal.ACME, Op: "new-order"})
	if got := <-found; len(got.Entries) != 1 || got.Entries[0].Op != "new-order" {
		t.Errorf("waited for %+v", got)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := c.WaitJournal(ctx, journal.Filter{Contains: "never"}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("wait for nothing: %v", err)
	}
	var lines bytes.Buffer
	must(t, c.WriteJournal(t.Context(), &lines))
	read, err := journal.ReadLines(&lines)
	if err != nil || len(read) != 3 {
		t.Errorf("lines: %d, %v", len(read), err)
	}
	must(t, c.ClearJournal(t.Context()))
	if got, err := c.Journal(t.Context(), journal.Filter{}); err != nil || len(got.Entries) != 1 || got.Entries[0].Op != "DELETE /v1/journal" {
		t.Errorf("after clear: %+v, %v", got, err)
	}
}

func TestResetNeedsAStart(t *testing.T) {
	t.Parallel()
	refused(t, client(t, internet(t)).Reset(t.Context()), 501, control.CodeInternal)
	i := internet(t)
	called := false
	i.Reset = func() error { called = true; return nil }
	must(t, client(t, i).Reset(t.Context()))
	if !called {
		t.Error("nothing was reset")
	}
}
