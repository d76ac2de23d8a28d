package delivery

import (
	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/flux"
)

const definitionMissingCode diagnose.Code = "definition-missing"

func definitionMissing() kind {
	return kind{
		code: definitionMissingCode,
		meaning: "a Kustomization has objects of a kind that the cluster does not have yet: those that define it " +
			"come by a chart in the same Kustomization, or in none",
		evidence: "a message of the dry run that no resource or no match is found for a kind",
		remedy:   "put the objects into a Kustomization of their own that depends on the one with the definitions",
		problem:  "has objects of a kind that the cluster does not know",
		is: func(s flux.Stop) bool {
			return s.Kind == flux.Kustomization && has(s.Message, "no matches for kind", "the server could not find the "+
				"requested resource",
				"no kind is registered", "CRDs may not be installed")
		},
		advise: inGit("move these objects into a Kustomization of their own, with dependsOn on the one that installs " +
			"their definitions,"),
	}
}
