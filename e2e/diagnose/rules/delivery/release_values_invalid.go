package delivery

import (
	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/flux"
)

const valuesInvalidCode diagnose.Code = "release-values-invalid"

func valuesInvalid() kind {
	return kind{
		code:     valuesInvalidCode,
		meaning:  "the values of a HelmRelease do not render with its chart, or do not fit its schema",
		evidence: "the message of a HelmRelease names a template, or the schema of values",
		remedy:   "correct spec.values",
		problem:  "has values that its chart does not render with",
		is: func(s flux.Stop) bool {
			return s.Kind == flux.HelmRelease && has(s.Message, "execution error at", "template:", "values don't meet "+
				"the specifications",
				"failed to render", "parse error", "could not resolve", "unable to build kubernetes objects")
		},
		advise: inGit("correct spec.values"),
	}
}
