// Package bundle reads a GitOps bundle and renders it to the objects that its engine would apply. It knows Kustomize,
// Flux, Argo CD, the Helm controller of k3s, and Helm's rules for a first install; each dialect is a Renderer. It must
// not know a cluster: everything here happens before one is touched. What is wrong with a bundle, or cannot be
// followed from here, is a Finding with file and line, and the rest is read without it; Load refuses such a bundle
// with an *Error.
//
// Nothing that a bundle brings is executed: no plugin of Kustomize, no post-renderer of Helm, no plugin of Argo CD.
// What differs from a real reconciliation is written where it differs: ownership labels of Flux and Helm are not
// added, the lookup function of Helm finds nothing, and what Flux reads from the cluster is read from the bundle's own
// objects.
package bundle
