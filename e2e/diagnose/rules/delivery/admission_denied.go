package delivery

import (
	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/flux"
)

const admissionDeniedCode diagnose.Code = "admission-denied"

func admissionDenied() kind {
	return kind{
		code: admissionDeniedCode,
		meaning: "an admission webhook or policy denies an object, so that nothing of its Kustomization or release " +
			"is applied",
		evidence: "the message has the denial of a webhook or a ValidatingAdmissionPolicy",
		remedy:   "change the object as the message says, or the policy",
		problem:  "is refused by an admission webhook or policy",
		is: func(s flux.Stop) bool {
			return has(s.Message, "admission webhook", "ValidatingAdmissionPolicy", "failed calling webhook", "denied "+
				"the request")
		},
		advise: inGit("change the object as the message says, or the policy that denies it,"),
	}
}
