package routing

import (
	"fmt"
	"strings"

	core "k8s.io/api/core/v1"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge"
	"github.com/edgeproof/edgeproof/e2e/edge/traefik"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

const (
	transportMissing diagnose.Code = "servers-transport-missing"
	backendTLS       diagnose.Code = "backend-tls-fails"
	externalName     diagnose.Code = "externalname-refused"
)

func transportRules() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:     externalName,
		Meaning:  "the backend is a Service of type ExternalName, which Traefik does not take",
		Evidence: "the type of the Service, and no allowExternalNameServices of the provider that takes the route",
		Remedy:   "set allowExternalNameServices of the provider",
		Find:     ofTraefik(findExternalName),
	}, {
		Code:    transportMissing,
		Meaning: "the Service names a ServersTransport that Traefik does not have",
		Evidence: "the annotation service.serverstransport names no ServersTransport that there is; 500 from " +
			"Traefik itself",
		Remedy: "create the ServersTransport, or correct the annotation: NAMESPACE-NAME@kubernetescrd",
		Find:   ofTraefik(findTransportMissing),
	}, {
		Code:    backendTLS,
		Meaning: "Traefik asks the application by HTTPS and does not trust its certificate, or it speaks plain HTTP",
		Evidence: "500 or 502 from Traefik itself, and a port that is 443 or called https, or the annotation " +
			"serversscheme; at debug level " +
			"its log has the x509 error",
		Remedy: "name the CA in a ServersTransport and the ServersTransport in the Service, or speak plain HTTP",
		After:  []diagnose.Code{transportMissing, backendNoEndpoints, networkDenies},
		Find:   ofTraefik(findBackendTLS),
	}}
}

func findExternalName(r *diagnose.Route) []diagnose.Finding {
	if r.Source == nil || !fails(r) {
		return nil
	}
	return backends(r, func(_ *edge.Backend, s *core.Service) []diagnose.Finding {
		if s == nil || s.Spec.Type != core.ServiceTypeExternalName || !r.Traefik.Runs() ||
			r.Traefik.Config.Unread != "" {
			return nil
		}
		provider := providerOf(r)
		if provider == "" || r.Traefik.Config.AllowsExternalName(provider) {
			return nil
		}
		evidence := []diagnose.Evidence{
			diagnose.Fact(serviceName(s), "type ExternalName, %s", s.Spec.ExternalName),
			diagnose.Fact(r.Traefik.String(), "no flag --%s.allowexternalnameservices", provider.Section()),
		}
		for _, l := range errorsOf(r) {
			if strings.Contains(strings.ToLower(l.Fields["error"]), "externalname") {
				evidence = append(evidence, diagnose.Logged(facts.Traefik, l))
				break
			}
		}
		return diagnose.One(
			serviceName(s),
			serviceName(s)+" is of type ExternalName, and Traefik does not take these",
			diagnose.Remedy{
				Text: "set --" + provider.Section() + ".allowexternalnameservices=true, or use a Service with a " +
					"selector or " +
					"endpoints",
			},
			evidence...)
	})
}

func findTransportMissing(r *diagnose.Route) []diagnose.Finding {
	if !fails(r) {
		return nil
	}
	return backends(r, func(_ *edge.Backend, s *core.Service) []diagnose.Finding {
		if s == nil {
			return nil
		}
		for _, n := range traefik.Names(s.Annotations[traefik.TransportAnnotation]) {
			object, why, remedy, seen, absent := serversTransport(r, n).absence(r, serviceName(s))
			if absent {
				return diagnose.One(
					object,
					why+", so Traefik cannot ask the pods of "+serviceName(s),
					diagnose.Remedy{Text: remedy},
					diagnose.Fact(
						serviceName(s),
						"annotation service.serverstransport %s",
						n,
					),
					seen,
					diagnose.Probed(failing(r)),
				)
			}
		}
		return nil
	})
}

// findBackendTLS finds an application that Traefik asks by HTTPS, by the number or the name of the port or by
// annotation, and that it gets no answer from.
func findBackendTLS(r *diagnose.Route) []diagnose.Finding {
	rep := failing(r)
	if !answered(rep, 500, 502) || !traefik.Answers(rep.HTTP.Body) ||
		r.Has(transportMissing, backendNoEndpoints, networkDenies) {
		return nil
	}
	return backends(r, func(b *edge.Backend, s *core.Service) []diagnose.Finding {
		if s == nil {
			return nil
		}
		why := byHTTPS(b, s)
		if why == "" || rep.HTTP.Status == 502 && r.Traefik.Logged.Newest("x509:") == nil {
			return nil
		}
		evidence := []diagnose.Evidence{diagnose.Probed(rep), diagnose.Fact(serviceName(s), "%s", why)}
		for _, text := range []string{"x509:", "first record does not look like a TLS handshake"} {
			if l := r.Traefik.Logged.Newest(text); l != nil {
				evidence = append(evidence, diagnose.Logged(facts.Traefik, *l))
			}
		}
		return diagnose.One(serviceName(s), fmt.Sprintf(
			"Traefik asks the pods of %s by HTTPS (%s), and the handshake fails: it does not trust their "+
				"certificate, or they speak "+
				"plain HTTP",
			serviceName(s),
			why,
		), diagnose.Remedy{
			Text: "name the CA and the server name in a ServersTransport, and that in the annotation " +
				traefik.TransportAnnotation +
				" of the Service; or ask by plain HTTP: " + traefik.SchemeAnnotation + ": http",
		}, evidence...)
	})
}

// byHTTPS says why Traefik asks a backend by HTTPS, "" where it does not (pkg/provider/kubernetes/ingress,
// getProtocol).
func byHTTPS(b *edge.Backend, s *core.Service) string {
	if scheme := s.Annotations[traefik.SchemeAnnotation]; scheme != "" {
		if scheme == "https" {
			return "annotation serversscheme https"
		}
		return ""
	}
	for _, p := range s.Spec.Ports {
		if (b.Port != 0 && p.Port == b.Port) || (b.PortName != "" && p.Name == b.PortName) {
			switch {
			case p.Port == 443:
				return "its port is 443"
			case strings.HasPrefix(p.Name, "https"):
				return "its port is called " + p.Name
			}
		}
	}
	return ""
}
