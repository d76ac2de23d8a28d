package rules_test

import (
	"slices"
	"time"

	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/edgeproof/edgeproof/e2e/edge/logline"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/probe"
)

// router is how Traefik names the router of the route.
const router = "websecure-develop-frontend-develop-safeops-work@kubernetes"

// traefikLog adds lines to the log of Traefik, as it writes them.
func (w world) traefikLog(lines string) {
	w.Logs = append(w.Logs, facts.Log{
		Component: facts.Traefik, Namespace: "traefik", Pod: "traefik-1", Container: "traefik",
		Lines: logline.ParseAll(lines),
	})
}

// extension adds an object of another project's kind.
func (w world) extension(version, kind, namespace, name string, spec, status map[string]any) {
	w.Extensions = append(w.Extensions, facts.Extension{
		ObjectMeta: made(namespace, name, 30), APIVersion: version, Kind: kind, Spec: spec, Status: status,
	})
}

func (w world) tlsOption(name string, spec map[string]any) {
	w.extension("traefik.io/v1alpha1", "TLSOption", "traefik", name, spec, nil)
}

// crds lets Traefik read its own kinds.
func (w world) crds() { w.flag("--providers.kubernetescrd") }

// notRouted makes Traefik answer that it has no router.
func (w world) notRouted() {
	w.answer(404, "404 page not found\n")
	w.access(map[string]string{"OriginStatus": "0", "DownstreamStatus": "404"})
}

// nginxProvider lets Traefik take up Ingresses of class nginx.
func (w world) nginxProvider() {
	w.flag("--providers.kubernetesingressnginx=true")
	w.flag("--providers.kubernetesingressnginx.publishservice=traefik/traefik")
	w.class("nginx", "k8s.io/ingress-nginx")
}

// each gives the name several addresses, which all answer.
func (w world) each(addresses ...string) {
	p := w.Probes[host]
	for _, a := range addresses {
		rep := https(200)
		rep.Request.Address, rep.Resolve = a, nil
		p.Each = append(p.Each, rep)
	}
	w.Probes[host] = p
}

// hangs makes a probe end without an answer after the request was sent.
func hangs(rep *probe.Report) {
	rep.OK, rep.Failed, rep.Class, rep.HTTP = false, probe.StepHTTP, probe.ClassTimeout, nil
	rep.Error = "read tcp 192.0.2.1:50000->203.0.113.10:443: i/o timeout"
}

// denied makes the namespace of the application admit one other namespace alone.
func (w world) denied() {
	all := networking.NetworkPolicy{ObjectMeta: made("develop", "default-deny-ingress", 30)}
	all.Spec.PolicyTypes = []networking.PolicyType{networking.PolicyTypeIngress}
	some := networking.NetworkPolicy{ObjectMeta: made("develop", "web-allow", 30), Spec: networking.NetworkPolicySpec{
		PodSelector: meta.LabelSelector{MatchLabels: map[string]string{"app": "frontend"}},
		PolicyTypes: []networking.PolicyType{networking.PolicyTypeIngress},
		Ingress: []networking.NetworkPolicyIngressRule{{From: []networking.NetworkPolicyPeer{{
			NamespaceSelector: &meta.LabelSelector{
				MatchLabels: map[string]string{"kubernetes.io/metadata.name": "gateway-system"},
			},
		}}}},
	}}
	w.NetworkPolicies = append(w.NetworkPolicies, all, some)
}

func knownOfTraefik() []known {
	return []known{
		{"traefik-middleware-missing", func(w world) {
			w.crds()
			annotated(
				"traefik.ingress.kubernetes.io/router.middlewares",
				"develop-redirect-https@kubernetescrd",
			)(
				w.Snapshot,
			)
			w.traefikLog(
				"\x1b[90m2026-03-01T11:58:00Z\x1b[0m \x1b[31mERR\x1b[0m \x1b[36merror=\x1b[0m\x1b[31m\x1b[1m\"middleware " +
					"\\\"develop-redirect-https@kubernetescrd\\\" does not exist\"\x1b[0m\x1b[0m \x1b[36mentryPointName=\x1b[0mwebsecure " +
					"\x1b[36mrouterName=\x1b[0m" + router,
			)
			w.notRouted()
		}, answer{
			Source:      "paperclipinc/openclaw-operator#109 (2026-02-18)",
			Description: "the annotation of the Ingress names a Middleware that does not exist, so Traefik has no router",
			Layer:       "routing", Object: "Ingress develop/frontend", Says: []string{"redirect-https", router},
		}},
		{"traefik-middleware-missing-unlogged", func(w world) {
			w.crds()
			annotated("traefik.ingress.kubernetes.io/router.middlewares", "traefik-auth@kubernetescrd")(w.Snapshot)
			w.extension(
				"traefik.io/v1alpha1",
				"Middleware",
				"develop",
				"auth",
				map[string]any{"basicAuth": map[string]any{}},
				nil,
			)
			w.notRouted()
		}, answer{
			Source:      "the same, an hour later: the log has moved on",
			Description: "the annotation names a Middleware of another namespace than the one that there is",
			Layer:       "routing", Object: "Ingress develop/frontend", Says: []string{"Middleware traefik/auth", "develop-auth@kubernetescrd"},
		}},
		{"traefik-middleware-provider-off", func(w world) {
			annotated("traefik.ingress.kubernetes.io/router.middlewares", "develop-auth@kubernetescrd")(w.Snapshot)
			w.extension(
				"traefik.io/v1alpha1",
				"Middleware",
				"develop",
				"auth",
				map[string]any{"basicAuth": map[string]any{}},
				nil,
			)
			w.notRouted()
		}, answer{
			Source:      "traefik-helm-chart: providers.kubernetesCRD.enabled=false",
			Description: "the Middleware exists, and Traefik does not read its own kinds",
			Layer:       "routing", Object: "Deployment traefik/traefik", Says: []string{"--providers.kubernetescrd"},
		}},
		{"traefik-externalname-refused", func(w world) {
			w.service.Spec = core.ServiceSpec{
				Type: core.ServiceTypeExternalName, ExternalName: "web.shop.svc.cluster.local",
				Ports: []core.ServicePort{{Name: "http", Port: 8080, TargetPort: intstr.FromInt32(8080)}},
			}
			w.EndpointSlices = w.EndpointSlices[1:]
			w.traefikLog("2026-03-01T11:58:00Z ERR Cannot create service error=\"externalName services not allowed: " +
				"develop/frontend\" ingress=frontend namespace=develop providerName=kubernetes serviceName=frontend servicePort=&ServiceBackendPort{Name:,Number:8080,}")
			w.notRouted()
		}, answer{
			Source:      "traefik/traefik#12975 (2026-04-14)",
			Description: "the backend is a Service of type ExternalName, which Traefik does not take by default",
			Layer:       "routing", Object: "Service develop/frontend",
			Says: []string{"--providers.kubernetesingress.allowexternalnameservices=true"},
		}},
		{"traefik-networkpolicy-drops", func(w world) {
			w.denied()
			hangs(w.Probes[host].HTTPS)
			hangs(w.Probes[host].HTTP)
			hangs(w.Probes[host].RawIP)
		}, answer{
			Source:      "iogrid/iogrid#459 (2026-05-23)",
			Description: "NetworkPolicies of the application let another namespace in, and not Traefik's; packets are dropped",
			Layer:       "routing", Object: "NetworkPolicy develop/web-allow", Says: []string{"traefik", "8080", "default-deny-ingress"},
		}},
		{"traefik-networkpolicy-rejects", func(w world) {
			w.denied()
			w.answer(502, "Bad Gateway")
		}, answer{
			Source:      "iogrid/iogrid#459 (2026-05-23)",
			Description: "NetworkPolicies of the application let another namespace in, and not Traefik's; connections are refused",
			Layer:       "routing", Object: "NetworkPolicy develop/web-allow", Says: []string{"traefik", "8080"},
		}},
		{"traefik-networkpolicy-egress", func(w world) {
			port := intstr.FromInt32(8080)
			w.EndpointSlices[0].Ports = nil
			p := networking.NetworkPolicy{
				ObjectMeta: made("traefik", "traefik-egress", 30),
				Spec: networking.NetworkPolicySpec{
					PodSelector: meta.LabelSelector{MatchLabels: map[string]string{"app": "traefik"}},
					PolicyTypes: []networking.PolicyType{networking.PolicyTypeEgress},
					Egress: []networking.NetworkPolicyEgressRule{{
						To: []networking.NetworkPolicyPeer{
							{NamespaceSelector: &meta.LabelSelector{MatchLabels: map[string]string{"edge": "yes"}}},
						},
						Ports: []networking.NetworkPolicyPort{{Port: &port}},
					}},
				},
			}
			w.NetworkPolicies = append(w.NetworkPolicies, p)
			hangs(w.Probes[host].HTTPS)
			hangs(w.Probes[host].RawIP)
		}, answer{
			Source:      "the other direction of iogrid/iogrid#459",
			Description: "a NetworkPolicy of Traefik's namespace does not let it reach the application",
			Layer:       "routing", Object: "NetworkPolicy traefik/traefik-egress", Says: []string{"develop"},
		}},
		{"traefik-nginx-provider", func(w world) { w.nginxProvider() }, answer{
			Source:      "jupyterhub/mybinder.org-deploy#3639 (2026-05-20), traefik/traefik#12820 (2026-03-16)",
			Description: "Traefik's ingress-nginx provider serves an Ingress of class nginx",
			Healthy:     true,
		}},
		{"traefik-nginx-provider-secret-missing", func(w world) {
			w.nginxProvider()
			w.unmanaged()
			w.Secrets = append(w.Secrets[:1:1], w.Secrets[2:]...)
			w.showDefault()
			w.notRouted()
			w.traefikLog(
				"2026-03-01T11:58:00Z ERR Error configuring TLS error=\"getting certificate blocks: fetching secret " +
					"develop/frontend-tls: secret \\\"frontend-tls\\\" not found\" ingress=frontend namespace=develop providerName=kubernetesingressnginx",
			)
		}, answer{
			Source:      "traefik/traefik#12748 (2026-03-02)",
			Description: "the TLS Secret does not exist and no issuer makes it, so the ingress-nginx provider drops the router",
			Layer:       "certificate", Object: "Ingress develop/frontend", Says: []string{"frontend-tls", "router"},
			Not: codes{"ingress-wrong-class"},
		}},
		{"traefik-sni-strict", func(w world) {
			w.crds()
			w.unmanaged()
			w.ingress.Spec.TLS[0].SecretName = ""
			wildcard := w.Secrets[1]
			wildcard.ObjectMeta = made("traefik", "wildcard-tls", 60)
			wildcard.Certificates = []facts.Certificate{wildcard.Certificates[0]}
			wildcard.Certificates[0].Names = []string{"*." + zone}
			w.Secrets = append(append(w.Secrets[:1:1], w.Secrets[2:]...), wildcard)
			w.extension("traefik.io/v1alpha1", "TLSStore", "traefik", "default",
				map[string]any{"defaultCertificate": map[string]any{"secretName": "wildcard-tls"}}, nil)
			w.tlsOption("default", map[string]any{"sniStrict": true})
			shakesNoHands(w.Probes[host].HTTPS)
			shakesNoHands(w.Probes[host].RawIP)
		}, answer{
			Source:      "traefik/traefik#10817 (2024-08-05)",
			Description: "sniStrict refuses the host, whose certificate is the TLSStore's default one alone",
			Layer:       "routing", Object: "TLSOption traefik/default", Says: []string{"sniStrict", "TLSStore"},
			Not: codes{"no-issuer-annotation", "tls-block-invalid"},
		}},
		{"traefik-sni-strict-while-issuing", func(w world) {
			w.crds()
			w.unissued("")
			w.Challenges[0].Status.Reason = "Waiting for DNS-01 challenge propagation: DNS record for \"" + host + "\" not yet propagated"
			w.request.CreationTimestamp.Time = clock().Add(-time.Minute)
			w.tlsOption("default", map[string]any{"sniStrict": true})
			shakesNoHands(w.Probes[host].HTTPS)
			shakesNoHands(w.Probes[host].RawIP)
		}, answer{
			Source:      "kin of traefik/traefik#10817: the certificate is still to come",
			Description: "sniStrict refuses the host while its certificate is being issued",
			Layer:       "routing", Object: "TLSOption traefik/default", Says: []string{"sniStrict"},
		}},
		{"traefik-daemonset-without-pods", func(w world) {
			d := w.daemon()
			d.Status.DesiredNumberScheduled, d.Status.NumberAvailable = 0, 0
			d.Spec.Template.Spec.NodeSelector = map[string]string{"edge": "yes"}
			w.Pods = slices.DeleteFunc(w.Pods, func(p core.Pod) bool { return p.Namespace == "traefik" })
			for _, rep := range w.probes() {
				w.refuses(rep)
			}
		}, answer{
			Source:      "traefik/traefik#13755 (2026-08-24)",
			Description: "Traefik is a DaemonSet whose nodeSelector fits no node",
			Layer:       "routing", Codes: codes{"traefik-down"}, Object: "DaemonSet traefik/traefik", Says: []string{"0 of 0"},
		}},
		{"traefik-status-of-a-node-that-is-gone", func(w world) {
			d := w.daemon()
			args := &d.Spec.Template.Spec.Containers[0].Args
			*args = append((*args)[:5:5], "--providers.kubernetesingress.ingressendpoint.ip=203.0.113.77")
			w.leadsTo("203.0.113.77")
			w.Services = w.Services[:1]
			w.Nodes = []core.Node{{ObjectMeta: made("", "node-1", 90), Status: core.NodeStatus{
				Addresses: []core.NodeAddress{{Type: core.NodeInternalIP, Address: "192.0.2.11"}},
			}}}
			for _, rep := range w.probes() {
				w.refuses(rep)
			}
		}, answer{
			Source:      "traefik/traefik#13755 (2026-08-24)",
			Description: "Traefik publishes a fixed address, and the node that had it is gone",
			Layer:       "routing", Object: "DaemonSet traefik/traefik",
			Says: []string{"203.0.113.77", "providers.kubernetesingress.ingressendpoint.ip", "node"},
		}},
		{"traefik-proxy-protocol-not-trusted", func(w world) {
			for _, rep := range []*probe.Report{w.Probes[host].HTTPS, w.Probes[host].RawIP} {
				shakesNoHands(rep)
				rep.Error = "tls: first record does not look like a TLS handshake"
			}
			w.Probes[host].HTTP.HTTP.Status, w.Probes[host].HTTP.HTTP.Body = 400, "400 Bad Request"
			w.front.Annotations = map[string]string{"load-balancer.hetzner.cloud/uses-proxyprotocol": "true"}
		}, answer{
			Source:      "traefik/traefik#10960 (2024-08-01), traefik/traefik-helm-chart#404",
			Description: "the load balancer sends PROXY headers, and the entry points of Traefik do not accept them",
			Layer:       "routing", Object: "Service traefik/traefik",
			Says: []string{"uses-proxyprotocol", "--entryPoints.websecure.proxyProtocol.trustedIPs"},
		}},
		{"traefik-proxy-protocol-unannounced", func(w world) {
			for _, rep := range []*probe.Report{w.Probes[host].HTTPS, w.Probes[host].RawIP} {
				shakesNoHands(rep)
				rep.Error = "tls: first record does not look like a TLS handshake"
			}
			w.Probes[host].HTTP.HTTP.Status, w.Probes[host].HTTP.HTTP.Body = 400, "400 Bad Request"
		}, answer{
			Source:      "vitobotta/hetzner-k3s#87",
			Description: "something before Traefik sends PROXY headers, and no annotation says so",
			Layer:       "routing", Says: []string{"PROXY", "trustedIPs"},
		}},
		{"traefik-application-redirects-to-itself", func(w world) {
			for _, rep := range []*probe.Report{w.Probes[host].HTTPS, w.Probes[host].RawIP} {
				rep.HTTP.Status, rep.HTTP.Body = 307, ""
				rep.HTTP.Headers = map[string]string{"Location": "https://" + host + "/"}
			}
			w.access(map[string]string{"RouterName": router, "OriginStatus": "307", "DownstreamStatus": "307"})
		}, answer{
			Source:      "kind 13: an application with an HTTPS redirect of its own",
			Description: "the application redirects to HTTPS by its own connection, and never sees that the client has it",
			Layer:       "routing", Object: "Service develop/frontend", Says: []string{"application", "X-Forwarded-Proto"},
		}},
		{"traefik-unknown-error", func(w world) {
			w.traefikLog(
				"2026-03-01T11:59:12Z ERR error=\"the frobnicator of this router is out of order\" entryPointName=websecure routerName=" + router,
			)
			w.notRouted()
		}, answer{
			Source:      "an error that no rule knows",
			Description: "Traefik drops the router for a reason that is not known here",
			Layer:       "routing", Codes: codes{"unattributed"}, Object: "Deployment traefik/traefik",
			Says: []string{"frobnicator", "11:59:12"},
		}},
		{"traefik-tlsoption-missing", func(w world) {
			w.crds()
			annotated("traefik.ingress.kubernetes.io/router.tls.options", "develop-modern@kubernetescrd")(w.Snapshot)
			w.traefikLog(
				"2026-03-01T11:59:12Z ERR error=\"unknown TLS options: develop-modern@kubernetescrd\" entryPointName=websecure routerName=" + router,
			)
			shakesNoHands(w.Probes[host].HTTPS)
			shakesNoHands(w.Probes[host].RawIP)
		}, answer{
			Source:      "traefik/traefik#13289: unknown TLS options",
			Description: "the annotation names a TLSOption that does not exist, so Traefik closes each connection",
			Layer:       "routing", Object: "Ingress develop/frontend", Says: []string{"TLSOption develop/modern"},
		}},
		{"traefik-serverstransport-missing", func(w world) {
			w.crds()
			w.service.Annotations = map[string]string{
				"traefik.ingress.kubernetes.io/service.serverstransport": "develop-insecure@kubernetescrd",
			}
			w.answer(500, "Internal Server Error")
		}, answer{
			Source:      "traefik/traefik: servers transport not found",
			Description: "the Service names a ServersTransport that does not exist",
			Layer:       "routing", Object: "Service develop/frontend", Says: []string{"ServersTransport develop/insecure"},
		}},
		{"address-of-ipv6-refuses", func(w world) {
			w.each("2001:db8::7", address)
			w.refuses(w.Probes[host].Each[0])
		}, answer{
			Source:      "letsdebug.net: AAAANotWorking, MultipleIPAddressDiscrepancy",
			Description: "the name has an address of IPv6 where nothing listens",
			Layer:       "routing", Object: "record " + host + " AAAA", Says: []string{"2001:db8::7"},
		}},
		{"address-of-ipv6-unreachable-from-here", func(w world) {
			w.each("2001:db8::7", address)
			w.refuses(w.Probes[host].Each[0])
			w.Probes[host].Each[0].Class = probe.ClassUnreachable
		}, answer{
			Source:      "a client without IPv6",
			Description: "the name has an address of IPv6, and the client has none",
			Healthy:     true,
		}},
		{"one-path-fails", func(w world) {
			rep := https(502)
			rep.Request.URL, rep.HTTP.Body = "https://"+host+"/api", "Bad Gateway"
			p := w.Probes[host]
			p.Paths = []*probe.Report{rep}
			w.Probes[host] = p
			rule := w.ingress.Spec.Rules[0].HTTP
			rule.Paths = append(rule.Paths, rule.Paths[0])
			rule.Paths[1].Path = "/api"
		}, answer{
			Source:      "issue 20, point 1: one path only is asked",
			Description: "one of the paths of the rules fails",
			Layer:       "routing", Object: "Service develop/frontend", Says: []string{"/api", "502"},
		}},
		{"traefik-allow-list", func(w world) {
			w.crds()
			annotated("traefik.ingress.kubernetes.io/router.middlewares", "traefik-office@kubernetescrd")(w.Snapshot)
			w.extension("traefik.io/v1alpha1", "Middleware", "traefik", "office", map[string]any{
				"ipAllowList": map[string]any{"sourceRange": []any{"198.51.100.0/24"}},
			}, nil)
			w.answer(403, "Forbidden")
			w.access(map[string]string{"RouterName": router, "OriginStatus": "0", "DownstreamStatus": "403"})
		}, answer{
			Source:      "traefik/traefik: ipAllowList sees the address of the node or the CNI",
			Description: "an ipAllowList refuses the client: it sees another address than the client's, or is meant to",
			Layer:       "routing", Object: "Middleware traefik/office", Says: []string{"ipAllowList", "externalTrafficPolicy"},
		}},
	}
}
