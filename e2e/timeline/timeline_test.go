package timeline_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/timeline"
	"github.com/edgeproof/edgeproof/e2e/verdict"
	"github.com/edgeproof/edgeproof/mocks/control/api"
)

func begin() time.Time { return time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC) }

func after(seconds float64) time.Time {
	return begin().Add(time.Duration(seconds * float64(time.Second)))
}

// lines is the text of a line, one entry to a line.
func lines(line []verdict.Entry) []string {
	var out []string
	for _, e := range line {
		text := fmt.Sprintf("%s %.1f %s: %s", e.ID, e.Time.Sub(begin()).Seconds(), e.Subject, e.Text)
		if e.Failed {
			text = "! " + text
		}
		if e.Count > 0 {
			text += fmt.Sprintf(" (%d until %.1f)", e.Count, e.Until.Sub(begin()).Seconds())
		}
		out = append(out, text)
	}
	return out
}

func snapshot() *facts.Snapshot {
	return &facts.Snapshot{
		Pods: []core.Pod{{
			ObjectMeta: meta.ObjectMeta{
				Name:   "external-dns-5c",
				Labels: map[string]string{"app.kubernetes.io/name": "external-dns"},
			},
			Status: core.PodStatus{PodIP: "10.244.0.11"},
		}},
		Events: []core.Event{
			{
				ObjectMeta: meta.ObjectMeta{UID: "1"}, InvolvedObject: core.ObjectReference{
					Kind:      "Certificate",
					Namespace: "develop", Name: "frontend-tls",
				},
				Reason: "Issuing", Message: "Issuing certificate as\nSecret does not exist", Type: core.EventTypeNormal,
				FirstTimestamp: meta.NewTime(after(1)), LastTimestamp: meta.NewTime(after(1)), Count: 1,
			},
			{
				ObjectMeta: meta.ObjectMeta{UID: "2"}, InvolvedObject: core.ObjectReference{
					Kind: "Pod", Namespace: "cert-manager",
					Name: "external-dns-5c",
				},
				Reason: "Failed", Message: "secret not found", Type: core.EventTypeWarning, FirstTimestamp: meta.NewTime(after(2)),
				LastTimestamp: meta.NewTime(after(9)), Count: 4,
			},
			{
				ObjectMeta: meta.ObjectMeta{UID: "3"}, InvolvedObject: core.ObjectReference{
					Kind: "ClusterIssuer",
					Name: "letsencrypt",
				},
				Reason: "Ready", Message: "registered", EventTime: meta.NewMicroTime(after(3)),
				Series: &core.EventSeries{Count: 2, LastObservedTime: meta.NewMicroTime(after(4))},
			},
		},
	}
}

func TestEverythingIsOnOneClock(t *testing.T) {
	t.Parallel()
	r := &timeline.Recorder{}
	r.See(snapshot())
	r.See(snapshot()) // seen again, it is still the same event
	r.Lasted("fault token-secret-missing", "injected", after(5), after(8), false)
	seen := []api.JournalEntry{
		{
			Time: after(0), Source: api.SourceProbe, Op: "GET https://develop.safeops.work/", Outcome: "tls expired",
			Detail: map[string]string{"address": "203.0.113.10:443"},
		},
		{
			Time: after(0.5), Source: api.SourceAPI, Client: "10.244.0.11", Op: "POST /client/v4/zones/x/dns_records",
			Outcome: "200", Detail: map[string]string{"about": "A develop.safeops.work"},
		},
		{
			Time: after(0.6), Source: api.SourceAPI, Client: "10.244.0.12", Op: "GET /client/v4/zones/x/dns_records",
			Outcome: "403 10000", Detail: map[string]string{"zone": "safeops.work", "agent": "curl/8"},
		},
		{Time: after(0.7), Source: api.SourceDNS, Client: "control", Op: "A develop.safeops.work.", Outcome: "NXDOMAIN"},
		{Time: after(0.8), Source: api.SourceDNS, Client: "127.0.0.1", Op: "CAA develop.safeops.work.", Outcome: "NXDOMAIN"},
		{
			Time: after(0.9), Source: api.SourceDNS, Client: "127.0.0.1", Op: "A develop.safeops.work.", Outcome: "NOERROR",
			Detail: map[string]string{"answer": "203.0.113.10"},
		},
		{
			Time: after(1.1), Source: api.SourceACME, Op: "new-order", Outcome: "429 urn:ietf:params:acme:error:rateLimited",
			Detail: map[string]string{"authority": "production", "problem": "too many", "fault": "fault-1"},
		},
		{Time: after(1.2), Source: api.SourceControl, Op: "POST /v1/faults", Outcome: "200"},
		{Time: after(1.3), Source: "unknown", Op: "x"},
	}
	// of an earlier run
	seen = append([]api.JournalEntry{{
		Time: after(-1), Source: api.SourceDNS, Op: "A before.example.",
		Outcome: "NOERROR",
	}}, seen...)
	want := []string{
		"! probe-1 0.0 develop.safeops.work: https: tls expired at 203.0.113.10:443",
		"api-1 0.5 record A develop.safeops.work: external-dns: POST: 200",
		"! api-2 0.6 zone safeops.work: curl: GET: 403 10000",
		"! dns-1 0.7 develop.safeops.work: edgeproof: A: NXDOMAIN",
		"dns-2 0.8 develop.safeops.work: the internet: CAA: NXDOMAIN",
		"dns-3 0.9 develop.safeops.work: the internet: A: NOERROR 203.0.113.10",
		"event-1 1.0 Certificate develop/frontend-tls: Issuing: Issuing certificate as Secret does not exist",
		"! acme-1 1.1 Let's Encrypt production: new-order: 429 rateLimited: too many (made by fault-1)",
		"phase-1 1.2 fake internet: POST /v1/faults: 200",
		"! event-2 2.0 Pod cert-manager/external-dns-5c: Failed: secret not found (4 until 9.0)",
		"event-3 3.0 ClusterIssuer letsencrypt: Ready: registered (2 until 4.0)",
		"phase-2 5.0 fault token-secret-missing: injected",
	}
	line := r.Line(begin(), seen)
	if d := cmp.Diff(want, lines(line)); d != "" {
		t.Errorf("the line (-want +got):\n%s", d)
	}
	if at := line[len(line)-1]; !at.Until.Equal(after(8)) {
		t.Errorf("the fault lasted until %s", at.Until)
	}
}

func TestWhatRepeatsIsOneEntry(t *testing.T) {
	t.Parallel()
	var seen []api.JournalEntry
	probe := func(at float64, outcome string) {
		seen = append(seen, api.JournalEntry{
			Time: after(at), Source: api.SourceProbe, Op: "GET https://a.example/",
			Outcome: outcome,
		})
	}
	for n := range 5 {
		probe(float64(n), "200")
	}
	for n := range 3 {
		probe(5+float64(n), "resolve nxdomain")
	}
	probe(8.5, "200") // after a while without: it is news again
	probe(9, "200")
	want := []string{
		"probe-1 0.0 a.example: https: 200 (5 until 4.0)",
		"! probe-2 5.0 a.example: https: resolve nxdomain (3 until 7.0)",
		"probe-3 8.5 a.example: https: 200 (2 until 9.0)",
	}
	if d := cmp.Diff(want, lines((&timeline.Recorder{}).Line(time.Time{}, seen))); d != "" {
		t.Errorf("the line (-want +got):\n%s", d)
	}
}

// many is a line of n entries, every tenth of which failed.
func many(n int) []verdict.Entry {
	var out []verdict.Entry
	for k := range n {
		out = append(out, verdict.Entry{
			ID: fmt.Sprint("dns-", k), Time: after(float64(k)), Source: verdict.SourceDNS,
			Subject: fmt.Sprintf("host-%d.example", k%7), Text: "A", Failed: k%10 == 9,
		})
	}
	return out
}

func TestALongLineIsCutAndSaysSo(t *testing.T) {
	t.Parallel()
	kept, omitted := timeline.Cut(many(1000), map[string]bool{"dns-1": true, "dns-500": true}, 200)
	if len(kept) != 200 || omitted != 800 {
		t.Fatalf("%d are kept, %d are omitted", len(kept), omitted)
	}
	failed, third := 0, [3]int{}
	for n, e := range kept {
		if e.Failed {
			failed++
		}
		third[int(e.Time.Sub(begin()).Seconds())*3/1000]++
		if n > 0 && e.Time.Before(kept[n-1].Time) {
			t.Errorf("%s is out of order", e.ID)
		}
	}
	has := func(id string) bool {
		return slices.ContainsFunc(kept, func(e verdict.Entry) bool { return e.ID == id })
	}
	if failed != 100 || !has("dns-1") || !has("dns-500") {
		t.Errorf("%d of 100 failures are kept, the cited ones: %t %t", failed, has("dns-1"), has("dns-500"))
	}
	if min(third[0], third[1], third[2]) < 55 {
		t.Errorf("the thirds of the run keep %v", third)
	}
	if all, none := timeline.Cut(many(5), nil, 5); len(all) != 5 || none != 0 {
		t.Errorf("a short line loses %d of 5", none)
	}
	if cited, _ := timeline.Cut(many(5), nil, 2); len(cited) != 2 {
		t.Errorf("%d of 2 are kept", len(cited))
	}
}

func TestCite(t *testing.T) {
	t.Parallel()
	line := many(100)
	got := timeline.Cite(line, timeline.Query{From: after(10), To: after(30), About: []string{"host-3"}})
	if d := cmp.Diff([]string{"dns-10", "dns-17", "dns-24"}, got); d != "" {
		t.Errorf("cited (-want +got):\n%s", d)
	}
	if got := timeline.Cite(line, timeline.Query{About: []string{"host-2"}, Most: 3}); !slices.Contains(got, "dns-9") ||
		len(got) != 3 {
		t.Errorf("what failed is not cited first: %v", got)
	}
	if got := timeline.Cite(line, timeline.Query{
		About:   []string{"host"},
		Sources: []verdict.Source{verdict.SourceACME},
	}); len(got) > 0 {
		t.Errorf("another source is cited: %v", got)
	}
	if got := timeline.Cite(line, timeline.Query{About: []string{""}}); len(got) > 0 {
		t.Errorf("a question about nothing cites %v", got)
	}
}

func TestTextsAreBounded(t *testing.T) {
	t.Parallel()
	r := &timeline.Recorder{}
	r.Lasted(strings.Repeat("ü", 500), strings.Repeat("x", 5000), after(0), after(1), true)
	e := r.Line(time.Time{}, nil)[0]
	if len(e.Subject) > 250 || len(e.Text) > 250 || !strings.HasSuffix(e.Text, "…") ||
		strings.ContainsRune(e.Subject, '\uFFFD') {
		t.Errorf("%d and %d bytes", len(e.Subject), len(e.Text))
	}
}
