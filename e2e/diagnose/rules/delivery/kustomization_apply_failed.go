package delivery

import (
	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/flux"
)

const applyFailedCode diagnose.Code = "kustomization-apply-failed"

func applyFailed() kind {
	return kind{
		code:     applyFailedCode,
		meaning:  "the API server does not take an object of a Kustomization, so that none of them is applied",
		evidence: "a Kustomization is not ready, and its message is that of the API server",
		remedy:   "correct the object that the message names",
		problem:  "is not applied",
		is:       func(s flux.Stop) bool { return s.Kind == flux.Kustomization },
		advise:   inGit("correct the object that the message names"),
	}
}
