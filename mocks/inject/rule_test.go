package inject_test

import (
	"strings"
	"testing"

	mdns "github.com/miekg/dns"

	"github.com/edgeproof/edgeproof/mocks/dns"
	"github.com/edgeproof/edgeproof/mocks/inject"
)

func TestBadRulesAreRefused(t *testing.T) {
	t.Parallel()
	web, name := &inject.HTTPMatch{}, &inject.DNSMatch{}
	empty := []string{}
	for want, r := range map[string]inject.Rule{
		"one of them":               {Do: inject.Effect{Status: 500}},
		"http or dns":               {HTTP: web, DNS: name, Do: inject.Effect{DelayMillis: 1}},
		"does nothing":              {HTTP: web},
		"does nothing: give rcode":  {DNS: name},
		"are for dns":               {HTTP: web, Do: inject.Effect{Drop: true}},
		"of the effects":            {DNS: name, Do: inject.Effect{Status: 500}},
		"give one of an answer":     {HTTP: web, Do: inject.Effect{Status: 500, Hang: true}},
		"give one of code":          {HTTP: web, Do: inject.Effect{Code: 1, HTML: true}},
		"give one of rcode":         {DNS: name, Do: inject.Effect{Rcode: "SERVFAIL", Answer: &empty}},
		"status 99":                 {HTTP: web, Do: inject.Effect{Status: 99}},
		"host \"web\"":              {HTTP: &inject.HTTPMatch{Host: "web"}, Do: inject.Effect{Status: 500}},
		"the api has no steps":      {HTTP: &inject.HTTPMatch{Host: "api", Step: "new-order"}, Do: inject.Effect{Status: 500}},
		"give a fingerprint":        {HTTP: &inject.HTTPMatch{Token: "the-value-of-a-token"}, Do: inject.Effect{Status: 500}},
		"server \"third\"":          {DNS: &inject.DNSMatch{Server: "third"}, Do: inject.Effect{Drop: true}},
		"proto \"sctp\"":            {DNS: &inject.DNSMatch{Proto: "sctp"}, Do: inject.Effect{Drop: true}},
		"client \"here\"":           {HTTP: &inject.HTTPMatch{Client: "here"}, Do: inject.Effect{Status: 500}},
		"is no header":              {HTTP: web, Do: inject.Effect{Headers: map[string]string{"A": "b\r\nC: d"}}},
		"give a status with a type": {HTTP: web, Do: inject.Effect{Problem: "invented"}},
		"rcode \"NOPE\"":            {DNS: name, Do: inject.Effect{Rcode: "NOPE"}},
		"type \"NOPE\"":             {DNS: &inject.DNSMatch{Type: "NOPE"}, Do: inject.Effect{Rcode: "SERVFAIL"}},
		"answer \"A nonsense\"":     {DNS: name, Do: inject.Effect{Answer: &[]string{"A nonsense"}}},
		"probability 2":             {HTTP: web, Do: inject.Effect{Status: 500}, Probability: 2},
		"skip, times and seconds":   {HTTP: web, Do: inject.Effect{Status: 500}, Times: -1},
		"delayMs":                   {HTTP: web, Do: inject.Effect{DelayMillis: 1 << 30}},
		"texts are over":            {HTTP: web, Do: inject.Effect{Body: strings.Repeat("x", 1<<21)}},
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			_, err := inject.New(1, nil).Add(r)
			if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "the-value-of-a-token") {
				t.Errorf("error %v", err)
			}
		})
	}
	set := inject.New(1, nil)
	again := inject.Rule{ID: "twice", HTTP: web, Do: inject.Effect{Status: 500}}
	if _, err := set.Add(again); err != nil {
		t.Fatal(err)
	}
	if _, err := set.Add(again); err == nil {
		t.Error("one id twice")
	}
}

func TestQuestions(t *testing.T) {
	t.Parallel()
	asked := dns.Query{Name: "www.example.com", Type: "A", Client: "10.0.0.7", Proto: "udp", Server: "primary"}
	for name, tc := range map[string]struct {
		match inject.DNSMatch
		want  bool
	}{
		"everything":    {inject.DNSMatch{}, true},
		"name":          {inject.DNSMatch{Name: "WWW.example.com."}, true},
		"below":         {inject.DNSMatch{Name: "*.example.com"}, true},
		"other name":    {inject.DNSMatch{Name: "example.com"}, false},
		"type":          {inject.DNSMatch{Type: "a"}, true},
		"other type":    {inject.DNSMatch{Type: "TXT"}, false},
		"client":        {inject.DNSMatch{Client: "10.0.0.0/24"}, true},
		"other client":  {inject.DNSMatch{Client: "10.0.1.0/24"}, false},
		"proto":         {inject.DNSMatch{Proto: "udp"}, true},
		"other proto":   {inject.DNSMatch{Proto: "tcp"}, false},
		"server":        {inject.DNSMatch{Server: "primary"}, true},
		"split horizon": {inject.DNSMatch{Server: "secondary"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			set := inject.New(1, nil)
			add(t, set, inject.Rule{ID: "r", DNS: &tc.match, Do: inject.Effect{Rcode: "servfail", DelayMillis: 5}})
			act, ok := set.Intercept(asked)
			if ok != tc.want || ok && (*act.Rcode != mdns.RcodeServerFailure || act.ID != "r" || act.Delay == 0) {
				t.Errorf("%+v, %v", act, ok)
			}
		})
	}
	set := inject.New(1, nil)
	add(t, set, inject.Rule{DNS: &inject.DNSMatch{}, Do: inject.Effect{Answer: &[]string{"A 192.0.2.7", `TXT "x"`}}})
	act, ok := set.Intercept(asked)
	if !ok || len(act.Answer) != 2 || act.Answer[0].String() != "www.example.com.\t60\tIN\tA\t192.0.2.7" {
		t.Errorf("%+v", act)
	}
}
