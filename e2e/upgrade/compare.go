package upgrade

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/edgeproof/edgeproof/e2e/edge/externaldns"
	"github.com/edgeproof/edgeproof/e2e/verdict"
	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// challenge is the label of records that come and go with every issuance (RFC 8555 section 8.4).
const challenge = "_acme-challenge."

// Compare compares the state after a change with the state before, and writes the differences into u. The
// naming is that of the ownership records before the change; the entries are what the provider and the CAs saw
// in between.
func Compare(u *verdict.Upgrade, naming externaldns.Naming, before, after State, entries []api.JournalEntry) {
	compareRecords(u, before, after, entries)
	compareOwners(u, naming, before, after)
	compareCertificates(u, before, after, entries)
	compareDefinitions(u, before, after)
}

// compareRecords finds a record by its id: one that was deleted and created again has another, however short
// the time between.
func compareRecords(u *verdict.Upgrade, before, after State, entries []api.JournalEntry) {
	for _, was := range before.Records {
		if strings.HasPrefix(was.Name, challenge) {
			continue
		}
		u.Compared.Records++
		if slices.ContainsFunc(after.Records, func(r api.Record) bool { return r.ID == was.ID }) {
			continue
		}
		at := slices.IndexFunc(after.Records, func(r api.Record) bool { return r.Name == was.Name && r.Type == was.Type })
		if at < 0 {
			u.Lost = append(u.Lost, fmt.Sprintf("the %s record of %s (%s)", was.Type, was.Name, was.Content))
			continue
		}
		u.Recreated = append(u.Recreated, verdict.Recreated{
			Name: was.Name, Type: was.Type, Deleted: deletion(entries, was), Created: after.Records[at].Created.UTC(),
		})
	}
}

// deletion is when the record was deleted; where only a batch can have done it, the time of the first batch
// with deletions.
func deletion(entries []api.JournalEntry, r api.Record) time.Time {
	var batch time.Time
	for _, e := range entries {
		switch {
		case e.Source != api.SourceAPI || !strings.HasPrefix(e.Outcome, "200"):
		case strings.HasPrefix(e.Op, "DELETE ") && strings.HasSuffix(e.Op, "/"+r.ID.String()):
			return e.Time.UTC()
		case strings.HasSuffix(e.Op, "/dns_records/batch") && !strings.HasPrefix(e.Detail["about"], "deletes 0") &&
			batch.IsZero():
			batch = e.Time.UTC()
		}
	}
	return batch
}

// ownerOf reads the owner out of an ownership record of external-dns.
func ownerOf(r api.Record) (owner string, registered bool) {
	if r.Type != "TXT" {
		return "", false
	}
	ownership, ok := externaldns.ParseOwnership(r.Content)
	return ownership.Owner, ok
}

// owned names the record that an ownership record is of.
func owned(naming externaldns.Naming, ownership string) (host, kind string) {
	if host, kind, ok := naming.Owned(ownership); ok && kind != "" {
		return host, kind
	}
	return ownership, "TXT"
}

func compareOwners(u *verdict.Upgrade, naming externaldns.Naming, before, after State) {
	for _, was := range before.Records {
		owner, ok := ownerOf(was)
		if !ok {
			continue
		}
		now := ""
		for _, r := range after.Records {
			if r.Name != was.Name {
				continue
			}
			if name, ok := ownerOf(r); ok {
				now = name
			}
		}
		if now != owner {
			host, kind := owned(naming, was.Name)
			u.Owners = append(u.Owners, verdict.OwnerChange{Name: host, Type: kind, Before: owner, After: now})
		}
	}
}

func compareCertificates(u *verdict.Upgrade, before, after State, entries []api.JournalEntry) {
	for _, key := range slices.SortedFunc(maps.Keys(before.Certificates), byName) {
		was, what := before.Certificates[key], "Certificate "+key.String()
		u.Compared.Certificates++
		now, there := after.Certificates[key]
		if !there {
			u.Lost = append(u.Lost, what)
			continue
		}
		orders := ordersFor(was.Names, entries)
		reason := ""
		if due := was.Renewal; !due.IsZero() && !due.After(after.Taken) && !slices.ContainsFunc(orders, due.After) {
			reason = "its renewal was due at " + due.UTC().Format(time.RFC3339)
		}
		switch {
		case now.Serial != was.Serial:
			u.Reissued = append(u.Reissued, verdict.Reissued{
				Certificate: what, SerialBefore: was.Serial,
				SerialAfter: now.Serial, Reason: reason,
			})
		case reason == "" && len(orders) > 0:
			u.Broken = append(u.Broken, fmt.Sprintf("%s was ordered again at %s, and was not due before %s", what,
				orders[0].UTC().Format(time.RFC3339), was.Renewal.UTC().Format(time.RFC3339)))
		}
	}
}

func byName(a, b types.NamespacedName) int { return strings.Compare(a.String(), b.String()) }

// ordersFor lists when orders for exactly these names were placed at a CA, down to the second, as renewal times are.
func ordersFor(names []string, entries []api.JournalEntry) []time.Time {
	want := slices.Sorted(slices.Values(names))
	var out []time.Time
	for _, e := range entries {
		if e.Source == api.SourceACME && e.Op == "new-order" && strings.HasPrefix(e.Outcome, "201") &&
			slices.Equal(slices.Sorted(slices.Values(strings.Fields(e.Detail["names"]))), want) {
			out = append(out, e.Time.Truncate(time.Second))
		}
	}
	return out
}

func compareDefinitions(u *verdict.Upgrade, before, after State) {
	for _, name := range slices.Sorted(maps.Keys(before.Definitions)) {
		was, what := before.Definitions[name], "CustomResourceDefinition "+name
		u.Compared.Definitions++
		now, there := after.Definitions[name]
		switch {
		case !there:
			u.Lost = append(u.Lost, what)
			continue
		case now.UID != was.UID:
			u.Lost = append(u.Lost, what+", which was deleted and created again, with every object of it")
			continue
		}
		for _, version := range was.Stored {
			if !slices.Contains(now.Stored, version) {
				u.Lost = append(u.Lost, fmt.Sprintf("version %s of %s, in which objects are stored", version, what))
			}
		}
		for _, version := range was.Served {
			if !slices.Contains(now.Served, version) {
				u.Lost = append(u.Lost, fmt.Sprintf("version %s of %s, which clients request", version, what))
			}
		}
	}
}
