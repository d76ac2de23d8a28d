// Package doh answers DNS over HTTPS as the public resolvers of Cloudflare and Google do: messages as RFC 8484 has
// them, and each one's JSON.
//
// It knows HTTP and the two JSON forms. What is answered it leaves to a resolver, and it must not know zones.
//
// Evidence: [DOC 2026-11-29] RFC 8484; developers.cloudflare.com/1.1.1.1/encryption/dns-over-https/make-api-requests;
// developers.google.com/speed/public-dns/docs/doh/json. The words of errors are by inference.
package doh

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"

	mdns "github.com/miekg/dns"

	"github.com/edgeproof/edgeproof/mocks/journal"
)

// CloudflareHosts are the names of Cloudflare's resolver [DOC 2026-11: developers.cloudflare.com/1.1.1.1; the
// last two are those that browsers are built with].
func CloudflareHosts() []string {
	return []string{
		"cloudflare-dns.com", "one.one.one.one", "1dot1dot1dot1.cloudflare-dns.com",
		"mozilla.cloudflare-dns.com", "chrome.cloudflare-dns.com",
	}
}

// GoogleHosts are the names of Google's [DOC 2026-11: developers.google.com/speed/public-dns/docs/doh].
func GoogleHosts() []string { return []string{"dns.google", "dns.google.com"} }

const (
	wireType   = "application/dns-message"
	maxMessage = 64 << 10 // bytes (RFC 1035 section 4.2.2)
)

// Resolver answers a message of a client; nil when it does not answer at all.
type Resolver func(ctx context.Context, query *mdns.Msg, client string) *mdns.Msg

// Cloudflare is the handler of CloudflareHosts: both forms at /dns-query.
func Cloudflare(resolve Resolver) http.Handler {
	s := &server{resolve: resolve}
	mux := http.NewServeMux()
	mux.HandleFunc("/dns-query", func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet && r.URL.Query().Has("name") {
			s.json(w, r, "application/dns-json", style{})
			return
		}
		s.wire(w, r)
	})
	return mux
}

// Google is the handler of GoogleHosts: messages at /dns-query, JSON at /resolve.
func Google(resolve Resolver) http.Handler {
	s := &server{resolve: resolve}
	mux := http.NewServeMux()
	mux.HandleFunc("/dns-query", s.wire)
	mux.HandleFunc("GET /resolve", func(w http.ResponseWriter, r *http.Request) {
		s.json(w, r, "application/json; charset=UTF-8", style{dots: true, bare: true})
	})
	return mux
}

type server struct{ resolve Resolver }

// wire answers a message: RFC 8484 section 4.1.
func (s *server) wire(w http.ResponseWriter, r *http.Request) {
	var body []byte
	var err error
	switch r.Method {
	case http.MethodGet:
		text := r.URL.Query().Get("dns")
		if body, err = base64.RawURLEncoding.DecodeString(strings.TrimRight(text, "=")); err != nil || text == "" {
			http.Error(w, "dns: give a message in base64url", http.StatusBadRequest)
			return
		}
	case http.MethodPost:
		if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != wireType {
			http.Error(w, "give Content-Type "+wireType, http.StatusUnsupportedMediaType)
			return
		}
		if body, err = io.ReadAll(http.MaxBytesReader(w, r.Body, maxMessage)); err != nil {
			http.Error(w, "the message is too long", http.StatusRequestEntityTooLarge)
			return
		}
	default:
		w.Header().Set("Allow", "GET, POST")
		http.Error(w, "give GET or POST", http.StatusMethodNotAllowed)
		return
	}
	query := new(mdns.Msg)
	if query.Unpack(body) != nil || query.Response {
		http.Error(w, "the message is malformed", http.StatusBadRequest)
		return
	}
	reply := s.answer(w, r, query)
	if reply == nil {
		return
	}
	packed, err := reply.Pack()
	if err != nil {
		http.Error(w, "the reply cannot be packed", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", wireType)
	_, _ = w.Write(packed) //nolint:gosec // a DNS message; an error means that the client is gone
}

// answer resolves, and sets how long the answer may be kept (RFC 8484 section 5.1).
func (s *server) answer(w http.ResponseWriter, r *http.Request, query *mdns.Msg) *mdns.Msg {
	reply := s.resolve(r.Context(), query, journal.ClientOf(r.RemoteAddr))
	if reply == nil {
		http.Error(w, "the resolver does not answer", http.StatusGatewayTimeout)
		return nil
	}
	if age, ok := freshness(reply); ok {
		w.Header().Set("Cache-Control", fmt.Sprintf("max-age=%d", age))
	}
	return reply
}

// freshness is the smallest TTL of an answer, or of the SOA that bounds a negative one.
func freshness(reply *mdns.Msg) (least uint32, ok bool) {
	records := reply.Answer
	if len(records) == 0 {
		records = reply.Ns
	}
	for _, rr := range records {
		if ttl := rr.Header().Ttl; !ok || ttl < least {
			least, ok = ttl, true
		}
	}
	return least, ok
}

// style is what differs between the two JSON forms.
type style struct {
	dots bool // names end with a dot
	bare bool // texts without quotes
}

type question struct {
	Name string `json:"name"`
	Type uint16 `json:"type"`
}

type record struct {
	Name string `json:"name"`
	Type uint16 `json:"type"`
	TTL  uint32 `json:"TTL"`
	Data string `json:"data"`
}

type document struct {
	Status    int        `json:"Status"`
	TC        bool       `json:"TC"`
	RD        bool       `json:"RD"`
	RA        bool       `json:"RA"`
	AD        bool       `json:"AD"`
	CD        bool       `json:"CD"`
	Question  []question `json:"Question"`
	Answer    []record   `json:"Answer,omitempty"`
	Authority []record   `json:"Authority,omitempty"`
}

// json answers a question in the query string.
func (s *server) json(w http.ResponseWriter, r *http.Request, contentType string, as style) {
	name := r.URL.Query().Get("name")
	if _, ok := mdns.IsDomainName(name); !ok || name == "" {
		http.Error(w, `{"error":"Invalid query name."}`, http.StatusBadRequest)
		return
	}
	rrtype, ok := typeOf(r.URL.Query().Get("type"))
	if !ok {
		http.Error(w, `{"error":"Invalid query type."}`, http.StatusBadRequest)
		return
	}
	query := new(mdns.Msg).SetQuestion(mdns.Fqdn(name), rrtype)
	query.SetEdns0(mdns.DefaultMsgSize, false)
	reply := s.answer(w, r, query)
	if reply == nil {
		return
	}
	body, err := json.Marshal(document{
		Status: reply.Rcode,
		TC:     reply.Truncated,
		RD:     reply.RecursionDesired,
		RA:     reply.RecursionAvailable,
		Question: []question{
			{as.name(mdns.Fqdn(name)), rrtype},
		},
		Answer:    as.records(reply.Answer),
		Authority: as.records(reply.Ns),
	})
	if err != nil {
		http.Error(w, "the reply cannot be encoded", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", contentType)
	_, _ = w.Write(body) // the client is gone
}

// typeOf reads a type's number or name; A unless given.
func typeOf(text string) (uint16, bool) {
	if text == "" {
		return mdns.TypeA, true
	}
	if number, err := strconv.ParseUint(text, 10, 16); err == nil {
		return uint16(number), number > 0
	}
	number, ok := mdns.StringToType[strings.ToUpper(text)]
	return number, ok
}

func (s style) name(fqdn string) string {
	if s.dots || fqdn == "." {
		return fqdn
	}
	return strings.TrimSuffix(fqdn, ".")
}

func (s style) records(section []mdns.RR) []record {
	out := make([]record, 0, len(section))
	for _, rr := range section {
		h := rr.Header()
		data := strings.TrimPrefix(rr.String(), h.String())
		if txt, ok := rr.(*mdns.TXT); ok && s.bare {
			data = strings.Join(txt.Txt, "")
		}
		out = append(out, record{Name: s.name(h.Name), Type: h.Rrtype, TTL: h.Ttl, Data: data})
	}
	return out
}
