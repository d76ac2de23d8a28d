// Package survey finds the edge in a bundle: cert-manager, external-dns, the ingress controller, issuers, certificates
// and routes, and what those stand on. Everything else is left out, and counted. It knows which objects belong to the
// edge and how they refer to each other; e2e/edge knows what a component does, and e2e/standin what takes the place of
// what cannot be had. It must not know a cluster.
package survey
