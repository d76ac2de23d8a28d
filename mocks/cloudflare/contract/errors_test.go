package contract_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/cloudflare/cloudflare-go/v5"
	"github.com/cloudflare/cloudflare-go/v5/dns"
	"github.com/cloudflare/cloudflare-go/v5/option"
	"github.com/cloudflare/cloudflare-go/v5/zones"

	fake "github.com/edgeproof/edgeproof/mocks/cloudflare"
	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

const globalKey = "0123456789abcdef0123456789abcdef01234"

// refusal is an answer as a real client gets it: status, code, words and, by tag, how far they are known.
type refusal struct {
	status, code int
	message      string
	tag          zone.Evidence
	call         func(context.Context, *world, *cloudflare.Client) error
	arrange      func(*world)
	options      []option.RequestOption
}

// refusals are the documented ones, and some that are not. Not among them, because the API does not answer them
// today or not on routes that the fake has: 81057 (81058 since 2022), 1004 around the record rules (until
// October 2024), 971 for 10100 (seen nowhere), 9106 and 401 with 10000 of firewall and account lists.
func refusals() []refusal {
	post := func(body map[string]any) func(context.Context, *world, *cloudflare.Client) error {
		return func(ctx context.Context, w *world, c *cloudflare.Client) error {
			return c.Post(ctx, "zones/"+w.zoneID()+"/dns_records", body, nil)
		}
	}
	type fields map[string]any
	record := func(typ, name, content string, more ...fields) map[string]any {
		body := map[string]any{"type": typ, "name": name, "content": content}
		for _, f := range more {
			maps.Copy(body, f)
		}
		return body
	}
	listZones := func(ctx context.Context, _ *world, c *cloudflare.Client) error {
		_, err := c.Zones.List(ctx, zones.ZoneListParams{})
		return err
	}
	listRecords := func(ctx context.Context, w *world, c *cloudflare.Client) error {
		_, err := c.DNS.Records.List(ctx, dns.RecordListParams{ZoneID: cloudflare.F(w.zoneID())})
		return err
	}
	verify := func(ctx context.Context, _ *world, c *cloudflare.Client) error {
		_, err := c.User.Tokens.Verify(ctx)
		return err
	}
	free := func(w *world) {
		if _, err := w.store.UpdateZone(w.zone.ID, func(z *api.Zone) { z.Plan = zone.Free() }); err != nil {
			w.t.Fatal(err)
		}
	}
	anonymous := []option.RequestOption{option.WithHeaderDel("Authorization")}
	key := func(email, key string) []option.RequestOption {
		return append(anonymous, option.WithHeader("X-Auth-Email", email), option.WithHeader("X-Auth-Key", key))
	}
	const sameName = " For more details, refer to <https://developers.cloudflare.com/dns/manage-dns-records/troubleshooting/records-with-same-name/>."
	return []refusal{
		{
			400, 6003, "Invalid request headers", zone.Probed, listZones, nil,
			[]option.RequestOption{option.WithAPIToken("abc-def")},
		},
		{400, 6003, "Invalid request headers", zone.Reported, listZones, nil, key("a@example.com", "short")},
		{400, 6003, "Invalid request headers", zone.Reported, listZones, nil, key("no-address", globalKey)},
		{400, 9106, "Missing X-Auth-Key, X-Auth-Email or Authorization headers", zone.Reported, listRecords, nil, anonymous},
		{403, 9103, "Unknown X-Auth-Key or X-Auth-Email", zone.Client, listZones, nil, key("a@example.com", globalKey)},
		{
			403, 9109, "Invalid access token", zone.Probed, listZones, nil,
			[]option.RequestOption{option.WithAPIToken(unknownToken)},
		},
		{403, 9109, "Cannot use the access token from location: 127.0.0.1", zone.Reported, listZones, func(w *world) {
			w.edit(func(k *api.Token) { k.AllowFrom = []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")} })
		}, nil},
		{
			403, 9109, "Unauthorized to access requested resource", zone.Reported,
			func(ctx context.Context, w *world, c *cloudflare.Client) error {
				_, err := c.Zones.Get(ctx, zones.ZoneGetParams{ZoneID: cloudflare.F(w.zoneID())})
				return err
			}, func(w *world) { w.edit(func(k *api.Token) { k.Permissions = []api.Permission{api.DNSEdit} }) }, nil,
		},
		{
			403, 0, "requires permission 'com.cloudflare.api.account.zone.list' to list zones", zone.Reported, listZones,
			func(w *world) {
				w.edit(func(k *api.Token) { k.Permissions = []api.Permission{api.DNSEdit} })
			}, nil,
		},
		{403, 10000, "Authentication error", zone.Documented, listRecords, func(w *world) {
			w.edit(func(k *api.Token) { k.Permissions = []api.Permission{api.ZoneRead} })
		}, nil},
		{
			403, 10000, "Authentication error", zone.Documented,
			func(ctx context.Context, _ *world, c *cloudflare.Client) error {
				_, err := c.DNS.Records.List(ctx, dns.RecordListParams{ZoneID: cloudflare.F(api.NewID().String())})
				return err
			}, nil, nil,
		},
		{
			403, 10000, "Authentication error", zone.Unverified, listRecords, nil,
			[]option.RequestOption{option.WithAPIToken(unknownToken)},
		},
		{
			401, 1000, "Invalid API Token", zone.Unverified, verify, nil,
			[]option.RequestOption{option.WithAPIToken(unknownToken)},
		},
		{400, 1001, `Missing "Authorization" header`, zone.Reported, verify, nil, anonymous},
		{
			404, 7003, "perhaps your object identifier is invalid?", zone.Reported,
			func(ctx context.Context, _ *world, c *cloudflare.Client) error {
				return c.Delete(ctx, "zones//dns_records/0123456789abcdef0123456789abcdef", nil, nil)
			}, nil, nil,
		},
		{404, 7003, "Could not route to /client/v4/zones/example.com/dns_records, perhaps your object identifier is " +
			"invalid?", zone.Reported, func(ctx context.Context, _ *world, c *cloudflare.Client) error {
			return c.Get(ctx, "zones/example.com/dns_records", nil, nil)
		}, nil, nil},
		{
			404, 7003, "Could not route to /client/v4/no/such/path, perhaps your object identifier is invalid?", zone.Reported,
			func(ctx context.Context, _ *world, c *cloudflare.Client) error {
				return c.Get(ctx, "no/such/path", nil, nil)
			}, nil, nil,
		},
		{
			404, 81044, "Record does not exist.", zone.Reported,
			func(ctx context.Context, w *world, c *cloudflare.Client) error {
				_, err := c.DNS.Records.Delete(ctx, api.NewID().String(), dns.RecordDeleteParams{ZoneID: cloudflare.F(w.zoneID())})
				return err
			}, nil, nil,
		},
		{
			404, 81044, "Record does not exist.", zone.Reported,
			func(ctx context.Context, w *world, c *cloudflare.Client) error {
				_, err := c.DNS.Records.Get(ctx, api.NewID().String(), dns.RecordGetParams{ZoneID: cloudflare.F(w.zoneID())})
				return err
			}, nil, nil,
		},
		{
			404, 81044, "Record does not exist.", zone.Reported,
			func(ctx context.Context, w *world, c *cloudflare.Client) error {
				return c.Put(ctx, "zones/"+w.zoneID()+"/dns_records/"+api.NewID().String(), record("A", "x", "192.0.2.1"), nil)
			}, nil, nil,
		},
		{
			404, 81044, "Record does not exist.", zone.Reported,
			func(ctx context.Context, w *world, c *cloudflare.Client) error {
				return c.Patch(ctx, "zones/"+w.zoneID()+"/dns_records/"+api.NewID().String(), fields{"content": "192.0.2.1"}, nil)
			}, nil, nil,
		},
		{
			400, 9208, "Changing the type of a DNS record is not supported.", zone.Unverified,
			func(ctx context.Context, w *world, c *cloudflare.Client) error {
				r, err := w.store.Create(w.zone.ID, zone.Draft("x", "A", "192.0.2.1"))
				if err != nil {
					return err
				}
				return c.Put(ctx, "zones/"+w.zoneID()+"/dns_records/"+r.ID.String(), record("AAAA", "x", "2001:db8::1"), nil)
			}, nil, nil,
		},
		{400, 81053, "An A, AAAA, or CNAME record with that host already exists." +
			sameName, zone.Reported, post(record("CNAME", "c", "u.example.net")), nil, nil},
		{
			400, 81056, "NS records with that host already exist.", zone.Documented,
			post(record("CNAME", "n", "t.example.net")), nil, nil,
		},
		{400, 81053, "An A, AAAA, or CNAME record with that host already exists." +
			sameName, zone.Reported, post(record("CNAME", "a", "t.example.net")), nil, nil},
		{400, 81054, "A CNAME record with that host already exists." +
			sameName, zone.Reported, post(record("A", "c", "192.0.2.1")), nil, nil},
		{
			400, 81056, "NS records with that host already exist.", zone.Documented, post(record("A", "n", "192.0.2.1")), nil,
			nil,
		},
		{400, 81058, "An identical record already exists.", zone.Recorded, post(record("A", "a", "192.0.2.1")), nil, nil},
		{400, 81045, "Record quota exceeded.", zone.Reported, post(record("A", "x", "192.0.2.1")), func(w *world) {
			if _, err := w.store.UpdateZone(w.zone.ID, func(z *api.Zone) { z.Plan.MaxRecords = 3 }); err != nil {
				w.t.Fatal(err)
			}
		}, nil},
		{
			400, 81060, "Batch has 201 operations, exceeding the limit of 200.", zone.Unverified,
			func(ctx context.Context, w *world, c *cloudflare.Client) error {
				posts := make([]dns.RecordBatchParamsPostUnion, 201)
				for i := range posts {
					posts[i] = dns.ARecordParam{
						Name: cloudflare.F("x" + strconv.Itoa(i)), Type: cloudflare.F(dns.ARecordTypeA),
						Content: cloudflare.F("192.0.2.1"),
					}
				}
				_, err := c.DNS.Records.Batch(ctx, dns.RecordBatchParams{
					ZoneID: cloudflare.F(w.zoneID()),
					Posts:  cloudflare.F(posts),
				})
				return err
			}, free, nil,
		},
		{
			404, 1207, "The zone does not have an active core subscription.", zone.Reported,
			func(ctx context.Context, w *world, c *cloudflare.Client) error {
				_, err := c.Zones.Subscriptions.Get(ctx, zones.SubscriptionGetParams{ZoneID: cloudflare.F(w.zoneID())})
				return err
			}, free, nil,
		},
		{
			400, 1204, "failed to resolve provided rate plan: 'business'", zone.Reported,
			func(ctx context.Context, w *world, c *cloudflare.Client) error {
				return c.Post(ctx, "zones/"+w.zoneID()+"/subscription", fields{"rate_plan": fields{"id": "business"}}, nil)
			}, (*world).admin, nil,
		},
		{400, 1086, "Invalid property", zone.Unverified, func(ctx context.Context, w *world, c *cloudflare.Client) error {
			_, err := c.Zones.Edit(ctx, zones.ZoneEditParams{
				ZoneID: cloudflare.F(w.zoneID()),
				Type:   cloudflare.F(zones.ZoneEditParamsTypeSecondary),
			})
			return err
		}, (*world).admin, nil},
		{400, 9000, "DNS name is invalid.", zone.Reported, post(record("A", "", "192.0.2.1")), nil, nil},
		{400, 9000, "DNS name is invalid.", zone.Reported, post(record("A", "a..b", "192.0.2.1")), nil, nil},
		{
			400, 9003, "Target 10.0.0.1 is not allowed for a proxied record.", zone.Reported,
			post(record("A", "x", "10.0.0.1", fields{"proxied": true})), nil, nil,
		},
		{
			400, 9003, "Target 127.0.0.1 is not allowed for a proxied record.", zone.Reported,
			post(record("A", "x", "127.0.0.1", fields{"proxied": true})), nil, nil,
		},
		{
			400, 9003, "Target 100.64.0.1 is not allowed for a proxied record.", zone.Reported,
			post(record("A", "x", "100.64.0.1", fields{"proxied": true})), nil, nil,
		},
		{
			400, 9003, "Target fd00::1 is not allowed for a proxied record.", zone.Reported,
			post(record("AAAA", "x", "fd00::1", fields{"proxied": true})), nil, nil,
		},
		{
			400, 9003, "Target 104.16.0.1 is not allowed for a proxied record.", zone.Reported,
			post(record("A", "x", "104.16.0.1", fields{"proxied": true})), nil, nil,
		},
		{
			400, 9004, "This record type cannot be proxied.", zone.Reported,
			post(record("TXT", "x", "x", fields{"proxied": true})), nil, nil,
		},
		{
			400, 9005, "Content for A record must be a valid IPv4 address.", zone.Reported, post(record("A", "x", "x")), nil,
			nil,
		},
		{
			400, 9006, "Content for AAAA record must be a valid IPv6 address.", zone.Reported, post(record("AAAA", "x", "x")),
			nil, nil,
		},
		{
			400, 9007, "Content for CNAME record is invalid.", zone.Reported, post(record("CNAME", "x", "192.0.2.1")), nil,
			nil,
		},
		{
			400, 9015, "Record content exceeds the allowed length of 4096 wire format bytes.", zone.Mocked,
			post(record("TXT", "x", strings.Repeat("x", 5000))), nil, nil,
		},
		{
			400, 9021, "TTL must be between 60 and 86400 seconds, or 1 for Automatic.", zone.Reported,
			post(record("A", "x", "192.0.2.1", fields{"ttl": 30})), nil, nil,
		},
		{
			400, 9021, "TTL must be between 60 and 86400 seconds, or 1 for Automatic.", zone.Reported,
			post(record("A", "x", "192.0.2.1", fields{"ttl": 86401})), nil, nil,
		},
		{400, 9100, "priority is a required field.", zone.Reported, post(record("MX", "x", "mx.example.net")), nil, nil},
		{
			400, 9051, "Invalid TXT record. Record may only contain printable ASCII!", zone.Reported,
			post(record("TXT", "x", "two\nlines")), nil, nil,
		},
		{
			400, 9102, "port is not a valid data field.", zone.Unverified,
			post(fields{"type": "SRV", "name": "_s._tcp", "data": fields{
				"port": 65536, "priority": 1, "weight": 2, "target": "t.example.net",
			}}), nil, nil,
		},
		{
			400, 9039, "CNAME content cannot reference itself.", zone.Reported, post(record("CNAME", "x", "X.example.com.")),
			nil, nil,
		},
		{403, 10000, "Authentication error", zone.Reported, func(ctx context.Context, w *world, c *cloudflare.Client) error {
			return c.Patch(ctx, "zones/"+w.zoneID()+"/addressing/regional_hostnames/www.example.com",
				fields{"region_key": "earth"}, nil)
		}, nil, nil},
		{
			400, 9101, "port is a required data field.", zone.Unverified,
			post(record("SRV", "_s._tcp", "0 5 80 t.example.net")), nil, nil,
		},
		{400, 9101, "algorithm is a required data field.", zone.Reported, post(record("SSHFP", "x", "4 2 abcd")), nil, nil},
		{
			400, 1118, "You have exceeded the limit for adding zones. Please activate some zones.", zone.Reported,
			func(ctx context.Context, _ *world, c *cloudflare.Client) error {
				_, err := c.Zones.New(ctx, zones.ZoneNewParams{
					Name:    cloudflare.F("more.test"),
					Account: cloudflare.F(zones.ZoneNewParamsAccount{ID: cloudflare.F(zone.DefaultAccount().ID.String())}),
				})
				return err
			}, func(w *world) {
				w.admin()
				for i := range 9_999 {
					w.addZone("z"+strconv.Itoa(i)+".test", zone.Free())
				}
			}, nil,
		},
		{
			400, 9207, "Request body is invalid.", zone.Reported,
			post(map[string]any{"type": "A", "name": "x", "content": []string{"192.0.2.1"}}), nil, nil,
		},
		{
			400, 9207, "Failed to parse request body, content-type must be application/json", zone.Reported,
			func(ctx context.Context, w *world, c *cloudflare.Client) error {
				return c.Post(ctx, "zones/"+w.zoneID()+"/dns_records", nil, nil,
					option.WithRequestBody("application/json", strings.NewReader(`{"name":`)))
			}, nil, nil,
		},
		{
			400, 9207, "Request body is invalid.", zone.Reported,
			post(record("A", "x", "192.0.2.1", fields{"proxied": "true"})), nil, nil,
		},
		{
			400, 9300, "DNS record has 21 tags, exceeding the quota of 20.", zone.Reported,
			post(record("A", "x", "192.0.2.1", fields{"tags": slices.Repeat([]string{"a:b"}, 21)})), nil, nil,
		},
		{
			400, 9300, "DNS record has 1 tags, exceeding the quota of 0.", zone.Reported,
			post(record("A", "x", "192.0.2.1", fields{"tags": []string{"a:b"}})), free, nil,
		},
		{
			400, 9313, "DNS record comment exceeds the maximum length of 100 characters.", zone.Reported,
			post(record("A", "x", "192.0.2.1", fields{"comment": strings.Repeat("c", 101)})), free, nil,
		},
		{
			400, 9313, "DNS record comment exceeds the maximum length of 500 characters.", zone.Reported,
			post(record("A", "x", "192.0.2.1", fields{"comment": strings.Repeat("c", 501)})), nil, nil,
		},
		{
			400, 83011, "Combined content length of records with this name and type exceeds the limit.", zone.Mocked,
			post(record("TXT", "t", strings.Repeat("c", 4000))), func(w *world) {
				for _, letter := range []string{"a", "b"} {
					if _, err := w.store.Create(w.zone.ID, zone.Draft("t", "TXT", strings.Repeat(letter, 4000))); err != nil {
						w.t.Fatal(err)
					}
				}
			}, nil,
		},
		{
			429, 10100, "Please wait and consider throttling your request speed", zone.Reported,
			func(ctx context.Context, w *world, c *cloudflare.Client) error {
				return errors.Join(listZones(ctx, w, c), listZones(ctx, w, c))
			}, func(w *world) { w.api.SetLimit(fake.Limit{Requests: 1}) }, nil,
		},
	}
}

// TestEveryRefusalThroughAClient shows the answers, and then holds them against the source: none that is known from
// anywhere may be without a client that got it.
func TestEveryRefusalThroughAClient(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	shown := map[zone.Evidence][]string{}
	t.Run("through a client", func(t *testing.T) { // ends when all within have, which run side by side
		for _, r := range refusals() {
			t.Run(fmt.Sprintf("%d %d %.40s %s", r.status, r.code, r.message, r.tag), func(t *testing.T) {
				t.Parallel()
				message := r.show(t)
				mu.Lock()
				defer mu.Unlock()
				shown[r.tag] = append(shown[r.tag], message)
			})
		}
	})
	for _, known := range knownRefusals(t) {
		if !slices.ContainsFunc(shown[known.tag], known.words.MatchString) {
			t.Errorf("%s: no client is shown %q (%s)", known.where, known.words, known.tag)
		}
	}
}

// show makes the call in a world of its own and answers the words of the refusal.
func (r refusal) show(t *testing.T) string {
	w := newWorld(t)
	for _, c := range []zone.Change{
		zone.Draft("a", "A", "192.0.2.1"), zone.Draft("c", "CNAME", "t.example.net"),
		zone.Draft("n", "NS", "ns.example.net"),
	} {
		if _, err := w.store.Create(w.zone.ID, c); err != nil {
			t.Fatal(err)
		}
	}
	if r.arrange != nil {
		r.arrange(w)
	}
	client := cloudflare.NewClient(append([]option.RequestOption{
		option.WithBaseURL(w.base()), option.WithAPIToken(tokenValue), option.WithHTTPClient(w.http.Client()),
		option.WithMaxRetries(0),
	}, r.options...)...)
	var refused *cloudflare.Error
	err := r.call(t.Context(), w, client)
	if !errors.As(err, &refused) || len(refused.Errors) != 1 {
		t.Fatalf("error %v", err)
	}
	got := refused.Errors[0]
	if refused.StatusCode != r.status || got.Code != int64(r.code) || !strings.Contains(got.Message, r.message) {
		t.Errorf("error %v\nwant HTTP %d, %d %s", err, r.status, r.code, r.message)
	}
	entries := w.journal.Entries(api.JournalFilter{Source: api.SourceAPI})
	if tag := entries[len(entries)-1].Detail["evidence"]; tag != string(r.tag) {
		t.Errorf("evidence %q, want %q", tag, r.tag)
	}
	return got.Message
}

// A malformed header is named in the error's chain, and the word on missing credentials comes without the rest
// of the envelope.
func TestHeaderRefusalsAsAClientGetsThem(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	anonymous := option.WithHeaderDel("Authorization")
	for want, options := range map[string][]option.RequestOption{
		`"error_chain":[{"code":6111,"message":"Invalid format for Authorization header"}]`: {option.WithAPIToken("abc-def")},
		`"error_chain":[{"code":6103,"message":"Invalid format for X-Auth-Key header"}]`: {
			anonymous, option.WithHeader("X-Auth-Key", "short"), option.WithHeader("X-Auth-Email", "a@example.com"),
		},
		`"error_chain":[{"code":6102,"message":"Invalid format for X-Auth-Email header"}]`: {
			anonymous, option.WithHeader("X-Auth-Key", globalKey), option.WithHeader("X-Auth-Email", "no-address"),
		},
		`{"success":false,"errors":[{"code":9106,"message":"Missing X-Auth-Key, X-Auth-Email or Authorization headers"}]}`: {anonymous},
	} {
		client := cloudflare.NewClient(append([]option.RequestOption{
			option.WithBaseURL(w.base()), option.WithAPIToken(tokenValue), option.WithHTTPClient(w.http.Client()),
			option.WithMaxRetries(0),
		}, options...)...)
		_, err := client.DNS.Records.List(t.Context(), dns.RecordListParams{ZoneID: cloudflare.F(w.zoneID())})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v\nwant %s", err, want)
		}
	}
}
