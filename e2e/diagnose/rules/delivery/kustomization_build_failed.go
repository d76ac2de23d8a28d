package delivery

import (
	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/flux"
)

const buildFailedCode diagnose.Code = "kustomization-build-failed"

func buildFailed() kind {
	return kind{
		code:     buildFailedCode,
		meaning:  "the folder of a Kustomization cannot be built: a file, a patch or the path itself is wrong",
		evidence: "reason BuildFailed, or a message that the path is not found",
		remedy:   "correct the file that the message names",
		problem:  "cannot be built",
		is: func(s flux.Stop) bool {
			return s.Kind == flux.Kustomization && (s.Reason == "BuildFailed" || has(s.Message, "kustomization path not found",
				"kustomize build failed"))
		},
		advise: inGit("correct what the message names"),
	}
}
