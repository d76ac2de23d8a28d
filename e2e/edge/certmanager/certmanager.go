// Package certmanager knows how cert-manager behaves: which annotations ask it for a certificate and from whom, how
// its objects follow each other from a Certificate down to its challenges, what their conditions mean, when it tries
// again, which solver it picks and where that takes its credential from (cert-manager v1.19 to v1.21, read in
// source).
//
// It reads plain data and Kubernetes types, and does no I/O. It must not know how facts are collected, nor judge or
// explain: one place says what cert-manager does, and the rooms above ask here.
package certmanager

import "time"

// The fixed delays of cert-manager.
const (
	// SelfCheckDelay is what it waits after a DNS-01 self-check has succeeded, in one of its workers
	// (pkg/controller/acmechallenges, "give other nameservers time").
	SelfCheckDelay = 60 * time.Second
	// FirstRetry is the wait after a first failed issuance; it doubles with each further one, up to MaxRetry
	// (pkg/controller/certificates/trigger).
	FirstRetry = time.Hour
	MaxRetry   = 32 * time.Hour
	// MaxChallenges is how many challenges it works on at a time (--max-concurrent-challenges).
	MaxChallenges = 60
)

// Group is the API group of its own issuers. An issuer of another group is somebody else's controller.
const Group = "cert-manager.io"
