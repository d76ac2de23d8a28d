package upgrade

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/edgeproof/edgeproof/e2e/verdict"
	"github.com/edgeproof/edgeproof/mocks/control/api"
)

func TestBehaviour(t *testing.T) {
	t.Parallel()
	request := func(agent, op, query string) api.JournalEntry {
		return api.JournalEntry{
			Source: api.SourceAPI, Op: op, Outcome: "200",
			Detail: map[string]string{"agent": agent, "query": query},
		}
	}
	const zone = "0123456789abcdef0123456789abcdef"
	before := []api.JournalEntry{
		request("external-dns/v0.20.0", "GET /client/v4/zones", "per_page=50"),
		request("external-dns/v0.20.0", "GET /client/v4/zones/"+zone, ""),
		request("gone/v1", "GET /x", ""),
		{Source: api.SourceDNS, Op: "A www.", Detail: map[string]string{"agent": "external-dns"}},
	}
	after := []api.JournalEntry{
		request("external-dns/v0.21.0", "GET /client/v4/zones", "per_page=100&page=2"),
		request("external-dns/v0.21.0", "GET /client/v4/zones/"+zone[1:]+"f", ""),
		request("new/v1", "GET /x", ""),
		{
			Source: api.SourceACME, Op: "order", Outcome: "400 urn:ietf:params:acme:error:badNonce",
			Detail: map[string]string{"agent": "external-dns/v0.21.0"},
		},
	}
	want := []verdict.Change{{
		Subject: "requests of external-dns", Text: "differ from those before the change",
		Evidence: []string{
			"- api: GET /client/v4/zones?per_page -> 200",
			"+ api: GET /client/v4/zones?page&per_page -> 200",
		},
	}}
	if diff := cmp.Diff(want, Behaviour(before, after)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
