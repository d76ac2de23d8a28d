// Package cfproxy plays Cloudflare's proxy: the edge addresses that proxied names resolve to, a certificate for each
// zone, and the way from there to the origin under the zone's SSL mode, with the error codes of the real one.
//
// It knows records, TLS and HTTP. It must not know what the origin is, nor who asks.
//
// What it shares with the real one: Universal SSL covers a zone's apex and the names right below it, and no deeper
// name (developers.cloudflare.com/ssl/edge-certificates/universal-ssl/limitations); the modes
// (…/ssl/origin-configuration/ssl-modes); the codes (…/support/troubleshooting/http-status-codes/cloudflare-5xx-errors
// and …/cloudflare-1xxx-errors). What it lacks: caching, rules, Always Use HTTPS, Cloudflare's Origin CA, and a tunnel
// that has a connector.
package cfproxy
