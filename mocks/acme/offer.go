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

	pebble "github.com/letsencrypt/pebble/v2/acme"
)

// directory answers Pebble's, with the profiles that are offered.
func (a *Authority) directory(w http.ResponseWriter, r *http.Request) {
	offered := a.Profiles().Offered
	if len(offered) == len(builtIn()) {
		a.pebble.ServeHTTP(w, r)
		return
	}
	answer := &held{header: w.Header(), status: http.StatusOK}
	a.pebble.ServeHTTP(answer, r)
	w.WriteHeader(answer.status)
	_, _ = w.Write(offer(answer.body.Bytes(), offered)) // the client is gone: nobody to tell
}

// offer leaves only these profiles in a directory; what is none stays as it is.
func offer(directory []byte, profiles []string) []byte {
	var all, meta map[string]json.RawMessage
	var descriptions map[string]string
	if json.Unmarshal(directory, &all) != nil || json.Unmarshal(all["meta"], &meta) != nil || json.Unmarshal(meta["profiles"], &descriptions) != nil {
		return directory
	}
	maps.DeleteFunc(descriptions, func(name, _ string) bool { return !slices.Contains(profiles, name) })
	var err error
	if meta["profiles"], err = json.Marshal(descriptions); err != nil {
		return directory
	}
	if all["meta"], err = json.Marshal(meta); err != nil {
		return directory
	}
	reduced, err := json.MarshalIndent(all, "", "   ") // as Pebble prints
	if err != nil {
		return directory
	}
	return reduced
}

// newOrder lets Pebble make an order. One that names no profile gets the
// default: Pebble would draw lots. One that names a profile which is known but
// not offered is refused, in Pebble's words for an unknown one; and one that
// names dates, in Let's Encrypt's words, which lets nobody choose them.
func (a *Authority) newOrder(w http.ResponseWriter, r *http.Request) {
	want, profiles := wishOf(r), a.Profiles()
	if !want.dated() && slices.Contains(profiles.Offered, want.Profile) {
		a.pebble.ServeHTTP(w, r)
		return
	}
	answer := &held{header: w.Header(), status: http.StatusOK}
	a.pebble.ServeHTTP(answer, r) // it checks signature and nonce before anything else
	body := answer.body.Bytes()
	if order := a.store.GetOrderByID(path.Base(w.Header().Get("Location"))); order != nil && answer.status == http.StatusCreated {
		if refusal := want.refusal(); refusal != nil {
			order.Lock()
			order.Error = refusal // nobody learns of this order, and it is invalid
			order.Unlock()
			w.Header().Del("Location")
			a.refuse(r.Context(), w, refusal)
			return
		}
		order.Lock()
		drawn := order.Profile
		order.Profile = profiles.Default
		order.Unlock()
		body = bytes.Replace(body, profileField(drawn), profileField(profiles.Default), 1)
	}
	w.WriteHeader(answer.status)
	_, _ = w.Write(body) // the client is gone: nobody to tell
}

// profileField is how Pebble prints it.
func profileField(name string) []byte { return []byte(`"profile": "` + name + `"`) }

// wish is what an order asks for beside its names.
type wish struct {
	Profile   string `json:"profile"`
	NotBefore string `json:"notBefore"`
	NotAfter  string `json:"notAfter"`
}

func (w wish) dated() bool { return w.NotBefore != "" || w.NotAfter != "" }

// refusal is for a wish that is not granted; nil when there is none.
func (w wish) refusal() *pebble.ProblemDetails {
	switch {
	case w.dated():
		return pebble.MalformedProblem("NotBefore and NotAfter are not supported")
	case w.Profile != "":
		return pebble.InvalidProfileProblem(fmt.Sprintf("Order includes unrecognized profile name %q", w.Profile))
	}
	return nil
}

// wishOf looks into the signed payload, and puts the body back.
func wishOf(r *http.Request) wish {
	body, err := io.ReadAll(r.Body) // ServeHTTP bounds it
	rest := r.Body
	r.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(body), rest), rest}
	var jws struct {
		Payload string `json:"payload"`
	}
	var order wish
	if err != nil || json.Unmarshal(body, &jws) != nil {
		return order
	}
	payload, err := base64.RawURLEncoding.DecodeString(jws.Payload)
	if err != nil || json.Unmarshal(payload, &order) != nil {
		return wish{}
	}
	return order
}

// held is an answer that waits to be changed.
type held struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header returns the headers of the answer to come.
func (h *held) Header() http.Header { return h.header }

// WriteHeader keeps the status.
func (h *held) WriteHeader(status int) { h.status = status }

// Write keeps the body.
func (h *held) Write(p []byte) (int, error) { return h.body.Write(p) }
