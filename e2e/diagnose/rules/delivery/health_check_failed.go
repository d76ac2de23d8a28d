package delivery

import (
	"fmt"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/flux"
)

const healthCheckFailedCode diagnose.Code = "health-check-failed"

func healthCheckFailed() kind {
	return kind{
		code:     healthCheckFailedCode,
		meaning:  "what a Kustomization applied does not become ready, so that nothing that depends on it is applied",
		evidence: "reason HealthCheckFailed; the message names the objects",
		remedy:   "find out why the objects that the message names are not ready",
		problem:  "waits for objects that do not become ready",
		is:       func(s flux.Stop) bool { return s.Kind == flux.Kustomization && s.Reason == healthCheck },
		advise: func(s flux.Stop) diagnose.Remedy {
			return diagnose.Remedy{
				Text:    "find out why the objects that the message names are not ready; the objects are applied",
				Command: fmt.Sprintf("flux tree kustomization %s -n %s", s.Name, s.Namespace),
			}
		},
	}
}
