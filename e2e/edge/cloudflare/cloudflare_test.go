package cloudflare_test

import (
	"strings"
	"testing"

	"github.com/edgeproof/edgeproof/e2e/edge/cloudflare"
)

func TestRead(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]cloudflare.Problem{
		"":                          cloudflare.None,
		"something that is not new": cloudflare.None,

		"urn:ietf:params:acme:error:unauthorized: 403 Forbidden":                               cloudflare.None,
		`net/http: invalid header field value for "Authorization"`:                             cloudflare.BadHeader,
		"cloudflare credentials are not configured: set either CF_API_TOKEN or both":           cloudflare.NoCredential,
		"Error: 6003: Invalid request headers<- 6111: Invalid format for Authorization header": cloudflare.BadForm,
		"Invalid request headers (6003); Invalid format for X-Auth-Key header (6103)":          cloudflare.BadForm,
		"Error: 9109: Cannot use the access token from location: 192.0.2.1":                    cloudflare.RejectedHere,
		"More than 1200 requests per 300 seconds reached. 10100: wait":                         cloudflare.Throttled,

		"Error: 10429: Please wait":                                                                                         cloudflare.Throttled,
		`GET "https://api.cloudflare.com/client/v4/zones": 403 Forbidden`:                                                   cloudflare.Rejected,
		"Error: 9109: Invalid access token":                                                                                 cloudflare.Rejected,
		`POST "https://api.cloudflare.com/client/v4/zones/1/dns_records": 403 Forbidden`:                                    cloudflare.CannotWrite,
		"Found no Zones for domain _acme-challenge.a.example.org":                                                           cloudflare.NoZone,
		"invalid character '<' looking for beginning of value":                                                              cloudflare.Outage,
		`GET "https://api.cloudflare.com/client/v4/zones": 503 Service Unavailable`:                                         cloudflare.Outage,
		`Get "https://api.cloudflare.com/client/v4/zones": dial tcp: lookup api.cloudflare.com: no such host`:               cloudflare.Unreachable,
		`Get "https://acme-v02.api.letsencrypt.org/directory": dial tcp: lookup acme-v02.api.letsencrypt.org: no such host`: cloudflare.None,
	} {
		if got := cloudflare.Read(text); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

func TestRecordCode(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]cloudflare.Code{
		"":                                0,
		"9004":                            cloudflare.BadType,
		"zone 19004 id 90041 has no code": 0,
		"99041 and 9041":                  cloudflare.NotProxied,
		"error 81053: An A, AAAA, or CNAME record":             cloudflare.ConflictAddress,
		`{"code":81056,"message":"NS records with that host"}`: cloudflare.Delegated,
		"81045:": cloudflare.RecordQuota,
	} {
		if got, ok := cloudflare.RecordCode(text); got != want || ok != (want != 0) {
			t.Errorf("%s: %d, want %d", text, got, want)
		}
	}
}

func TestFormOf(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]cloudflare.Form{
		strings.Repeat("aZ_-", 10):          cloudflare.UserToken,
		strings.Repeat("aZ_-", 10) + "\n":   cloudflare.UserToken,
		"cfut_" + strings.Repeat("a", 48):   cloudflare.UserToken,
		"cfat_" + strings.Repeat("a", 48):   cloudflare.AccountToken,
		strings.Repeat("0a", 18) + "f":      cloudflare.GlobalKey,
		"cfk_" + strings.Repeat("a", 48):    cloudflare.GlobalKey,
		"Bearer " + strings.Repeat("a", 40): cloudflare.Quoted,
		`"` + strings.Repeat("a", 40) + `"`: cloudflare.Quoted,
		"":                                  cloudflare.OtherForm,
	} {
		if got := cloudflare.FormOf(value); got != want {
			t.Errorf("%q: %s, want %s", value, got, want)
		}
	}
}
