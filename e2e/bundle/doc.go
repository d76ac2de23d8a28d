// Package bundle reads a GitOps bundle and renders it to the objects that Flux and Helm would apply. It knows Kustomize, Flux's
// Kustomization, HelmRelease and HelmRepository, and Helm's rules for a first install. It must not know a cluster: everything here
// happens before one is touched, so a malformed bundle costs seconds and is one *Error that names file, object and cure.
//
// What differs from a real reconciliation is written where it differs: ownership labels of Flux and Helm are not added, the lookup
// function of Helm finds nothing, and what Flux reads from the cluster is read from the bundle's own objects.
package bundle
