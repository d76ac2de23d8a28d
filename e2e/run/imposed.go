package run

import (
	"runtime/debug"
	"time"

	"github.com/edgeproof/edgeproof/e2e/await"
)

// imposedOn is how much of a phase the components themselves impose, on the critical path of a run with a cluster made
// anew; nothing that this project does could shorten it. Measured floors are of 2 cores with images in the node image.
func imposedOn(phase string) time.Duration {
	switch phase {
	case "cluster":
		return 14 * time.Second // kubeadm's bring-up: measured 12-16 s
	case "bundle":
		// The charts' own readiness probes, one after the other: cert-manager's webhook is looked at 5 s after its start
		// and every 5 s (8 s with its start), external-dns is looked at 10 s after its start.
		return 18 * time.Second
	case "specs":
		// Two issuances that cannot overlap: the journey's, and the one that shows the shared credential healed. Each is
		// cert-manager's fixed sleep and the 2 s that order, challenge and finalisation took at the least.
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
