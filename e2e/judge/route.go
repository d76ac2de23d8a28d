package judge

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/edgeproof/edgeproof/e2e/edge"
	"github.com/edgeproof/edgeproof/e2e/edge/traefik"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/probe"
)

// productionRoots is the name that the client on the internet has for the roots it trusts.
const productionRoots = "production"

// reachable judges DW-4: each host resolves to the ingress controller and answers over HTTPS and HTTP, from
// outside, by name.
func reachable(s *facts.Snapshot, t Target) Judgement {
	var j Judgement
	if len(t.Hosts()) == 0 {
		j.never("target: names no host: there is no route to judge")
		return j
	}
	address := s.AddressOf(t.Controller)
	if address == "" {
		j.lacks("Service %s: has no load-balancer address", t.Controller)
	}
	for _, r := range t.Routes {
		before := len(j.Reasons)
		ingress, found := s.Ingress(r.Ingress)
		if !found {
			j.lacks("Ingress %s: not found", r.Ingress)
		}
		for _, host := range r.Hosts {
			here := len(j.Reasons)
			resolves(&j, s, host, address)
			secure(&j, s, r, host)
			plain(&j, s, host)
			if len(j.Reasons) == here {
				j.saw("%s: %s by the public DNS, HTTPS %s", host, address, certificateSeen(s.Probes[host].HTTPS))
			}
		}
		if found && len(j.Reasons) > before {
			issued(&j, s, edge.FromIngress(ingress)) // what the objects say of it
		}
	}
	return j
}

// resolves notes what is wrong with the public answer.
func resolves(j *Judgement, s *facts.Snapshot, host, address string) {
	answer := s.DNS[host].Resolver
	switch {
	case answer.Error != "":
		j.lacks("%s: DNS could not be asked: %s", host, answer.Error)
	case len(answer.Addresses) == 0:
		j.lacks("%s: DNS answers %s, no address; %s", host, orWord(answer.Rcode, "nothing"), atProvider(s, host))
	case address != "" && !slices.Equal(answer.Addresses, []string{address}):
		j.lacks("%s: DNS answers %s, the ingress controller is at %s; %s", host, strings.Join(answer.Addresses, ", "),
			address, atProvider(s, host))
	}
}

// atProvider tells what the provider holds for a host, in short.
func atProvider(s *facts.Snapshot, host string) string {
	if !s.Has(facts.Provider) || len(s.Trouble(facts.Provider)) > 0 {
		return "the provider could not be asked"
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
func secure(j *Judgement, s *facts.Snapshot, r Route, host string) {
	rep := s.Probes[host].HTTPS
	switch {
	case rep == nil:
		j.lacks("https://%s: was not probed", host)
		return
	case rep.Failed == probe.StepResolve:
		unresolved(j, s, "https://"+host, host)
		return
	case rep.Failed != "" && rep.Failed != probe.StepTLS:
		j.lacks("https://%s: %s failed, %s: %s", host, rep.Failed, rep.Class, rep.Error)
		return
	}
	if rep.TLS != nil && len(rep.TLS.Chain) > 0 {
		trusted(j, s, host, rep.TLS)
	} else {
		j.lacks("https://%s: no certificate: %s", host, orWord(rep.Error, "no handshake"))
	}
	switch {
	case rep.HTTP == nil:
		return
	case rep.HTTP.Status != 200:
		j.lacks("https://%s: answers %d, not 200: %s", host, rep.HTTP.Status, short(rep.HTTP.Body))
	case r.Marker != "" && !strings.Contains(rep.HTTP.Body, r.Marker):
		j.lacks("https://%s: another application answers: %s", host, short(rep.HTTP.Body))
	}
}

// trusted notes what is wrong with a certificate that was served.
func trusted(j *Judgement, s *facts.Snapshot, host string, h *probe.Handshake) {
	leaf := h.Chain[0]
	before := len(j.Reasons)
	if strings.Contains(leaf.Subject, traefik.DefaultSubject) {
		j.lacks("https://%s: Traefik serves its own default certificate: it has none for the host", host)
		return
	}
	if !edge.AnyCovers(leaf.SANs, host) {
		j.lacks("https://%s: the certificate is for %s", host, orNone(leaf.SANs))
	}
	if !leaf.NotAfter.After(s.Time) {
		j.lacks("https://%s: the certificate is over since %s", host, leaf.NotAfter.UTC().Format(time.RFC3339))
	}
	if leaf.NotBefore.After(s.Time.Add(time.Minute)) { // clocks differ
		j.lacks("https://%s: the certificate begins at %s", host, leaf.NotBefore.UTC().Format(time.RFC3339))
	}
	switch {
	case h.LeadsTo != "" && h.LeadsTo != productionRoots:
		j.lacks("https://%s: the certificate leads to the %s root, not to production (issuer %s)", host, h.LeadsTo,
			leaf.Issuer)
	case (!h.Verified || h.TrustedBy != productionRoots) && len(j.Reasons) == before:
		j.lacks("https://%s: the certificate does not verify against the production root: %s (issuer %s)", host,
			orWord(h.VerifyError, "trusted by "+h.TrustedBy), leaf.Issuer)
	}
}

// plain notes what is wrong with HTTP by name. A redirect is as good as a page.
func plain(j *Judgement, s *facts.Snapshot, host string) {
	rep := s.Probes[host].HTTP
	switch {
	case rep == nil:
		j.lacks("http://%s: was not probed", host)
	case rep.Failed == probe.StepResolve:
		unresolved(j, s, "http://"+host, host)
	case rep.HTTP == nil:
		j.lacks("http://%s: %s failed, %s: %s", host, rep.Failed, rep.Class, rep.Error)
	case rep.HTTP.Status == 404 || rep.HTTP.Status >= 500:
		j.lacks("http://%s: answers %d: %s", host, rep.HTTP.Status, short(rep.HTTP.Body))
	}
}

// unresolved notes that a probe found no address, unless resolves has said so: a record may come between the
// two questions of a look.
func unresolved(j *Judgement, s *facts.Snapshot, url, host string) {
	if len(s.DNS[host].Resolver.Addresses) > 0 {
		j.lacks("%s: the name had no address yet when it was probed", url)
	}
}

func certificateSeen(rep *probe.Report) string {
	leaf := rep.TLS.Chain[0]
	return fmt.Sprintf("%d with a certificate of the %s root for %s until %s", rep.HTTP.Status, rep.TLS.TrustedBy,
		strings.Join(leaf.SANs, ", "), leaf.NotAfter.UTC().Format(time.RFC3339))
}

func orWord(text, other string) string {
	if text == "" {
		return other
	}
	return text
}
