package routing

import (
	"fmt"
	"slices"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/probe"
)

func needs(r *diagnose.Route) []diagnose.Need {
	ns := r.Ingress.Namespace
	return []diagnose.Need{
		{Part: facts.Ingresses, Where: ns},
		{Part: facts.IngressClasses, Where: ""},
		{Part: facts.Services, Where: ns},
		{Part: facts.EndpointSlices, Where: ns},
		{Part: facts.Deployments, Where: r.Index.Traefik.Space()},
		{Part: facts.Services, Where: r.Index.Traefik.Space()},
		{Part: facts.Probes, Where: r.Host},
	}
}

// works asks the ingress controller itself, without DNS and whatever the certificate; the way by name counts where it
// got there.
func works(r *diagnose.Route) (diagnose.State, string) {
	switch {
	case r.Source == nil:
		return diagnose.Broken, "no Ingress routes " + r.Host
	case len(r.Published) == 0:
		return diagnose.Broken, r.Source.String() + ": reports no address"
	case !r.Index.Looked(facts.Probes, r.Host):
		return diagnose.Clear, "" // what was not looked at speaks against nothing
	case r.RawIP == nil && r.HTTPS == nil && r.HTTP == nil:
		return diagnose.Unknown, r.Host + " was not probed"
	}
	seen := ""
	for _, rep := range []*probe.Report{r.RawIP, r.HTTPS, r.HTTP} {
		if rep == nil || !arrived(r, rep) {
			continue
		}
		if rep.HTTP == nil && rep != r.HTTPS && r.HTTPS != nil && r.HTTPS.HTTP != nil && !bad(r.HTTPS.HTTP.Status) {
			continue // from here it is not reached in this way: there may be no plain HTTP, or the address is for elsewhere
		}
		if r.Assumed && answered(rep, 404) && r.Has(application) {
			continue // nobody said that this path is one of the application's
		}
		if rep.HTTP == nil || bad(rep.HTTP.Status) || loops(rep) {
			e := diagnose.Probed(rep)
			return diagnose.Broken, e.Source + ": " + e.Text
		}
		if seen == "" {
			seen = fmt.Sprintf("%s answers %d", rep.Request.URL, rep.HTTP.Status)
		}
	}
	if seen == "" && r.Assumed && r.Has(application) {
		return diagnose.Clear, "the application answers 404 at the path that was asked for"
	}
	if seen == "" {
		return diagnose.Unknown, "no probe got to the ingress controller"
	}
	return diagnose.Clear, seen
}

// arrived reports whether a probe was sent to the ingress controller: not to another address, where a wrong record
// leads.
func arrived(r *diagnose.Route, rep *probe.Report) bool {
	if rep.HTTP == nil && (rep.Failed == probe.StepResolve || rep.Failed == probe.StepTLS) {
		return false
	}
	if rep.Request.Address != "" {
		return true
	}
	if rep.Resolve == nil {
		return rep.HTTP != nil
	}
	return slices.ContainsFunc(
		rep.Resolve.Records,
		func(a probe.AddressRecord) bool { return slices.Contains(r.Published, a.Address) },
	) ||
		slices.ContainsFunc(
			rep.Resolve.Chain,
			func(to string) bool { return slices.Contains(r.Published, strings.TrimSuffix(to, ".")) },
		)
}

// secure is the probe over HTTPS that got to the ingress controller; nil for none.
func secure(r *diagnose.Route) *probe.Report {
	for _, rep := range []*probe.Report{r.RawIP, r.HTTPS} {
		if rep != nil && rep.HTTP != nil {
			return rep
		}
	}
	return nil
}

// bad reports whether a status says that the route leads nowhere, or that what is behind it fails.
func bad(status int) bool { return status == 404 || status == 421 || status >= 500 }
