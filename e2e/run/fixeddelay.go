package run

import (
	"runtime/debug"
	"time"

	"github.com/edgeproof/edgeproof/e2e/await"
)

// fixedDelay is the time that the components themselves need in a phase, on the critical path of a run with a new
// cluster; this project cannot shorten it. Measured minimums are of 2 cores with images in the node image.
func fixedDelay(phase string) time.Duration {
	switch phase {
	case "cluster":
		return 14 * time.Second // kubeadm's bring-up: measured 12-16 s
	case "bundle":
		// The charts' own readiness probes, one after the other: cert-manager's webhook is probed 5 s after its start
		// and every 5 s (8 s with its start), external-dns is probed 10 s after its start.
		return 18 * time.Second
	case "specs":
		// Two issuances that cannot overlap: the journey's, and the one after the shared credential is restored. Each is
		// cert-manager's fixed sleep and the 2 s that order, challenge and finalization took at least.
		return 2 * (await.ChallengeDelay + 2*time.Second)
	}
	return 0
}

// Version is the suite's own, as the go command stamped it, "(devel)" where it did not.
func Version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
