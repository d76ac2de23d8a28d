package delivery

import (
	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/flux"
)

const variableMissingCode diagnose.Code = "post-build-variable-missing"

func variableMissing() kind {
	return kind{
		code: variableMissingCode,
		meaning: "a variable of the post-build substitution has no value, or the ConfigMap or Secret with the values " +
			"is not there",
		evidence: "the message of a Kustomization reports the substitution",
		remedy:   "add the variable, or what spec.postBuild.substituteFrom names",
		problem:  "has no value for a post-build variable",
		is: func(s flux.Stop) bool {
			return s.Kind == flux.Kustomization && has(s.Message, "substitute from", "variable substitution "+
				"failed", "variable not set")
		},
		advise: inGit("add the variable to the ConfigMap or Secret that spec.postBuild.substituteFrom names"),
	}
}
