package diagnose

import (
	"github.com/edgeproof/edgeproof/e2e/edge/cloudflare"
	"github.com/edgeproof/edgeproof/e2e/probe"
)

// AtProxy is how the provider's proxy says that it does not serve the host, and the probe that met it; nil where it
// says no such thing.
func (r *Route) AtProxy() (cloudflare.Answer, *probe.Report) {
	for _, rep := range []*probe.Report{r.HTTPS, r.HTTP} {
		if rep == nil || rep.HTTP == nil || rep.HTTP.Status < 400 {
			continue
		}
		if !cloudflare.ByProxy(rep.HTTP.Headers) && !r.Proxied() {
			continue
		}
		if answer, ok := cloudflare.ReadProxy(rep.HTTP.Status, rep.HTTP.Body); ok {
			return answer, rep
		}
	}
	return cloudflare.Answer{}, nil
}
