package cloudflare_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

// A batch is refused while it is read, before its operations fill the memory.
func TestABatchOfAnySizeIsRefused(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	const many = 10_001
	for list, body := range map[string]string{
		"posts": "{}", "deletes": "null",
		"puts": `{"id":"0123456789abcdef0123456789abcdef"}`,
	} {
		got := f.ask("POST", f.records("/batch"), `{"`+list+`":[`+strings.Repeat(body+",", many-1)+body+`]}`)
		got.want(t, http.StatusBadRequest, `{"result":null,"success":false,"errors":[{"code":9207,"message":"Request body is invalid: more than 10000 operations."}],"messages":[]}`)
	}
	got := f.ask("POST", f.records("/batch"), `{"posts":[`+strings.Repeat("{},", 200)+`{}]}`)
	got.want(t, http.StatusBadRequest, `{"result":null,"success":false,"errors":[{"code":81060,"message":"Batch has 201 operations, exceeding the limit of 200."}],"messages":[]}`)
	for _, body := range []string{`{"posts":{}}`, `{"posts":"x"}`, `{"posts":[1]}`, `{"posts":[{"name":1}]}`} {
		f.ask("POST", f.records("/batch"), body).want(t, http.StatusBadRequest,
			`{"result":null,"success":false,"errors":[{"code":9207,"message":"Request body is invalid."}],"messages":[]}`)
	}
	f.ask("POST", f.records("/batch"), `{"posts":null,"patches":[]}`).want(t, http.StatusOK,
		`{"result":{"deletes":[],"patches":[],"puts":[],"posts":[]},"success":true,"errors":[],"messages":[]}`)
}

func TestZonesAndTokensAreBounded(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	if _, err := f.store.UpdateToken(f.token.ID, func(k *api.Token) { k.Permissions = api.Permissions() }); err != nil {
		t.Fatal(err)
	}
	for i := range 9_999 {
		f.addZone(api.Zone{Name: "z" + strings.Repeat("x", i%40) + string(rune('a'+i%26)) + ".test"})
	}
	f.ask("POST", "/zones", `{"name":"more.test"}`).want(t, http.StatusBadRequest,
		`{"success":false,"errors":[{"code":1118,`+
			`"message":"You have exceeded the limit for adding zones. Please activate some zones."}],"messages":[],"result":null}`)
	f.wantEvidence(zone.Reported)
	policies := `"policies":[{"effect":"allow","resources":{"com.cloudflare.api.account.zone.*":"*"},"permission_groups":[]}]}`
	f.ask("POST", "/user/tokens", `{"name":"`+strings.Repeat("n", 121)+`",`+policies).want(t, http.StatusBadRequest,
		`{"result":null,"success":false,"errors":[{"code":1010,"message":"The name of an API token has at most 120 characters."}],"messages":[]}`)
	f.wantEvidence(zone.Unverified)
}
