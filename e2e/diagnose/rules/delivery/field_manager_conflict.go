package delivery

import (
	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/flux"
)

const fieldConflictCode diagnose.Code = "field-manager-conflict"

func fieldConflict() kind {
	return kind{
		code:     fieldConflictCode,
		meaning:  "another field manager owns a field that Git sets, and the apply does not take it over",
		evidence: "the message of the apply reports a conflict, with the name of the other manager",
		remedy:   "remove the field from one of the two",
		problem:  "conflicts with another field manager",
		is: func(s flux.Stop) bool {
			return has(s.Message, "conflict with \"", "conflicts with", "Apply failed with", "fieldmanager")
		},
		advise: inGit("remove the field from the one or the other; the message names the manager and the field;"),
	}
}
