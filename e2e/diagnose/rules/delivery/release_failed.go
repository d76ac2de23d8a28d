package delivery

import (
	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/flux"
)

const releaseFailedCode diagnose.Code = "release-failed"

func releaseFailed() kind {
	return kind{
		code:     releaseFailedCode,
		meaning:  "the install or upgrade of a HelmRelease fails, and is tried again",
		evidence: "a HelmRelease is not ready, reason InstallFailed, UpgradeFailed, TestFailed or another",
		remedy:   "correct what made it fail",
		problem:  "fails",
		is:       func(s flux.Stop) bool { return s.Kind == flux.HelmRelease },
		advise:   inGit("correct what made it fail"),
	}
}
