package facts_test

import (
	"context"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/edgeproof/edgeproof/e2e/facts"
)

func TestDomain(t *testing.T) {
	t.Parallel()
	found := func(data ...string) facts.Answer { return facts.Answer{Rcode: "NOERROR", Data: data} }
	proof := facts.Answers{Authority: found("proof"), Resolver: found("proof")}
	nothing := facts.Answers{Authority: facts.Answer{Rcode: "NXDOMAIN"}, Resolver: facts.Answer{Rcode: "NXDOMAIN"}}
	for name, c := range map[string]struct {
		host    string
		records map[string]facts.Answer
		want    facts.Domain
	}{
		"all is there": {
			host: "a.b.safeops.work",
			records: map[string]facts.Answer{
				"SOA safeops.work": found("ada"), "NS safeops.work": found("bob", "ada"),
				"CAA safeops.work":                     found(`0 issue "letsencrypt.org"`),
				"TXT _acme-challenge.a.b.safeops.work": found("proof"),
			},
			want: facts.Domain{
				Zone: "safeops.work", NameServers: []string{"ada", "bob"}, CAAAt: "safeops.work",
				CAA: []string{`0 issue "letsencrypt.org"`}, Challenge: proof,
			},
		},
		"the closest CAA counts": {
			host: "a.safeops.work",
			records: map[string]facts.Answer{
				"SOA safeops.work": found("ada"), "CAA a.safeops.work": found(`0 issue ";"`),
				"CAA safeops.work": found(`0 issue "x"`),
			},
			want: facts.Domain{
				Zone: "safeops.work", CAAAt: "a.safeops.work", CAA: []string{`0 issue ";"`},
				Challenge: nothing,
			},
		},
		"the zone of an alias's target is not the host's": {
			host: "a.safeops.work",
			records: map[string]facts.Answer{
				"SOA a.safeops.work": {Rcode: "NOERROR", Names: []string{"elsewhere.org"}, Data: []string{"eve"}},
				"SOA safeops.work":   found("ada"),
			},
			want: facts.Domain{Zone: "safeops.work", Challenge: nothing},
		},
		"no server has the zone": {host: "a.safeops.work", want: facts.Domain{Challenge: nothing}},
		"a server that fails": {
			host:    "a.safeops.work",
			records: map[string]facts.Answer{"SOA safeops.work": {Rcode: "SERVFAIL"}},
			want:    facts.Domain{Challenge: nothing, Error: "query the resolver for SOA of safeops.work: SERVFAIL"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := facts.Collect(context.Background(), cluster().connect(t, &world{records: c.records}),
				facts.Scope{Parts: []facts.Part{facts.Domains}, Hosts: []string{c.host}})
			if d := cmp.Diff(c.want, s.Domains[c.host]); d != "" {
				t.Errorf("-want +got:\n%s", d)
			}
			if (c.want.Error != "") != (len(s.Trouble(facts.Domains)) > 0) {
				t.Errorf("errors: %+v", s.Errors)
			}
		})
	}
}

func TestHostsShareTheNamesAboveThem(t *testing.T) {
	t.Parallel()
	w := &world{}
	facts.Collect(context.Background(), cluster().connect(t, w), facts.Scope{Parts: []facts.Part{facts.Domains}})
	slices.Sort(w.asked)
	var want []string
	for _, host := range []string{"a.safeops.work", "c.safeops.work", "develop.safeops.work"} {
		want = append(want, "CAA "+host, "SOA "+host, "TXT _acme-challenge."+host, "TXT _acme-challenge."+host)
	}
	want = append(want, "CAA safeops.work", "SOA safeops.work") // once, and never above
	slices.Sort(want)
	if d := cmp.Diff(want, w.asked); d != "" {
		t.Errorf("questions (-want +got):\n%s", d)
	}
}
