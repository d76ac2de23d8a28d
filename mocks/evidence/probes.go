package evidence

import "encoding/json"

// Probes are the requests whose answers are not known yet, or known from one source only; a zone of one's own and a
// token for its DNS are enough. Each leaves the zone as it was.
func Probes() []Recording {
	const records = "/zones/{zone}/dns_records"
	post := func(body string) Step { return Step{Method: "POST", Path: records, Body: json.RawMessage(body)} }
	remove := Step{Method: "DELETE", Path: records + "/{record}"}
	get := func(path string) Step { return Step{Method: "GET", Path: path} }
	return []Recording{
		{Name: "record", Steps: []Step{
			post(`{"type":"A","name":"edgeproof.example.com","content":"192.0.2.1","ttl":300}`),
			get(records + "/{record}"), remove, get(records + "/{record}"),
		}},
		{Name: "type-change", Steps: []Step{
			post(`{"type":"A","name":"edgeproof.example.com","content":"192.0.2.1"}`),
			{
				Method: "PUT", Path: records + "/{record}",
				Body: json.RawMessage(`{"type":"AAAA","name":"edgeproof.example.com","content":"2001:db8::1"}`),
			},
			remove,
		}},
		{Name: "txt-quotes", Steps: []Step{
			post(`{"type":"TXT","name":"edgeproof.example.com","content":"\"left"}`), remove,
		}},
		{Name: "txt-control", Steps: []Step{post(`{"type":"TXT","name":"edgeproof.example.com","content":"a\nb"}`)}},
		{Name: "ds-without-ns", Steps: []Step{post(`{"type":"DS","name":"edgeproof.example.com","data":{"key_tag":1,` +
			`"algorithm":13,"digest_type":2,"digest":"AB0F1B2A2C6D2F8A4B1B1B9C9C9D9D9E9E9F9FA0A0B0B0C0C0D0D0E0E0F0F01A"}}`)}},
		{Name: "asterisk-within", Steps: []Step{
			post(`{"type":"TXT","name":"a-*.edgeproof.example.com","content":"x"}`), remove,
		}},
		{Name: "srv-content", Steps: []Step{
			post(`{"type":"SRV","name":"_s._tcp.example.com","content":"0 5 80 t.example.net"}`),
		}},
		{Name: "self-reference", Steps: []Step{
			post(`{"type":"CNAME","name":"edgeproof.example.com","content":"EdgeProof.example.com"}`),
		}},
		{Name: "unknown-zone", Steps: []Step{
			get("/zones/0123456789abcdef0123456789abcdef"), get("/zones/0123456789abcdef0123456789abcdef/dns_records"),
		}},
		{Name: "paging", Steps: []Step{get(records + "?per_page=0"), get(records + "?page=9999"), get("/zones?page=9999")}},
		{Name: "without-permission", Steps: []Step{
			get("/user"), get("/accounts"), get("/zones/{zone}/pagerules"), get("/zones/{zone}/settings"),
			get("/zones/{zone}/dnssec"), get("/zones/{zone}/ssl/universal/settings"),
		}},
	}
}
