package externaldns_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

// A batch is all or nothing, so one invalid record makes the valid ones fail too; since 0.21 each change is
// then sent on its own and only the invalid one is missing, as with 0.20, which has no batches.
func oneConflictAmongGoodRecords(t *testing.T, r *release) {
	w := newWorld(t, r)
	w.add("delegated", "NS", "ns.example.net")
	w.synced(want("www.example.com", "A", "192.0.2.1"), want("old.example.com", "A", "192.0.2.1"))
	got := w.sync(want("www.example.com", "A", "192.0.2.2"), want("new.example.com", "A", "192.0.2.3"),
		want("delegated.example.com", "A", "192.0.2.4"), want("api.example.com", "CNAME", "www.example.com"))
	if !got.failed || !strings.Contains(got.log, "NS records with that host already exist.") {
		t.Errorf("failed %v, and the log lacks the cause:\n%s", got.failed, got.log)
	}
	after := []string{
		"api.example.com CNAME www.example.com", "delegated.example.com NS ns.example.net", "new.example.com A 192.0.2.3",
		"www.example.com A 192.0.2.2",
	}
	if diff := cmp.Diff(after, w.addresses(w.zone)); diff != "" {
		t.Error(diff)
	}
	if !r.batches {
		return
	}
	writes := map[string]int{ // with the owners' TXT; another target is a deletion and a creation
		"DELETE /zones/*/dns_records/* 200":         3,
		"POST /zones/*/dns_records 200":             6,
		"POST /zones/*/dns_records 400 81056":       1,
		"POST /zones/*/dns_records/batch 400 81056": 1,
		"PUT /zones/*/dns_records/* 200":            1,
	}
	if diff := cmp.Diff(writes, w.writes(got)); diff != "" {
		t.Error(diff)
	}
}

// On the free plan a batch takes 200 changes, and external-dns can be configured to send more: Cloudflare's answer is
// not known, but any refusal makes external-dns send single changes, and they all succeed.
func aBatchBeyondThePlan(t *testing.T, r *release) {
	if !r.batches {
		t.Skip("it sends no batches")
	}
	w := newWorld(t, r)
	w.flags = []string{"--batch-change-size=1000"}
	if _, err := w.store.UpdateZone(w.zone.ID, func(z *api.Zone) { z.Plan = zone.Free() }); err != nil {
		t.Fatal(err)
	}
	named := func(prefix string) (wanted []*endpoint, addresses []string) {
		for i := range 60 {
			name := fmt.Sprintf("%s-%02d.example.com", prefix, i)
			wanted = append(wanted, want(name, "A", "192.0.2.1"))
			addresses = append(addresses, name+" A 192.0.2.1")
		}
		return wanted, addresses
	}
	first, _ := named("first")
	w.synced(first...)
	second, after := named("second")
	got := w.synced(second...)
	if diff := cmp.Diff(after, w.addresses(w.zone)); diff != "" {
		t.Error(diff)
	}
	writes := map[string]int{
		"POST /zones/*/dns_records/batch 400 81060": 1,
		"DELETE /zones/*/dns_records/* 200":         120,
		"POST /zones/*/dns_records 200":             120,
	}
	if diff := cmp.Diff(writes, w.writes(got)); diff != "" {
		t.Error(diff)
	}
}
