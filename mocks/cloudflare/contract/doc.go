// Package contract holds the API of mocks/cloudflare against the real clients, as they are: cert-manager's
// own solver and three generations of Cloudflare's Go library. It has tests only, in a package of their own
// because these clients take long to compile. It knows what the clients promise to their users; it must not
// know how the server works.
package contract
