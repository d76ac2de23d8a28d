package probe_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/miekg/dns"

	"github.com/edgeproof/edgeproof/e2e/probe"
	"github.com/edgeproof/edgeproof/mocks/httpsfront"
)

// resolver answers every name of example.com with 127.0.0.1, and a few others badly.
func resolver(t *testing.T) string {
	t.Helper()
	conn, err := (&net.ListenConfig{}).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &dns.Server{PacketConn: conn, Handler: dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
		name, reply := q.Question[0].Name, new(dns.Msg).SetReply(q)
		switch {
		case strings.HasPrefix(name, "nx."):
			reply.Rcode = dns.RcodeNameError
		case strings.HasPrefix(name, "fail."):
			reply.Rcode = dns.RcodeServerFailure
		case strings.HasPrefix(name, "refused."):
			reply.Rcode = dns.RcodeRefused
		case strings.HasPrefix(name, "empty."):
		case strings.HasPrefix(name, "loop."):
			reply.Answer = append(reply.Answer, rr(t, name+" 60 IN CNAME loop.b."), rr(t, "loop.b. 60 IN CNAME "+name))
		case strings.HasPrefix(name, "alias."):
			reply.Answer = append(reply.Answer, rr(t, name+" 60 IN CNAME www.example.com."))
		case q.Question[0].Qtype == dns.TypeA:
			reply.Answer = append(reply.Answer, rr(t, name+" 300 IN A 127.0.0.1"))
		}
		_ = w.WriteMsg(reply)
	})}
	go func() { _ = server.ActivateAndServe() }()
	t.Cleanup(func() { _ = server.Shutdown() })
	return conn.LocalAddr().String()
}

func rr(t *testing.T, text string) dns.RR {
	t.Helper()
	r, err := dns.NewRR(text)
	if err != nil {
		t.Error(err)
	}
	return r
}

// site serves TLS with a certificate of the PKI for the names.
func site(t *testing.T, pki *httpsfront.PKI, names ...string) string {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "host "+r.Host)
	})
	mux.HandleFunc("/big", func(w http.ResponseWriter, _ *http.Request) {
		_,
			_ = io.WriteString(w, strings.Repeat("x", 9000))
	})
	mux.HandleFunc("/away", func(w http.ResponseWriter,
		r *http.Request,
	) {
		http.Redirect(w, r, "/landed", http.StatusFound)
	})
	mux.HandleFunc("/down", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) })
	server := httptest.NewUnstartedServer(mux)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	if pki == nil {
		server.Start()
	} else {
		leaf, err := pki.Certificate(names...)
		if err != nil {
			t.Fatal(err)
		}
		server.EnableHTTP2 = true
		server.TLS = &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{*leaf}}
		server.StartTLS()
	}
	t.Cleanup(server.Close)
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

func newPKI(t *testing.T) *httpsfront.PKI {
	t.Helper()
	pki, err := httpsfront.NewPKI()
	if err != nil {
		t.Fatal(err)
	}
	return pki
}

func closedPort(t *testing.T) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	_ = l.Close()
	return port
}

func TestProbe(t *testing.T) {
	t.Parallel()
	production, staging := newPKI(t), newPKI(t)
	good, stagingPort := site(t, production, "www.example.com"), site(t, staging, "www.example.com")
	plain, closed := site(t, nil), closedPort(t)
	client := probe.New(probe.Options{
		Resolver: resolver(t), TrustedName: "production", Trusted: production.Roots(),
		Known: map[string]*x509.CertPool{"staging": staging.Roots()},
	})
	type want struct {
		ok     bool
		failed probe.Step
		class  probe.Class
		status int
	}
	for name, tc := range map[string]struct {
		req   probe.Request
		want  want
		check func(probe.Report) string // "" when right
	}{
		"by name": {
			probe.Request{URL: "https://www.example.com:" + good + "/"},
			want{ok: true, status: 200},
			func(r probe.Report) string {
				if r.Resolve.Records[0] != (probe.AddressRecord{Type: "A", Address: "127.0.0.1", TTL: 300}) ||
					r.TLS.TrustedBy != "production" || r.TLS.ALPN != "h2" || r.HTTP.Proto != "HTTP/2.0" {
					return fmt.Sprintf("%+v %+v", *r.Resolve, *r.TLS)
				}
				if leaf := r.TLS.Chain[0]; leaf.SANs[0] != "www.example.com" || len(leaf.SHA256) != 64 {
					return fmt.Sprintf("leaf %+v", leaf)
				}
				return ""
			},
		},
		"plain http": {probe.Request{URL: "http://www.example.com:" + plain}, want{ok: true, status: 200}, nil},
		"any status": {
			probe.Request{URL: "http://www.example.com:" + plain + "/down"},
			want{ok: true, status: 503},
			nil,
		},
		"cname followed": {probe.Request{URL: "http://alias.example.com:" + plain}, want{ok: true, status: 200}, nil},
		"big body": {
			probe.Request{URL: "http://www.example.com:" + plain + "/big"},
			want{ok: true, status: 200},
			func(r probe.Report) string {
				if len(r.HTTP.Body) != probe.BodyLimit || !r.HTTP.Truncated {
					return fmt.Sprintf("%d bytes, truncated %v", len(r.HTTP.Body), r.HTTP.Truncated)
				}
				return ""
			},
		},
		"redirect not followed": {
			probe.Request{URL: "http://www.example.com:" + plain + "/away"},
			want{ok: true, status: 302},
			nil,
		},
		"redirect followed": {
			probe.Request{URL: "http://www.example.com:" + plain + "/away", Follow: 2},
			want{ok: true, status: 302},
			func(r probe.Report) string {
				if len(r.Redirects) != 1 || r.Redirects[0].HTTP.Status != 200 {
					return fmt.Sprintf("%+v", r.Redirects)
				}
				return ""
			},
		},
		"raw address, any name": {
			probe.Request{URL: "http://nx.example.com/", Address: "127.0.0.1:" + plain},
			want{ok: true, status: 200},
			func(r probe.Report) string {
				if r.Resolve != nil || r.HTTP.Body != "host nx.example.com" {
					return r.HTTP.Body
				}
				return ""
			},
		},
		"other Host": {
			probe.Request{URL: "http://127.0.0.1:" + plain, Host: "frontend.example.com"},
			want{ok: true, status: 200},
			nil,
		},
		"nxdomain": {
			probe.Request{URL: "https://nx.example.com/"},
			want{failed: probe.StepResolve, class: probe.ClassNXDomain},
			nil,
		},
		"servfail": {
			probe.Request{URL: "https://fail.example.com/"},
			want{failed: probe.StepResolve, class: probe.ClassServfail},
			nil,
		},
		"refused dns": {
			probe.Request{URL: "https://refused.example.com/"},
			want{failed: probe.StepResolve, class: probe.ClassDNSRefused},
			nil,
		},
		"no address": {
			probe.Request{URL: "https://empty.example.com/"},
			want{failed: probe.StepResolve, class: probe.ClassNoData},
			nil,
		},
		"cname loop": {
			probe.Request{URL: "https://loop.example.com/"},
			want{failed: probe.StepResolve, class: probe.ClassNoData},
			nil,
		},
		"closed port": {
			probe.Request{URL: "https://www.example.com:" + closed},
			want{failed: probe.StepConnect, class: probe.ClassRefused},
			nil,
		},
		"staging is not trusted": {
			probe.Request{URL: "https://www.example.com:" + stagingPort},
			want{failed: probe.StepTLS, class: probe.ClassUnknownAuthority},
			func(r probe.Report) string {
				if r.TLS.LeadsTo != "staging" || r.TLS.Verified || r.HTTP != nil {
					return fmt.Sprintf("%+v", *r.TLS)
				}
				return ""
			},
		},
		"insecure goes on and says so": {
			probe.Request{URL: "https://www.example.com:" + stagingPort, Insecure: true},
			want{failed: probe.StepTLS, class: probe.ClassUnknownAuthority, status: 200},
			nil,
		},
		"wrong name": {
			probe.Request{URL: "https://other.example.com:" + good},
			want{failed: probe.StepTLS, class: probe.ClassNameMismatch},
			nil,
		},
		"no SNI": {
			probe.Request{URL: "https://www.example.com:" + good, NoSNI: true},
			want{ok: true, status: 200},
			nil,
		},
		"server name": {
			probe.Request{URL: "https://127.0.0.1:" + good, ServerName: "www.example.com"},
			want{ok: true, status: 200},
			nil,
		},
		"https at a plain port": {
			probe.Request{URL: "https://www.example.com:" + plain},
			want{failed: probe.StepTLS, class: probe.ClassHandshake},
			nil,
		},
		"bad scheme": {
			probe.Request{URL: "ftp://www.example.com"},
			want{failed: probe.StepRequest, class: probe.ClassInvalid},
			nil,
		},
		"no host": {
			probe.Request{URL: "https:///"},
			want{failed: probe.StepRequest, class: probe.ClassInvalid},
			nil,
		},
		"bad address": {
			probe.Request{URL: "https://x.example.com", Address: "not-an-ip"},
			want{failed: probe.StepRequest, class: probe.ClassInvalid},
			nil,
		},
		"label too long": {
			probe.Request{URL: "https://" + strings.Repeat("a", 64) + ".example.com"},
			want{failed: probe.StepResolve, class: probe.ClassDNS},
			nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := client.Probe(t.Context(), tc.req)
			status := 0
			if got.HTTP != nil {
				status = got.HTTP.Status
			}
			if (want{got.OK, got.Failed, got.Class, status}) != tc.want {
				t.Fatalf("got %+v %d, want %+v", got, status, tc.want)
			}
			if (got.Error == "") == (got.Failed != "") {
				t.Errorf("failed %q, error %q", got.Failed, got.Error)
			}
			if tc.check != nil {
				if wrong := tc.check(got); wrong != "" {
					t.Error(wrong)
				}
			}
		})
	}
}

func TestProbeEndsWithItsContext(t *testing.T) {
	t.Parallel()
	hang := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	defer hang.Close()
	client := probe.New(probe.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got := client.Probe(ctx, probe.Request{URL: hang.URL}); got.OK || got.Failed != probe.StepConnect {
		t.Errorf("canceled: %+v", got)
	}
	got := client.Probe(t.Context(), probe.Request{URL: hang.URL, TimeoutMillis: 50})
	if got.OK || got.Failed != probe.StepHTTP || got.Class != probe.ClassTimeout {
		t.Errorf("budget: %+v", got)
	}
}
