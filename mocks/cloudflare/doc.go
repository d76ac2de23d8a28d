// Package cloudflare is Cloudflare's HTTP API for zones, DNS records and token verification, as its clients
// see it: routes, authentication, envelopes, key order, paging, headers, rate limit and refusals.
//
// It knows HTTP and JSON and who may call what. It must not know the record rules, which are package zone's,
// nor DNS, nor injected faults, which wrap this handler.
//
// What it answers is known to different degrees. Package zone's Evidence tags say how each refusal is known,
// and the tables in this package's tests repeat them; what carries zone.Unverified may differ from the real
// API in code or words.
package cloudflare
