package diagnose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/probe"
)

const routerTLS = "traefik.ingress.kubernetes.io/router.tls"

// knownEntryPoints are the entry points of Traefik by its flags, and whether each speaks TLS; nil when its flags name none.
func (x *index) knownEntryPoints() map[string]bool {
	var out map[string]bool
	for flag := range x.traefik.flags {
		n, named := strings.CutPrefix(flag, "entrypoints.")
		n, addressed := strings.CutSuffix(n, ".address")
		if !named || !addressed {
			continue
		}
		if out == nil {
			out = map[string]bool{}
		}
		tls := x.traefik.flag("entrypoints." + n + ".http.tls")
		out[n] = tls != "" && tls != "false"
	}
	return out
}

func findEntryPointMissing(r *route) []Finding {
	for _, n := range r.entryPoints() {
		if _, ok := r.points[n]; ok || r.points == nil {
			continue
		}
		known := make([]string, 0, len(r.points))
		for p := range r.points {
			known = append(known, p)
		}
		slices.Sort(known)
		return finding(ingressName(r.ingress), fmt.Sprintf("the Ingress asks for the entry point %s, which Traefik does not have", n),
			r.dropEntryPoints("name web and websecure, or remove the annotation"),
			says(ingressName(r.ingress), "annotation router.entrypoints %s", list(r.entryPoints())), says(r.traefik.String(), "entry points %s", list(known)))
	}
	return nil
}

func (r *route) dropEntryPoints(text string) Remedy {
	return Remedy{text, fmt.Sprintf("kubectl -n %s annotate ingress %s traefik.ingress.kubernetes.io/router.entrypoints-", r.Ingress.Namespace, r.Ingress.Name)}
}

// findHTTPSOnly404 finds a route that answers on the plain entry point only. A TLS block loads a certificate; it does not make a router
// listen, so the right certificate is shown and then 404.
func findHTTPSOnly404(r *route) []Finding {
	if r.ingress == nil || len(r.points) == 0 || r.has(entryPointMissing) {
		return nil
	}
	asked := r.entryPoints()
	forced := r.ingress.Annotations[routerTLS] == "true"
	speaks := false
	for n, tls := range r.points {
		if len(asked) == 0 || slices.Contains(asked, n) {
			speaks = speaks || tls || (forced && n != "web")
		}
	}
	if rep := r.secure(); speaks || (rep != nil && !bad(rep.HTTP.Status)) {
		return nil
	}
	evidence := []Evidence{says(r.traefik.String(), "entry points with TLS: %s", list(withTLS(r.points)))}
	if len(asked) > 0 {
		evidence = append(evidence, says(ingressName(r.ingress), "annotation router.entrypoints %s", list(asked)))
	}
	for _, rep := range []*probe.Report{r.secure(), r.http} {
		if rep != nil {
			evidence = append(evidence, probed(rep))
		}
	}
	if len(asked) == 0 {
		return finding(r.traefik.String(), "no entry point of Traefik speaks TLS to its routers, so HTTPS finds no route", Remedy{Text: "give it --entryPoints.websecure.http.tls=true"}, evidence...)
	}
	return finding(ingressName(r.ingress), "the Ingress is bound to an entry point without TLS, so HTTPS finds no route", r.dropEntryPoints("remove the annotation, or add websecure to it"), evidence...)
}

func withTLS(points map[string]bool) []string {
	var out []string
	for n, tls := range points {
		if tls {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return out
}

// findHTTPFails finds a route that HTTPS reaches and plain HTTP does not, or that redirects to itself for ever.
func findHTTPFails(r *route) []Finding {
	if r.ingress == nil {
		return nil
	}
	if rep := r.https; rep != nil && loops(rep) {
		if strings.EqualFold(rep.HTTP.Headers["Server"], "cloudflare") && (r.raw == nil || !loops(r.raw)) {
			return finding("record "+r.Host, "Cloudflare asks the origin in plain HTTP, which redirects to HTTPS, which Cloudflare asks in plain HTTP again",
				Remedy{Text: "set the zone's SSL mode to Full (strict), or do not proxy the record"}, probed(rep), says("probe "+rep.Request.URL, "Location %s", rep.HTTP.Headers["Location"]))
		}
		return finding(ingressName(r.ingress), "the route redirects to itself for ever", Remedy{Text: "remove the redirect from the HTTPS router"},
			probed(rep), says("probe "+rep.Request.URL, "Location %s", rep.HTTP.Headers["Location"]))
	}
	if r.http == nil || r.http.HTTP == nil || r.http.HTTP.Status != 404 || !answers2xx(r.secure()) {
		return nil
	}
	evidence := []Evidence{probed(r.http), probed(r.secure())}
	if r.ingress.Annotations[routerTLS] == "true" {
		return finding(ingressName(r.ingress), "the Ingress makes its router speak TLS only, so plain HTTP finds no route", Remedy{
			"remove the annotation", fmt.Sprintf("kubectl -n %s annotate ingress %s %s-", r.Ingress.Namespace, r.Ingress.Name, routerTLS),
		}, append(evidence, says(ingressName(r.ingress), "annotation %s: true", routerTLS))...)
	}
	return finding(ingressName(r.ingress), "the route answers HTTPS, and not plain HTTP", Remedy{Text: "add the entry point web, or redirect it to websecure"}, evidence...)
}

// loops reports whether an answer redirects to what was asked for.
func loops(rep *probe.Report) bool {
	if rep.HTTP == nil || rep.HTTP.Status < 300 || rep.HTTP.Status > 399 {
		return false
	}
	return strings.TrimSuffix(rep.HTTP.Headers["Location"], "/") == strings.TrimSuffix(rep.Request.URL, "/")
}

// findMisdirected finds 421: server name and Host choose different TLS options (RFC 9110 section 15.5.20).
func findMisdirected(r *route) []Finding {
	for _, rep := range []*probe.Report{r.raw, r.https} {
		if rep != nil && rep.HTTP != nil && rep.HTTP.Status == 421 {
			return finding("host "+r.Host, "Traefik finds that the connection was made for a host with other TLS options",
				Remedy{Text: "use the same TLSOption for all hosts that share a certificate"}, probed(rep))
		}
	}
	return nil
}

// findStarved finds a host that gets Traefik's own certificate because of another: Traefik stops at the first TLS block whose Secret is
// missing, and does not load those behind it.
func findStarved(r *route) []Finding {
	if r.block == nil || r.secret == nil || len(r.secret.Certificates) == 0 || !r.looked(facts.Secrets, r.Ingress.Namespace) {
		return nil
	}
	if h := r.shown(); h != nil && h.Verified {
		return nil
	}
	for i := range r.ingress.Spec.TLS {
		block := &r.ingress.Spec.TLS[i]
		if block == r.block {
			return nil
		}
		if block.SecretName == "" || r.secrets[r.named(block.SecretName)] != nil {
			continue
		}
		missing := object("Secret", r.Ingress.Namespace, block.SecretName)
		return finding(missing, fmt.Sprintf("Traefik stops at TLS block %d of the Ingress, whose Secret is missing, and does not load the one of %s", i+1, r.Host),
			Remedy{Text: "see why the certificate of " + list(block.Hosts) + " is not there; or take its TLS block out until it is"},
			says(ingressName(r.ingress), "TLS block %d names %s, not found", i+1, missing), says(object("Secret", r.Ingress.Namespace, r.secret.Name), "has a certificate for %s", r.Host))
	}
	return nil
}

// findAwaited notes that Traefik complains of a Secret that is still to come: that is how it is while a first certificate is issued.
func findAwaited(r *route) []Finding {
	if r.block == nil || r.secret != nil || !r.looked(facts.Secrets, r.Ingress.Namespace) {
		return nil
	}
	text := r.Ingress.Namespace + "/" + r.block.SecretName + " does not exist"
	for i := len(r.traefik.log) - 1; i >= 0; i-- {
		if l := r.traefik.log[i]; strings.Contains(l.Message, text) || strings.Contains(l.Fields["error"], text) {
			return finding(ingressName(r.ingress), "Traefik misses the Secret of the certificate: so it is until the first one is issued", Remedy{Text: "see the certificate layer"}, logged(facts.Traefik, l))
		}
	}
	return nil
}

// findStale finds a certificate that is served though the Secret holds another. A Secret of another namespace may serve the host too, as
// Traefik knows certificates by host; that harms nobody while it verifies.
func findStale(r *route) []Finding {
	h := r.shown()
	if h == nil || len(h.Chain) == 0 || r.secret == nil || len(r.secret.Certificates) == 0 || h.Chain[0].SHA256 == r.secret.Certificates[0].SHA256 || h.Verified || r.has(starves) {
		return nil
	}
	if r.request != nil && r.age(r.request.CreationTimestamp.Time) < settling {
		return nil
	}
	held, served := r.secret.Certificates[0], h.Chain[0]
	if !held.NotAfter.After(r.s.Time) || !slices.ContainsFunc(held.Names, func(n string) bool { return covers(n, r.Host) }) {
		return nil // what it holds is no better
	}
	evidence := []Evidence{
		says("handshake "+r.Host, "%s, serial %s until %s", served.Subject, served.Serial, stamp(served.NotAfter)),
		says(object("Secret", r.secret.Namespace, r.secret.Name), "serial %s until %s", held.Serial, stamp(held.NotAfter)),
	}
	if other := r.served[served.SHA256]; other != nil {
		evidence = append(evidence, says(object("Secret", other.Namespace, other.Name), "holds what is served"))
	}
	return finding(r.traefik.String(), "Traefik does not serve the certificate that the Secret holds", r.restartTraefik("restart Traefik; see whether it reaches the API server and may read Secrets"), evidence...)
}
