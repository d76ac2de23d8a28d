package faultinjection_test

import (
	"strings"
	"testing"

	mdns "github.com/miekg/dns"

	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/dns"
	"github.com/edgeproof/edgeproof/mocks/faultinjection"
)

func TestBadRulesAreRefused(t *testing.T) {
	t.Parallel()
	web, name := &api.HTTPMatch{}, &api.DNSMatch{}
	empty := []string{}
	for want, r := range map[string]api.FaultRule{
		"one of them":               {Do: api.Effect{Status: 500}},
		"http or dns":               {HTTP: web, DNS: name, Do: api.Effect{DelayMillis: 1}},
		"does nothing":              {HTTP: web},
		"does nothing: give rcode":  {DNS: name},
		"are for dns":               {HTTP: web, Do: api.Effect{Drop: true}},
		"of the effects":            {DNS: name, Do: api.Effect{Status: 500}},
		"give one of an answer":     {HTTP: web, Do: api.Effect{Status: 500, Hang: true}},
		"give one of code":          {HTTP: web, Do: api.Effect{Code: 1, HTML: true}},
		"give one of rcode":         {DNS: name, Do: api.Effect{Rcode: "SERVFAIL", Answer: &empty}},
		"status 99":                 {HTTP: web, Do: api.Effect{Status: 99}},
		"host \"web\"":              {HTTP: &api.HTTPMatch{Host: "web"}, Do: api.Effect{Status: 500}},
		"the api has no steps":      {HTTP: &api.HTTPMatch{Host: "api", Step: "new-order"}, Do: api.Effect{Status: 500}},
		"give a fingerprint":        {HTTP: &api.HTTPMatch{Token: "the-value-of-a-token"}, Do: api.Effect{Status: 500}},
		"server \"third\"":          {DNS: &api.DNSMatch{Server: "third"}, Do: api.Effect{Drop: true}},
		"proto \"sctp\"":            {DNS: &api.DNSMatch{Proto: "sctp"}, Do: api.Effect{Drop: true}},
		"client \"here\"":           {HTTP: &api.HTTPMatch{Client: "here"}, Do: api.Effect{Status: 500}},
		"is no header":              {HTTP: web, Do: api.Effect{Headers: map[string]string{"A": "b\r\nC: d"}}},
		"give a status with a type": {HTTP: web, Do: api.Effect{Problem: "invented"}},
		"rcode \"NOPE\"":            {DNS: name, Do: api.Effect{Rcode: "NOPE"}},
		"type \"NOPE\"":             {DNS: &api.DNSMatch{Type: "NOPE"}, Do: api.Effect{Rcode: "SERVFAIL"}},
		"answer \"A nonsense\"":     {DNS: name, Do: api.Effect{Answer: &[]string{"A nonsense"}}},
		"probability 2":             {HTTP: web, Do: api.Effect{Status: 500}, Probability: 2},
		"skip, times and seconds":   {HTTP: web, Do: api.Effect{Status: 500}, Times: -1},
		"delayMs":                   {HTTP: web, Do: api.Effect{DelayMillis: 1 << 30}},
		"texts are over":            {HTTP: web, Do: api.Effect{Body: strings.Repeat("x", 1<<21)}},
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
	again := api.FaultRule{ID: "twice", HTTP: web, Do: api.Effect{Status: 500}}
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
		match api.DNSMatch
		want  bool
	}{
		"everything":    {api.DNSMatch{}, true},
		"name":          {api.DNSMatch{Name: "WWW.example.com."}, true},
		"below":         {api.DNSMatch{Name: "*.example.com"}, true},
		"other name":    {api.DNSMatch{Name: "example.com"}, false},
		"type":          {api.DNSMatch{Type: "a"}, true},
		"other type":    {api.DNSMatch{Type: "TXT"}, false},
		"client":        {api.DNSMatch{Client: "10.0.0.0/24"}, true},
		"other client":  {api.DNSMatch{Client: "10.0.1.0/24"}, false},
		"proto":         {api.DNSMatch{Proto: "udp"}, true},
		"other proto":   {api.DNSMatch{Proto: "tcp"}, false},
		"server":        {api.DNSMatch{Server: "primary"}, true},
		"split horizon": {api.DNSMatch{Server: "secondary"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			set := faultinjection.New(1, nil)
			add(t, set, api.FaultRule{ID: "r", DNS: &tc.match, Do: api.Effect{Rcode: "servfail", DelayMillis: 5}})
			act, ok := set.Intercept(asked)
			if ok != tc.want || ok && (*act.Rcode != mdns.RcodeServerFailure || act.ID != "r" || act.Delay == 0) {
				t.Errorf("%+v, %v", act, ok)
			}
		})
	}
	set := faultinjection.New(1, nil)
	add(t, set, api.FaultRule{DNS: &api.DNSMatch{}, Do: api.Effect{Answer: &[]string{"A 192.0.2.7", `TXT "x"`}}})
	act, ok := set.Intercept(asked)
	if !ok || len(act.Answer) != 2 || act.Answer[0].String() != "www.example.com.\t60\tIN\tA\t192.0.2.7" {
		t.Errorf("%+v", act)
	}
}
