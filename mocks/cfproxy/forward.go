package cfproxy

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/hex"
	"net"
	"net/http"
	"net/http/httputil"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// connectTimeout bounds the connection to an origin. It is shorter than the 19 seconds of the real edge, so that a
// client that waits ten gets to see the page.
const connectTimeout = 4 * time.Second

// answer serves one request at the edge.
func (e *Edge) answer(w http.ResponseWriter, r *http.Request, scheme string) {
	began := time.Now()
	recorder := &status{ResponseWriter: w}
	name := strings.ToLower(strings.TrimSuffix((&url.URL{Host: r.Host}).Hostname(), "."))
	var mark [8]byte
	_, _ = rand.Read(mark[:])
	ray := hex.EncodeToString(mark[:]) + "-FAK"
	w.Header().Set("Server", "cloudflare")
	w.Header().Set("Cf-Ray", ray)
	detail := map[string]string{"host": name, "scheme": scheme}
	p, ok := e.find(name)
	switch {
	case ok:
		detail["mode"] = string(p.mode)
		e.serve(recorder, r, p, scheme, ray)
	case net.ParseIP(name) != nil:
		pageDirect().show(recorder, r)
	default:
		pageUnknown().show(recorder, r)
	}
	if e.o.Journal != nil {
		e.o.Journal.Record(api.JournalEntry{
			Time: began, Source: api.SourceProxy, Op: r.Method + " " + scheme + "://" + r.Host + r.URL.Path,
			Outcome: strconv.Itoa(recorder.code), Millis: float64(time.Since(began).Microseconds()) / 1000, Detail: detail,
		})
	}
}

// serve leads a request to the origin under the SSL mode of the zone.
func (e *Edge) serve(w http.ResponseWriter, r *http.Request, p proxied, scheme, ray string) {
	if p.mode == api.SSLOff && scheme == "https" {
		//nolint:gosec // the same host, as Cloudflare does
		http.Redirect(w, r, "http://"+r.Host+r.URL.RequestURI(), http.StatusMovedPermanently)
		return
	}
	addresses, broken := e.origin(r.Context(), p)
	if broken.status != 0 {
		broken.show(w, r)
		return
	}
	to := scheme
	if p.mode == api.SSLOff || p.mode == api.SSLFlexible {
		to = "http"
	}
	way := &way{edge: e, addresses: addresses, name: (&url.URL{Host: r.Host}).Hostname(), strict: p.mode == api.SSLStrict}
	transport := &http.Transport{
		DialContext: way.plain, DialTLSContext: way.secure, DisableKeepAlives: true, DisableCompression: true,
	}
	proxy := &httputil.ReverseProxy{
		Transport: transport,
		ErrorLog:  e.o.Log,
		Rewrite: func(out *httputil.ProxyRequest) {
			out.Out.URL.Scheme, out.Out.URL.Host, out.Out.Host = to, r.Host, r.Host
			client, _, _ := net.SplitHostPort(r.RemoteAddr)
			out.SetXForwarded()
			out.Out.Header.Set("X-Forwarded-Proto", scheme)
			out.Out.Header.Set("Cf-Connecting-Ip", client)
			out.Out.Header.Set("Cf-Visitor", `{"scheme":"`+scheme+`"}`)
			out.Out.Header.Set("Cf-Ray", ray)
		},
		ModifyResponse: func(response *http.Response) error {
			response.Header.Set("Server", "cloudflare")
			response.Header.Set("Cf-Cache-Status", "DYNAMIC")
			response.Header.Del("Cf-Ray")
			return nil
		},
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) { failed(err).show(w, r) },
	}
	proxy.ServeHTTP(w, r)
}

// way is how one request gets to its origin.
type way struct {
	edge      *Edge
	addresses []netip.Addr
	name      string // of the origin, in SNI and in its certificate
	strict    bool
}

func (o *way) dial(ctx context.Context, port string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	var last error
	for _, addr := range o.addresses {
		conn, err := o.edge.o.Dial(ctx, "tcp", net.JoinHostPort(addr.String(), port))
		if err == nil {
			return conn, nil
		}
		last = err
	}
	return nil, connecting(last)
}

func (o *way) plain(ctx context.Context, _, _ string) (net.Conn, error) { return o.dial(ctx, "80") }

func (o *way) secure(ctx context.Context, _, _ string) (net.Conn, error) {
	conn, err := o.dial(ctx, "443")
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	client := tls.Client(conn, &tls.Config{
		ServerName: o.name, MinVersion: tls.VersionTLS12, RootCAs: o.edge.o.Public,
		InsecureSkipVerify: !o.strict, //nolint:gosec // the mode full takes any certificate
	})
	if err := client.HandshakeContext(ctx); err != nil {
		_ = conn.Close()
		if unverified(err) {
			return nil, &stageError{pageCertificate(), err}
		}
		return nil, &stageError{pageHandshake(), err}
	}
	return client, nil
}

// status keeps the status that is written.
type status struct {
	http.ResponseWriter

	code int
}

func (s *status) WriteHeader(code int) {
	if s.code == 0 {
		s.code = code
	}
	s.ResponseWriter.WriteHeader(code)
}

func (s *status) Write(b []byte) (int, error) {
	if s.code == 0 {
		s.code = http.StatusOK
	}
	return s.ResponseWriter.Write(b) //nolint:wrapcheck // it is the writer
}

// Unwrap lets http.ResponseController reach the writer.
func (s *status) Unwrap() http.ResponseWriter { return s.ResponseWriter }
