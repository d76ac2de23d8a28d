package diagnose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/probe"
)

func routingNeeds(r *route) []need {
	ns := r.Ingress.Namespace
	return []need{
		{facts.Ingresses, ns},
		{facts.IngressClasses, ""},
		{facts.Services, ns},
		{facts.EndpointSlices, ns},
		{facts.Deployments, r.traefik.space()},
		{facts.Services, r.traefik.space()},
		{facts.Probes, r.Host},
	}
}

// routingWorks asks the ingress controller itself, without DNS and whatever the certificate; the way by name counts where it got there.
func routingWorks(r *route) (State, string) {
	switch {
	case r.ingress == nil:
		return Broken, "no Ingress routes " + r.Host
	case len(r.published) == 0:
		return Broken, ingressName(r.ingress) + ": reports no address"
	case !r.looked(facts.Probes, r.Host):
		return Clear, "" // what was not looked at speaks against nothing
	case r.raw == nil && r.https == nil && r.http == nil:
		return Unknown, r.Host + " was not probed"
	}
	seen := ""
	for _, rep := range []*probe.Report{r.raw, r.https, r.http} {
		if rep == nil || !r.arrived(rep) {
			continue
		}
		if rep.HTTP == nil && rep != r.https && r.https != nil && r.https.HTTP != nil && !bad(r.https.HTTP.Status) {
			continue // from here it is not reached in this way: there may be no plain HTTP, or the address is for elsewhere
		}
		if r.assumed && answered(rep, 404) && r.has(application) {
			continue // nobody said that this path is one of the application's
		}
		if rep.HTTP == nil || bad(rep.HTTP.Status) || loops(rep) {
			e := probed(rep)
			return Broken, e.Source + ": " + e.Text
		}
		if seen == "" {
			seen = fmt.Sprintf("%s answers %d", rep.Request.URL, rep.HTTP.Status)
		}
	}
	if seen == "" && r.assumed && r.has(application) {
		return Clear, "the application answers 404 at the path that was asked for"
	}
	if seen == "" {
		return Unknown, "no probe got to the ingress controller"
	}
	return Clear, seen
}

// arrived reports whether a probe was sent to the ingress controller: not to another address, where a wrong record leads.
func (r *route) arrived(rep *probe.Report) bool {
	if rep.HTTP == nil && (rep.Failed == probe.StepResolve || rep.Failed == probe.StepTLS) {
		return false
	}
	if rep.Request.Address != "" {
		return true
	}
	if rep.Resolve == nil {
		return rep.HTTP != nil
	}
	return slices.ContainsFunc(rep.Resolve.Records, func(a probe.AddressRecord) bool { return slices.Contains(r.published, a.Address) }) ||
		slices.ContainsFunc(rep.Resolve.Chain, func(to string) bool { return slices.Contains(r.published, strings.TrimSuffix(to, ".")) })
}

// secure is the probe over HTTPS that got to the ingress controller; nil for none.
func (r *route) secure() *probe.Report {
	for _, rep := range []*probe.Report{r.raw, r.https} {
		if rep != nil && rep.HTTP != nil {
			return rep
		}
	}
	return nil
}

// isDown reports whether a probe shows that the route does not answer.
func (r *route) isDown() bool {
	rep := r.secure()
	return rep != nil && bad(rep.HTTP.Status)
}

func answers2xx(rep *probe.Report) bool {
	return rep != nil && rep.HTTP != nil && rep.HTTP.Status >= 200 && rep.HTTP.Status < 300
}

// bad reports whether a status says that the route leads nowhere, or that what is behind it fails.
func bad(status int) bool { return status == 404 || status == 421 || status >= 500 }
