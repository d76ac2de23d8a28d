package routing

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/probe"
)

const proxyProtocol diagnose.Code = "proxy-protocol-not-trusted"

func proxyProtocolRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:    proxyProtocol,
		Meaning: "something before the ingress controller sends PROXY headers, which its entry points do not accept",
		Evidence: "the answer to a handshake is no TLS at all, and plain HTTP gets 400; annotations of the " +
			"Service often switch the " +
			"protocol on",
		Remedy: "trust the sender: --entryPoints.NAME.proxyProtocol.trustedIPs; or switch the protocol off at the " +
			"load balancer",
		Blocks: []diagnose.Layer{diagnose.Certificate},
		Find:   ofTraefik(findProxyProtocol),
	}}
}

// findProxyProtocol finds a server that reads "PROXY TCP4 …" where a handshake or a request should be: it answers the
// one as plain HTTP, and the other with 400.
func findProxyProtocol(r *diagnose.Route) []diagnose.Finding {
	rep := noTLS(r)
	if rep == nil || !strings.Contains(rep.Error, "first record does not look like a TLS handshake") &&
		rep.Class != probe.ClassReset && !strings.Contains(rep.Error, "EOF") {
		return nil
	}
	plain := r.HTTP
	if plain == nil || !answered(plain, 400) || !arrived(r, plain) {
		return nil
	}
	object, evidence := r.Traefik.String(), []diagnose.Evidence{diagnose.Probed(rep), diagnose.Probed(plain)}
	trusted := false
	for _, n := range slices.Sorted(maps.Keys(r.Traefik.EntryPoints)) {
		for _, how := range []string{".proxyprotocol.trustedips", ".proxyprotocol.insecure"} {
			if v := r.Traefik.Config.Value("entrypoints." + n + how); v != "" {
				trusted = true
				evidence = append(evidence, diagnose.Fact(r.Traefik.String(), "--entryPoints.%s%s=%s", n, how, v))
			}
		}
	}
	if s := r.Traefik.Service; s != nil {
		object = serviceName(s)
		for _, key := range slices.Sorted(maps.Keys(s.Annotations)) {
			if strings.Contains(strings.ToLower(strings.ReplaceAll(key, "-", "")), "proxyprotocol") {
				evidence = append(
					evidence,
					diagnose.Fact(serviceName(s), "annotation %s: %s", key, s.Annotations[key]),
				)
			}
		}
	}
	if !trusted {
		evidence = append(evidence, diagnose.Fact(r.Traefik.String(), "no entry point trusts PROXY headers"))
	}
	return diagnose.One(
		object,
		fmt.Sprintf("TLS does not begin at %s, and plain HTTP gets 400: something before Traefik sends PROXY "+
			"headers, and its entry points do not accept them from there", r.Host),
		diagnose.Remedy{
			Text: "trust the sender: --entryPoints.web.proxyProtocol.trustedIPs and " +
				"--entryPoints.websecure.proxyProtocol.trustedIPs with the " +
				"addresses of the load balancer; or switch PROXY protocol off there",
		},
		evidence...)
}
