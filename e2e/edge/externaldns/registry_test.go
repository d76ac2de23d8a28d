package externaldns_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/edgeproof/edgeproof/e2e/edge/externaldns"
)

func TestNames(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		prefix, suffix, wildcard, name, kind string
		want                                 []string
	}{
		{"", "", "", "www.example.org", "A", []string{"a-www.example.org", "www.example.org"}},
		{"", "", "", "example.org", "CNAME", []string{"cname-example.org", "example.org"}},
		{"k8s.", "", "", "www.example.org", "A", []string{"k8s.a-www.example.org", "k8s.www.example.org"}},
		{"K8S-", "", "", "www.example.org", "AAAA", []string{"k8s-aaaa-www.example.org", "k8s-www.example.org"}},
		{"", "-txt", "", "www.example.org", "A", []string{"a-www-txt.example.org", "www-txt.example.org"}},
		{"", ".txt", "", "www.example.org", "A", []string{"a-www.txt.example.org", "www.txt.example.org"}},
		{"%{record_type}-own.", "", "", "www.example.org", "A", []string{"a-own.www.example.org", "-own.www.example.org"}},
		{
			"", "-%{record_type}-own", "", "www.example.org", "CNAME",
			[]string{"www-cname-own.example.org", "www--own.example.org"},
		},
		{"", "", "any", "*.example.org", "A", []string{"a-any.example.org", "any.example.org"}},
		{"", "", "", "*.example.org", "A", []string{"a-*.example.org", "*.example.org"}},
		{"x.", "", "", "localhost", "A", []string{"x.a-localhost", "x.localhost"}},
	} {
		naming := externaldns.NewNaming(tc.prefix, tc.suffix, tc.wildcard)
		got := naming.Names(tc.name, tc.kind)
		if d := cmp.Diff(tc.want, got); d != "" {
			t.Errorf("%q %q %s %s (-want +got):\n%s", tc.prefix, tc.suffix, tc.name, tc.kind, d)
		}
		name, kind, ok := naming.Owned(got[0])
		if name != tc.name || kind != tc.kind || !ok {
			t.Errorf("%s is of %s %s, %t; want %s %s", got[0], kind, name, ok, tc.kind, tc.name)
		}
	}
}

func TestOwned(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		prefix, suffix, wildcard, ownership string
		name, kind                          string
	}{
		{"", "", "", "my-host.example.org", "my-host.example.org", ""},
		{"k8s.", "", "", "k8s.my-host.example.org", "my-host.example.org", ""},
		{"k8s.", "", "", "a-www.example.org", "", ""},
		{"k8s.", "", "", "k8s.", "", ""},
		{"", "-txt", "", "www.example.org", "", ""},
		{"", "-txt", "", "a-www-txt", "www", "A"},
		{"", "-txt", "", "www.a-txt.example.org", "", ""},
		{"", "-txt", "", "www-txtual.example.org", "", ""},
		{"%{record_type}-own.", "", "", "-own.www.example.org", "www.example.org", ""},
		{"", "", "any", "mx-any.example.org", "*.example.org", "MX"},
	} {
		name, kind, ok := externaldns.NewNaming(tc.prefix, tc.suffix, tc.wildcard).Owned(tc.ownership)
		if name != tc.name || kind != tc.kind || ok != (tc.name != "") {
			t.Errorf(
				"%q %q: %s is of %q %q, %t; want %q %q",
				tc.prefix,
				tc.suffix,
				tc.ownership,
				kind,
				name,
				ok,
				tc.kind,
				tc.name,
			)
		}
	}
}

func TestParseOwnership(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]*externaldns.Ownership{
		`"heritage=external-dns,external-dns/owner=a-b,external-dns/resource=ingress/x/y"`: {
			Owner:    "a-b",
			Resource: "ingress/x/y",
		},
		`heritage=external-dns,external-dns/owner=a`:                  {Owner: "a"},
		`"heritage=external-dns"`:                                     {},
		`"external-dns/owner=a"`:                                      nil,
		`"heritage=other"`:                                            nil,
		`"heritage=external-dns,heritage=other,external-dns/owner=a"`: nil,
		`"v=spf1 -all"`:                                               nil,
		``:                                                            nil,
	} {
		got, ok := externaldns.ParseOwnership(content)
		if ok != (want != nil) || want != nil && got != *want {
			t.Errorf("%s: %+v %t", content, got, ok)
		}
	}
}
