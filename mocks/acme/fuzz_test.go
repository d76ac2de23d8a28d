package acme

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// FuzzSigned: whatever a client signs is read without harm, and stays to be read by Pebble.
func FuzzSigned(f *testing.F) {
	f.Add([]byte(`{"identifiers":[{"type":"dns","value":"*.example.com"}],"profile":"classic","notAfter":"x"}`), true)
	f.Add([]byte(`{"csr":"MIIB"}`), true)
	f.Add([]byte(`{"protected":"eyJqd2siOnsia3R5IjoiRUMifX0"}`), true)
	f.Add([]byte(`{"payload":"!"}`), false)
	f.Fuzz(func(t *testing.T, payload []byte, wrapped bool) {
		body := string(payload)
		if wrapped {
			text, _ := json.Marshal(map[string]string{"payload": base64.RawURLEncoding.EncodeToString(payload)})
			body = string(text)
		}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/order-plz", strings.NewReader(body))
		order := orderRequestOf(r)
		_ = order.refusal([]string{"classic"}, false)
		signed := payloadOf(r)
		_, _ = newKey(signed), wantsStaple(signed)
		if left, err := io.ReadAll(r.Body); err != nil || string(left) != body {
			t.Errorf("%q is left as %q, %v", body, left, err)
		}
	})
}

// FuzzAnswers: an answer of Pebble that is none of what is changed stays as it is, or is JSON.
func FuzzAnswers(f *testing.F) {
	f.Add([]byte(`{"meta":{"profiles":{"classic":"a","other":"b"}}}`))
	f.Add([]byte(`{"challenges":[{"type":"dns-01","url":"x","token":"y","error":{}}]}`))
	f.Add([]byte(`-----BEGIN CERTIFICATE-----`))
	a, err := New(Options{Name: "production", Resolver: "127.0.0.1:1"})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, out := range [][]byte{offer(body, []string{"classic"}, false), a.asLetsEncrypt(t.Context(), body)} {
			if string(out) != string(body) && !json.Valid(out) {
				t.Errorf("%q becomes %q", body, out)
			}
		}
	})
}
