// Package upgrade watches the effects of a change of the bundle: on external clients, which send requests all
// the time, and on what the edge keeps, its records, certificates, issuers and definitions.
//
// It gathers evidence and judges nothing: package verdict decides whether a change is good enough. It does not
// know how a bundle is changed either; it is given a function for it.
package upgrade
