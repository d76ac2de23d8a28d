package routing

import (
	"fmt"
	"net/netip"

	core "k8s.io/api/core/v1"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge"
	"github.com/edgeproof/edgeproof/e2e/edge/traefik"
	"github.com/edgeproof/edgeproof/e2e/probe"
)

const (
	addressFails diagnose.Code = "address-fails"
	pathFails    diagnose.Code = "path-fails"
)

func eachRules() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:    addressFails,
		Meaning: "one of the addresses of the name does not answer as the others do",
		Evidence: "a request to each address that the name has, of each family: one is refused, times out, or " +
			"gets an error",
		Remedy:   "remove the record of the address, or let the address lead to the ingress controller",
		Fallback: true,
		Kind:     diagnose.Symptom,
		After:    []diagnose.Code{targetUnreachable, application},
		Find:     findAddressFails,
	}, {
		Code:     pathFails,
		Meaning:  "a path of the route's rules fails, and others do not",
		Evidence: "a request to each path of the rules: 5xx from Traefik itself",
		Remedy:   "look at the Service that the path leads to",
		Fallback: true,
		Kind:     diagnose.Symptom,
		After:    []diagnose.Code{targetUnreachable, application, addressFails},
		Find:     findPathFails,
	}}
}

// lameAddress is the probe of an address that does not answer as it should, nil for none. A client without IPv6 cannot
// tell of such addresses, and those of the provider's proxy are not the user's to remove.
func lameAddress(r *diagnose.Route) *probe.Report {
	if r.Proxied() {
		return nil
	}
	for _, rep := range r.Index.Snapshot.Probes[r.Host].Each {
		at, err := netip.ParseAddr(rep.Request.Address)
		if err == nil && at.Is6() && rep.Class == probe.ClassUnreachable {
			continue
		}
		shown := rep.TLS != nil && len(rep.TLS.Chain) > 0
		if rep.HTTP == nil && !shown || rep.HTTP != nil && bad(rep.HTTP.Status) && !answered(r.HTTPS, rep.HTTP.Status) {
			return rep
		}
	}
	return nil
}

// lamePath is the probe of a path that Traefik itself answers with an error, nil for none.
func lamePath(r *diagnose.Route) *probe.Report {
	for _, rep := range r.Index.Snapshot.Probes[r.Host].Paths {
		if rep.HTTP != nil && rep.HTTP.Status >= 500 && traefik.Answers(rep.HTTP.Body) {
			return rep
		}
	}
	return nil
}

func findAddressFails(r *diagnose.Route) []diagnose.Finding {
	rep := lameAddress(r)
	if rep == nil {
		return nil
	}
	kind := "A"
	if at, err := netip.ParseAddr(rep.Request.Address); err == nil && at.Is6() {
		kind = "AAAA"
	}
	object := "record " + r.Host + " " + kind
	evidence := []diagnose.Evidence{diagnose.Probed(rep)}
	for _, other := range r.Index.Snapshot.Probes[r.Host].Each {
		if other != rep {
			evidence = append(evidence, diagnose.Probed(other))
		}
	}
	return diagnose.One(object, fmt.Sprintf("%s has %d addresses, and %s does not answer as the others do: "+
		"%s", r.Host,
		len(evidence), rep.Request.Address, diagnose.Probed(rep).Text), diagnose.Remedy{
		Text: "remove the record of the address, or let the address lead to the ingress controller; each client " +
			"takes one of them",
	}, evidence...)
}

func findPathFails(r *diagnose.Route) []diagnose.Finding {
	rep := lamePath(r)
	if rep == nil || r.Source == nil {
		return nil
	}
	found := backends(r, func(b *edge.Backend, s *core.Service) []diagnose.Finding {
		if s == nil || rep.Request.URL != "https://"+r.Host+pathTo(r, b) {
			return nil
		}
		return diagnose.One(serviceName(s), fmt.Sprintf("the path %s fails, and others do not: %s", pathTo(r, b),
			diagnose.Probed(rep).Text), diagnose.Remedy{
			Text:    "look at the Service that the path leads to, and at its pods",
			Command: fmt.Sprintf("kubectl -n %s describe service %s", s.Namespace, s.Name),
		}, diagnose.Probed(rep))
	})
	if found != nil {
		return found
	}
	return diagnose.One(r.Source.String(), "a path of the rules fails: "+inShort(rep), diagnose.Remedy{
		Text: "look at the Service that the path leads to",
	}, diagnose.Probed(rep))
}

// pathTo is the path that leads to a backend, "" for none.
func pathTo(r *diagnose.Route, b *edge.Backend) string {
	if r.Rule == nil {
		return ""
	}
	for _, p := range r.Rule.Paths {
		if p.Backend == b {
			return p.Path
		}
	}
	return ""
}
