package routing

import (
	"fmt"
	"time"

	core "k8s.io/api/core/v1"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

func serviceName(s *core.Service) string { return diagnose.Object("Service", s.Namespace, s.Name) }

// settling is how long Traefik may take to write the status of a new Ingress.
const settling = 30 * time.Second

func restartTraefik(r *diagnose.Route, text string) diagnose.Remedy {
	if r.Index.Traefik.Deployment == nil {
		return diagnose.Remedy{Text: text}
	}
	return diagnose.Remedy{
		Text: text,
		Command: fmt.Sprintf(
			"kubectl -n %s rollout restart deployment/%s",
			r.Index.Traefik.Namespace,
			r.Index.Traefik.Name,
		),
	}
}
