package routing

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/cloudflare"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/probe"
)

func needs(r *diagnose.Route) []diagnose.Need {
	ns := r.Ingress.Namespace
	if r.Source != nil && r.Source.OnlyNames() {
		return []diagnose.Need{{Part: r.Part(), Where: ns}}
	}
	return []diagnose.Need{
		{Part: r.Part(), Where: ns},
		{Part: facts.IngressClasses, Where: ""},
		{Part: facts.Services, Where: ns},
		{Part: facts.EndpointSlices, Where: ns},
		{Part: facts.Deployments, Where: r.Traefik.Space()},
		{Part: facts.Services, Where: r.Traefik.Space()},
		{Part: facts.Probes, Where: r.Host},
	}
}

// works asks the ingress controller itself, without DNS and whatever the certificate, and by name, as anybody would: a
// route works when both got to the application, or the one that can be asked from here.
func works(r *diagnose.Route) (diagnose.State, string) {
	switch {
	case r.Source == nil:
		return diagnose.Broken, "no route has the host " + r.Host
	case r.Source.OnlyNames():
		return diagnose.Clear, r.Source.String() + " gives the host an address; what answers there is not checked"
	case r.Source.Opaque:
		return worksOpaque(r)
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
			continue // the path was assumed, not given
		}
		if rep == r.HTTP && answered(rep, 404) && secureOnly(r) {
			continue // it takes no plain HTTP by its own settings
		}
		if rep.HTTP == nil || bad(rep.HTTP.Status) || loops(rep) {
			return diagnose.Broken, inShort(rep)
		}
		if state := refusal(r, rep); state != diagnose.Clear {
			return state, inShort(rep) + ", and not by the application"
		}
		if seen == "" {
			seen = fmt.Sprintf("%s answers %d", rep.Request.URL, rep.HTTP.Status)
		}
	}
	state, named := byName(r)
	if state != diagnose.Clear {
		return state, named
	}
	for _, rep := range []*probe.Report{lameAddress(r), lamePath(r)} {
		if rep != nil {
			return diagnose.Broken, inShort(rep)
		}
	}
	seen = cmp.Or(seen, named)
	if seen == "" && r.Assumed && r.Has(application) {
		return diagnose.Clear, "the application answers 404 at the requested path"
	}
	if seen == "" {
		return diagnose.Unknown, "no probe reached the ingress controller"
	}
	return diagnose.Clear, seen
}

// inShort is what a probe met, in one line.
func inShort(rep *probe.Report) string {
	e := diagnose.Probed(rep)
	return e.Source + ": " + e.Text
}

// byName judges the way by name where it does not lead to the controller's own address: to the provider's proxy, or to
// what is published in place of that address. While the DNS is not as it should be, that explains it.
func byName(r *diagnose.Route) (diagnose.State, string) {
	rep := r.HTTPS
	if rep == nil || rep.Failed == probe.StepResolve || arrived(r, rep) || !r.Unexplained(diagnose.DNS) ||
		!publicly(r, rep) {
		return diagnose.Clear, ""
	}
	if rep.HTTP == nil {
		return diagnose.Broken, inShort(rep)
	}
	if at, _ := r.AtProxy(); at.Fault == cloudflare.OfCertificate || at.Fault == cloudflare.OfRecord {
		return diagnose.Clear, "" // which is for the layers of the certificate and of DNS to judge
	}
	status := rep.HTTP.Status
	switch {
	case status != 403 && status != 429 && !bad(status):
		return diagnose.Clear, fmt.Sprintf("%s answers %d", rep.Request.URL, status)
	case answered(r.RawIP, status), r.Assumed && status == 404 && r.Has(application):
		return diagnose.Clear, "" // the controller answers the same, and was judged by it
	}
	return diagnose.Broken, inShort(rep)
}

// publicly reports whether a probe went to an address that the public DNS gives, not to one that only the client's own
// resolver knows.
func publicly(r *diagnose.Route, rep *probe.Report) bool {
	if !r.Asked || rep.Resolve == nil {
		return true
	}
	known := slices.Concat(r.Answers.Authority.Addresses, r.Answers.Resolver.Addresses)
	return len(known) == 0 || slices.ContainsFunc(rep.Resolve.Records, func(a probe.AddressRecord) bool {
		return slices.Contains(known, a.Address)
	})
}

// refusal says of 403 and 429 whether the controller itself answers so, by a middleware of its own: Broken where its
// access log has no answer of a backend, Unknown where only the words are those that it uses, Clear otherwise.
func refusal(r *diagnose.Route, rep *probe.Report) diagnose.State {
	if r.Foreign || rep.HTTP.Status != 403 && rep.HTTP.Status != 429 {
		return diagnose.Clear
	}
	if l := r.Traefik.Logged.Access[r.Host]; l != nil {
		switch l.Fields["OriginStatus"] {
		case fmt.Sprint(rep.HTTP.Status):
			return diagnose.Clear
		case "", "0":
			return diagnose.Broken
		}
	}
	if words := strings.TrimSpace(rep.HTTP.Body); words == "Forbidden" || words == "Too Many Requests" {
		return diagnose.Unknown
	}
	return diagnose.Clear
}

// arrived reports whether a probe was sent to the ingress controller: not to another address, where a wrong record
// leads. One that failed in the handshake was, unless a certificate was shown and only that is wrong.
func arrived(r *diagnose.Route, rep *probe.Report) bool {
	shown := rep.TLS != nil && len(rep.TLS.Chain) > 0
	if rep.HTTP == nil && (rep.Failed == probe.StepResolve || rep.Failed == probe.StepTLS && shown) {
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
