package rules_test

import (
	"time"

	acme "github.com/cert-manager/cert-manager/pkg/apis/acme/v1"
	core "k8s.io/api/core/v1"

	"github.com/edgeproof/edgeproof/e2e/facts"
)

// routed annotates the Ingress with middlewares.
func (w world) routed(middlewares string) {
	annotated("traefik.ingress.kubernetes.io/router.middlewares", middlewares)(w.Snapshot)
}

// refusedRecord makes the provider refuse the record of the host, in each sync.
func (w world) refusedRecord(message, kind string) {
	noRecords(w.Snapshot)
	line := ` level=error msg="` + message + `" action=CREATE record=` + host + ` ttl=1 type=` + kind + " zone=z1\n"
	w.syncs(`time="2026-03-01T11:58:00Z"` + line + `time="2026-03-01T11:59:00Z"` + line)
}

// noZone makes the challenge report that no zone was found.
func (w world) noZone(name string) {
	w.unissued(
		"Found no Zones for domain " + name + " (neither in the sub-domain nor in the SLD) please make sure your " +
			"domain-entries in the " +
			"config are correct and the API key is correctly setup with Zone.read rights.",
	)
}

// aliased makes the challenge's name an alias, in the public DNS.
func (w world) aliased(to string) {
	d := w.Domains[host]
	d.Challenge.Authority = facts.Answer{Rcode: "NOERROR", Names: []string{to}}
	d.Challenge.Resolver = d.Challenge.Authority
	w.Domains[host] = d
}

// follows lets the issuers follow aliases.
func (w world) follows() {
	for i := range w.ClusterIssuers {
		w.ClusterIssuers[i].Spec.ACME.Solvers[0].DNS01.CNAMEStrategy = acme.FollowStrategy
	}
	if len(w.Challenges) > 0 {
		w.Challenges[0].Spec.Solver = w.ClusterIssuers[0].Spec.ACME.Solvers[0]
	}
}

// knownReports are reports of public trackers that were tried before any rule was written for them.
func knownReports() []known {
	return []known{
		{"report-traefik-10544", func(w world) {
			w.crds()
			w.routed("develop-office@kubernetescrd")
			w.traefikLog(
				`time="2026-03-01T11:58:00Z" level=error msg="middleware \"develop-office@kubernetescrd\" does not exist" entryPointName=websecure routerName=` + router,
			)
			w.notRouted()
		}, answer{
			Source: "traefik/traefik#10544", Description: "Traefik 2.11 says that the Middleware of the annotation does " +
				"not exist",
			Layer: "routing", Object: "Ingress develop/frontend", Says: []string{"Middleware develop/office"},
		}},
		{"report-traefik-9703", func(w world) {
			w.crds()
			w.routed("office")
			w.extension(
				"traefik.io/v1alpha1",
				"Middleware",
				"develop",
				"office",
				map[string]any{"replacePath": map[string]any{}},
				nil,
			)
			w.traefikLog(
				`2026-03-01T11:58:00Z ERR error="middleware \"office@kubernetes\" does not exist" entryPointName=websecure routerName=` + router,
			)
			w.notRouted()
		}, answer{
			Source: "traefik/traefik#9703", Description: "the annotation names a Middleware without its namespace and provider",
			Layer: "routing", Object: "Ingress develop/frontend", Says: []string{"develop-office@kubernetescrd"},
		}},
		{"report-crowdsec-95", func(w world) {
			w.crds()
			w.routed("develop-bouncer@kubernetescrd")
			w.extension(
				"traefik.io/v1alpha1",
				"Middleware",
				"develop",
				"bouncer",
				map[string]any{"plugin": map[string]any{}},
				nil,
			)
			w.traefikLog(`{"level":"error","entryPointName":"websecure","routerName":"` + router +
				`","error":"plugin: unknown plugin type: bouncer","time":"2026-03-01T11:58:00Z"}`)
			w.notRouted()
		}, answer{
			Source:      "maxlerebourg/crowdsec-bouncer-traefik-plugin#95, darkweak/souin#575, traefik/plugin-rewritebody#29",
			Layer:       "routing",
			Description: "a Middleware names a plugin that Traefik's static configuration does not load",
			Says:        []string{"unknown plugin type: bouncer", "experimental.plugins"},
		}},
		{"report-helm-chart-1149", func(w world) {
			w.crds()
			w.routed("develop-local-network@kubernetescrd")
			w.extension("traefik.io/v1alpha1", "Middleware", "develop", "local-network", map[string]any{
				"ipAllowList": map[string]any{"sourceRange": []any{"127.0.0.1/32", "192.168.0.0/16"}},
			}, nil)
			w.answer(403, "Forbidden")
		}, answer{
			Source: "traefik/traefik-helm-chart#1149", Layer: "routing", Object: "Middleware develop/local-network",
			Description: "an ipAllowList sees the address of the CNI's bridge in place of the client's",
			Says:        []string{"192.168.0.0/16", "externalTrafficPolicy"},
		}},
		{"report-traefik-6545", func(w world) {
			w.answer(500, "Internal Server Error")
			w.service.Spec.Ports[0].Name = "https"
			w.traefikLog(
				`2026-03-01T11:58:00Z DBG 500 Internal Server Error error="tls: failed to verify certificate: x509: cannot validate certificate for 10.244.0.9 because it doesn't contain any IP SANs"`,
			)
		}, answer{
			Source: "traefik/traefik#6545", Layer: "routing", Object: "Service develop/frontend",
			Description: "Traefik asks the application by HTTPS, as its port is called https, and does not trust its " +
				"certificate",
			Says: []string{"IP SANs", "serverstransport"},
		}},
		{"report-cert-manager-3332", func(w world) {
			w.http01(selfCheck + "wrong status code '404', expected '200'")
			w.flag("--providers.kubernetesingress.ingressclass=traefik-public")
			*w.ingress.Spec.IngressClassName = "traefik-public"
			w.IngressClasses = append(w.IngressClasses, w.IngressClasses[0])
			w.IngressClasses[1].Name = "traefik-public"
		}, answer{
			Source: "cert-manager/cert-manager#3332, #5752", Layer: "certificate",
			Object:      "ClusterIssuer letsencrypt-production",
			Description: "the solver's Ingress is of a class that the class filter of Traefik leaves out",
			Says:        []string{"traefik-public", "404"},
		}},
		{"report-cert-manager-2517", func(w world) {
			w.http01(selfCheck + "wrong status code '404', expected '200'")
			w.flag("--entryPoints.web.http.redirections.entryPoint.to=websecure")
			w.flag("--entryPoints.web.http.redirections.entryPoint.scheme=https")
		}, answer{
			Source: "cert-manager/cert-manager#2517, #3325", Layer: "certificate",
			Description: "the self-check of HTTP-01 gets 404, and the solver's Ingress, Service and endpoints are there",
			Says:        []string{"404", "cm-acme-http-solver"},
		}},
		{"report-cert-manager-7231", func(w world) {
			w.http01(selfCheck + "wrong status code '404', expected '200'")
			w.ClusterDNS = "safeops.work:53 {\n  hosts {\n    192.0.2.7 develop.safeops.work\n  }\n}\n.:53 {\n  forward . " +
				"/etc/resolv.conf\n}\n"
		}, answer{
			Source: "cert-manager/cert-manager#7231", Layer: "certificate",
			Description: "the cluster's own DNS leads the host elsewhere, so the self-check meets another server",
			Says:        []string{"cluster", "DNS", "404"},
		}},
		{"report-cert-manager-7580", func(w world) {
			w.unissued("Waiting for DNS-01 challenge propagation: DNS record for \"" + host + "\" not yet propagated")
			w.Challenges[0].Status.Presented = true
			w.Challenges[0].CreationTimestamp.Time = clock().Add(-20 * time.Minute)
			w.Challenges[0].Spec.Key = "key"
			w.aliased("acme.example.com")
		}, answer{
			Source: "cert-manager/cert-manager#7580, #8095", Layer: "certificate", Object: "_acme-challenge." + host,
			Description: "the challenge's name is delegated by a CNAME that the solver does not follow",
			Says:        []string{"acme.example.com", "cnameStrategy"},
		}},
		{"report-cert-manager-7594", func(w world) {
			w.noZone("acme.example.io.")
			w.aliased("acme.example.io")
			w.follows()
		}, answer{
			Source: "cert-manager/cert-manager#7594, #5800", Layer: "certificate",
			Description: "the challenge's name is delegated to a zone that the token does not see",
			Says:        []string{"acme.example.io", "zone"}, Not: codes{"token-no-zone-read"},
		}},
		{"report-cert-manager-5751", func(w world) {
			w.noZone("edge.example.net.")
			w.aliased("edge.example.net")
			w.follows()
			w.Zones[0].Records = append(
				w.Zones[0].Records,
				facts.Record{ID: "r9", Name: "*." + zone, Type: "CNAME", Content: "edge.example.net", TTL: 1},
			)
		}, answer{
			Source: "cert-manager/cert-manager#5751, #5716", Layer: "certificate",
			Description: "cnameStrategy Follow follows the CNAME that a wildcard record gives to the challenge's name",
			Says:        []string{"*." + zone, "wildcard", "cnameStrategy"},
		}},
		{"report-external-dns-753", func(w world) {
			w.refusedRecord("failed to create record: Content for CNAME record is invalid. (9007)", "CNAME")
			annotated("external-dns.alpha.kubernetes.io/target", "tq.-bad-")(w.Snapshot)
		}, answer{
			Source: "kubernetes-sigs/external-dns#753", Description: "Cloudflare refuses the target of the annotation",
			Layer: "dns", Says: []string{"Content for CNAME record is invalid"},
		}},
		{"report-external-dns-3706", func(w world) {
			w.refusedRecord("failed to create record: DNS record has 1 tags, exceeding the quota of 0. (9300)", "A")
		}, answer{
			Source: "kubernetes-sigs/external-dns#3706", Description: "Cloudflare refuses the record for its tags, which " +
				"the plan does not have",
			Layer: "dns", Codes: codes{"unattributed"}, Says: []string{"exceeding the quota of 0"},
		}},
		{"report-external-dns-1945", func(w world) {
			w.refusedRecord(
				`failed to create record: error from makeRequest: HTTP status 400: content \"{\\\"errors\\\":[{\\\"code\\\":1004,\\\"error_chain\\\":[{\\\"code\\\":9004,\\\"message\\\":\\\"This record type cannot be proxied.\\\"}]}]}\"`,
				"A",
			)
			annotated("external-dns.alpha.kubernetes.io/cloudflare-proxied", "true")(w.Snapshot)
		}, answer{
			Source: "kubernetes-sigs/external-dns#1945, #1977", Description: "Cloudflare does not proxy the record's target",
			Layer: "dns", Says: []string{"9004"},
		}},
		{"report-external-dns-1428", func(w world) {
			w.refusedRecord(
				"failed to update record: DNS Validation Error (1004); This DNS record cannot be proxied (9041)",
				"A",
			)
			w.dnsFlag("--cloudflare-proxied")
			delete(w.ingress.Annotations, "external-dns.alpha.kubernetes.io/cloudflare-proxied")
		}, answer{
			Source: "kubernetes-sigs/external-dns#1428", Description: "--cloudflare-proxied proxies a record that cannot be",
			Layer: "dns", Says: []string{"9041"},
		}},
		{"report-external-dns-3621", func(w world) {
			w.refusedRecord(
				"failed to create record: An A, AAAA, or CNAME record with that host already exists. (81053)",
				"CNAME",
			)
			w.Zones[0].Records = append(
				w.Zones[0].Records,
				facts.Record{
					ID:       "r9",
					Name:     host,
					Type:     "A",
					Content:  "192.0.2.4",
					Created:  ago(9000).Time,
					Modified: ago(9000).Time,
				},
			)
		}, answer{
			Source: "kubernetes-sigs/external-dns#3621", Description: "a record of another kind is in the way",
			Layer: "dns", Object: "record " + host, Says: []string{"81053"},
		}},
		{"report-external-dns-5776", func(w world) {
			args := &w.traefik.Spec.Template.Spec.Containers[0].Args
			*args = append((*args)[:5:5], "--log.level=INFO")
			w.ingress.Status.LoadBalancer.Ingress = nil
			w.unresolved()
		}, answer{
			Source: "kubernetes-sigs/external-dns#5776", Description: "Traefik publishes no address, so the Ingress gets " +
				"no record",
			Layer: "routing", Codes: codes{"ingress-status-empty"}, Says: []string{"publishedservice"},
		}},
		{"report-uptime-kuma-1294", func(w world) {
			w.throughProxy(523, "error code: 523")
			w.refuses(w.Probes[host].RawIP)
		}, answer{
			Source: "louislam/uptime-kuma#1294", Description: "the proxy has no way to the origin's address",
			Layer: "routing", Says: []string{"523", "origin"}, Not: codes{"proxied-unexpected"},
		}},
		{"report-dokploy-4509", func(w world) {
			w.throughProxy(522, "error code: 522")
			hangs(w.Probes[host].RawIP)
			w.Probes[host].RawIP.Failed = "connect"
			w.traefik.Status.AvailableReplicas, w.traefik.Status.ReadyReplicas = 0, 0
			w.pod(w.traefik).Status.ContainerStatuses[0].State = core.ContainerState{
				Waiting: &core.ContainerStateWaiting{
					Reason: "CrashLoopBackOff", Message: "back-off 5m0s restarting failed container",
				},
			}
		}, answer{
			Source: "Dokploy/dokploy#4509", Description: "Traefik does not start any more after a change, so the proxy " +
				"gets no connection",
			Layer: "routing", Codes: codes{"traefik-down"}, Object: "Deployment traefik/traefik",
			Not: codes{"proxied-unexpected"},
		}},
		{"report-external-dns-3780", func(w world) {
			// the internal one comes first by name, takes the same Ingress, and is of another provider
			w.internal()
			w.first()
		}, answer{
			Source: "kubernetes-sigs/external-dns#3780", Description: "two external-dns publish one Ingress, at two providers",
			Healthy: true,
		}},
	}
}
