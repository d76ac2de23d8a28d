package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/edgeproof/edgeproof/mocks/acme"
	"github.com/edgeproof/edgeproof/mocks/cloudflare"
	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/control/server"
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

func internet(t testing.TB) server.Internet {
	t.Helper()
	i := server.Internet{Store: zone.New(zone.Options{}), Journal: journal.New(100), WebRoot: []byte("web")}
	i.API = cloudflare.New(cloudflare.Options{Store: i.Store, Journal: i.Journal})
	i.Faults = faultinjection.New(1, i.Journal)
	i.DNS = dns.New(dns.Options{
		Store: i.Store, Address: netip.MustParseAddr("192.0.2.1"),
		Own: []string{"api.cloudflare.com"}, Faults: i.Faults,
	})
	i.Probe = func(_ context.Context, request json.RawMessage) (json.RawMessage, error) {
		if bytes.Contains(request, []byte("nonsense")) {
			return nil, errors.New("nonsense")
		}
		return json.RawMessage(`{"request":` + string(request) + `}`), nil
	}
	for name, into := range map[string]**acme.Authority{"production": &i.Production, "staging": &i.Staging} {
		a, err := acme.New(acme.Options{Name: name, Resolver: "127.0.0.1:1"})
		if err != nil {
			t.Fatal(err)
		}
		*into = a
	}
	if _, err := i.Store.AddZone(api.Zone{Name: "example.com"}); err != nil {
		t.Fatal(err)
	}
	return i
}

func client(t *testing.T, i server.Internet) *api.Client {
	t.Helper()
	server := httptest.NewServer(http.StripPrefix(prefix, server.New(i)))
	t.Cleanup(server.Close)
	return api.NewClient(server.URL+prefix+"/", server.Client())
}

// refused checks an error's status and code.
func refused(t *testing.T, err error, status int, code string) api.Error {
	t.Helper()
	var e *api.Error
	if !errors.As(err, &e) || e.Status != status || e.Code != code || e.Message == "" {
		t.Errorf("error %v, want %s with HTTP %d", err, code, status)
		return api.Error{}
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
	if e := refused(t, c.Ready(t.Context()), 503, api.CodeNotReady); !strings.Contains(e.Message, missing.Error()) {
		t.Errorf("ready: %+v", e)
	}
	roots, err := c.Roots(t.Context())
	must(t, err)
	if roots.Web != "web" || roots.Production == roots.Staging ||
		!strings.Contains(roots.Production, "BEGIN CERTIFICATE") {
		t.Errorf("roots %+v", roots)
	}
	must(t, client(t, internet(t)).Ready(t.Context()))
}

func TestZones(t *testing.T) {
	t.Parallel()
	c := client(t, internet(t))
	made, err := c.CreateZone(t.Context(), api.ZoneDraft{Name: "Second.Test", Plan: "pro", Status: api.ZonePending})
	must(t, err)
	if made.Name != "second.test" || made.Plan.LegacyID != "pro" || made.Status != api.ZonePending ||
		len(made.NameServers) != 2 {
		t.Errorf("made %+v", made)
	}
	active, moved := api.ZoneActive, api.ZoneStatus("gone")
	patched, err := c.PatchZone(t.Context(), "second.test", api.ZonePatch{Status: &active})
	if err != nil || patched.Status != api.ZoneActive {
		t.Errorf("patched %+v, %v", patched, err)
	}
	zones, err := c.Zones(t.Context())
	if err != nil || len(zones) != 2 {
		t.Errorf("zones %+v, %v", zones, err)
	}
	must(t, c.DeleteZone(t.Context(), made.ID.String()))
	refused(t, c.DeleteZone(t.Context(), "second.test"), 404, api.CodeNotFound)
	_, err = c.CreateZone(t.Context(), api.ZoneDraft{Name: "no zone"})
	refused(t, err, 400, api.CodeInvalid)
	_, err = c.CreateZone(t.Context(), api.ZoneDraft{Name: "x.test", Plan: "huge"})
	refused(t, err, 400, api.CodeInvalid)
	_, err = c.PatchZone(t.Context(), "example.com", api.ZonePatch{Status: &moved})
	refused(t, err, 400, api.CodeInvalid)
}

func contents(records []api.Record) string {
	var out []string
	for _, r := range records {
		out = append(out, r.Type+" "+r.Name+" "+r.Content)
	}
	return strings.Join(out, ", ")
}

func TestRecords(t *testing.T) {
	t.Parallel()
	c := client(t, internet(t))
	put := func(d api.RecordDraft) api.Record {
		t.Helper()
		r, err := c.PutRecord(t.Context(), "example.com", d)
		must(t, err)
		return r
	}
	first := put(api.RecordDraft{Name: "www", Type: "A", Content: "192.0.2.1", TTL: 120})
	again := put(api.RecordDraft{Name: "www.example.com", Type: "A", Content: "192.0.2.2"})
	if first.ID != again.ID || again.TTL != zone.AutomaticTTL {
		t.Errorf("put twice: %+v, then %+v", first, again)
	}
	byID := put(api.RecordDraft{ID: &first.ID, Name: "www", Type: "A", Content: "192.0.2.3"})
	if byID.ID != first.ID {
		t.Errorf("by id: %+v", byID)
	}
	put(api.RecordDraft{Name: "www", Type: "A", Content: "192.0.2.4", New: true})
	put(api.RecordDraft{Name: "@", Type: "CAA", Data: map[string]any{
		"flags": 0, "tag": "issue",
		"value": "letsencrypt.org",
	}})
	all, err := c.Records(t.Context(), "example.com", api.RecordFilter{})
	must(t, err)
	if diff := cmp.Diff(`A www.example.com 192.0.2.4, A www.example.com 192.0.2.3, CAA example.com 0 issue "letsencrypt.org"`, contents(all)); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
	some, err := c.Records(t.Context(), "example.com", api.RecordFilter{Name: "@", Type: "CAA"})
	if err != nil || len(some) != 1 {
		t.Errorf("filtered %v, %v", contents(some), err)
	}
	_, err = c.PutRecord(t.Context(), "example.com", api.RecordDraft{Name: "www", Type: "CNAME", Content: "a.test"})
	if e := refused(t, err, 400, api.CodeRefused); e.Provider != zone.CodeAddressExists {
		t.Errorf("provider code %d", e.Provider)
	}
	gone, err := c.DeleteRecord(t.Context(), "example.com", first.ID)
	if err != nil || gone.Content != "192.0.2.3" {
		t.Errorf("deleted %+v, %v", gone, err)
	}
	_, err = c.DeleteRecord(t.Context(), "example.com", first.ID)
	refused(t, err, 404, api.CodeRefused)
	doomed, err := c.DeleteRecords(t.Context(), "example.com", api.RecordFilter{Name: "www"})
	if err != nil || len(doomed) != 1 {
		t.Errorf("deleted %v, %v", contents(doomed), err)
	}
	_, err = c.DeleteRecords(t.Context(), "example.com", api.RecordFilter{})
	refused(t, err, 400, api.CodeInvalid)
	_, err = c.Records(t.Context(), "absent.test", api.RecordFilter{})
	refused(t, err, 404, api.CodeNotFound)
}

func TestDNS(t *testing.T) {
	t.Parallel()
	c := client(t, internet(t))
	_, err := c.PutRecord(t.Context(), "example.com",
		api.RecordDraft{Name: "www", Type: "A", Content: "192.0.2.1", TTL: 120})
	must(t, err)
	reply, err := c.Query(t.Context(), api.Question{Name: "www.example.com", Role: api.RoleAuthority})
	must(t, err)
	want := api.Reply{
		Rcode: "NOERROR", Authoritative: true, Authority: []api.ResourceRecord{},
		Answer: []api.ResourceRecord{{Name: "www.example.com.", Type: "A", TTL: 120, Data: "192.0.2.1"}},
	}
	if diff := cmp.Diff(want, reply); diff != "" {
		t.Errorf("reply (-want +got):\n%s", diff)
	}
	for _, wrong := range []api.Question{
		{Name: ""},
		{Name: "a..b"},
		{Name: "x.test", Type: "NOPE"},
		{Name: "x.test", Role: "root"},
	} {
		_, err := c.Query(t.Context(), wrong)
		refused(t, err, 400, api.CodeInvalid)
	}
	_, err = c.Query(t.Context(), api.Question{Name: "stranger.test"})
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
	must(t, c.SetDelays(t.Context(), []api.Delay{{Name: "www.example.com", Type: "a", Seconds: 1.5}}))
	delays, err := c.Delays(t.Context())
	if diff := cmp.Diff([]api.Delay{{Name: "www.example.com", Type: "A", Seconds: 1.5}}, delays); err != nil ||
		diff != "" {
		t.Errorf("delays %v (-want +got):\n%s", err, diff)
	}
	refused(t, c.SetDelays(t.Context(), []api.Delay{{Seconds: -1}}), 400, api.CodeInvalid)
	must(t, c.SetDelays(t.Context(), nil))
}

func TestValidity(t *testing.T) {
	t.Parallel()
	c := client(t, internet(t))
	want := api.Validity{LifetimeSeconds: 600, BackdateSeconds: 30}
	must(t, c.SetValidity(t.Context(), "staging", want))
	if got, err := c.Validity(t.Context(), "staging"); err != nil || got != want {
		t.Errorf("staging %+v, %v", got, err)
	}
	if got, err := c.Validity(t.Context(), "production"); err != nil || got.LifetimeSeconds != 90*24*3600 {
		t.Errorf("production %+v, %v", got, err)
	}
	must(t, c.SetValidity(t.Context(), "staging", api.Validity{}))
	refused(t, c.SetValidity(t.Context(), "staging", api.Validity{LifetimeSeconds: -1}), 400, api.CodeInvalid)
	refused(t, c.SetValidity(t.Context(), "staging", api.Validity{LifetimeSeconds: 1 << 62}), 400, api.CodeInvalid)
	refused(t, c.SetValidity(t.Context(), "other", api.Validity{}), 404, api.CodeNotFound)
}

// probed is a request and a report of the client in these tests.
type probed struct {
	URL     string  `json:"url,omitempty"`
	Request *probed `json:"request,omitempty"`
}

func TestProbe(t *testing.T) {
	t.Parallel()
	c := client(t, internet(t))
	var report probed
	err := c.Probe(t.Context(), probed{URL: "http://www.example.com/"}, &report)
	if err != nil || report.Request.URL != "http://www.example.com/" {
		t.Errorf("report %+v, %v", report, err)
	}
	refused(t, c.Probe(t.Context(), probed{URL: "nonsense"}, nil), 400, api.CodeInvalid)
}

func TestBatchAnswersInOrder(t *testing.T) {
	t.Parallel()
	c := client(t, internet(t))
	var in api.BatchRequest
	for i := range 100 {
		in.Questions = append(in.Questions, api.Question{
			Name: fmt.Sprintf("%d.nowhere.example", i),
			Role: api.RoleAuthority,
		})
		in.Probes = append(in.Probes, json.RawMessage(fmt.Sprintf(`{"url":"/%d"}`, i)))
	}
	out, err := c.Batch(t.Context(), in)
	if err != nil || len(out.Replies) != 100 {
		t.Fatalf("%d replies, %v", len(out.Replies), err)
	}
	for i, report := range out.Reports {
		if want := fmt.Sprintf(`{"request":{"url":"/%d"}}`, i); string(report) != want {
			t.Errorf("report %d: %s", i, report)
		}
	}
	if out.Replies[0].Rcode != "REFUSED" {
		t.Errorf("reply %+v", out.Replies[0])
	}
	for want, in := range map[string]api.BatchRequest{
		"questions[1]": {Questions: []api.Question{{Name: "a.example"}, {Name: ""}}},
		"probes[0]":    {Probes: []json.RawMessage{json.RawMessage(`"nonsense"`)}},
		"512 at most":  {Questions: make([]api.Question, api.MaxBatch+1)},
	} {
		_, err = c.Batch(t.Context(), in)
		refused(t, err, 400, api.CodeInvalid)
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not name %s", err, want)
		}
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	c := client(t, internet(t))
	made, err := c.AddFault(t.Context(), api.FaultRule{
		Note: "why", DNS: &api.DNSMatch{Name: "*.example.com"},
		Do: api.Effect{Rcode: "REFUSED"},
	})
	if err != nil || made.ID == "" {
		t.Fatalf("made %+v, %v", made, err)
	}
	if reply, err := c.Query(t.Context(), api.Question{Name: "www.example.com"}); err != nil || reply.Rcode != "REFUSED" {
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
	refused(t, err, 404, api.CodeNotFound)
	_, err = c.AddFault(t.Context(), api.FaultRule{})
	refused(t, err, 400, api.CodeInvalid)
	_, err = c.AddFault(t.Context(), api.FaultRule{
		HTTP: &api.HTTPMatch{Host: "acme", Step: "neworder"},
		Do:   api.Effect{Status: 500},
	})
	if e := refused(t, err, 400, api.CodeInvalid); !strings.Contains(e.Message, `"new-order"`) {
		t.Errorf("an unknown step: %s", e.Message)
	}
}

func TestJournal(t *testing.T) {
	t.Parallel()
	i := internet(t)
	c := client(t, i)
	i.Journal.Record(api.JournalEntry{Source: api.SourceAPI, Op: "GET /zones", Outcome: "200"})
	i.Journal.Record(api.JournalEntry{Source: api.SourceDNS, Op: "A x.", Outcome: "NXDOMAIN", Client: "10.0.0.1"})
	got, err := c.Journal(t.Context(), api.JournalFilter{
		Source: api.SourceDNS, Client: "10.0.0.1", Contains: "nxdomain",
		Limit: 5,
	})
	if err != nil || len(got.Entries) != 1 || got.Last != 2 {
		t.Errorf("journal %+v, %v", got, err)
	}
	found := make(chan api.JournalPage)
	go func() {
		got, err := c.WaitJournal(t.Context(), api.JournalFilter{After: 2, Source: api.SourceACME})
		if err != nil {
			t.Errorf("wait: %v", err)
		}
		found <- got
	}()
	i.Journal.Record(api.JournalEntry{Source: api.SourceACME, Op: "new-order"})
	if got := <-found; len(got.Entries) != 1 || got.Entries[0].Op != "new-order" {
		t.Errorf("waited for %+v", got)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := c.WaitJournal(ctx, api.JournalFilter{Contains: "never"}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("wait for nothing: %v", err)
	}
	var lines bytes.Buffer
	must(t, c.WriteJournal(t.Context(), &lines))
	read, err := journal.ReadLines(&lines)
	if err != nil || len(read) != 3 {
		t.Errorf("lines: %d, %v", len(read), err)
	}
	must(t, c.ClearJournal(t.Context()))
	if got, err := c.Journal(t.Context(), api.JournalFilter{}); err != nil || len(got.Entries) != 1 ||
		got.Entries[0].Op != "DELETE /v1/journal" {
		t.Errorf("after clear: %+v, %v", got, err)
	}
}

func TestResetNeedsAStart(t *testing.T) {
	t.Parallel()
	refused(t, client(t, internet(t)).Reset(t.Context()), 501, api.CodeInternal)
	i := internet(t)
	called := false
	i.Reset = func() error { called = true; return nil }
	must(t, client(t, i).Reset(t.Context()))
	if !called {
		t.Error("nothing was reset")
	}
}
