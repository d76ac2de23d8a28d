package evidence_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/edgeproof/edgeproof/mocks/evidence"
)

func TestScrub(t *testing.T) {
	t.Parallel()
	s := &evidence.Service{Token: "s3cret", Zone: "mine.test"}
	kept, err := s.Scrub([]byte(`{"id":"0123456789abcdef0123456789abcdef","at":"2026-01-02T03:04:05.6Z",
		"name":"a.mine.test","account":{"name":"Somebody"},"name_servers":["ada.ns.cloudflare.com"],
		"say":"s3cret of a.b@c.test"}`))
	const want = `{"account":{"name":"\u003cname\u003e"},"at":"\u003ctime\u003e","id":"\u003cid\u003e",` +
		`"name":"a.example.com","name_servers":["\u003cserver\u003e"],"say":"\u003ctoken\u003e of \u003caddress\u003e"}`
	if err != nil || string(kept) != want {
		t.Errorf("%s, %v", kept, err)
	}
	if _, err := s.Scrub([]byte("<html>")); err == nil {
		t.Error("what is no JSON is kept")
	}
}

func TestDifferences(t *testing.T) {
	t.Parallel()
	step := func(status int, answer string) evidence.Step {
		return evidence.Step{Status: status, Answer: json.RawMessage(answer)}
	}
	got := evidence.Differences(
		step(200, `{"result":{"a":1,"b":[1,2],"plan":{"price":0}},"errors":[]}`),
		step(400, `{"result":{"b":[1],"c":2,"plan":{"price":20}},"errors":{}}`),
	)
	want := []string{
		"status 400, recorded 200", ".errors: map[], recorded 0 elements", ".result.a: missing",
		".result.b: [1], recorded 2 elements", ".result.c: not recorded",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}
