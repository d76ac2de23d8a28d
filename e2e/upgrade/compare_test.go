package upgrade

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/types"

	"github.com/edgeproof/edgeproof/e2e/edge/externaldns"
	"github.com/edgeproof/edgeproof/e2e/verdict"
	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// noon is a time of tests.
func noon() time.Time { return time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC) }

func record(id byte, name, kind, content string) api.Record {
	return api.Record{ID: api.ID{id}, Name: name, Type: kind, Content: content, Created: noon()}
}

func registry(id byte, name, owner string) api.Record {
	return record(id, name, "TXT", `"heritage=external-dns,external-dns/owner=`+owner+
		`,external-dns/resource=ingress/develop/frontend"`)
}

// kept is an edge in which nothing is wrong; each look is a copy of its own.
func kept() State {
	return State{
		Taken: noon(),
		Records: []api.Record{
			record(1, "www.example.org", "A", "203.0.113.10"), registry(2, "a-www.example.org", "one"),
			record(3, "_acme-challenge.www.example.org", "TXT", "x"),
		},
		Certificates: map[types.NamespacedName]Certificate{
			{Namespace: "develop", Name: "www"}: {
				Names: []string{"www.example.org"}, Serial: "a",
				Renewal: noon().Add(time.Hour),
			},
		},
		Definitions: map[string]Definition{"orders.acme.cert-manager.io": {
			UID: "1", Stored: []string{"v1"},
			Served: []string{"v1"},
		}},
	}
}

func ordered(at time.Time, names string) api.JournalEntry {
	return api.JournalEntry{
		Time: at, Source: api.SourceACME, Op: "new-order", Outcome: "201 pending",
		Detail: map[string]string{"names": names},
	}
}

func TestCompare(t *testing.T) {
	t.Parallel()
	www := types.NamespacedName{Namespace: "develop", Name: "www"}
	again := record(9, "www.example.org", "A", "203.0.113.10")
	again.Created = noon().Add(time.Minute)
	compared := verdict.Compared{Records: 2, Certificates: 1, Definitions: 1}
	tests := []struct {
		name    string
		change  func(before, after *State)
		entries []api.JournalEntry
		want    verdict.Upgrade
	}{
		{"nothing", func(_, _ *State) {}, nil, verdict.Upgrade{}},
		{"a challenge comes and goes", func(_, after *State) { after.Records = after.Records[:2] }, nil, verdict.Upgrade{}},
		{
			"a record is deleted and created again", func(_, after *State) { after.Records[0] = again },
			[]api.JournalEntry{
				{
					Time: noon().Add(10 * time.Second), Source: api.SourceAPI, Op: "POST /client/v4/zones/z/dns_records/batch",
					Outcome: "200", Detail: map[string]string{"about": "deletes 1, patches 0, puts 0, posts 0"},
				},
				{Time: noon().Add(20 * time.Second), Source: api.SourceAPI, Op: "DELETE /client/v4/zones/z/dns_records/" +
					api.ID{1}.String(), Outcome: "200"},
			},
			verdict.Upgrade{Recreated: []verdict.Recreated{{
				Name: "www.example.org", Type: "A",
				Deleted: noon().Add(20 * time.Second), Created: noon().Add(time.Minute),
			}}},
		},
		{
			"in a batch", func(_, after *State) { after.Records[0] = again },
			[]api.JournalEntry{
				{
					Time: noon(), Source: api.SourceAPI, Op: "POST /client/v4/zones/z/dns_records/batch", Outcome: "200",
					Detail: map[string]string{"about": "deletes 0, patches 0, puts 0, posts 1"},
				},
				{
					Time: noon().Add(10 * time.Second), Source: api.SourceAPI, Op: "POST /client/v4/zones/z/dns_records/batch",
					Outcome: "200", Detail: map[string]string{"about": "deletes 1, patches 0, puts 0, posts 0"},
				},
			},
			verdict.Upgrade{Recreated: []verdict.Recreated{{
				Name: "www.example.org", Type: "A",
				Deleted: noon().Add(10 * time.Second), Created: noon().Add(time.Minute),
			}}},
		},
		{
			"a record is lost", func(_, after *State) { after.Records = after.Records[1:] }, nil,
			verdict.Upgrade{Lost: []string{"the A record of www.example.org (203.0.113.10)"}},
		},
		{
			"another owner", func(_, after *State) { after.Records[1] = registry(2, "a-www.example.org", "two") }, nil,
			verdict.Upgrade{Owners: []verdict.OwnerChange{{Name: "www.example.org", Type: "A", Before: "one", After: "two"}}},
		},
		{
			"no owner", func(_, after *State) { after.Records[1] = record(2, "a-www.example.org", "TXT", "bye") }, nil,
			verdict.Upgrade{Owners: []verdict.OwnerChange{{Name: "www.example.org", Type: "A", Before: "one"}}},
		},
		{
			"reissued for nothing", func(_, after *State) {
				after.Certificates[www] = Certificate{Serial: "b"}
			},
			[]api.JournalEntry{ordered(noon().Add(time.Minute), "www.example.org")},
			verdict.Upgrade{Reissued: []verdict.Reissued{{
				Certificate: "Certificate develop/www", SerialBefore: "a",
				SerialAfter: "b",
			}}},
		},
		{
			"renewed when due", func(_, after *State) {
				after.Taken = noon().Add(2 * time.Hour)
				after.Certificates[www] = Certificate{Serial: "b"}
			},
			[]api.JournalEntry{ordered(noon().Add(time.Hour).Add(200*time.Millisecond), "www.example.org")},
			verdict.Upgrade{Reissued: []verdict.Reissued{{
				Certificate: "Certificate develop/www", SerialBefore: "a",
				SerialAfter: "b", Reason: "its renewal was due at 2026-11-24T13:00:00Z",
			}}},
		},
		{
			"renewed before it was due", func(_, after *State) {
				after.Taken = noon().Add(2 * time.Hour)
				after.Certificates[www] = Certificate{Serial: "b"}
			},
			[]api.JournalEntry{ordered(noon().Add(30*time.Minute), "www.example.org")},
			verdict.Upgrade{Reissued: []verdict.Reissued{{
				Certificate: "Certificate develop/www", SerialBefore: "a",
				SerialAfter: "b",
			}}},
		},
		{
			"ordered and not yet issued", func(_, _ *State) {},
			[]api.JournalEntry{ordered(noon().Add(time.Minute), "www.example.org")},
			verdict.Upgrade{Broken: []string{"Certificate develop/www was ordered again at 2026-11-24T12:01:00Z, and was not " +
				"due before 2026-11-24T13:00:00Z"}},
		},
		{
			"another one is ordered", func(_, _ *State) {},
			[]api.JournalEntry{ordered(noon(), "www.example.org other.example.org")},
			verdict.Upgrade{},
		},
		{
			"a certificate is lost", func(_, after *State) { after.Certificates = nil }, nil,
			verdict.Upgrade{Lost: []string{"Certificate develop/www"}},
		},
		{
			"a definition is lost", func(_, after *State) { after.Definitions = nil }, nil,
			verdict.Upgrade{Lost: []string{"CustomResourceDefinition orders.acme.cert-manager.io"}},
		},
		{
			"a definition is created again", func(_, after *State) {
				after.Definitions["orders.acme.cert-manager.io"] = Definition{
					UID: "2", Stored: []string{"v1"},
					Served: []string{"v1"},
				}
			}, nil, verdict.Upgrade{Lost: []string{"CustomResourceDefinition orders.acme.cert-manager.io, which was deleted " +
				"and created again, with every object of it"}},
		},
		{
			"a version is lost", func(_, after *State) {
				after.Definitions["orders.acme.cert-manager.io"] = Definition{
					UID: "1", Stored: []string{"v2"},
					Served: []string{"v2"},
				}
			}, nil, verdict.Upgrade{Lost: []string{
				"version v1 of CustomResourceDefinition orders.acme.cert-manager.io, in which objects are stored",
				"version v1 of CustomResourceDefinition orders.acme.cert-manager.io, which clients request",
			}},
		},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			before, after := kept(), kept()
			tc.change(&before, &after)
			var got verdict.Upgrade
			Compare(&got, externaldns.Naming{}, before, after, tc.entries)
			tc.want.Compared = compared
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestOwners(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ prefix, suffix, name, host, kind string }{
		{"", "", "a-www.example.org", "www.example.org", "A"},
		{"", "", "cname-www.example.org", "www.example.org", "CNAME"},
		{"", "", "my-host.example.org", "my-host.example.org", "TXT"},
		{"k8s.", "", "k8s.aaaa-www.example.org", "www.example.org", "AAAA"},
		{"", "-own", "a-www-own.example.org", "www.example.org", "A"},
		{"%{record_type}-own.", "", "a-own.www.example.org", "www.example.org", "A"},
	} {
		before, after := State{Records: []api.Record{registry(2, tc.name, "one")}},
			State{Records: []api.Record{registry(2, tc.name, "two")}}
		var got verdict.Upgrade
		Compare(&got, externaldns.NewNaming(tc.prefix, tc.suffix, ""), before, after, nil)
		want := []verdict.OwnerChange{{Name: tc.host, Type: tc.kind, Before: "one", After: "two"}}
		if diff := cmp.Diff(want, got.Owners); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tc.name, diff)
		}
	}
}
