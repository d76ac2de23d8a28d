package cloudflare

import (
	"net/http"
	"strconv"
	"time"

	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// verifyToken is GET /user/tokens/verify and GET /accounts/{account_id}/tokens/verify. Each knows only its
// own tokens: those of accounts fail as a user's [ISS 2026].
func verifyToken(x *exchange) error {
	if x.caller.token.Account != x.account {
		return refuseToken(tokens, true)
	}
	return x.verify()
}

// verify shows the token's state. The words for a token that is not active are not known; only its status is.
func (x *exchange) verify() error {
	t := x.caller.token
	status := t.StatusAt(x.began)
	b := append([]byte(`{"result":{"id":"`), t.ID.String()...)
	b = append(append(append(b, `","status":"`...), status...), '"')
	for _, limit := range []struct {
		name string
		at   *time.Time
	}{{"not_before", t.NotBefore}, {"expires_on", t.Expires}} {
		if limit.at != nil {
			b = append(append(append(b, `,"`...), limit.name...), `":`...)
			b = appendTime(b, *limit.at, none)
		}
	}
	b = append(b, `},"success":true,"errors":[],"messages":[`...)
	if status == api.TokenActive {
		b = append(b, `{"code":`...)
		b = strconv.AppendInt(b, codeAuth, 10)
		b = append(b, `,"message":"This API Token is valid and active","type":null}`...)
	}
	x.send(http.StatusOK, append(b, "]}"...))
	return nil
}
