package rules_test

import (
	"strings"

	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge"
	"github.com/edgeproof/edgeproof/e2e/edge/traefik"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

func theIngressRoute(f func(*traefik.IngressRoute)) change {
	return func(s *facts.Snapshot) { f(&s.Traefik.Routes[0]) }
}

// extension adds an object that a route may refer to.
func extension(kind, namespace, name string, spec map[string]any) change {
	return func(s *facts.Snapshot) {
		s.Extensions = append(s.Extensions, facts.Extension{
			Kind: kind, ObjectMeta: meta.ObjectMeta{Namespace: namespace, Name: name}, Spec: spec,
		})
	}
}

// traefikRows are failures of IngressRoutes.
func traefikRows() []row {
	const object = "IngressRoute develop/frontend"
	uses := func(ref traefik.Reference) change {
		return theIngressRoute(func(r *traefik.IngressRoute) { r.Spec.Routes[0].Middlewares = []traefik.Reference{ref} })
	}
	matches := func(rule string) change {
		return theIngressRoute(func(r *traefik.IngressRoute) { r.Spec.Routes[0].Match = rule })
	}
	rows := []row{
		{
			name: "old-api-group", cause: "old-api-group", object: object, remedy: "s|traefik.containo.us|traefik.io|",
			change: all(unfound, theIngressRoute(func(r *traefik.IngressRoute) {
				r.APIVersion = "traefik.containo.us/v1alpha1"
			})),
			routing: diagnose.Broken,
		},
		{
			name: "crd-provider-off", cause: "crd-provider-off", object: theTraefik, routing: diagnose.Broken,
			change: all(unfound, func(s *facts.Snapshot) { drops(s, facts.Traefik, "--providers.kubernetescrd") }),
		},
		{
			name: "crd-provider-off: other namespaces", cause: "crd-provider-off", object: theTraefik, routing: diagnose.Broken,
			change: all(unfound, func(s *facts.Snapshot) {
				with(s, facts.Traefik,
					"--providers.kubernetescrd.namespaces=apps")
			}),
			seen: "namespaces=apps",
		},
		{
			name: "crd-provider-off: another class", cause: "crd-provider-off", object: object, routing: diagnose.Broken,
			change: all(unfound, func(s *facts.Snapshot) {
				with(s, facts.Traefik,
					"--providers.kubernetescrd.ingressclass=inner")
			}),
			remedy: "kubernetes.io/ingress.class=inner",
		},
		{
			name: "rule-syntax-v2", cause: "rule-syntax-v2", object: object, routing: diagnose.Broken, remedy: `"value":"v2"`,
			change: all(unfound, matches("Host(`"+host+"`, `www."+host+"`)")), seen: "Host takes one value",
		},
		{
			name: "a rule of v2 that says so",
			change: all(matches("Host(`"+host+"`, `www."+host+"`)"),
				theIngressRoute(func(r *traefik.IngressRoute) { r.Spec.Routes[0].Syntax = "v2" })),
		},
		{
			name: "middleware-missing: of an IngressRoute", cause: "middleware-missing", object: object,
			routing: diagnose.Broken,
			change:  all(unfound, uses(traefik.Reference{Name: "auth"}), extension("Middleware", "apps", "auth", nil)),
			seen:    "is in another namespace",
		},
		{
			name:   "a middleware that is there",
			change: all(uses(traefik.Reference{Name: "auth"}), extension("Middleware", "develop", "auth", nil)),
		},
		{
			name: "cross-namespace-refused", cause: "cross-namespace-refused", object: object, routing: diagnose.Broken,
			change: all(unfound, uses(traefik.Reference{Name: "auth", Namespace: "apps"}), extension("Middleware",
				"apps", "auth", nil)),
			seen: "Middleware apps/auth",
		},
		{
			name: "a reference across namespaces that is allowed",
			change: all(uses(traefik.Reference{Name: "auth", Namespace: "apps"}), extension("Middleware", "apps", "auth", nil),
				func(s *facts.Snapshot) {
					with(s, facts.Traefik, "--providers.kubernetescrd.allowCrossNamespace=true")
				}),
		},
		{
			name: "entrypoint-missing: of an IngressRoute", cause: "entrypoint-missing", object: object,
			routing: diagnose.Broken,
			change:  all(unfound, theIngressRoute(func(r *traefik.IngressRoute) { r.Spec.EntryPoints = []string{"https"} })),
			seen:    "https",
		},
		{
			name: "https-404-http-ok: of an IngressRoute", cause: "https-404-http-ok", object: object,
			change: all(ownCertificate, func(s *facts.Snapshot) {
				unfound(s)
				s.Probes[host].HTTP.HTTP.Status = 200
			}, theIngressRoute(func(r *traefik.IngressRoute) { r.Spec.EntryPoints, r.Spec.TLS = []string{"web"}, nil })),
			routing: diagnose.Broken, certificate: diagnose.Blocked,
		},
		{
			name: "route-without-certificate", cause: "route-without-certificate", object: object,
			change: all(unissued, ownCertificate, theIngressRoute(func(r *traefik.IngressRoute) {
				r.Annotations["cert-manager.io/cluster-issuer"] = production
			})),
			seen:   "annotation cert-manager.io/cluster-issuer is not read on an IngressRoute",
			remedy: `"secretName":"frontend-tls","dnsNames":["` + host + `"]`, certificate: diagnose.Broken,
		},
		{
			name: "default-certificate-served", cause: "default-certificate-served", object: "TLSStore traefik/default",
			change: all(unissued, ownCertificate, theIngressRoute(func(r *traefik.IngressRoute) { r.Spec.TLS.SecretName = "" }),
				extension("TLSStore", "traefik", "default", map[string]any{
					"defaultCertificate": map[string]any{"secretName": "wildcard"},
				})),
			seen: "Secret traefik/wildcard: not found", certificate: diagnose.Broken,
		},
		{
			name: "sni-strict: of an IngressRoute", cause: "sni-strict", object: "TLSOption develop/strict",
			change: all(unissued, extension("TLSOption", "develop", "strict", map[string]any{"sniStrict": true}),
				theIngressRoute(func(r *traefik.IngressRoute) {
					r.Spec.TLS = &traefik.RouteTLS{Options: &traefik.Reference{Name: "strict"}}
				}), func(s *facts.Snapshot) {
					shakesNoHands(s.Probes[host].HTTPS)
					shakesNoHands(s.Probes[host].RawIP)
				}),
			routing: diagnose.Broken, certificate: diagnose.Blocked,
		},
		{
			name: "externalname-refused: of an IngressRoute", cause: "externalname-refused", object: "Service develop/frontend",
			change: all(unfound, func(s *facts.Snapshot) {
				s.Services[0].Spec.Type, s.Services[0].Spec.ExternalName = "ExternalName", "elsewhere.example.net"
			}),
			seen: "--providers.kubernetescrd.allowexternalnameservices", routing: diagnose.Broken,
		},
		{
			name: "plain HTTP is not served by its own tls section",
			change: func(s *facts.Snapshot) {
				s.Probes[host].HTTP.HTTP.Status, s.Probes[host].HTTP.HTTP.Body = 404, traefik404
			},
		},
		{
			name: "backend-service-missing: of an IngressRoute", cause: "backend-service-missing",
			object: "Service apps/frontend",
			change: all(unfound, theIngressRoute(func(r *traefik.IngressRoute) {
				r.Spec.Routes[0].Services[0].Namespace = "apps"
			}), func(s *facts.Snapshot) {
				with(s, facts.Traefik, "--providers.kubernetescrd.allowCrossNamespace=true")
			}),
			routing: diagnose.Broken,
		},
	}
	for i := range rows {
		rows[i].kind = edge.IngressRoute
	}
	return rows
}

// drops takes away the flags of a component that begin so.
func drops(s *facts.Snapshot, c facts.Component, prefix string) {
	at := container(s, c)
	var kept []string
	for _, a := range at.Args {
		if !strings.HasPrefix(a, prefix) {
			kept = append(kept, a)
		}
	}
	at.Args = kept
}
