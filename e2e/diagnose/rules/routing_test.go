package rules_test

import (
	"testing"

	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/diagnose/rules"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/probe"
)

const (
	theIngress = "Ingress develop/frontend"
	theService = "Service develop/frontend"
	theTraefik = "Deployment traefik/traefik"
	traefik404 = "404 page not found\n"
)

// unrouted is a route that does not answer, while its name and its certificate are in order.
func unrouted() map[diagnose.Layer]diagnose.State {
	return map[diagnose.Layer]diagnose.State{diagnose.Routing: diagnose.Broken}
}

// unnamed is one whose record is gone with its address.
func unnamed() map[diagnose.Layer]diagnose.State {
	return map[diagnose.Layer]diagnose.State{diagnose.Routing: diagnose.Broken, diagnose.DNS: diagnose.Blocked}
}

// unsecured is one that asks for no certificate.
func unsecured() map[diagnose.Layer]diagnose.State {
	return map[diagnose.Layer]diagnose.State{diagnose.Routing: diagnose.Broken, diagnose.Certificate: diagnose.Blocked}
}

// ignored makes Traefik leave the Ingress alone: it loses its address, and external-dns with it the record.
func (w world) ignored() {
	w.answer(404, traefik404)
	w.unresolved()
	w.ingress.Status.LoadBalancer.Ingress = nil
}

// fixed makes Traefik publish an address of its flags, which fails at a step, or at none.
func (w world) fixed(address string, failed probe.Step) {
	w.flag("--providers.kubernetesingress.ingressendpoint.ip=" + address)
	w.ingress.Status.LoadBalancer.Ingress[0].IP, w.Zones[0].Records[0].Content = address, address
	answer := facts.Answer{Rcode: "NOERROR", Addresses: []string{address}, TTL: 300}
	w.DNS[host] = facts.Answers{Authority: answer, Resolver: answer}
	p := w.Probes[host]
	for _, rep := range []*probe.Report{p.HTTPS, p.HTTP} {
		rep.Resolve.Records[0].Address = address
		if failed != "" {
			rep.OK, rep.Failed, rep.Class, rep.Error, rep.TLS, rep.HTTP = false, failed, probe.ClassRefused,
				"connection refused", nil, nil
		}
	}
}

func (w world) flag(value string) {
	c := &w.traefik.Spec.Template.Spec.Containers[0]
	c.Args = append(c.Args, value)
}

// withoutCertificate takes the Certificate and all that came of it away.
func (w world) withoutCertificate() {
	w.Certificates, w.CertificateRequests, w.Orders, w.Challenges = nil, nil, nil, nil
	w.Secrets = append(w.Secrets[:1:1], w.Secrets[2:]...)
	w.showDefault()
}

func (w world) access(fields map[string]string) {
	fields["RequestHost"] = host
	w.Logs = append(w.Logs, facts.Log{
		Component: facts.Traefik, Namespace: "traefik", Pod: "traefik-1",
		Lines: []facts.Line{{Time: ago(1).Time, Level: "info", Fields: fields}},
	})
}

func TestRouting(t *testing.T) { run(t, routingScenes()) }

func routingScenes() []scene {
	return []scene{
		{
			name: "ingress-no-class", causes: []string{"ingress-no-class " + theIngress}, states: unnamed(),
			do: func(w world) {
				w.ignored()
				w.ingress.Spec.IngressClassName = nil
				w.flag("--providers.kubernetesIngress.ingressClass=traefik")
			},
		},
		{
			name: "ingress-no-class/taken up all the same",
			do:   func(w world) { w.ingress.Spec.IngressClassName = nil },
		},
		{
			name: "ingress-wrong-class", causes: []string{"ingress-wrong-class " + theIngress}, states: unnamed(),
			do: func(w world) {
				w.ignored()
				*w.ingress.Spec.IngressClassName = "nginx"
				w.IngressClasses = append(w.IngressClasses, networking.IngressClass{
					ObjectMeta: made("", "nginx", 60),
					Spec:       networking.IngressClassSpec{Controller: "k8s.io/ingress-nginx"},
				})
			},
		},
		{
			// Traefik takes nothing back: the status stays, and with it the record.
			name: "ingress-wrong-class/taken up before", causes: []string{"ingress-wrong-class " + theIngress},
			states: unrouted(),
			notes:  []diagnose.Code{"stale-cert-served"},
			do: func(w world) {
				w.answer(404, traefik404)
				w.showDefault()
				*w.ingress.Spec.IngressClassName = "nginx"
				w.IngressClasses = append(w.IngressClasses, networking.IngressClass{
					ObjectMeta: made("", "nginx", 60),
					Spec:       networking.IngressClassSpec{Controller: "k8s.io/ingress-nginx"},
				})
			},
		},
		{
			name: "ingress-wrong-class/another Traefik's", causes: []string{"ingress-wrong-class " + theIngress},
			states: unnamed(),
			do: func(w world) {
				w.ignored()
				*w.ingress.Spec.IngressClassName = "internal"
				w.IngressClasses = append(w.IngressClasses, networking.IngressClass{
					ObjectMeta: made("", "internal", 60),
					Spec:       networking.IngressClassSpec{Controller: "traefik.io/ingress-controller"},
				})
				w.flag("--providers.kubernetesingress.ingressclass=traefik")
			},
		},
		{
			name: "ingress-class-object-missing", causes: []string{"ingress-class-object-missing " + theIngress},
			states: unnamed(),
			do:     func(w world) { w.ignored(); *w.ingress.Spec.IngressClassName = "traefk" },
		},
		{
			name: "backend-service-missing", causes: []string{"backend-service-missing Service develop/nope"},
			states: unrouted(),
			do: func(w world) {
				w.ingress.Spec.Rules[0].HTTP.Paths[0].Backend.Service.Name = "nope"
				w.answer(404, traefik404)
			},
		},
		{
			name: "backend-port-wrong", causes: []string{"backend-port-wrong " + theIngress}, states: unrouted(),
			do: func(w world) {
				w.ingress.Spec.Rules[0].HTTP.Paths[0].Backend.Service.Port.Number = 8081
				w.answer(404, traefik404)
			},
		},
		{
			name: "backend-no-endpoints/scaled to 0", causes: []string{"backend-no-endpoints Deployment develop/frontend"},
			states: unrouted(),
			do: func(w world) {
				w.EndpointSlices[0].Endpoints = nil
				*w.Deployments[5].Spec.Replicas = 0
				w.Pods = w.Pods[:5]
				w.answer(503, "no available server\n")
			},
		},
		{
			name: "backend-no-endpoints/image", causes: []string{"backend-no-endpoints Pod develop/frontend-1"},
			states: unrouted(),
			do: func(w world) {
				*w.EndpointSlices[0].Endpoints[0].Conditions.Ready = false
				w.stops(&w.Deployments[5], "ImagePullBackOff", "Back-off pulling image")
				w.answer(404, traefik404) // Traefik with allowEmptyServices=false
			},
		},
		{
			name: "backend-no-endpoints/selector", causes: []string{"backend-no-endpoints " + theService}, states: unrouted(),
			do: func(w world) {
				w.EndpointSlices[0].Endpoints = nil
				w.service.Spec.Selector = map[string]string{"app": "fronted"}
				w.answer(503, "no available server\n")
			},
		},
		{
			name: "backend-refused-502", causes: []string{"backend-refused-502 " + theService}, states: unrouted(),
			do: func(w world) {
				w.answer(502, "Bad Gateway")
				// though no origin was reached
				w.access(map[string]string{"RouterName": "develop-frontend@kubernetes", "OriginStatus": "502"})
			},
		},
		{
			name: "backend-refused-502/the application's own", causes: []string{"app-404-vs-traefik-404 " + theService},
			states: unrouted(),
			do:     func(w world) { w.answer(502, "the database does not answer") },
		},
		{
			name: "host-mismatch-raw-ip-works", causes: []string{"host-mismatch-raw-ip-works Ingress develop/other"},
			states: map[diagnose.Layer]diagnose.State{
				diagnose.Routing: diagnose.Broken, diagnose.DNS: diagnose.Blocked,
				diagnose.Certificate: diagnose.Blocked,
			},
			do: func(w world) {
				w.answer(404, traefik404)
				w.unresolved()
				w.ingress.Spec.Rules[0].Host, w.ingress.Spec.TLS[0].Hosts = "develop.safeops.wrok",
					[]string{"develop.safeops.wrok"}
				w.ingress.Name = "other" // nothing names the Ingress any more
			},
		},
		{
			name: "host-mismatch-raw-ip-works/in the Ingress", causes: []string{"host-mismatch-raw-ip-works " + theIngress},
			states: map[diagnose.Layer]diagnose.State{
				diagnose.Routing: diagnose.Broken, diagnose.DNS: diagnose.Blocked,
				diagnose.Certificate: diagnose.Blocked,
			},
			do: func(w world) {
				w.answer(404, traefik404)
				w.unresolved()
				w.ingress.Spec.Rules[0].Host, w.ingress.Spec.TLS[0].Hosts = "www."+host, []string{"www." + host}
			},
		},
		{
			name: "https-404-http-ok", causes: []string{"https-404-http-ok " + theIngress}, states: unrouted(),
			do: func(w world) {
				w.ingress.Annotations["traefik.ingress.kubernetes.io/router.entrypoints"] = "web"
				w.answer(404, traefik404)
				w.Probes[host].HTTP.HTTP.Status = 200
			},
		},
		{
			name: "https-404-http-ok/no entry point with TLS", causes: []string{"https-404-http-ok " + theTraefik},
			states: unrouted(),
			do: func(w world) {
				w.flag("--entryPoints.websecure.http.tls=false")
				w.answer(404, traefik404)
				w.Probes[host].HTTP.HTTP.Status = 200
			},
		},
		{
			name: "http-404-https-ok", causes: []string{"http-404-https-ok " + theIngress}, states: unrouted(),
			do: func(w world) {
				w.ingress.Annotations["traefik.ingress.kubernetes.io/router.tls"] = "true"
				w.Probes[host].HTTP.HTTP.Status, w.Probes[host].HTTP.HTTP.Body = 404, traefik404
			},
		},
		{
			name: "http-404-https-ok/loop behind the proxy", causes: []string{"http-404-https-ok record " + host},
			states: unrouted(),
			do: func(w world) {
				w.ingress.Annotations["external-dns.alpha.kubernetes.io/cloudflare-proxied"] = "true"
				w.Zones[0].Records[0].Proxied = true
				edge := facts.Answer{Rcode: "NOERROR", Addresses: []string{"104.16.0.1"}, TTL: 300}
				w.DNS[host] = facts.Answers{Authority: edge, Resolver: edge}
				rep := w.Probes[host].HTTPS
				rep.Resolve.Records[0].Address = "104.16.0.1"
				rep.HTTP.Status, rep.HTTP.Body, rep.HTTP.Headers = 301, "",
					map[string]string{"Location": "https://" + host + "/", "Server": "cloudflare"}
			},
		},
		{
			name: "entrypoint-missing", causes: []string{"entrypoint-missing " + theIngress}, states: unrouted(),
			do: func(w world) {
				w.ingress.Annotations["traefik.ingress.kubernetes.io/router.entrypoints"] = "https"
				w.answer(404, traefik404)
			},
		},
		{
			name: "middleware-missing", causes: []string{"middleware-missing " + theIngress}, states: unrouted(),
			do: func(w world) {
				w.ingress.Annotations["traefik.ingress.kubernetes.io/router.middlewares"] = "auth-forward@kubernetescrd"
				w.answer(404, traefik404)
				w.Logs = append(w.Logs, facts.Log{
					Component: facts.Traefik, Namespace: "traefik", Pod: "traefik-1",
					Lines: []facts.Line{line(1, "error", `middleware "auth-forward@kubernetescrd" does not exist`)},
				})
			},
		},
		{
			name: "no-tls-block", causes: []string{"no-tls-block " + theIngress}, states: unsecured(),
			do: func(w world) { w.ingress.Spec.TLS = nil; w.withoutCertificate() },
		},
		{
			name: "no-tls-block/another Ingress has it",
			do: func(w world) {
				other := asks("develop", "tls", host)
				other.Spec.TLS[0].SecretName = "frontend-tls"
				w.Ingresses[0].Spec.TLS = nil
				w.Ingresses = append(w.Ingresses, other)
				w.Services = append(w.Services, serves("develop", "tls", 8080))
			},
		},
		{
			name: "tls-host-not-in-rules", causes: []string{"tls-host-not-in-rules " + theIngress}, states: unsecured(),
			do: func(w world) {
				w.ingress.Spec.TLS[0].Hosts = []string{"www.safeops.work"}
				w.showDefault()
			},
		},
		{
			name: "tls-host-not-in-rules/no rule", causes: []string{"tls-host-not-in-rules " + theIngress}, states: unrouted(),
			do: func(w world) {
				w.ingress.Spec.Rules[0].Host = "www.safeops.work"
				w.answer(404, traefik404)
			},
		},
		{
			name: "traefik-secret-missing-starves", causes: []string{"traefik-secret-missing-starves Secret develop/first-tls"},
			states: unrouted(),
			do: func(w world) {
				w.ingress.Spec.TLS = append([]networking.IngressTLS{{
					Hosts:      []string{"first.safeops.work"},
					SecretName: "first-tls",
				}}, w.ingress.Spec.TLS...)
				w.ingress.Spec.Rules = append(w.ingress.Spec.Rules, networking.IngressRule{Host: "first.safeops.work"})
				w.showDefault()
			},
		},
		{
			name: "stale-cert-served", causes: []string{"stale-cert-served " + theTraefik}, states: unrouted(),
			do: func(w world) {
				w.show(probe.Certificate{
					Subject: "CN=" + host, Serial: "0e", SANs: []string{host}, NotAfter: ago(5).Time,
					SHA256: "old",
				}, probe.ClassExpired, "x509: certificate has expired")
			},
		},
		{
			name:   "ingress-status-empty/the Service has no address",
			causes: []string{"ingress-status-empty Service traefik/traefik"}, states: unnamed(),
			do: func(w world) {
				w.ignored()
				w.front.Status.LoadBalancer.Ingress = nil
				p := w.Probes[host]
				p.RawIP = nil
				w.Probes[host] = p
			},
		},
		{
			name: "ingress-status-empty/nothing to publish", causes: []string{"ingress-status-empty " + theTraefik},
			states: unnamed(),
			do: func(w world) {
				w.unresolved()
				w.ingress.Status.LoadBalancer.Ingress = nil
				args := w.traefik.Spec.Template.Spec.Containers[0].Args
				w.traefik.Spec.Template.Spec.Containers[0].Args = append(args[:5:5], args[6:]...)
			},
		},
		{
			name: "ingress-status-empty/a new Ingress", notes: []diagnose.Code{"ingress-status-empty"},
			states: map[diagnose.Layer]diagnose.State{diagnose.Routing: diagnose.Waiting, diagnose.DNS: diagnose.Waiting},
			do: func(w world) {
				w.unresolved()
				w.ingress.Status.LoadBalancer.Ingress = nil
				w.ingress.CreationTimestamp = ago(0)
			},
		},
		{
			name: "stale-ingress-status", causes: []string{"stale-ingress-status " + theIngress}, states: unrouted(),
			do: func(w world) {
				const old = "203.0.113.99"
				w.ingress.Status.LoadBalancer.Ingress[0].IP, w.Zones[0].Records[0].Content = old, old
				answer := facts.Answer{Rcode: "NOERROR", Addresses: []string{old}, TTL: 300}
				w.DNS[host] = facts.Answers{Authority: answer, Resolver: answer}
			},
		},
		{
			name: "stale-ingress-status/a fixed address", causes: []string{"stale-ingress-status " + theTraefik},
			states: unrouted(),
			do:     func(w world) { w.fixed("203.0.113.99", probe.StepConnect) },
		},
		{
			name: "stale-ingress-status/a router in front",
			do:   func(w world) { w.fixed("203.0.113.99", "") },
		},
		{
			name: "traefik-rbac-or-namespace/namespaces", causes: []string{"traefik-rbac-or-namespace " + theTraefik},
			states: unnamed(),
			do:     func(w world) { w.ignored(); w.flag("--providers.kubernetesingress.namespaces=staging,production") },
		},
		{
			name: "traefik-rbac-or-namespace/rights", causes: []string{"traefik-rbac-or-namespace " + theTraefik},
			states: unnamed(),
			do: func(w world) {
				w.ignored()
				w.Logs = append(w.Logs, facts.Log{
					Component: facts.Traefik, Namespace: "traefik", Pod: "traefik-1",
					Lines: []facts.Line{
						line(1, "error", `Failed to watch: ingresses.networking.k8s.io is forbidden: User "system:serviceaccount:traefik:traefik" cannot list resource "ingresses"`),
					},
				})
			},
		},
		{
			name: "traefik-down", causes: []string{"traefik-down " + theTraefik}, states: unrouted(),
			do: func(w world) {
				w.stops(w.traefik, "CrashLoopBackOff", "back-off restarting failed container")
				for _, rep := range w.probes() {
					rep.OK, rep.Failed, rep.Class, rep.Error, rep.TLS, rep.HTTP = false, probe.StepConnect, probe.ClassRefused,
						"connection refused", nil, nil
				}
			},
		},
		{
			name: "app-404-vs-traefik-404", causes: []string{"app-404-vs-traefik-404 " + theService}, states: unrouted(),
			do: func(w world) { w.answer(404, `{"error":"no such page"}`) },
		},
		{
			name: "app-404-vs-traefik-404/a Go program", causes: []string{"app-404-vs-traefik-404 " + theService},
			states: unrouted(),
			do: func(w world) {
				w.answer(404, traefik404)
				w.access(map[string]string{"RouterName": "develop-frontend@kubernetes", "OriginStatus": "404"})
			},
		},
		{
			name: "app-404-vs-traefik-404/no router", causes: []string{"unattributed route " + host}, states: unrouted(),
			do: func(w world) {
				w.answer(404, traefik404)
				w.access(map[string]string{"OriginStatus": "0"})
			},
		},
		{
			name: "ingress-of-another-controller", notes: []diagnose.Code{"ingress-of-another-controller"},
			do: func(w world) { w.class("nginx", "k8s.io/ingress-nginx"); w.leadsTo(elsewhere) },
		},
		{
			name: "misdirected-421", causes: []string{"misdirected-421 host " + host}, states: unrouted(),
			do: func(w world) { w.answer(421, "Misdirected Request") },
		},
		{
			name: "two causes/backend and TLS", causes: []string{"no-tls-block " + theIngress, "backend-no-endpoints " +
				theService}, states: unsecured(),
			do: func(w world) {
				w.ingress.Spec.TLS = nil
				w.withoutCertificate()
				w.EndpointSlices[0].Endpoints = nil
				w.service.Spec.Selector = map[string]string{"app": "fronted"}
				w.answer(404, traefik404)
			},
		},
		{
			name: "unattributed", causes: []string{"unattributed route " + host}, states: unrouted(),
			do: func(w world) { w.answer(404, traefik404) },
		},
	}
}

// A status is no proof: a Service of type ExternalName has no endpoints and needs none.
func TestExternalNameNeedsNoEndpoints(t *testing.T) {
	t.Parallel()
	w := healthy()
	w.service.Spec.Type, w.EndpointSlices = core.ServiceTypeExternalName, nil
	if d := rules.Explain(w.Snapshot, route()); !d.Healthy {
		t.Errorf("%+v", d.Causes)
	}
}

// Traefik's complaint of a Secret that is still to come is noted, and is no cause.
func TestAwaitedSecret(t *testing.T) {
	t.Parallel()
	w := healthy()
	w.unissued("")
	w.certificate.Status.Conditions = []certmanager.CertificateCondition{}
	w.Logs = append(w.Logs, facts.Log{
		Component: facts.Traefik,
		Lines: []facts.Line{{
			Level: "error", Message: "Error configuring TLS",
			Fields: map[string]string{"error": "secret develop/frontend-tls does not exist"},
		}},
	})
	d := rules.Explain(w.Snapshot, route())
	if len(d.Notes) == 0 || d.Notes[0].Code != "traefik-secret-missing-starves" || d.Chain[1].State != diagnose.Clear {
		t.Errorf("%+v", d)
	}
}
