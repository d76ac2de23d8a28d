package criteria

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/edgeproof/edgeproof/e2e/edge"
	"github.com/edgeproof/edgeproof/e2e/edge/traefik"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/judge"
	"github.com/edgeproof/edgeproof/e2e/probe"
)

// productionRoots is the name that the client on the internet has for the roots it trusts.
const productionRoots = "production"

func dw4() Criterion {
	return Criterion{
		ID: Works, Text: "hostname resolution and HTTPS both succeed for the intended route, from outside, by name",
		Check: reachable,
		Needs: append(issuanceParts(), facts.Services, facts.DNS, facts.Probes), Helps: []facts.Part{facts.Provider},
		Waits: ForCertificate, Shown: ByProbes, Adds: Routes,
	}
}

// reachable judges that each host resolves to the ingress controller and answers over HTTPS and HTTP, by name, for
// the external client.
func reachable(v View) judge.Judgement {
	var j judge.Judgement
	s, t := v.Facts, v.Target
	if len(t.Hosts()) == 0 {
		j.Never("target: names no host: there is no route to judge")
		return j
	}
	address := s.AddressOf(t.Controller)
	if address == "" {
		j.Lacks("Service %s: has no load-balancer address", t.Controller)
	}
	for _, r := range t.Routes {
		j.Take(routeReachable(v, r, address))
	}
	return j
}

func routeReachable(v View, r judge.Route, address string) judge.Judgement {
	var j judge.Judgement
	s := v.Facts
	route, found := s.Route(r.Source)
	if !found {
		j.Lacks("%s: not found", r.Source)
	}
	for _, host := range r.Hosts {
		here := len(j.Reasons)
		if unsynced(v.Target, host) && len(s.DNS[host].Resolver.Addresses) == 0 {
			noRecord(&j, v.Target, host, host)
			continue
		}
		resolves(&j, s, host, address)
		secure(&j, s, r, host)
		plain(&j, s, host)
		if proxied(s, host) {
			atOrigin(&j, s, r, host)
		}
		if len(j.Reasons) == here {
			seen(&j, s, host, address)
		}
	}
	if found && len(j.Reasons) > 0 {
		issued(&j, s, route) // what the objects say of it
	}
	return j
}

// resolves notes what is wrong with the public answer.
func resolves(j *judge.Judgement, s *facts.Snapshot, host, address string) {
	answer := s.DNS[host].Resolver
	switch {
	case answer.Error != "":
		j.Lacks("%s: DNS could not be queried: %s", host, answer.Error)
	case len(answer.Addresses) == 0:
		j.Lacks("%s: DNS answers %s, no address; %s", host, cmp.Or(answer.Rcode, "nothing"), atProvider(s, host))
	case proxied(s, host):
		originOf(j, s, host, address)
	case address != "" && !slices.Equal(answer.Addresses, []string{address}):
		j.Lacks("%s: DNS answers %s, the ingress controller is at %s; %s", host, strings.Join(answer.Addresses, ", "),
			address, atProvider(s, host))
	}
}

// atProvider tells what the provider holds for a host, in short.
func atProvider(s *facts.Snapshot, host string) string {
	if !s.Has(facts.Provider) || len(s.Trouble(facts.Provider)) > 0 {
		return "the provider could not be queried"
	}
	var out []string
	for _, r := range s.RecordsOf(host) {
		if isAddress(r.Type) {
			proxied := ""
			if r.Proxied {
				proxied = " (proxied)"
			}
			out = append(out, r.Type+" "+r.Content+proxied)
		}
	}
	if len(out) == 0 {
		return "the provider has no record of it"
	}
	return "the provider has " + strings.Join(out, ", ")
}

func isAddress(kind string) bool { return kind == "A" || kind == "AAAA" || kind == "CNAME" }

// secure notes what is wrong with HTTPS by name.
func secure(j *judge.Judgement, s *facts.Snapshot, r judge.Route, host string) {
	from := vantage{url: "https://" + host, roots: productionRoots}
	if proxied(s, host) {
		from.roots = publicRoots
	}
	from.secure(j, s, r, host, s.Probes[host].HTTPS)
}

// vantage is where HTTPS is looked at: what it is called, and the roots that its certificate must lead to.
type vantage struct{ url, roots string }

func (at vantage) secure(j *judge.Judgement, s *facts.Snapshot, r judge.Route, host string, rep *probe.Report) {
	switch {
	case rep == nil:
		j.Lacks("%s: was not probed", at.url)
		return
	case rep.Failed == probe.StepResolve:
		unresolved(j, s, at.url, host)
		return
	case rep.Failed != "" && rep.Failed != probe.StepTLS:
		j.Lacks("%s: %s failed, %s: %s", at.url, rep.Failed, rep.Class, rep.Error)
		return
	}
	if rep.TLS != nil && len(rep.TLS.Chain) > 0 {
		at.trusted(j, s, host, rep.TLS)
	} else {
		j.Lacks("%s: no certificate: %s", at.url, cmp.Or(rep.Error, "no handshake"))
	}
	switch {
	case rep.HTTP == nil:
		return
	case rep.HTTP.Status != 200:
		j.Lacks("%s: answers %d, not 200: %s", at.url, rep.HTTP.Status, judge.Short(rep.HTTP.Body))
	case r.Marker != "" && !strings.Contains(rep.HTTP.Body, r.Marker):
		j.Lacks("%s: another application answers: %s", at.url, judge.Short(rep.HTTP.Body))
	}
}

// trusted notes what is wrong with a certificate that was served.
func (at vantage) trusted(j *judge.Judgement, s *facts.Snapshot, host string, h *probe.Handshake) {
	leaf := h.Chain[0]
	before := len(j.Reasons)
	if strings.Contains(leaf.Subject, traefik.DefaultSubject) {
		j.Lacks("%s: Traefik serves its own default certificate: it has none for the host", at.url)
		return
	}
	if !edge.AnyCovers(leaf.SANs, host) {
		j.Lacks("%s: the certificate is for %s", at.url, orNone(leaf.SANs))
	}
	if !leaf.NotAfter.After(s.Time) {
		j.Lacks("%s: the certificate is over since %s", at.url, leaf.NotAfter.UTC().Format(time.RFC3339))
	}
	if leaf.NotBefore.After(s.Time.Add(time.Minute)) { // clocks differ
		j.Lacks("%s: the certificate begins at %s", at.url, leaf.NotBefore.UTC().Format(time.RFC3339))
	}
	switch {
	case h.LeadsTo != "" && h.LeadsTo != at.roots:
		j.Lacks("%s: the certificate leads to the %s root, not to %s (issuer %s)", at.url, h.LeadsTo, at.roots, leaf.Issuer)
	case (!h.Verified || h.TrustedBy != at.roots) && len(j.Reasons) == before:
		j.Lacks("%s: the certificate does not verify against the %s root: %s (issuer %s)", at.url, at.roots,
			cmp.Or(h.VerifyError, "trusted by "+h.TrustedBy), leaf.Issuer)
	}
}

// plain notes what is wrong with HTTP by name. A redirect is as good as a page.
func plain(j *judge.Judgement, s *facts.Snapshot, host string) {
	rep := s.Probes[host].HTTP
	switch {
	case rep == nil:
		j.Lacks("http://%s: was not probed", host)
	case rep.Failed == probe.StepResolve:
		unresolved(j, s, "http://"+host, host)
	case rep.HTTP == nil:
		j.Lacks("http://%s: %s failed, %s: %s", host, rep.Failed, rep.Class, rep.Error)
	case rep.HTTP.Status == 404 || rep.HTTP.Status >= 500:
		j.Lacks("http://%s: answers %d: %s", host, rep.HTTP.Status, judge.Short(rep.HTTP.Body))
	}
}

// unresolved notes that a probe found no address, unless resolves has noted it: a record may come between the
// two questions of a look.
func unresolved(j *judge.Judgement, s *facts.Snapshot, url, host string) {
	if len(s.DNS[host].Resolver.Addresses) > 0 {
		j.Lacks("%s: the name had no address yet when it was probed", url)
	}
}

func certificateSeen(rep *probe.Report) string {
	leaf := rep.TLS.Chain[0]
	return fmt.Sprintf("%d with a certificate of the %s root for %s until %s", rep.HTTP.Status, rep.TLS.TrustedBy,
		strings.Join(leaf.SANs, ", "), leaf.NotAfter.UTC().Format(time.RFC3339))
}
