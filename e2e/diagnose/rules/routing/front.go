package routing

import (
	"time"

	core "k8s.io/api/core/v1"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

func serviceName(s *core.Service) string { return diagnose.Object("Service", s.Namespace, s.Name) }

// settling is how long Traefik may take to write the status of a new Ingress.
const settling = 30 * time.Second

func restartTraefik(r *diagnose.Route, text string) diagnose.Remedy {
	if !r.Traefik.Runs() {
		return diagnose.Remedy{Text: text}
	}
	return diagnose.Remedy{
		Text:    text,
		Command: r.Traefik.RolloutRestart(),
	}
}
