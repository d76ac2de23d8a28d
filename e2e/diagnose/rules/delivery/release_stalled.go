package delivery

import (
	"fmt"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/flux"
)

const releaseStalledCode diagnose.Code = "release-stalled"

func releaseStalled() kind {
	return kind{
		code:     releaseStalledCode,
		meaning:  "an install or upgrade failed as often as it may be tried, and Flux does not try it again",
		evidence: "condition Stalled of a HelmRelease, reason RetriesExceeded or MissingRollbackTarget",
		remedy:   "correct what made it fail, then reset its failures",
		problem:  "has used up its retries",
		is:       func(s flux.Stop) bool { return s.Kind == flux.HelmRelease && s.State == flux.Stalled },
		advise: func(s flux.Stop) diagnose.Remedy {
			return diagnose.Remedy{
				Text:    "correct in Git what made it fail; to try the same once more, reset its failures",
				Command: fmt.Sprintf("flux reconcile helmrelease %s -n %s --reset", s.Name, s.Namespace),
			}
		},
	}
}
