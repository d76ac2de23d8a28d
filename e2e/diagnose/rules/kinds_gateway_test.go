package rules_test

import (
	"slices"

	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	api "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/probe"
)

// unfound makes every probe get Traefik's 404, with Traefik's own certificate where no Secret is named.
func unfound(s *facts.Snapshot) {
	for _, rep := range probesOf(s) {
		rep.HTTP.Status, rep.HTTP.Body = 404, traefik404
	}
}

func probesOf(s *facts.Snapshot) []*probe.Report {
	p := s.Probes[host]
	return []*probe.Report{p.HTTPS, p.HTTP, p.RawIP}
}

// ownCertificate makes Traefik show the certificate that it makes for itself.
func ownCertificate(s *facts.Snapshot) {
	serve(s, func(h *probe.Handshake) {
		h.Verified, h.TrustedBy, h.VerifyError = false, "", "certificate is for TRAEFIK DEFAULT CERT"
		h.Chain[0] = probe.Certificate{Subject: "CN=TRAEFIK DEFAULT CERT", Issuer: "CN=TRAEFIK DEFAULT CERT", SHA256: "ff"}
	})
}

// says sets a condition of the HTTPS listener.
func says(kind, status, reason, message string) change {
	return func(s *facts.Snapshot) {
		l := &s.GatewayAPI.Gateways[0].Status.Listeners[1]
		l.Conditions = slices.DeleteFunc(l.Conditions, func(c meta.Condition) bool { return c.Type == kind })
		l.Conditions = append(l.Conditions, meta.Condition{
			Type: kind, Status: meta.ConditionStatus(status), Reason: reason, Message: message,
		})
	}
}

// answersRoute sets what the controller says of the route.
func answersRoute(kind, reason string) change {
	return func(s *facts.Snapshot) {
		s.GatewayAPI.HTTPRoutes[0].Status.Parents[0].Conditions = []meta.Condition{
			{Type: kind, Status: meta.ConditionFalse, Reason: reason, Message: "message of " + reason},
		}
	}
}

func theGateway(f func(*api.Gateway)) change {
	return func(s *facts.Snapshot) { f(&s.GatewayAPI.Gateways[0]) }
}

func theRoute(f func(*api.HTTPRoute)) change {
	return func(s *facts.Snapshot) { f(&s.GatewayAPI.HTTPRoutes[0]) }
}

// gatewayRows are failures of routes of Gateway API.
func gatewayRows() []row {
	unattached := func(f func(*api.HTTPRoute)) change {
		return all(theRoute(f), answersRoute("Accepted", "NoMatchingParent"), unfound, ownCertificate, noRecords)
	}
	elsewhere := func(s *facts.Snapshot) {
		s.GatewayAPI.Gateways[0].Namespace = "edge"
		s.GatewayAPI.Gateways[0].Spec.Listeners = slices.Clone(s.GatewayAPI.Gateways[0].Spec.Listeners)
	}
	const broken, blocked = diagnose.Broken, diagnose.Blocked
	const theEdge = "Gateway develop/edge"
	rows := []row{
		{
			name: "gateway-not-served: the provider is off", cause: "gateway-not-served", object: theTraefik,
			change: all(unfound, noRecords, func(s *facts.Snapshot) {
				drops(s, facts.Traefik,
					"--providers.kubernetesgateway")
			}),
			seen: "no --providers.kubernetesgateway", routing: broken, dns: blocked,
		},
		{
			name: "gateway-not-served: no such class", cause: "gateway-not-served", object: theEdge,
			change: all(unfound, noRecords, func(s *facts.Snapshot) { s.GatewayAPI.Classes = nil }),
			seen:   "GatewayClass traefik: not found", routing: broken, dns: blocked,
		},
		{
			name: "route-not-attached: no such listener", cause: "route-not-attached", object: "HTTPRoute develop/frontend",
			change: unattached(func(r *api.HTTPRoute) { r.Spec.ParentRefs[0].SectionName = pointer(api.SectionName("secure")) }),
			seen:   "has the listeners web, https", remedy: "edit httproute frontend", routing: broken, dns: blocked,
			certificate: blocked,
		},
		{
			name: "route-not-attached: a Gateway of another namespace", cause: "route-not-attached",
			change: all(unattached(func(*api.HTTPRoute) {}), elsewhere), object: "HTTPRoute develop/frontend",
			seen: "there is Gateway edge/edge", remedy: `"value":"edge"`, routing: broken, dns: blocked, certificate: blocked,
		},
		{
			name: "route-not-attached: the namespace is not allowed", cause: "route-not-attached", object: "Gateway edge/edge",
			change: all(unattached(func(r *api.HTTPRoute) { r.Spec.ParentRefs[0].Namespace = pointer(api.Namespace("edge")) }),
				elsewhere),
			seen: "allowedRoutes.namespaces.from: Same", routing: broken, dns: blocked, certificate: blocked,
		},
		{
			name: "listener-hostname-mismatch", cause: "listener-hostname-mismatch", object: theEdge,
			change: all(
				unattached(func(r *api.HTTPRoute) { r.Spec.ParentRefs[0].SectionName = pointer(api.SectionName("https")) }),
				theGateway(func(g *api.Gateway) { g.Spec.Listeners[1].Hostname = pointer(api.Hostname("other.safeops.work")) }),
			),
			seen: "other.safeops.work", routing: broken, dns: blocked, certificate: blocked,
		},
		{
			name: "listener-hostname-mismatch: plain HTTP is taken", cause: "listener-hostname-mismatch", object: theEdge,
			change: all(unfound, ownCertificate, func(s *facts.Snapshot) { s.Probes[host].HTTP.HTTP.Status = 200 },
				theGateway(func(g *api.Gateway) { g.Spec.Listeners[1].Hostname = pointer(api.Hostname("other.safeops.work")) })),
			seen: "other.safeops.work", routing: broken, certificate: blocked,
		},
		{
			name: "listener-port-unavailable", cause: "listener-port-unavailable", object: theEdge,
			change: all(unfound, theGateway(func(g *api.Gateway) { g.Spec.Listeners[1].Port = 443 }),
				says("Accepted", "False", "PortUnavailable",
					`Cannot find entryPoint for Gateway: no matching entryPoint for port 443 and protocol "HTTPS"`)),
			seen: "websecure 8443", remedy: `"/spec/listeners/1/port","value":8443`, routing: broken,
		},
		{
			name: "listener-refused", cause: "listener-refused", object: theEdge,
			change: all(unfound, says("Conflicted", "True", "DuplicateListener",
				"A listener with same protocol, port and hostname already exists")),
			seen: "same protocol, port and hostname", routing: broken,
		},
		{
			name: "backend-not-granted", cause: "backend-not-granted", object: "HTTPRoute develop/frontend",
			change: all(unfound, answersRoute("ResolvedRefs", "RefNotPermitted"), theRoute(func(r *api.HTTPRoute) {
				r.Spec.Rules[0].BackendRefs[0].Namespace = pointer(api.Namespace("apps"))
			}), func(s *facts.Snapshot) {
				s.Services = append(s.Services, serves("apps", "frontend", 8080))
				s.EndpointSlices = append(s.EndpointSlices, endpoints("apps", "frontend", "10.244.0.30"))
			}),
			seen: "RefNotPermitted", remedy: `"namespace":"apps"`, routing: broken,
		},
		{
			name: "route-refused", cause: "route-refused", object: "HTTPRoute develop/frontend",
			change: all(unfound, answersRoute("ResolvedRefs", "InvalidKind")), seen: "message of InvalidKind", routing: broken,
		},
		{
			name: "gateway-address: none", cause: "gateway-address", object: theTraefik,
			change: all(noRecords, theGateway(func(g *api.Gateway) { g.Status.Addresses = nil }), func(s *facts.Snapshot) {
				drops(s, facts.Traefik, "--providers.kubernetesgateway.statusaddress")
			}),
			seen: "no --providers.kubernetesgateway.statusaddress", routing: broken, dns: blocked,
		},
		{
			name: "gateway-address: one that is gone", cause: "gateway-address", object: theTraefik,
			change: all(func(s *facts.Snapshot) { records(s, func(facts.Record) bool { return true }) },
				theGateway(func(g *api.Gateway) { g.Status.Addresses[0].Value = "203.0.113.99" }), func(s *facts.Snapshot) {
					addressRecord(s).Content = "203.0.113.99"
					answered("203.0.113.99", "203.0.113.99")(s)
				}),
			seen: "reports 203.0.113.99", routing: broken,
		},
		{
			name: "listener-certificate-wrong", cause: "listener-certificate-wrong", object: "Gateway apps/other",
			change: func(s *facts.Snapshot) {
				other := *s.GatewayAPI.Gateways[0].DeepCopy()
				other.Namespace, other.Name = "apps", "other"
				other.Spec.Listeners[1].Hostname = pointer(api.Hostname("*.safeops.work"))
				s.GatewayAPI.Gateways = append(s.GatewayAPI.Gateways, other)
				wrong := s.Secrets[1]
				wrong.Namespace = "apps"
				wrong.Certificates = []facts.Certificate{{
					Names: []string{"shop.example.org"}, SHA256: "bb22",
					NotAfter: clock().AddDate(0, 1, 0),
				}}
				s.Secrets = append(s.Secrets, wrong)
				serve(s, func(h *probe.Handshake) {
					h.Verified, h.VerifyError = false, "certificate is for shop.example.org"
					h.Chain[0].SHA256, h.Chain[0].Subject = "bb22", "CN=shop.example.org"
				})
			},
			seen: "of another Gateway of class traefik", routing: broken,
		},
		{
			name: "gateways-share-host", note: "gateways-share-host", object: "Gateway apps/other",
			change: func(s *facts.Snapshot) {
				other := *s.GatewayAPI.Gateways[0].DeepCopy()
				other.Namespace, other.Name = "apps", "other"
				s.GatewayAPI.Gateways = append(s.GatewayAPI.Gateways, other)
			},
			seen: "hostname develop.safeops.work",
		},
		{
			name: "no-https-listener", cause: "no-https-listener", object: "HTTPRoute develop/frontend",
			change: all(ownCertificate, func(s *facts.Snapshot) {
				p := s.Probes[host]
				for _, rep := range []*probe.Report{p.HTTPS, p.RawIP} {
					rep.HTTP.Status, rep.HTTP.Body = 404, traefik404
				}
			}, theGateway(func(g *api.Gateway) { g.Spec.Listeners = g.Spec.Listeners[:1] })),
			seen: "protocol HTTP", routing: broken, certificate: blocked,
		},
		{
			name: "gateway-shim-off", cause: "gateway-shim-off", object: "Deployment cert-manager/cert-manager",
			change: all(unissued, ownCertificate, unfound, func(s *facts.Snapshot) {
				drops(s, facts.CertManager,
					"--enable-gateway-api")
			},
				says("ResolvedRefs", "False", "InvalidCertificateRef",
					"Error while retrieving certificate: getting secret: not found")),
			seen: "no --enable-gateway-api", remedy: "--enable-gateway-api", routing: blocked, certificate: broken,
		},
		{
			name: "gateway-shim-off: started before the CRDs", cause: "gateway-shim-off",
			change: all(unissued, ownCertificate, unfound), object: "Deployment cert-manager/cert-manager",
			remedy: "rollout restart deployment", routing: blocked, certificate: broken,
		},
		{
			name: "listener-without-hostname", cause: "listener-without-hostname", object: theEdge,
			change: all(unissued, ownCertificate, unfound,
				theGateway(func(g *api.Gateway) { g.Spec.Listeners[1].Hostname = nil })),
			seen: "no hostname", routing: blocked, certificate: broken,
		},
		{
			name: "gateway-no-issuer", cause: "gateway-no-issuer", object: theEdge,
			change: all(unissued, ownCertificate, unfound, theGateway(func(g *api.Gateway) { g.Annotations = nil }),
				theRoute(func(r *api.HTTPRoute) {
					r.Annotations = map[string]string{"cert-manager.io/cluster-issuer": production}
				})),
			seen:    "it belongs on the Gateway",
			remedy:  "annotate gateway edge --overwrite cert-manager.io/cluster-issuer=" + production,
			routing: blocked, certificate: broken,
		},
		{
			name: "certificate-ref-not-granted", cause: "certificate-ref-not-granted", object: theEdge,
			change: all(ownCertificate, unfound, theGateway(func(g *api.Gateway) {
				g.Spec.Listeners[1].TLS.CertificateRefs[0].Namespace = pointer(api.Namespace("certs"))
			}), says("ResolvedRefs", "False", "RefNotPermitted",
				"Cannot load CertificateRef certs/frontend-tls: missing ReferenceGrant"),
				func(s *facts.Snapshot) { s.Secrets[1].Namespace, s.Certificates[0].Namespace = "certs", "certs" }),
			seen: "missing ReferenceGrant", remedy: `"namespace":"certs"`, routing: blocked, certificate: broken,
		},
		{
			name: "issuer-name-not-found: of a Gateway", cause: "issuer-name-not-found", object: theEdge,
			note: "listener-awaits-certificate", routing: diagnose.Waiting,
			change: all(unissued, ownCertificate, unfound, func(s *facts.Snapshot) {
				s.GatewayAPI.Gateways[0].Annotations["cert-manager.io/cluster-issuer"] = "letsencrypt-prod"
				s.Certificates = healthy().Certificates
				s.Certificates[0].Spec.IssuerRef.Name = "letsencrypt-prod"
				s.Certificates[0].Status.Conditions = nil
				s.Certificates[0].CreationTimestamp = ago(0)
			}),
			remedy: "annotate gateway edge", certificate: broken,
		},
		{
			name: "plain HTTP is not served by its own settings",
			change: all(theRoute(func(r *api.HTTPRoute) {
				r.Spec.ParentRefs[0].SectionName = pointer(api.SectionName("https"))
			}),
				func(s *facts.Snapshot) {
					s.GatewayAPI.HTTPRoutes[0].Status.Parents[0].ParentRef.SectionName = pointer(api.SectionName("https"))
					s.Probes[host].HTTP.HTTP.Status, s.Probes[host].HTTP.HTTP.Body = 404, traefik404
				}),
		},
	}
	for i := range rows {
		rows[i].kind = edge.HTTPRoute
	}
	return rows
}
