package externaldns_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/edgeproof/edgeproof/mocks/control/api"
)

func TestExternalDNS(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("-short: external-dns takes minutes to compile the first time")
	}
	for _, r := range releases() {
		for name, promise := range map[string]func(*testing.T, *release){
			"records come, change and go":              recordsComeChangeAndGo,
			"a foreign owner's records are left alone": aForeignOwnersRecordsAreLeftAlone,
			"an address becomes an alias":              anAddressBecomesAnAlias,
			"two hundred and fifty names":              twoHundredAndFiftyNames,
			"zones fill more than a page":              zonesFillMoreThanAPage,
			"refusals reach the log":                   refusalsReachTheLog,
			"a passing failure is retried":             aPassingFailureIsRetried,
			"a lasting failure":                        aLastingFailure,
			"one conflict among good records":          oneConflictAmongGoodRecords,
			"a batch beyond the plan":                  aBatchBeyondThePlan,
		} {
			t.Run(r.version+" "+name, func(t *testing.T) {
				t.Parallel()
				promise(t, r)
			})
		}
	}
}

func recordsComeChangeAndGo(t *testing.T, r *release) {
	w := newWorld(t, r)
	w.synced(want("www.example.com", "A", "192.0.2.1"), want("api.example.com", "CNAME", "www.example.com"))
	if diff := cmp.Diff([]string{"api.example.com CNAME www.example.com", "www.example.com A 192.0.2.1"},
		w.addresses(w.zone)); diff != "" {
		t.Fatal("created:\n", diff)
	}
	again := w.synced(want("www.example.com", "A", "192.0.2.1"), want("api.example.com", "CNAME", "www.example.com"))
	if got := w.writes(again); len(got) > 0 {
		t.Errorf("nothing had changed, but it wrote %v", got)
	}
	w.synced(want("www.example.com", "A", "192.0.2.2"), want("api.example.com", "CNAME", "www.example.com"))
	if diff := cmp.Diff([]string{"api.example.com CNAME www.example.com", "www.example.com A 192.0.2.2"},
		w.addresses(w.zone)); diff != "" {
		t.Error("updated:\n", diff)
	}
	w.synced()
	if n := w.store.Len(w.zone.ID); n != 0 {
		t.Errorf("%d records are left", n)
	}
}

func aForeignOwnersRecordsAreLeftAlone(t *testing.T, r *release) {
	w := newWorld(t, r)
	w.add("theirs", "A", "192.0.2.7")
	w.add("a-theirs", "TXT", `"heritage=external-dns,external-dns/owner=another,external-dns/resource=ingress/x/y"`)
	w.add("manual", "A", "192.0.2.8")
	before := w.addresses(w.zone)
	got := w.synced(want("theirs.example.com", "A", "192.0.2.1"), want("manual.example.com", "A", "192.0.2.1"))
	if diff := cmp.Diff(before, w.addresses(w.zone)); diff != "" || len(w.writes(got)) > 0 {
		t.Errorf("asked for: %s\n%v", diff, w.writes(got))
	}
	got = w.synced()
	if diff := cmp.Diff(before, w.addresses(w.zone)); diff != "" || len(w.writes(got)) > 0 {
		t.Errorf("not asked for: %s\n%v", diff, w.writes(got))
	}
}

// 0.20 creates before it deletes, which Cloudflare refuses (external-dns#5898); with batches it is one step.
func anAddressBecomesAnAlias(t *testing.T, r *release) {
	w := newWorld(t, r)
	w.synced(want("www.example.com", "A", "192.0.2.1"))
	alias := want("www.example.com", "CNAME", "target.example.net")
	after := []string{"www.example.com CNAME target.example.net"}
	if !r.batches {
		first := w.sync(alias)
		if n := w.requests(first)["POST /zones/*/dns_records 400 81053"]; n != 1 || !first.failed {
			t.Errorf("81053 came %d times: %v", n, w.requests(first))
		}
		if !strings.Contains(first.log, "An A, AAAA, or CNAME record with that host already exists.") {
			t.Errorf("the log lacks the cause:\n%s", first.log)
		}
		if got := w.addresses(w.zone); len(got) != 0 {
			t.Errorf("after the first sync: %v", got)
		}
	}
	last := w.synced(alias)
	if diff := cmp.Diff(after, w.addresses(w.zone)); diff != "" {
		t.Error(diff)
	}
	if n := w.requests(last)["POST /zones/*/dns_records/batch 200"]; r.batches && n != 1 {
		t.Errorf("%d batches: %v", n, w.requests(last))
	}
}

// With their owners' TXT they are 500 records: five pages and, as the client goes on until one is empty, a sixth.
// 0.20 reads all of them again for every change, which takes it a minute; so it only makes the last few.
func twoHundredAndFiftyNames(t *testing.T, r *release) {
	w := newWorld(t, r)
	const n = 250
	before := 0
	if !r.batches {
		before = n - 5
	}
	var wanted []*endpoint
	var after []string
	for i := range n {
		name := fmt.Sprintf("host-%03d.example.com", i)
		wanted = append(wanted, want(name, "A", "192.0.2.1"))
		after = append(after, name+" A 192.0.2.1")
		if i < before {
			w.add(name, "A", "192.0.2.1")
			w.add("a-"+name, "TXT", `"heritage=external-dns,external-dns/owner=edge"`)
		}
	}
	w.synced(wanted...)
	if diff := cmp.Diff(after, w.addresses(w.zone)); diff != "" {
		t.Error(diff)
	}
	if got := w.store.Len(w.zone.ID); got != 2*n {
		t.Errorf("%d records with their owners' TXT", got)
	}
	again := w.synced(wanted...)
	if got := w.writes(again); len(got) > 0 {
		t.Errorf("a second sync, which reads all pages, wrote %v", got)
	}
	var pages []string
	for _, e := range w.journal.Entries(api.JournalFilter{
		After: again.from, Source: api.SourceAPI,
		Contains: "dns_records",
	}) {
		pages = append(pages, e.Detail["query"])
	}
	if !slices.ContainsFunc(pages, func(q string) bool { return strings.Contains(q, "page=6") }) {
		t.Errorf("it stopped before the empty page: %q", pages)
	}
}

// The server's own page of zones is 20.
func zonesFillMoreThanAPage(t *testing.T, r *release) {
	w := newWorld(t, r)
	zones := []*api.Zone{}
	var wanted []*endpoint
	for i := range 24 {
		z := w.addZone(fmt.Sprintf("zone-%02d.test", i))
		zones = append(zones, z)
		wanted = append(wanted, want("www."+z.Name, "A", "192.0.2.1"))
	}
	w.synced(wanted...)
	for _, z := range zones {
		if got := w.addresses(z); len(got) != 1 {
			t.Errorf("%s: %v", z.Name, got)
		}
	}
}

// A call that a token does not permit is refused with the documented message; the program logs it and exits.
func refusalsReachTheLog(t *testing.T, r *release) {
	for name, tc := range map[string]struct {
		may   []api.Permission
		words string
	}{
		"no zones": {[]api.Permission{api.DNSEdit}, "com.cloudflare.api.account.zone.list"},
		"no DNS":   {[]api.Permission{api.ZoneRead}, "Authentication error"},
		"no edit":  {[]api.Permission{api.ZoneRead, api.DNSRead}, "Authentication error"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, r)
			if _, err := w.store.UpdateToken(w.token.ID, func(k *api.Token) { k.Permissions = tc.may }); err != nil {
				t.Fatal(err)
			}
			got := w.sync(want("www.example.com", "A", "192.0.2.1"))
			if !got.failed || !strings.Contains(got.log, tc.words) {
				t.Errorf("failed %v:\n%s", got.failed, got.log)
			}
			if n := w.store.Len(w.zone.ID); n != 0 {
				t.Errorf("%d records", n)
			}
		})
	}
}

// A server that fails once is asked again, as the library does.
func aPassingFailureIsRetried(t *testing.T, r *release) {
	w := newWorld(t, r)
	for _, do := range []api.Effect{{Status: 429, RetryAfter: 1}, {Status: 502, HTML: true}} {
		if _, err := w.faults.Add(api.FaultRule{
			HTTP: &api.HTTPMatch{Host: "api", Path: "/client/v4/zones"}, Do: do,
			Times: 1,
		}); err != nil {
			t.Fatal(err)
		}
	}
	got := w.synced(want("www.example.com", "A", "192.0.2.1"))
	if len(w.addresses(w.zone)) != 1 {
		t.Errorf("%v", w.requests(got))
	}
}
