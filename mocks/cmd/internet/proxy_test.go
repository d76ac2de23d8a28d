package main

import (
	"slices"
	"testing"

	"github.com/edgeproof/edgeproof/e2e/probe"
	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// TestAProxiedName: the external client meets Cloudflare's edge, with a certificate of the web PKI that it trusts.
func TestAProxiedName(t *testing.T) {
	t.Parallel()
	text, _ := start(t, "--zone", "example.com")
	ctl := api.NewClient(printed(t, text, "control "), nil)
	strict := api.SSLStrict
	_, err := ctl.PutRecord(t.Context(), "example.com", api.RecordDraft{
		Name: "www", Type: "CNAME", Content: "tunnel.cfargotunnel.com", Proxied: true,
	})
	must(t, err)
	changed, err := ctl.PatchZone(t.Context(), "example.com", api.ZonePatch{SSL: &strict})
	must(t, err)
	if changed.SSL != api.SSLStrict {
		t.Errorf("zone %+v", changed)
	}
	for _, scheme := range []string{"https", "http"} {
		var got probe.Report
		must(t, ctl.Probe(t.Context(), probe.Request{URL: scheme + "://www.example.com/"}, &got))
		if !got.OK || got.HTTP.Status != 530 || got.HTTP.Body != "error code: 1033" {
			t.Fatalf("%s: %+v %+v", scheme, got, got.HTTP)
		}
		if got.TLS != nil && (got.TLS.TrustedBy != "web" || !slices.Contains(got.TLS.Chain[0].SANs, "*.example.com")) {
			t.Errorf("certificate %+v", got.TLS)
		}
	}
	seen, err := ctl.Journal(t.Context(), api.JournalFilter{Source: api.SourceProxy})
	must(t, err)
	if len(seen.Entries) != 2 || seen.Entries[0].Outcome != "530" || seen.Entries[0].Detail["mode"] != "strict" {
		t.Errorf("journal %+v", seen)
	}
}
