package routing

import (
	"fmt"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/cloudflare"
	"github.com/edgeproof/edgeproof/e2e/probe"
)

const (
	proxyOrigin    diagnose.Code = "proxy-origin-unreachable"
	proxyHandshake diagnose.Code = "proxy-origin-handshake"
	proxyRefuses   diagnose.Code = "proxy-refuses-client"
	proxyNoTLS     diagnose.Code = "proxy-without-certificate"
	tunnelDown     diagnose.Code = "tunnel-down"
)

func proxyRules() []diagnose.Rule {
	after := []diagnose.Code{
		traefikDown,
		networkDenies,
		sniStrict,
		tlsOptionMissing,
		targetUnreachable,
		staleIngressStatus,
	}
	return []diagnose.Rule{{
		Code:    proxyOrigin,
		Meaning: "Cloudflare's proxy does not get an answer from the origin",
		Evidence: "520 to 524, or 530 without a code of its own, by name; the request to the address itself tells " +
			"whether the origin " +
			"answers others",
		Remedy: "let Cloudflare's addresses reach ports 80 and 443 of the origin; when no client reaches it, start " +
			"with the origin",
		After: after,
		Kind:  diagnose.Symptom,
		Find:  findProxyOrigin,
	}, {
		Code:     proxyHandshake,
		Meaning:  "the TLS handshake between Cloudflare's proxy and the origin fails",
		Evidence: "525 by name; the handshake at the address itself fails too, or another one is shown there",
		Remedy:   "let the origin speak TLS for the host: a certificate that is loaded, TLS 1.2 or later",
		After:    after,
		Kind:     diagnose.Symptom,
		Find:     findProxyHandshake,
	}, {
		Code:     tunnelDown,
		Meaning:  "no cloudflared is connected to the tunnel that the record leads to",
		Evidence: "530 with error 1033 by name",
		Remedy:   "start cloudflared, with the credentials of this tunnel",
		Kind:     diagnose.Cause,
		Find:     findTunnelDown,
	}, {
		Code: proxyRefuses,
		Meaning: "a setting of the zone at Cloudflare refuses the client: its firewall, a rate limit, a " +
			"challenge for browsers",
		Evidence: "403, 409, 429 or 503 with a code of Cloudflare's own by name, and another answer at the " +
			"address itself",
		Remedy: "look into Security Events of the zone, and let the client through",
		Find:   findProxyRefuses,
	}, {
		Code: proxyNoTLS,
		Meaning: "Cloudflare's proxy has no certificate for the host: its universal certificates cover the zone " +
			"and one label below",
		Evidence: "the handshake by name fails before a certificate is shown, or shows one for other names; the " +
			"record is proxied and the host has " +
			"more than one label below the zone",
		Remedy: "use a host with one label below the zone, order an advanced certificate, or do not proxy the record",
		Find:   findProxyNoTLS,
	}}
}

// atOrigin tells how the address itself answers.
func atOrigin(r *diagnose.Route) []diagnose.Evidence {
	if r.RawIP == nil {
		return nil
	}
	return []diagnose.Evidence{diagnose.Probed(r.RawIP)}
}

func findProxyOrigin(r *diagnose.Route) []diagnose.Finding {
	answer, rep := r.AtProxy()
	if rep == nil || answer.Fault != cloudflare.OfOrigin {
		return nil
	}
	object, origin := "origin "+r.Address, r.Address
	if r.Address == "" {
		object, origin = "origin of "+r.Host, "the origin"
	}
	why := "no probe of the address itself was made"
	remedy := "let Cloudflare's addresses (https://www.cloudflare.com/ips/) reach ports 80 and 443 of the origin"
	switch raw := r.RawIP; {
	case raw == nil:
	case raw.Failed == probe.StepConnect:
		why = fmt.Sprintf("the address %s does not answer others either: %s", origin, raw.Class)
		remedy = "find out why nothing listens at the origin: load balancer, port forwarding, firewall; then " + remedy
	case raw.HTTP != nil && !bad(raw.HTTP.Status):
		why = fmt.Sprintf(
			"others get an answer at %s, so a firewall before the origin keeps Cloudflare out, or the record has "+
				"another "+
				"address",
			origin,
		)
		remedy += "; a firewall before it drops what comes from there"
	default:
		why = fmt.Sprintf("at %s itself: %s", origin, diagnose.Probed(raw).Text)
	}
	return diagnose.One(object, fmt.Sprintf("Cloudflare's proxy answers %s: %s; %s", answer, answer.Meaning, why),
		diagnose.Remedy{Text: remedy}, append([]diagnose.Evidence{diagnose.Probed(rep)}, atOrigin(r)...)...)
}

func findProxyHandshake(r *diagnose.Route) []diagnose.Finding {
	answer, rep := r.AtProxy()
	if rep == nil || answer.Fault != cloudflare.OfHandshake {
		return nil
	}
	return diagnose.One(
		"origin "+r.Address,
		fmt.Sprintf("Cloudflare's proxy answers %s: %s", answer, answer.Meaning),
		diagnose.Remedy{
			Text: "let the origin speak TLS for the host: a certificate that is loaded for it, and TLS 1.2 or " +
				"later on port 443",
		},
		append([]diagnose.Evidence{diagnose.Probed(rep)}, atOrigin(r)...)...)
}

func findTunnelDown(r *diagnose.Route) []diagnose.Finding {
	answer, rep := r.AtProxy()
	if rep == nil || answer.Fault != cloudflare.OfTunnel {
		return nil
	}
	tunnel := "tunnel of " + r.Host
	evidence := []diagnose.Evidence{diagnose.Probed(rep)}
	for _, rec := range r.Records {
		if strings.HasSuffix(rec.Content, cloudflare.TunnelDomain) {
			tunnel, evidence = "tunnel "+rec.Content, append(evidence, rec.Evidence())
		}
	}
	return diagnose.One(
		tunnel,
		fmt.Sprintf("Cloudflare's proxy answers %s: %s", answer, answer.Meaning),
		diagnose.Remedy{
			Text:    "start cloudflared with the credentials of this tunnel, and read its log",
			Command: "kubectl get pods -A -l app.kubernetes.io/name=cloudflared",
		},
		evidence...)
}

func findProxyRefuses(r *diagnose.Route) []diagnose.Finding {
	answer, rep := r.AtProxy()
	if rep == nil || answer.Fault != cloudflare.OfClient || answered(r.RawIP, answer.Status) {
		return nil
	}
	return diagnose.One(
		"zone "+r.ZoneName(),
		fmt.Sprintf("Cloudflare refuses the client with %s: %s; the origin is not asked", answer,
			answer.Meaning),
		diagnose.Remedy{
			Text: "look into the zone's Security Events for the rule, and let the client through; what is meant " +
				"for browsers stops programs, too",
		},
		append([]diagnose.Evidence{diagnose.Probed(rep)}, atOrigin(r)...)...)
}

func findProxyNoTLS(r *diagnose.Route) []diagnose.Finding {
	rep := r.HTTPS
	if rep == nil || rep.Failed != probe.StepTLS || rep.HTTP != nil && rep.TLS != nil && rep.TLS.Verified ||
		r.Zone == nil ||
		!r.Proxied() {
		return nil
	}
	below, ok := strings.CutSuffix(r.Host, "."+r.Zone.Name)
	if !ok || !strings.Contains(below, ".") {
		return nil
	}
	return diagnose.One(
		"record "+r.Host,
		fmt.Sprintf("%s is proxied and has more than one label below %s, which Cloudflare's universal "+
			"certificates do not cover: %s", r.Host, r.Zone.Name, rep.Error),
		diagnose.Remedy{
			Text: "use a host with one label below the zone, order an advanced certificate for it at Cloudflare, " +
				"or do not proxy the record",
		},
		diagnose.Probed(rep),
		diagnose.Fact("zone "+r.Zone.Name, "%s is %d labels below", r.Host, strings.Count(below, ".")+1),
	)
}
