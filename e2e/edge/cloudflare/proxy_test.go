package cloudflare_test

import (
	"testing"

	"github.com/edgeproof/edgeproof/e2e/edge/cloudflare"
)

func TestReadProxy(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		status int
		body   string
		fault  cloudflare.Fault
		name   string
	}{
		{521, "error code: 521", cloudflare.OfOrigin, "521"},
		{522, "<title>x | 522: Connection timed out</title>", cloudflare.OfOrigin, "522"},
		{526, "", cloudflare.OfCertificate, "526"},
		{525, "error code: 525", cloudflare.OfHandshake, "525"},
		{530, "error code: 1016", cloudflare.OfRecord, "530, error 1016"},
		{530, "<span>Error 1033</span> Ray ID", cloudflare.OfTunnel, "530, error 1033"},
		{530, "", cloudflare.OfOrigin, "530"},
		{403, "error code: 1020", cloudflare.OfClient, "403, error 1020"},
		{429, "error code: 1015", cloudflare.OfClient, "429, error 1015"},
		{403, "<title>Just a moment...</title>", cloudflare.OfClient, "403"},
		{502, "error code: 502", cloudflare.OfOrigin, "502"},
		{502, "Bad Gateway", "", ""},
		{403, `{"error":"not for you"}`, "", ""},
		{404, "Error 404", "", ""},
	} {
		got, ok := cloudflare.ReadProxy(c.status, c.body)
		if ok != (c.fault != "") || got.Fault != c.fault || ok && got.String() != c.name {
			t.Errorf("%d %q: %+v %v", c.status, c.body, got, ok)
		}
	}
}
