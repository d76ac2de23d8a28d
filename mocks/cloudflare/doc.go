// Package cloudflare is Cloudflare's HTTP API for zones, DNS records and token verification, as its clients see
// it: routes, authentication, envelopes, key order, paging, headers, rate limit and refusals.
//
// It knows HTTP and JSON and who may call what. It must not know the record rules, which are package zone's,
// nor DNS, nor injected faults, which wrap this handler.
//
// Routes and encoders are its own, not http.ServeMux's and encoding/json's. The gateway leaves empty segments
// of a path out where ServeMux redirects, answers a malformed identifier as no route, and has bodies of its own
// for no route and for no method. It decides by the kind of route how a caller is refused before anything else
// is read. And a page of 100 records is promised at 0.6 of the rate of bare net/http (mocks/README.md), which
// reflection does not reach.
//
// What it answers is known to different degrees. Package zone's Evidence tags say how each refusal is known,
// and the tables in this package's tests repeat them; what carries zone.Unverified may differ from the real API
// in code or words.
package cloudflare
