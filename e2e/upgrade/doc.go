// Package upgrade watches what a change of the bundle does: to clients outside, who keep asking all the while, and to what
// the edge keeps, its records, certificates, issuers and definitions.
//
// It gathers evidence and judges nothing: whether a change is good enough is for package verdict to say. How a bundle is
// changed it does not know either; it is given a function that does it.
package upgrade
