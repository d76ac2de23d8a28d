package acme

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/journal"
)

// Pebble's paths that this package uses.
const (
	noncePath    = "/nonce-plz"
	newOrderPath = "/order-plz"
	orderPath    = "/my-order/"
	finalizePath = "/finalize-order/"

	newAccountPath    = "/sign-me-up"
	accountPath       = "/my-account/"
	changeKeyPath     = "/rollover-account-key"
	authorizationPath = "/authZ/"
	challengePath     = "/chalZ/"
)

// steps names Pebble's paths by what RFC 8555 section 7.1 calls the resources.
func steps() []struct{ prefix, name string } {
	return []struct{ prefix, name string }{
		{"/dir", "directory"},
		{noncePath, "new-nonce"},
		{newAccountPath, "new-account"},
		{accountPath, "account"},
		{newOrderPath, "new-order"},
		{orderPath, "order"},
		{finalizePath, "finalize"},
		{authorizationPath, "authorization"},
		{challengePath, "challenge"},
		{"/certZ/", "certificate"},
		{"/revoke-cert", "revoke"},
		{changeKeyPath, "key-change"},
		{"/list-orderz/", "orders"},
		{"/draft-ietf-acme-ari-03/renewalInfo/", "renewal-info"},
	}
}

// Step names the ACME step behind a request path, "" for none.
func Step(path string) string {
	for _, s := range steps() {
		if strings.HasPrefix(path, s.prefix) {
			return s.name
		}
	}
	return ""
}

// Steps lists the names that Step gives.
func Steps() []string {
	names := make([]string, 0, len(steps()))
	for _, s := range steps() {
		names = append(names, s.name)
	}
	return names
}

// bodyKept bounds how much of an answer is kept to be read for the journal.
const bodyKept = 64 << 10

// observer passes an answer on and keeps what the journal wants of it.
type observer struct {
	http.ResponseWriter
	status int
	body   []byte
}

func newObserver(w http.ResponseWriter) *observer { return &observer{ResponseWriter: w} }

// WriteHeader notes the status.
func (o *observer) WriteHeader(status int) {
	if o.status == 0 {
		o.status = status
	}
	o.ResponseWriter.WriteHeader(status)
}

// Write keeps the head of the body.
func (o *observer) Write(p []byte) (int, error) {
	if o.status == 0 {
		o.status = http.StatusOK
	}
	if room := bodyKept - len(o.body); room > 0 {
		o.body = append(o.body, p[:min(room, len(p))]...)
	}
	return o.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController reach the connection.
func (o *observer) Unwrap() http.ResponseWriter { return o.ResponseWriter }

// answer is what matters of any ACME object: problem, order, authorization, challenge.
type answer struct {
	Type        string          `json:"type"`
	Detail      string          `json:"detail"`
	Status      json.RawMessage `json:"status"` // a number in a problem, a word elsewhere
	Identifier  identifier      `json:"identifier"`
	Identifiers []identifier    `json:"identifiers"`
	Error       *problem        `json:"error"`
	Challenges  []struct {
		Error *problem `json:"error"`
	} `json:"challenges"`
}

type identifier struct {
	Value string `json:"value"`
}

type problem struct {
	Type   string `json:"type"`
	Detail string `json:"detail"`
}

// entry describes the step in the journal's form: the outcome is the HTTP status,
// then the state of the object, then the problem's type.
func (o *observer) entry(authority string, r *http.Request, start time.Time) api.JournalEntry {
	step := Step(r.URL.Path)
	if step == "" {
		step = r.Method + " " + clip(r.URL.Path)
	}
	e := api.JournalEntry{
		Time: start, Source: api.SourceACME, Client: journal.ClientOf(r.RemoteAddr), Op: step,
		Outcome: strconv.Itoa(o.status),
		Detail:  map[string]string{"authority": authority, "path": clip(r.URL.Path)},
		Millis:  float64(time.Since(start).Microseconds()) / 1000,
	}
	if agent := r.UserAgent(); agent != "" {
		e.Detail["agent"] = clip(agent)
	}
	var a answer
	if json.Unmarshal(o.body, &a) != nil { // certificates and empty answers are no JSON
		return e
	}
	var state string
	if json.Unmarshal(a.Status, &state) == nil && state != "" {
		e.Outcome += " " + state
	}
	if names := a.names(); names != "" {
		e.Detail["names"] = clip(names)
	}
	if p := a.problem(o.status); p.Type != "" {
		e.Outcome += " " + p.Type
		e.Detail["problem"] = clip(p.Detail)
	}
	return e
}

func (a *answer) names() string {
	names := []string{}
	if a.Identifier.Value != "" {
		names = append(names, a.Identifier.Value)
	}
	for _, id := range a.Identifiers {
		names = append(names, id.Value)
	}
	return strings.Join(names, " ")
}

func (a *answer) problem(status int) problem {
	if status >= http.StatusBadRequest {
		return problem{a.Type, a.Detail}
	}
	if a.Error != nil {
		return *a.Error
	}
	for _, c := range a.Challenges {
		if c.Error != nil {
			return *c.Error
		}
	}
	return problem{}
}

// clip bounds a text for the journal.
func clip(s string) string {
	const limit = 300
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "") + "…"
}
