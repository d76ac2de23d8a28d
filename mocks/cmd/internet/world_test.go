package main

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"os"
	"strings"
	"testing"

	mdns "github.com/miekg/dns"

	"github.com/edgeproof/edgeproof/mocks/acme"
	"github.com/edgeproof/edgeproof/mocks/control/api"
)

func TestReset(t *testing.T) {
	t.Parallel()
	text, _ := start(t, "--zone", "example.com")
	ctl := api.NewClient(printed(t, text, "control "), nil)
	_, err := ctl.PutRecord(t.Context(), "example.com", api.RecordDraft{Name: "gone", Type: "A", Content: "192.0.2.1"})
	must(t, err)
	_, err = ctl.CreateZone(t.Context(), api.ZoneDraft{Name: "second.test"})
	must(t, err)
	must(t, ctl.SetValidity(t.Context(), "production", api.Validity{LifetimeSeconds: 60}))
	must(t, ctl.SetProfiles(t.Context(), "production", api.Profiles{Default: "shortlived"}))
	must(t, ctl.SetDelays(t.Context(), []api.Delay{{Seconds: 5}}))
	_, err = ctl.Query(t.Context(), api.Question{Name: "stranger.test"})
	must(t, err)
	must(t, ctl.Reset(t.Context()))
	c, err := ctl.Counters(t.Context())
	must(t, err)
	validity, err := ctl.Validity(t.Context(), "production")
	must(t, err)
	profiles, err := ctl.Profiles(t.Context(), "production")
	must(t, err)
	delays, err := ctl.Delays(t.Context())
	must(t, err)
	if profiles.Default != acme.Classic {
		t.Errorf("after reset: %+v", profiles)
	}
	if c.Questions != 0 || c.UnknownNames != 0 {
		t.Errorf("after reset: %+v", c)
	}
	if c.Zones != 1 || c.Records != 0 || c.Tokens != 1 ||
		validity.LifetimeSeconds != int64(acme.DefaultValidity.Seconds()) || len(delays) != 0 {
		t.Errorf("after reset: %+v %+v %v", c, validity, delays)
	}
}

// TestTwoNameServers: the second has changes later, and can be made to say something else.
func TestTwoNameServers(t *testing.T) {
	t.Parallel()
	text, _ := start(t, "--zone", "example.com", "--secondary-dns-address", "127.0.0.1:0", "--secondary-lag", "1m",
		"--name-server", "bob.ns.cloudflare.com=127.0.0.2")
	ctl := api.NewClient(printed(t, text, "control "), nil)
	_, err := ctl.PutRecord(t.Context(), "example.com", api.RecordDraft{Name: "www", Type: "A", Content: "192.0.2.1"})
	must(t, err)
	_, second, _ := strings.Cut(text, "dns ")
	servers := map[string]string{"primary": printed(t, text, "dns "), "secondary": printed(t, second, "dns ")}
	ask := func(server, name string) string {
		t.Helper()
		reply, err := mdns.ExchangeContext(t.Context(), new(mdns.Msg).SetQuestion(name, mdns.TypeA), servers[server])
		must(t, err)
		if len(reply.Answer) == 0 {
			return mdns.RcodeToString[reply.Rcode]
		}
		return strings.Fields(reply.Answer[0].String())[4]
	}
	if first, second := ask("primary", "www.example.com."), ask("secondary", "www.example.com."); first != "192.0.2.1" ||
		second == first {
		t.Errorf("a fresh record: %s, then %s", first, second)
	}
	_, err = ctl.AddFault(t.Context(), api.FaultRule{
		DNS: &api.DNSMatch{Server: "secondary", Name: "www.example.com"},
		Do:  api.Effect{Answer: &[]string{"A 192.0.2.66"}},
	})
	must(t, err)
	if first, second := ask("primary", "www.example.com."), ask("secondary", "www.example.com."); first != "192.0.2.1" ||
		second != "192.0.2.66" {
		t.Errorf("split horizon: %s and %s", first, second)
	}
	if got := ask("primary", "bob.ns.cloudflare.com."); got != "127.0.0.2" {
		t.Errorf("the second name server is at %s", got)
	}
	if got := ask("secondary", "bob.ns.cloudflare.com."); got != "REFUSED" {
		t.Errorf("a foreign name at an authority: %s", got)
	}
}

func TestWhatIsPrinted(t *testing.T) {
	t.Parallel()
	text, _ := start(t, "--zone", "example.com=pro")
	minted := printed(t, text, "export CF_API_TOKEN=")
	root, err := os.ReadFile(printed(t, text, "export SSL_CERT_FILE="))
	must(t, err)
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(root) {
		t.Error("SSL_CERT_FILE is no PEM")
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, printed(t, text, "export CLOUDFLARE_BASE_URL=")+
		"/zones", nil)
	must(t, err)
	req.Header.Set("Authorization", "Bearer "+minted)
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{
		RootCAs:    roots,
		MinVersion: tls.VersionTLS12,
	}}}
	resp, err := client.Do(req)
	must(t, err)
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("as printed: HTTP %d", resp.StatusCode)
	}
	given, _ := start(t, "--token", testToken)
	if strings.Contains(given, testToken) {
		t.Errorf("a given token is printed:\n%s", given)
	}
}
