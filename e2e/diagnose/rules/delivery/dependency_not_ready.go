package delivery

import (
	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/flux"
)

const dependencyNotReadyCode diagnose.Code = "dependency-not-ready"

func dependencyNotReady() kind {
	return kind{
		code:    dependencyNotReadyCode,
		meaning: "what it depends on is not there, or depends on it in turn, so it is never applied",
		evidence: "reason DependencyNotReady of an object whose dependencies have no other trouble, or a source or " +
			"dependency of that name does not exist",
		remedy:  "correct dependsOn or sourceRef",
		problem: "is needed, and is not there or is not ready",
		is: func(s flux.Stop) bool {
			return s.Missing || s.State == flux.Waiting && s.Reason == "DependencyNotReady"
		},
		advise: inGit("correct dependsOn or sourceRef of what names it, or add it,"),
	}
}
