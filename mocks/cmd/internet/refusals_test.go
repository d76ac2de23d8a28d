package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"net/http"
	"testing"
	"time"

	xacme "golang.org/x/crypto/acme"

	"github.com/edgeproof/edgeproof/mocks/acme"
	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// registered starts everything and gives a client an account at the production authority.
func registered(t *testing.T) (*xacme.Client, *api.Client) {
	t.Helper()
	text, _ := start(t, "--zone", "example.com", "--token", testToken)
	ctl := api.NewClient(printed(t, text, "control "), nil)
	roots, err := ctl.Roots(t.Context())
	must(t, err)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	client := &xacme.Client{
		Key: key, HTTPClient: named(t, printed(t, text, "https "), roots.Web), DirectoryURL: "https://" +
			acme.ProductionHost + "/directory",
		RetryBackoff: func(n int, _ *http.Request, resp *http.Response) time.Duration {
			if resp.StatusCode != http.StatusBadRequest || n > 50 { // 400 is a bad nonce: try again
				return 0
			}
			return time.Millisecond
		},
	}
	_, err = client.Register(t.Context(), &xacme.Account{}, xacme.AcceptTOS)
	must(t, err)
	return client, ctl
}

// TestRefusals shows a real client what Let's Encrypt refuses and Pebble does not.
func TestRefusals(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		do     api.Effect
		status int
	}{
		"caa": {api.Effect{Problem: "caa", Message: "CAA record for example.com prevents issuance"}, 403},
		"rejectedIdentifier": {api.Effect{
			Problem: "rejectedIdentifier",
			Message: "policy forbids issuing for \"www.example.com\"",
		}, 400},
		"rateLimited":    {api.Effect{Problem: "rateLimited", RetryAfter: 3600}, 429},
		"serverInternal": {api.Effect{Problem: "serverInternal"}, 500},
		"unavailable":    {api.Effect{Status: 503, Problem: "rateLimited", RetryAfter: 120}, 503},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, ctl := registered(t)
			client.RetryBackoff = func(_ int, _ *http.Request, resp *http.Response) time.Duration { return 0 }
			_, err := ctl.AddFault(t.Context(), api.FaultRule{HTTP: &api.HTTPMatch{
				Host: "production", Step: "new-order",
				Contains: "www.example.com",
			}, Do: tc.do})
			must(t, err)
			_, err = client.AuthorizeOrder(t.Context(), xacme.DomainIDs("www.example.com"))
			var problem *xacme.Error
			if !errors.As(err, &problem) || problem.StatusCode != tc.status ||
				problem.ProblemType != "urn:ietf:params:acme:error:"+tc.do.Problem {
				t.Errorf("error %v", err)
			}
			if wait, limited := xacme.RateLimit(err); tc.do.Problem == "rateLimited" &&
				(!limited || wait != time.Duration(tc.do.RetryAfter)*time.Second) {
				t.Errorf("retry after %v, %v", wait, limited)
			}
			got, err := ctl.Journal(t.Context(), api.JournalFilter{Source: api.SourceACME, Contains: "acme:error:" +
				tc.do.Problem})
			if err != nil || len(got.Entries) == 0 || got.Entries[0].Op != "new-order" {
				t.Errorf("journal %+v, %v", got.Entries, err)
			}
		})
	}
}

// TestBadNoncesAreBorne: a client that follows RFC 8555 section 6.5 gets through a large share of them.
func TestBadNoncesAreBorne(t *testing.T) {
	t.Parallel()
	client, ctl := registered(t)
	rule, err := ctl.AddFault(t.Context(), api.FaultRule{HTTP: &api.HTTPMatch{
		Host:   "production",
		Method: http.MethodPost,
	}, Do: api.Effect{Problem: "badNonce"}, Probability: 0.5})
	must(t, err)
	for range 8 {
		_, err := client.AuthorizeOrder(t.Context(), xacme.DomainIDs("www.example.com"))
		must(t, err)
	}
	if state, err := ctl.ClearFault(t.Context(), rule.ID); err != nil || state.Hits == 0 || state.Seen-state.Hits < 8 {
		t.Errorf("state %+v, %v", state, err)
	}
}

// TestCAA: a record in the zone forbids, one on the name itself permits again, and
// a DNS failure forbids issuance. Every case is checked as the CA checks it: by a DNS query.
func TestCAA(t *testing.T) {
	t.Parallel()
	client, ctl := registered(t)
	caa := func(name, value string) {
		t.Helper()
		_, err := ctl.PutRecord(t.Context(), "example.com",
			api.RecordDraft{Name: name, Type: "CAA", Data: map[string]any{"flags": 0, "tag": "issue", "value": value}})
		must(t, err)
	}
	finalize := func(name string) error {
		t.Helper()
		order, err := client.AuthorizeOrder(t.Context(), xacme.DomainIDs(name))
		must(t, err)
		proveOrder(t, client, order, name, func(name, value string) {
			_, err := ctl.PutRecord(t.Context(), "example.com", api.RecordDraft{Name: name, Type: "TXT", Content: value})
			must(t, err)
		})
		csr, _ := request(t, name)
		_, _, err = client.CreateOrderCert(t.Context(), order.FinalizeURL, csr, true)
		return err
	}
	caa("@", "other.example")
	var problem *xacme.Error
	if err := finalize("www.example.com"); !errors.As(err, &problem) || problem.StatusCode != http.StatusForbidden ||
		problem.Detail != "Error finalizing order :: While processing CAA for www.example.com: CAA record for example.com "+
			"prevents issuance" {
		t.Errorf("forbidden: %v", err)
	}
	caa("www", "letsencrypt.org")
	must(t, finalize("www.example.com"))
	_, err := ctl.AddFault(t.Context(), api.FaultRule{
		DNS: &api.DNSMatch{Name: "*example.com", Type: "CAA"},
		Do:  api.Effect{Rcode: "SERVFAIL"},
	})
	must(t, err)
	if err := finalize("www.example.com"); !errors.As(err, &problem) ||
		problem.ProblemType != "urn:ietf:params:acme:error:caa" {
		t.Errorf("SERVFAIL: %v", err)
	}
}
