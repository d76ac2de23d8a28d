package acme

import (
	"context"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"path"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"
	pebble "github.com/letsencrypt/pebble/v2/acme"
)

// termsOfService is where Let's Encrypt's agreement is [UNV: the version is from memory].
const termsOfService = "https://letsencrypt.org/documents/LE-SA-v1.5-February-24-2025.pdf"

// offeredChallenges are the challenge types of Let's Encrypt, in the order of its answers [ISS acme.sh#7085,
// 2026-07-05].
func offeredChallenges() []string {
	return []string{pebble.ChallengeHTTP01, pebble.ChallengeTLSALPN01, pebble.ChallengeDNS01}
}

// recorded lets Pebble answer into memory.
func (a *Authority) recorded(r *http.Request) *httptest.ResponseRecorder {
	answer := httptest.NewRecorder()
	a.pebble.ServeHTTP(answer, r)
	return answer
}

// send passes an answer on, with another body.
func send(w http.ResponseWriter, answer *httptest.ResponseRecorder, body []byte) {
	maps.Copy(w.Header(), answer.Header())
	w.WriteHeader(answer.Code)
	_, _ = w.Write(body) // the client is gone
}

// challenge answers for an authorization or a challenge.
func (a *Authority) challenge(w http.ResponseWriter, r *http.Request) {
	answer := a.recorded(r)
	send(w, answer, a.asLetsEncrypt(r.Context(), answer.Body.Bytes()))
}

// asLetsEncrypt leaves the challenge types that Let's Encrypt has, in one order, and rewords problems. What is neither
// an authorization nor a challenge stays as it is.
func (a *Authority) asLetsEncrypt(ctx context.Context, body []byte) []byte {
	var object map[string]json.RawMessage
	if json.Unmarshal(body, &object) != nil {
		return body
	}
	var challenges []map[string]json.RawMessage
	switch {
	case object["token"] != nil:
		a.rewordIn(ctx, object)
	case json.Unmarshal(object["challenges"], &challenges) == nil:
		rank := func(c map[string]json.RawMessage) int {
			return slices.Index(offeredChallenges(), strings.Trim(string(c["type"]), `"`))
		}
		challenges = slices.DeleteFunc(challenges, func(c map[string]json.RawMessage) bool { return rank(c) < 0 })
		slices.SortFunc(challenges, func(x, y map[string]json.RawMessage) int { return rank(x) - rank(y) })
		for _, c := range challenges {
			a.rewordIn(ctx, c)
		}
		object["challenges"] = encoded(challenges)
	default:
		return body
	}
	return encoded(object)
}

// rewordIn replaces the error of a challenge, if it has one.
func (a *Authority) rewordIn(ctx context.Context, challenge map[string]json.RawMessage) {
	var at string
	if challenge["error"] == nil || json.Unmarshal(challenge["url"], &at) != nil {
		return
	}
	if c := a.store.GetChallengeByID(path.Base(at)); c != nil {
		challenge["error"] = encoded(a.reword(ctx, c))
	}
}

// encoded is indented as Pebble's answers are. What it is given always encodes.
func encoded(value any) []byte {
	text, _ := json.MarshalIndent(value, "", "   ")
	return text
}

// newAccount refuses an account without agreement with 400, where Pebble has 403 [SRC boulder wfe2, 2026-11].
func (a *Authority) newAccount(w http.ResponseWriter, r *http.Request) {
	answer := a.recorded(r)
	if answer.Code == http.StatusForbidden && strings.Contains(answer.Body.String(), "userActionRequired") {
		a.refuse(r.Context(), w, pebble.MalformedProblem("must agree to terms of service"))
		return
	}
	send(w, answer, answer.Body.Bytes())
}

// changeKey refuses the key of another account (RFC 8555 section 7.3.5), which Pebble takes: it looks for an error by
// pointer that its store returns by value.
func (a *Authority) changeKey(w http.ResponseWriter, r *http.Request) {
	if key := newKey(payloadOf(r)); key != nil {
		if other, err := a.store.GetAccountByKey(key.Key); err == nil && other != nil {
			w.Header().Set("Location", "https://"+r.Host+accountPath+other.ID)
			a.refuse(
				r.Context(),
				w,
				typed("malformed", http.StatusConflict, "New key is already in use for a different account"),
			)
			return
		}
	}
	a.pebble.ServeHTTP(w, r)
}

// newKey is the key in the header of a key change's inner signature; nil when there is none.
func newKey(payload []byte) *jose.JSONWebKey {
	var inner struct {
		Protected string `json:"protected"`
	}
	var header struct {
		JWK *jose.JSONWebKey `json:"jwk"`
	}
	if json.Unmarshal(payload, &inner) != nil {
		return nil
	}
	text, err := base64.RawURLEncoding.DecodeString(inner.Protected)
	if err != nil || json.Unmarshal(text, &header) != nil {
		return nil
	}
	return header.JWK
}

// wantsStaple reports whether a finalize request's CSR has the extension of RFC 7633.
func wantsStaple(payload []byte) bool {
	var finalize struct {
		CSR string `json:"csr"`
	}
	if json.Unmarshal(payload, &finalize) != nil {
		return false
	}
	der, err := base64.RawURLEncoding.DecodeString(finalize.CSR)
	if err != nil {
		return false
	}
	csr, err := x509.ParseCertificateRequest(der)
	return err == nil && slices.ContainsFunc(csr.Extensions, func(e pkix.Extension) bool {
		return e.Id.Equal(asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 1, 24})
	})
}
