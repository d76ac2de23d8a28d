// Package survey finds the edge in a bundle: cert-manager, external-dns, the ingress controller, issuers, certificates and routes, and
// what those stand on. Everything else is left out, and counted. It knows which objects belong to the edge and how they refer to each
// other; what a component does is asked of e2e/edge, and what takes the place of what cannot be had of e2e/standin. It must not know a
// cluster.
package survey
