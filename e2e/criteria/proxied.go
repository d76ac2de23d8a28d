package criteria

import (
	"slices"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/judge"
)

// publicRoots is the name that the client on the internet has for the roots of the certificates of Cloudflare's edge.
const publicRoots = "web"

// tunnels is where the targets of Cloudflare Tunnels are.
const tunnels = ".cfargotunnel.com"

// proxied reports whether Cloudflare's proxy stands before a host. A browser then meets the proxy, and the proxy the
// ingress controller, so both are judged.
func proxied(s *facts.Snapshot, host string) bool {
	return slices.ContainsFunc(s.RecordsOf(host), func(r facts.Record) bool { return r.Proxied && isAddress(r.Type) })
}

// originOf notes when the proxy is led elsewhere than to the ingress controller. The public DNS does not show it.
func originOf(j *judge.Judgement, s *facts.Snapshot, host, address string) {
	for _, r := range s.RecordsOf(host) {
		switch {
		case !isAddress(r.Type):
		case strings.HasSuffix(strings.TrimSuffix(r.Content, "."), tunnels):
			j.Never("%s: its proxied record leads to the tunnel %s, whose connector is not part of what is judged: the proxy "+
				"answers 530", host, r.Content)
		case r.Type != "CNAME" && address != "" && r.Content != address:
			j.Lacks("%s: its proxied record leads to %s, the ingress controller is at %s", host, r.Content, address)
		}
	}
}

// atOrigin notes what is wrong with HTTPS as the proxy meets it: at the ingress controller, with the host's name.
func atOrigin(j *judge.Judgement, s *facts.Snapshot, r judge.Route, host string) {
	vantage{url: "https://" + host + " at the origin", roots: productionRoots}.secure(j, s, r, host, s.Probes[host].RawIP)
}

// seen is the evidence for a host in order.
func seen(j *judge.Judgement, s *facts.Snapshot, host, address string) {
	if !proxied(s, host) {
		j.Saw("%s: %s by the public DNS, HTTPS %s", host, address, certificateSeen(s.Probes[host].HTTPS))
		return
	}
	j.Saw("%s: Cloudflare's proxy at %s by the public DNS, HTTPS %s", host,
		strings.Join(s.DNS[host].Resolver.Addresses, ", "), certificateSeen(s.Probes[host].HTTPS))
	j.Saw("%s at the origin, %s: HTTPS %s", host, address, certificateSeen(s.Probes[host].RawIP))
}
