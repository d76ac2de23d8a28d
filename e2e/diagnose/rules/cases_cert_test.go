package rules_test

import (
	"strings"
	"time"

	acme "github.com/cert-manager/cert-manager/pkg/apis/acme/v1"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"

	"github.com/edgeproof/edgeproof/e2e/facts"
)

// event adds a warning on an object.
func (w world) event(kind, namespace, name, reason, message string) {
	w.Events = append(w.Events, core.Event{
		ObjectMeta:     made(namespace, name+"."+strings.ToLower(reason), 1),
		InvolvedObject: core.ObjectReference{Kind: kind, Namespace: namespace, Name: name},
		Type:           core.EventTypeWarning, Reason: reason, Message: message, Count: 3, FirstTimestamp: ago(9),
		LastTimestamp: ago(1),
	})
}

// uncertified takes away the Certificate and what came of it.
func (w world) uncertified() {
	w.Certificates, w.CertificateRequests, w.Orders, w.Challenges = nil, nil, nil, nil
	w.Secrets = append(w.Secrets[:1:1], w.Secrets[2:]...)
	w.showDefault()
}

// http01 makes the issuer prove by HTTP-01, and the challenge wait for its own check.
func (w world) http01(reason string) *acme.Challenge {
	class := "traefik"
	for i := range w.ClusterIssuers {
		w.ClusterIssuers[i].Spec.ACME.Solvers = []acme.ACMEChallengeSolver{{HTTP01: &acme.ACMEChallengeSolverHTTP01{
			Ingress: &acme.ACMEChallengeSolverHTTP01Ingress{IngressClassName: &class},
		}}}
	}
	c := w.unissued(reason)
	c.Spec.Type, c.Spec.Token, c.Status.Presented = acme.ACMEChallengeTypeHTTP01, "tok", true
	c.Spec.Solver = w.ClusterIssuers[0].Spec.ACME.Solvers[0]
	w.Events = nil
	solver := asks("develop", "cm-acme-http-solver-x7kqz", host)
	solver.Spec.TLS, solver.Annotations = nil, map[string]string{
		"nginx.ingress.kubernetes.io/whitelist-source-range": "0.0.0.0/0,::/0",
	}
	solver.Labels = map[string]string{"acme.cert-manager.io/http01-solver": "true"}
	solver.OwnerReferences = owned(made("", "", 0), "Challenge", c.Name).OwnerReferences
	exact := networking.PathTypeImplementationSpecific
	path := &solver.Spec.Rules[0].HTTP.Paths[0]
	path.Path, path.PathType = "/.well-known/acme-challenge/tok", &exact
	solver.Spec.Rules[0].HTTP.Paths[0].Backend.Service.Name = "cm-acme-http-solver-abcde"
	w.Ingresses = append(w.Ingresses, solver)
	w.Services = append(w.Services, serves("develop", "cm-acme-http-solver-abcde", 8089))
	w.EndpointSlices = append(w.EndpointSlices, endpoints("develop", "cm-acme-http-solver-abcde", "10.244.0.40"))
	return &w.Challenges[0]
}

const selfCheck = "Waiting for HTTP-01 challenge propagation: "

func knownOfCertManager() []known {
	return []known{
		{"certificate-issuer-annotations-refused", func(w world) {
			w.uncertified()
			w.ingress.Annotations["cert-manager.io/cluster-issuer"] = "origin"
			w.ingress.Annotations["cert-manager.io/issuer-kind"] = "ClusterOriginIssuer"
			w.ingress.Annotations["cert-manager.io/issuer-group"] = "ca.example.net"
			w.event(
				"Ingress",
				"develop",
				"frontend",
				"BadConfig",
				"Could not determine issuer for ingress due to bad annotations: "+
					"[both \"cert-manager.io/cluster-issuer\" and \"cert-manager.io/issuer-kind\" may not be set, both "+
					"\"cert-manager.io/cluster-issuer\" and \"cert-manager.io/issuer-group\" may not be set]",
			)
		}, answer{
			Source:      "cert-manager/aws-privateca-issuer#252 (2023-03-22)",
			Description: "an external issuer is named by the annotation of cert-manager's own, which cert-manager refuses",
			Layer:       "certificate", Object: "Ingress develop/frontend",
			Says: []string{"may not be set", "cert-manager.io/issuer=origin"},
		}},
		{"certificate-ingress-refused-unknown", func(w world) {
			w.uncertified()
			w.event("Ingress", "develop", "frontend", "BadConfig", "spec.tls[0].moon: Required value: must be full")
		}, answer{
			Source:      "an event that no rule knows",
			Description: "cert-manager refuses the Ingress for a reason that is not known here",
			Layer:       "certificate", Object: "Ingress develop/frontend", Says: []string{"must be full"},
		}},
		{"certificate-external-issuer-pending", func(w world) {
			w.unissued("")
			w.Orders, w.Challenges = nil, nil
			w.certificate.Spec.IssuerRef.Kind, w.certificate.Spec.IssuerRef.Group = "ClusterOriginIssuer", "ca.example.net"
			w.request.Spec.IssuerRef = w.certificate.Spec.IssuerRef
			w.request.Status.Conditions = nil
			delete(w.ingress.Annotations, "cert-manager.io/cluster-issuer")
			w.ingress.Annotations["cert-manager.io/issuer"] = production
			w.ingress.Annotations["cert-manager.io/issuer-kind"] = "ClusterOriginIssuer"
			w.ingress.Annotations["cert-manager.io/issuer-group"] = "ca.example.net"
		}, answer{
			Source:      "cloudflare/origin-ca-issuer: the controller of the external issuer does not run",
			Description: "the request waits for the controller of an external issuer, which sets no condition",
			Layer:       "certificate", Object: "ClusterOriginIssuer letsencrypt-production", Says: []string{"ca.example.net"},
			Not: codes{"issuer-name-not-found"},
		}},
		{"certificate-unknown-acme-error", func(w world) {
			w.unissued("")
			w.order.Status.State, w.order.Status.Reason = acme.Errored, "Failed to finalize Order: 400 "+
				"urn:ietf:params:acme:error:badMoon: the moon is new"
			w.Challenges = nil
		}, answer{
			Source:      "an ACME problem that no rule knows",
			Description: "the CA refuses the order for a reason that is not known here",
			Layer:       "certificate", Codes: codes{"unattributed", "acme-problem"}, Object: "Order develop/frontend-tls-1-1",
			Says: []string{"the moon is new"},
		}},
		{"certificate-profile-unknown", func(w world) {
			w.unissued("")
			w.order.Status.State = acme.Errored
			w.order.Status.Reason = "Failed to create Order: 400 urn:ietf:params:acme:error:invalidProfile: profile " +
				"\"tlsclient\" not recognized"
			w.order.Status.URL = ""
			w.Challenges = nil
			w.ClusterIssuers[0].Spec.ACME.Profile = "tlsclient"
		}, answer{
			Source:      "letsencrypt: profile tlsclient retired 2026-07-08; research field-2026",
			Description: "the issuer asks for a certificate profile that the CA does not have",
			Layer:       "certificate", Object: "ClusterIssuer letsencrypt-production", Says: []string{"tlsclient", "profile"},
		}},
		{"certificate-http01-not-routed", func(w world) {
			w.http01(selfCheck + "wrong status code '404', expected '200'")
			none := "nginx"
			w.Ingresses[1].Spec.IngressClassName = &none
			w.IngressClasses = append(w.IngressClasses, networking.IngressClass{
				ObjectMeta: made(
					"",
					"nginx",
					60,
				), Spec: networking.IngressClassSpec{Controller: "k8s.io/ingress-nginx"},
			})
			w.ClusterIssuers[0].Spec.ACME.Solvers[0].HTTP01.Ingress.IngressClassName = &none
		}, answer{
			Source:      "cert-manager/cert-manager: HTTP-01 solver of class nginx beside Traefik",
			Description: "the solver's Ingress is of a class that no controller of the cluster serves",
			Layer:       "certificate", Object: "ClusterIssuer letsencrypt-production",
			Says: []string{"nginx", "404", "HTTP-01"},
		}},
		{"certificate-http01-self-check-hairpin", func(w world) {
			w.http01(selfCheck + "failed to perform self check GET request 'http://" + host +
				"/.well-known/acme-challenge/tok': Get \"http://" + host + "/.well-known/acme-challenge/tok\": dial tcp " +
				"203.0.113.10:80: connect: connection refused")
		}, answer{
			Source:      "cert-manager/cert-manager#4286 and kin: hairpin NAT",
			Description: "the name answers clients elsewhere, and not within the cluster, where cert-manager checks it first",
			Layer:       "certificate", Object: "Deployment cert-manager/cert-manager",
			Says: []string{"203.0.113.10", "from the cluster"},
		}},
		{"certificate-http01-redirected-by-proxy", func(w world) {
			w.http01(selfCheck + "wrong status code '526', expected '200'")
			w.throughProxy(526, "error code: 526")
		}, answer{
			Source: "Dokploy/dokploy#4707 (2026-06-29)",
			Description: "the proxy redirects the challenge to HTTPS and then asks for a valid certificate of the origin, " +
				"which is yet to be issued",
			Layer: "certificate", Says: []string{"526", "Full (strict)"},
		}},
		{"certificate-http01-refused-by-the-ca", func(w world) {
			w.http01("Error accepting authorization: acme: authorization error for " + host +
				": 400 urn:ietf:params:acme:error:connection: 203.0.113.10: Fetching http://" + host +
				"/.well-known/acme-challenge/tok: Timeout during connect (likely firewall problem)")
			w.Challenges[0].Status.State, w.order.Status.State = acme.Invalid, acme.Invalid
		}, answer{
			Source:      "Let's Encrypt's words for a closed port 80 (Boulder)",
			Description: "port 80 is reached from within, and not by the CA",
			Layer:       "certificate", Object: "address 203.0.113.10", Says: []string{"likely firewall problem", "port 80"},
		}},
		{"certificate-caa-at-the-parent", func(w world) {
			w.unissued("")
			w.order.Status.State = acme.Invalid
			w.Challenges[0].Status.State = acme.Invalid
			w.Challenges[0].Status.Reason = "Error accepting authorization: acme: authorization error for " + host +
				": 403 urn:ietf:params:acme:error:caa: CAA record for " + zone + " prevents issuance"
			d := w.Domains[host]
			d.CAA, d.CAAAt = []string{`0 issue "digicert.com"`}, zone
			w.Domains[host] = d
		}, answer{
			Source:      "Let's Encrypt's words for CAA (Boulder)",
			Description: "a CAA record of the zone allows another CA alone",
			Layer:       "certificate", Codes: codes{"caa-forbids"}, Object: "record " + zone +
				" CAA", Says: []string{"digicert.com"},
		}},
		{"certificate-caa-through-a-cname", func(w world) {
			w.unissued("")
			w.order.Status.State = acme.Invalid
			w.Challenges[0].Status.State = acme.Invalid
			w.Challenges[0].Status.Reason = "Error accepting authorization: acme: authorization error for " + host +
				": 403 urn:ietf:params:acme:error:caa: While processing CAA for " + host + ": CAA record for " +
				"edge.example.net prevents issuance"
			annotated("external-dns.alpha.kubernetes.io/target", "edge.example.net")(w.Snapshot)
			w.Zones[0].Records[0].Type, w.Zones[0].Records[0].Content = "CNAME", "edge.example.net"
			w.Zones[0].Records[1].Name = "cname-" + host
			for _, a := range []string{host} {
				answers := w.DNS[a]
				answers.Resolver.Names, answers.Authority.Names = []string{
					"edge.example.net",
				}, []string{
					"edge.example.net",
				}
				w.DNS[a] = answers
			}
			for _, rep := range w.probes() {
				if rep.Resolve != nil {
					rep.Resolve.Chain = []string{"edge.example.net"}
				}
			}
		}, answer{
			Source:      "RFC 8659 section 3: CAA is looked for at the target of an alias",
			Description: "a CAA record of the name that the host is an alias of allows another CA alone",
			Layer:       "certificate", Codes: codes{"caa-forbids"}, Object: "record edge.example.net CAA",
			Says: []string{"alias"},
		}},
		{"certificate-delegated-challenge", func(w world) {
			w.unissued("Waiting for DNS-01 challenge propagation: DNS record for \"" + host + "\" not yet propagated")
			w.Challenges[0].Status.Presented = true
			w.Challenges[0].CreationTimestamp.Time = clock().Add(-20 * time.Minute)
			w.Challenges[0].Spec.Key = "key"
			w.Zones[0].Records = append(
				w.Zones[0].Records,
				facts.Record{
					ID:      "r7",
					Name:    "_acme-challenge." + host,
					Type:    "CNAME",
					Content: "x.acme.example.net",
					TTL:     1,
					Created: ago(900).Time,
				},
				facts.Record{
					ID:      "r8",
					Name:    "_acme-challenge." + host,
					Type:    "TXT",
					Content: `"key"`,
					TTL:     120,
					Created: ago(19).Time,
				},
			)
			d := w.Domains[host]
			d.Challenge.Authority = facts.Answer{Rcode: "NOERROR", Names: []string{"x.acme.example.net"}}
			d.Challenge.Resolver = d.Challenge.Authority
			w.Domains[host] = d
		}, answer{
			Source:      "cert-manager/cert-manager: cnameStrategy and a delegated _acme-challenge",
			Description: "the challenge's name is an alias, and the issuer writes its TXT record beside the alias",
			Layer:       "certificate", Says: []string{"x.acme.example.net", "cnameStrategy"},
		}},
	}
}
