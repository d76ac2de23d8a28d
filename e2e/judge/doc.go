// Package judge holds what is expected of an edge, Target, and what is found of it, Judgement.
//
// A target is the names of the specification, completed by what a bundle states. The package knows no criterion:
// those are values of package criteria, which make judgements. It does no I/O.
package judge
