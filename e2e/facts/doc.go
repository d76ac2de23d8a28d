// Package facts fills a Snapshot: what the cluster holds, what its DNS provider holds, what the DNS answers, what a client on the
// internet meets, and what the components logged, all of one moment. What could not be read is a fact too and stands in
// Snapshot.Errors.
//
// It knows how to look and nothing of what ought to be: it judges nothing, changes nothing and leaves no watch behind. It must never
// keep a secret: of a Secret it keeps the shape, and every value that it met is struck out of whatever else was read.
package facts
