package cloudflare

import (
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

const tokensPerPage = 20

// visibleTokens lists the tokens that the route is about: the account's, or those of the caller as a user.
func (x *exchange) visibleTokens() []*api.Token {
	var out []*api.Token
	for _, t := range x.store.Tokens() {
		if t.Account == x.account && (!x.account.IsZero() || x.caller.user != nil || t.Owner == x.caller.owner()) {
			out = append(out, t)
		}
	}
	return out
}

func (x *exchange) token() (*api.Token, error) {
	for _, t := range x.visibleTokens() {
		if t.ID == x.record {
			return t, nil
		}
	}
	return nil, gatewayRefusal(http.StatusNotFound, codeTokenUnknown, zone.Unverified, "Invalid API Token identifier")
}

// listTokens is GET /user/tokens and GET /accounts/{account_id}/tokens. Values are not shown.
func listTokens(x *exchange) error {
	if !x.caller.may(api.TokensRead) {
		return refuseAccess(zone.Unverified)
	}
	p, err := x.query.paging(tokensPerPage, maxZonesPerPage)
	if err != nil {
		return err
	}
	all := x.visibleTokens()
	from := min(p.offset(), len(all))
	shown := []tokenBody{}
	for _, t := range all[from:min(from+p.perPage, len(all))] {
		shown = append(shown, tokenShown(t, "", x.began))
	}
	return x.succeedPlain(shown, `,"result_info":{"page":`+strconv.Itoa(p.page)+`,"per_page":`+strconv.Itoa(p.perPage)+
		`,"count":`+strconv.Itoa(len(shown))+`,"total_count":`+strconv.Itoa(len(all))+
		`,"total_pages":`+strconv.Itoa(p.pages(len(all)))+`}`)
}

// createToken is POST /user/tokens and POST /accounts/{account_id}/tokens. It is the only answer besides
// that of rollToken that shows a value.
func createToken(x *exchange) error {
	if !x.caller.may(api.TokensEdit) {
		return refuseAccess(zone.Unverified)
	}
	var body tokenBody
	if err := x.decode(&body); err != nil {
		return err
	}
	fresh := api.Token{Owner: x.caller.owner(), Account: x.account}
	if err := body.apply(&fresh); err != nil {
		return err
	}
	t, value, err := x.store.AddToken(fresh, "")
	if err != nil {
		return err
	}
	x.note = "token " + t.ID.String()
	return x.succeedPlain(tokenShown(t, value, x.began), "")
}

// getToken is GET …/tokens/{token_id}.
func getToken(x *exchange) error {
	if !x.caller.may(api.TokensRead) {
		return refuseAccess(zone.Unverified)
	}
	t, err := x.token()
	if err != nil {
		return err
	}
	return x.succeedPlain(tokenShown(t, "", x.began), "")
}

// updateToken is PUT …/tokens/{token_id}.
func updateToken(x *exchange) error {
	if !x.caller.may(api.TokensEdit) {
		return refuseAccess(zone.Unverified)
	}
	t, err := x.token()
	if err != nil {
		return err
	}
	var body tokenBody
	if err := x.decode(&body); err != nil {
		return err
	}
	next := *t
	if err := body.apply(&next); err != nil {
		return err
	}
	t, err = x.store.UpdateToken(t.ID, func(stored *api.Token) { *stored = next })
	if err != nil {
		return err
	}
	return x.succeedPlain(tokenShown(t, "", x.began), "")
}

// deleteToken is DELETE …/tokens/{token_id}.
func deleteToken(x *exchange) error {
	if !x.caller.may(api.TokensEdit) {
		return refuseAccess(zone.Unverified)
	}
	t, err := x.token()
	if err != nil {
		return err
	}
	if err := x.store.RemoveToken(t.ID); err != nil {
		return err
	}
	return x.succeedID(t.ID)
}

// rollToken is PUT …/tokens/{token_id}/value: a new value, the old one is dead at once.
func rollToken(x *exchange) error {
	if !x.caller.may(api.TokensEdit) {
		return refuseAccess(zone.Unverified)
	}
	t, err := x.token()
	if err != nil {
		return err
	}
	value, err := x.store.RollToken(t.ID, "")
	if err != nil {
		return err
	}
	return x.succeedPlain(value, "")
}

// listPermissionGroups is GET …/tokens/permission_groups.
func listPermissionGroups(x *exchange) error {
	if !x.caller.may(api.TokensRead) {
		return refuseAccess(zone.Unverified)
	}
	return x.succeedPlain(groups(), "")
}

// succeedPlain answers with a result whose own encoding will do, and what follows the envelope.
func (x *exchange) succeedPlain(result any, more string) error {
	encoded, err := json.Marshal(result)
	if err != nil {
		return err
	}
	b := append([]byte(`{"result":`), encoded...)
	x.send(http.StatusOK, append(append(append(b, closeEnvelope...), more...), '}'))
	return nil
}
