package main

import (
	"io"
	"net/http"
	"strings"
	"testing"

	mdns "github.com/miekg/dns"

	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// TestPublicNames: the names beside the API's and the authorities' resolve here, and each answers over HTTPS.
func TestPublicNames(t *testing.T) {
	t.Parallel()
	text, _ := start(t, "--zone", "example.com")
	roots, err := api.NewClient(printed(t, text, "control "), nil).Roots(t.Context())
	must(t, err)
	client, resolver := named(t, printed(t, text, "https "), roots.Web), printed(t, text, "dns ")
	const answered = `"Status":0`
	for url, want := range map[string]string{
		"https://cloudflare-dns.com/dns-query?name=example.com&type=SOA":         answered,
		"https://mozilla.cloudflare-dns.com/dns-query?name=example.com&type=SOA": answered,
		"https://one.one.one.one/dns-query?name=example.com&type=SOA":            answered,
		"https://one.one.one.one/cdn-cgi/trace":                                  "ip=127.0.0.1\n",
		"https://dns.google/resolve?name=example.com&type=SOA":                   answered,
		"https://dns.google.com/resolve?name=example.com&type=SOA":               answered,
		"https://cloudflare.com/cdn-cgi/trace":                                   "ip=127.0.0.1\n",
		"https://www.cloudflare.com/ips-v4":                                      "104.16.0.0/13",
		"https://api.cloudflare.com/cdn-cgi/trace":                               "h=api.cloudflare.com\n",
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		must(t, err)
		req.Header.Set("Accept", "application/dns-json")
		resp, err := client.Do(req)
		must(t, err)
		body, err := io.ReadAll(resp.Body)
		must(t, err)
		must(t, resp.Body.Close())
		if !strings.Contains(string(body), want) {
			t.Errorf("%s: no %q in %s", url, want, body)
		}
		query := new(mdns.Msg).SetQuestion(mdns.Fqdn(req.URL.Host), mdns.TypeA)
		reply, _, err := new(mdns.Client).ExchangeContext(t.Context(), query, resolver)
		must(t, err)
		if len(reply.Answer) != 1 {
			t.Errorf("%s: %v", req.URL.Host, reply.Answer)
		}
	}
}
