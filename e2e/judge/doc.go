// Package judge says of each criterion whether a snapshot meets it, and if not, which object stands in the way.
// The same holds for what the verification commands print: a text is read as a person would read it.
//
// It does no I/O: equal snapshots and targets give equal judgements, on a saved file as on a live cluster. It
// knows the criteria and the three components; it must not know how facts are collected, who waits for a
// judgement, or how it is reported. It names what is wrong with a criterion, not the root cause of a failure:
// that is a diagnosis.
package judge
