package cloudflare

import (
	"crypto/tls"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/journal"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

// What clients ask for before or beside the zones: a token without the permission is refused as one of DNS rights is,
// and who has it sees an account in which nothing of it is set up. That the words are the same for all of these
// routes is by inference; for regional hostnames they are reported [ISS external-dns#5035 and #5087, 2025-01].

// feature is a part of the API of which this account has nothing.
type feature struct {
	path     string         // under /zones/{id} or /accounts/{id}
	need     api.Permission // "" is one that tokens cannot have here
	evidence zone.Evidence
}

func zoneFeatures() []feature {
	return []feature{
		{"pagerules", api.PageRulesRead, zone.Unverified},
		{"custom_hostnames", "", zone.Unverified},
		{"addressing/regional_hostnames", "", zone.Reported},
		{"rulesets", "", zone.Unverified},
		{"settings", api.ZoneSettingsRead, zone.Unverified},
		{"filters", "", zone.Unverified},
		{"firewall/rules", "", zone.Unverified},
		{"workers/routes", "", zone.Unverified},
		{"load_balancers", "", zone.Unverified},
		{"ssl/certificate_packs", "", zone.Unverified},
	}
}

func accountFeatures() []feature {
	return []feature{
		{"rules/lists", "", zone.Unverified},
		{"rulesets", "", zone.Unverified},
		{"cfd_tunnel", "", zone.Unverified},
		{"members", "", zone.Unverified},
	}
}

// featureOf finds the feature of a path, and whether it names one object of it.
func featureOf(features []feature, rest []string) (f feature, one, ok bool) {
	path := strings.Join(rest, "/")
	for _, f := range features {
		if path == f.path {
			return f, false, true
		}
		if tail, found := strings.CutPrefix(path, f.path+"/"); found && !strings.Contains(tail, "/") {
			return f, true, true
		}
	}
	return feature{}, false, false
}

// serve answers for a feature: the list is empty, and no object of it is found.
func (f feature) serve(one bool) handler {
	return func(x *exchange) error {
		switch {
		case !x.caller.may(f.need):
			return forbidden(f.evidence)
		case one || x.r.Method != http.MethodGet:
			return x.noRoute()
		}
		return succeedAll(x, []string{})
	}
}

// dnssec is GET /zones/{zone_id}/dnssec: these zones are not signed [DOC 2026-11: the API's schema dnssec].
func dnssec(x *exchange) error {
	return x.succeed(func(b []byte) []byte {
		return append(
			b,
			`{"status":"disabled","flags":null,"algorithm":null,"key_type":null,"digest_type":null,"digest_algorithm":null,`+
				`"digest":null,"ds":null,"key_tag":null,"public_key":null,"modified_on":null,`+
				`"dnssec_multi_signer":false,"dnssec_presigned":false,`+
				`"dnssec_use_nsec3":false}`...)
	})
}

// dnsSettings is GET /zones/{zone_id}/dns_settings: the defaults [DOC 2026-11: the API's schema dns_settings].
func dnsSettings(x *exchange) error {
	return x.succeed(func(b []byte) []byte {
		return append(
			b,
			`{"flatten_all_cnames":false,"foundation_dns":false,"multi_provider":false,`+
				`"nameservers":{"type":"cloudflare.standard"},`+
				`"ns_ttl":86400,"secondary_overrides":false,`+
				`"soa":{"expire":604800,"min_ttl":1800,"mname":null,"refresh":10000,"retry":2400,`+
				`"rname":"dns.cloudflare.com","ttl":3600},"zone_mode":"standard"}`...)
	})
}

// userBody is a user as the API shows it; what is not known of one is null.
type userBody struct {
	ID        string  `json:"id"`
	Email     string  `json:"email"`
	FirstName *string `json:"first_name"`
	LastName  *string `json:"last_name"`
	Telephone *string `json:"telephone"`
	Country   *string `json:"country"`
	Zipcode   *string `json:"zipcode"`
	TwoFactor bool    `json:"two_factor_authentication_enabled"`
	Suspended bool    `json:"suspended"`
}

// accountBody is an account as the API shows it.
type accountBody struct {
	ID       string          `json:"id"`
	Name     string          `json:"name"`
	Type     string          `json:"type"`
	Settings map[string]bool `json:"settings"`
}

// membershipBody is what binds a user to an account.
type membershipBody struct {
	ID      string      `json:"id"`
	Status  string      `json:"status"`
	Account accountBody `json:"account"`
}

// getUser is GET /user: the global key's user. A token of DNS rights has no "User Details Read".
func getUser(x *exchange) error {
	if x.caller.user == nil {
		return refuseAccess(zone.Unverified)
	}
	return x.succeedPlain(userBody{ID: x.caller.user.ID.String(), Email: x.caller.user.Email}, "")
}

// listAccounts is GET /accounts. A token without rights in an account sees none, and is not refused [UNV].
func listAccounts(x *exchange) error { return succeedAll(x, x.accounts()) }

// getAccount is GET /accounts/{account_id}.
func getAccount(x *exchange) error {
	for _, a := range x.accounts() {
		if a.ID == x.account.String() {
			return x.succeedPlain(a, "")
		}
	}
	return refuseAccess(zone.Unverified)
}

// listMemberships is GET /memberships, of users only.
func listMemberships(x *exchange) error {
	if x.caller.user == nil {
		return refuseAccess(zone.Unverified)
	}
	out := []membershipBody{}
	for _, a := range x.accounts() {
		out = append(out, membershipBody{ID: a.ID, Status: "accepted", Account: a})
	}
	return succeedAll(x, out)
}

// accounts are those that the caller sees: the owners of zones, to a user.
func (x *exchange) accounts() []accountBody {
	out := []accountBody{}
	if x.caller.user == nil {
		return out
	}
	seen := map[api.ID]bool{}
	add := func(a api.Account) {
		if !seen[a.ID] {
			seen[a.ID] = true
			out = append(out, accountBody{
				ID: a.ID.String(), Name: a.Name, Type: "standard", Settings: map[string]bool{"enforce_twofactor": false},
			})
		}
	}
	add(zone.DefaultAccount())
	for _, z := range x.store.Zones() {
		add(z.Account)
	}
	return out
}

// succeedAll answers a list, by pages.
func succeedAll[T any](x *exchange, all []T) error {
	p, err := x.query.paging(zonesPerPage, maxZonesPerPage)
	if err != nil {
		return err
	}
	from := min(p.offset(), len(all))
	shown := all[from:min(from+p.perPage, len(all))]
	return x.succeedPlain(
		shown,
		fmt.Sprintf(`,"result_info":{"page":%d,"per_page":%d,"count":%d,"total_count":%d,"total_pages":%d}`,
			p.page, p.perPage, len(shown), len(all), p.pages(len(all))),
	)
}

// Trace is /cdn-cgi/trace, which each host behind Cloudflare answers: programs read their own address from it
// [SRC favonia/cloudflare-ddns, 2026-11; the keys from public pastes].
func Trace(w http.ResponseWriter, r *http.Request) {
	version := "off"
	if r.TLS != nil {
		version = strings.Replace(tls.VersionName(r.TLS.Version), "TLS ", "TLSv", 1)
	}
	now := time.Now()
	w.Header().Set("Content-Type", "text/plain")
	w.Header().Set("Cache-Control", "no-cache")
	_, _ = fmt.Fprintf( //nolint:gosec // plain text, as the service answers it
		w,
		"fl=1f1\nh=%s\nip=%s\nts=%d.%03d\nvisit_scheme=https\nuag=%s\ncolo=FRA\nsliver=none\nhttp=%s\nloc=XX\n"+
			"tls=%s\nsni=plaintext\nwarp=off\ngateway=off\nrbi=off\nkex=X25519\n",
		r.Host,
		journal.ClientOf(r.RemoteAddr),
		now.Unix(),
		now.UnixMilli()%1000,
		r.UserAgent(),
		strings.TrimSuffix(strings.ToLower(r.Proto), ".0"),
		version,
	)
}
