// Package externaldns holds the API of mocks/cloudflare against external-dns as it is released: programs built
// from its own modules, run as processes of their own over TLS, one synchronization at a time. It has tests
// only, apart from those of package contract because the first run compiles the programs, which takes minutes;
// they are kept in the user's cache folder. It knows what external-dns promises to its users; it must not know
// how the server works.
package externaldns
