package acme

import (
	"strings"
	"testing"

	"github.com/miekg/dns"
)

func TestJudge(t *testing.T) {
	t.Parallel()
	record := func(flag uint8, tag, value string) *dns.CAA { return &dns.CAA{Flag: flag, Tag: tag, Value: value} }
	ours, theirs, none := record(0, "issue", "letsencrypt.org"), record(0, "issue", "other.example"),
		record(0, "issue", ";")
	for name, tc := range map[string]struct {
		records  []*dns.CAA
		wildcard bool
		want     string // of the error; "" permits
	}{
		"named":              {[]*dns.CAA{ours}, false, ""},
		"named among others": {[]*dns.CAA{theirs, ours}, false, ""},
		"named with parameters": {
			[]*dns.CAA{record(0, "issue", " LetsEncrypt.org ; validationmethods=dns-01")},
			false,
			"",
		},
		"another":                  {[]*dns.CAA{theirs}, false, "prevents issuance"},
		"no authority":             {[]*dns.CAA{none}, false, "prevents issuance"},
		"only a contact":           {[]*dns.CAA{record(0, "iodef", "mailto:a@example.com")}, false, ""},
		"wildcard by issue":        {[]*dns.CAA{ours}, true, ""},
		"wildcard by issuewild":    {[]*dns.CAA{theirs, record(0, "issuewild", "letsencrypt.org")}, true, ""},
		"wildcard forbidden":       {[]*dns.CAA{ours, record(0, "issuewild", ";")}, true, "prevents issuance"},
		"issuewild is not for all": {[]*dns.CAA{record(0, "issuewild", ";")}, false, ""},
		"unknown":                  {[]*dns.CAA{record(0, "future", "x"), ours}, false, ""},
		"unknown and critical":     {[]*dns.CAA{record(128, "future", "x"), ours}, false, "critical"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := judge(tc.records, tc.wildcard, "example.com")
			if (tc.want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v, want %q", err, tc.want)
			}
		})
	}
}
