package acme

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"path"
	"slices"
	"strings"

	pebble "github.com/letsencrypt/pebble/v2/acme"
	"golang.org/x/net/publicsuffix"
)

// directory answers Pebble's, with the profiles that are offered and Let's Encrypt's terms.
func (a *Authority) directory(w http.ResponseWriter, r *http.Request) {
	answer := a.recorded(r)
	send(w, answer, offer(answer.Body.Bytes(), a.Profiles().Offered, a.ownWays))
}

// offer leaves only these profiles in a directory; what is none stays as it is.
func offer(directory []byte, profiles []string, ownWays bool) []byte {
	var all, meta map[string]json.RawMessage
	var descriptions map[string]string
	if json.Unmarshal(directory, &all) != nil || json.Unmarshal(all["meta"], &meta) != nil ||
		json.Unmarshal(meta["profiles"], &descriptions) != nil {
		return directory
	}
	maps.DeleteFunc(descriptions, func(name, _ string) bool { return !slices.Contains(profiles, name) })
	meta["profiles"] = encoded(descriptions)
	if !ownWays {
		meta["termsOfService"] = encoded(termsOfService)
	}
	all["meta"] = encoded(meta)
	return encoded(all)
}

// newOrder lets Pebble make an order. One that names no profile gets the
// default: Pebble would draw lots. One that names a profile which is known but
// not offered is refused, in Pebble's words for an unknown one; and one that
// names dates, in Let's Encrypt's words, which takes none.
func (a *Authority) newOrder(w http.ResponseWriter, r *http.Request) {
	request, profiles := orderRequestOf(r), a.Profiles()
	answer := a.recorded(r) // it checks signature and nonce before anything else
	body := answer.Body.Bytes()
	order := a.store.GetOrderByID(path.Base(answer.Header().Get("Location")))
	if order == nil || answer.Code != http.StatusCreated {
		send(w, answer, body)
		return
	}
	if refusal := request.refusal(profiles.Offered, a.ownWays); refusal != nil {
		order.Lock()
		order.Error = refusal // no client learns of this order, and it is invalid
		order.Unlock()
		a.refuse(r.Context(), w, refusal)
		return
	}
	if request.Profile == "" {
		order.Lock()
		drawn := order.Profile
		order.Profile = profiles.Default
		order.Unlock()
		body = bytes.Replace(body, profileField(drawn), profileField(profiles.Default), 1)
	}
	send(w, answer, body)
}

// profileField is how Pebble prints it.
func profileField(name string) []byte { return []byte(`"profile": "` + name + `"`) }

// orderRequest is what a client asks for with an order.
type orderRequest struct {
	Identifiers []pebble.Identifier `json:"identifiers"`
	Profile     string              `json:"profile"`
	NotBefore   string              `json:"notBefore"`
	NotAfter    string              `json:"notAfter"`
}

// maxNames is Let's Encrypt's bound of an order (letsencrypt.org/docs/rate-limits).
const maxNames = 100

// refusal is for an order that Let's Encrypt would not make; nil when it would.
func (o orderRequest) refusal(profiles []string, ownWays bool) *pebble.ProblemDetails {
	switch {
	case o.NotBefore != "" || o.NotAfter != "":
		return pebble.MalformedProblem("NotBefore and NotAfter are not supported")
	case o.Profile != "" && !slices.Contains(profiles, o.Profile):
		return pebble.InvalidProfileProblem(fmt.Sprintf("Order includes unrecognized profile name %q", o.Profile))
	case ownWays:
		return nil
	case len(o.Identifiers) > maxNames: // [SRC boulder ra, 2026-11]
		return pebble.MalformedProblem(fmt.Sprintf("Order cannot contain more than %d identifiers", maxNames))
	}
	names := make([]string, 0, len(o.Identifiers))
	for _, id := range o.Identifiers {
		if id.Type == pebble.IdentifierDNS {
			names = append(names, strings.ToLower(id.Value))
		}
	}
	for _, name := range names {
		if why := unfit(name); why != "" {
			return typed(
				"rejectedIdentifier",
				http.StatusBadRequest,
				"Invalid identifiers requested :: Cannot issue for %q: %s",
				name,
				why,
			)
		}
		_, rest, _ := strings.Cut(name, ".")
		if !strings.HasPrefix(name, "*.") && slices.Contains(names, "*."+rest) { // [ISS acme.sh, 2019-03; SRC boulder]
			return pebble.MalformedProblem(
				fmt.Sprintf("Error creating new order :: Domain name %q is redundant with a wildcard "+
					"domain in the same request. Remove one or the other from the certificate request.", name),
			)
		}
	}
	return nil
}

// unfit is why no certificate is issued for a name [SRC boulder policy/pa.go, 2026-11]. A name under no public suffix,
// which production refuses too, is issued for: zones of this internet may be called as one likes.
func unfit(name string) string {
	name = strings.TrimPrefix(name, "*.")
	suffix, icann := publicsuffix.PublicSuffix(name)
	switch {
	case !strings.Contains(name, ".") && !icann:
		return "Domain name needs at least one dot"
	case icann && suffix == name:
		return "Domain name is an ICANN TLD"
	}
	return ""
}

// orderRequestOf looks into the signed payload, and puts the body back.
func orderRequestOf(r *http.Request) orderRequest {
	var order orderRequest
	if json.Unmarshal(payloadOf(r), &order) != nil {
		return orderRequest{}
	}
	return order
}

// payloadOf is the payload of a signed request (RFC 8555 section 6.2), which stays to be read; nil when there is none.
func payloadOf(r *http.Request) []byte {
	body, err := io.ReadAll(r.Body) // ServeHTTP bounds it
	rest := r.Body
	r.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(body), rest), rest}
	var jws struct {
		Payload string `json:"payload"`
	}
	if err != nil || json.Unmarshal(body, &jws) != nil {
		return nil
	}
	payload, err := base64.RawURLEncoding.DecodeString(jws.Payload)
	if err != nil {
		return nil
	}
	return payload
}
