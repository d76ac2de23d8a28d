// Package facts fills a Snapshot: objects of the cluster, records of its DNS provider, DNS answers, results of
// a client on the internet, and logs of the components, all at one moment. What could not be read is a fact too
// and is in Snapshot.Errors.
//
// It knows how to look and nothing of what ought to be: it judges nothing, changes nothing and leaves no watch
// behind. It must never keep a secret: of a Secret it keeps the shape, and every value that it met is struck
// out of whatever else was read.
package facts
