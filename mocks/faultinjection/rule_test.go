package faultinjection_test

import (
	"strings"
	"testing"

	mdns "github.com/miekg/dns"

	"github.com/edgeproof/edgeproof/mocks/dns"
	"github.com/edgeproof/edgeproof/mocks/faultinjection"
)

func TestBadRulesAreRefused(t *testing.T) {
	t.Parallel()
	web, name := &faultinjection.HTTPMatch{}, &faultinjection.DNSMatch{}
	empty := []string{}
	for want, r := range map[string]faultinjection.Rule{
		"one of them":               {Do: faultinjection.Effect{Status: 500}},
		"http or dns":               {HTTP: web, DNS: name, Do: faultinjection.Effect{DelayMillis: 1}},
		"does nothing":              {HTTP: web},
		"does nothing: give rcode":  {DNS: name},
		"are for dns":               {HTTP: web, Do: faultinjection.Effect{Drop: true}},
		"of the effects":            {DNS: name, Do: faultinjection.Effect{Status: 500}},
		"give one of an answer":     {HTTP: web, Do: faultinjection.Effect{Status: 500, Hang: true}},
		"give one of code":          {HTTP: web, Do: faultinjection.Effect{Code: 1, HTML: true}},
		"give one of rcode":         {DNS: name, Do: faultinjection.Effect{Rcode: "SERVFAIL", Answer: &empty}},
		"status 99":                 {HTTP: web, Do: faultinjection.Effect{Status: 99}},
		"host \"web\"":              {HTTP: &faultinjection.HTTPMatch{Host: "web"}, Do: faultinjection.Effect{Status: 500}},
		"the api has no steps":      {HTTP: &faultinjection.HTTPMatch{Host: "api", Step: "new-order"}, Do: faultinjection.Effect{Status: 500}},
		"give a fingerprint":        {HTTP: &faultinjection.HTTPMatch{Token: "the-value-of-a-token"}, Do: faultinjection.Effect{Status: 500}},
		"server \"third\"":          {DNS: &faultinjection.DNSMatch{Server: "third"}, Do: faultinjection.Effect{Drop: true}},
		"proto \"sctp\"":            {DNS: &faultinjection.DNSMatch{Proto: "sctp"}, Do: faultinjection.Effect{Drop: true}},
		"client \"here\"":           {HTTP: &faultinjection.HTTPMatch{Client: "here"}, Do: faultinjection.Effect{Status: 500}},
		"is no header":              {HTTP: web, Do: faultinjection.Effect{Headers: map[string]string{"A": "b\r\nC: d"}}},
		"give a status with a type": {HTTP: web, Do: faultinjection.Effect{Problem: "invented"}},
		"rcode \"NOPE\"":            {DNS: name, Do: faultinjection.Effect{Rcode: "NOPE"}},
		"type \"NOPE\"":             {DNS: &faultinjection.DNSMatch{Type: "NOPE"}, Do: faultinjection.Effect{Rcode: "SERVFAIL"}},
		"answer \"A nonsense\"":     {DNS: name, Do: faultinjection.Effect{Answer: &[]string{"A nonsense"}}},
		"probability 2":             {HTTP: web, Do: faultinjection.Effect{Status: 500}, Probability: 2},
		"skip, times and seconds":   {HTTP: web, Do: faultinjection.Effect{Status: 500}, Times: -1},
		"delayMs":                   {HTTP: web, Do: faultinjection.Effect{DelayMillis: 1 << 30}},
		"texts are over":            {HTTP: web, Do: faultinjection.Effect{Body: strings.Repeat("x", 1<<21)}},
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			_, err := faultinjection.New(1, nil).Add(r)
			if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "the-value-of-a-token") {
				t.Errorf("error %v", err)
			}
		})
	}
	set := faultinjection.New(1, nil)
	again := faultinjection.Rule{ID: "twice", HTTP: web, Do: faultinjection.Effect{Status: 500}}
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
		match faultinjection.DNSMatch
		want  bool
	}{
		"everything":    {faultinjection.DNSMatch{}, true},
		"name":          {faultinjection.DNSMatch{Name: "WWW.example.com."}, true},
		"below":         {faultinjection.DNSMatch{Name: "*.example.com"}, true},
		"other name":    {faultinjection.DNSMatch{Name: "example.com"}, false},
		"type":          {faultinjection.DNSMatch{Type: "a"}, true},
		"other type":    {faultinjection.DNSMatch{Type: "TXT"}, false},
		"client":        {faultinjection.DNSMatch{Client: "10.0.0.0/24"}, true},
		"other client":  {faultinjection.DNSMatch{Client: "10.0.1.0/24"}, false},
		"proto":         {faultinjection.DNSMatch{Proto: "udp"}, true},
		"other proto":   {faultinjection.DNSMatch{Proto: "tcp"}, false},
		"server":        {faultinjection.DNSMatch{Server: "primary"}, true},
		"split horizon": {faultinjection.DNSMatch{Server: "secondary"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			set := faultinjection.New(1, nil)
			add(t, set, faultinjection.Rule{ID: "r", DNS: &tc.match, Do: faultinjection.Effect{Rcode: "servfail", DelayMillis: 5}})
			act, ok := set.Intercept(asked)
			if ok != tc.want || ok && (*act.Rcode != mdns.RcodeServerFailure || act.ID != "r" || act.Delay == 0) {
				t.Errorf("%+v, %v", act, ok)
			}
		})
	}
	set := faultinjection.New(1, nil)
	add(t, set, faultinjection.Rule{DNS: &faultinjection.DNSMatch{}, Do: faultinjection.Effect{Answer: &[]string{"A 192.0.2.7", `TXT "x"`}}})
	act, ok := set.Intercept(asked)
	if !ok || len(act.Answer) != 2 || act.Answer[0].String() != "www.example.com.\t60\tIN\tA\t192.0.2.7" {
		t.Errorf("%+v", act)
	}
}
