package delivery

import (
	"fmt"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/flux"
)

const suspendedCode diagnose.Code = "delivery-suspended"

func suspended() kind {
	return kind{
		code:    suspendedCode,
		meaning: "somebody suspended the object that delivers it, and nothing that is new in Git arrives",
		evidence: "spec.suspend of a source, a Kustomization or a HelmRelease is true, and its source has another " +
			"revision than the cluster",
		remedy:  "resume it",
		problem: "is suspended",
		is:      func(s flux.Stop) bool { return s.State == flux.Suspended },
		advise: func(s flux.Stop) diagnose.Remedy {
			return diagnose.Remedy{
				Text:    "resume it, or take spec.suspend out of Git where it stands there",
				Command: fmt.Sprintf("flux resume %s %s -n %s", resource(s.Kind), s.Name, s.Namespace),
			}
		},
	}
}
