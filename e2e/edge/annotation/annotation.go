// Package annotation knows which annotations of routes a controller reads, by the components' own documentation: each
// list has the page and the version that it was read from. An annotation that nothing reads fails silently.
//
// It reads names and no objects. It must not know which controllers a cluster or a bundle has, nor judge.
package annotation

import (
	"slices"
	"strings"
)

// List is what one reader reads of the annotations with a prefix.
type List struct {
	Prefix string
	// Source is the page of the reader's documentation, and Version that of the reader.
	Source, Version string
	names           []string
}

// Reads reports whether the reader reads an annotation; one ending in a dot stands for all that begin so.
func (l List) Reads(key string) bool {
	name, ok := strings.CutPrefix(key, l.Prefix)
	return ok && slices.ContainsFunc(l.names, func(n string) bool {
		return n == name || strings.HasSuffix(n, ".") && strings.HasPrefix(name, n)
	})
}

// Has reports whether an annotation is of the family.
func (l List) Has(key string) bool { return strings.HasPrefix(key, l.Prefix) }

// Nginx is what Traefik reads of the annotations for ingress-nginx, where its provider for these is on. Its provider
// for plain Ingresses reads none of them.
func Nginx() List {
	return List{
		Prefix:  "nginx.ingress.kubernetes.io/",
		Source:  "https://doc.traefik.io/traefik/v3.6/reference/routing-configuration/kubernetes/ingress-nginx/",
		Version: "traefik v3.6.12",
		names: []string{
			"affinity", "auth-realm", "auth-response-headers", "auth-secret", "auth-secret-type", "auth-type", "auth-url",
			"backend-protocol", "cors-allow-credentials", "cors-allow-headers", "cors-allow-methods", "cors-allow-origin",
			"cors-expose-headers", "cors-max-age", "enable-cors", "force-ssl-redirect", "proxy-ssl-name", "proxy-ssl-secret",
			"proxy-ssl-server-name", "proxy-ssl-verify", "service-upstream", "session-cookie-domain", "session-cookie-max-age",
			"session-cookie-name", "session-cookie-path", "session-cookie-samesite", "session-cookie-secure",
			"ssl-passthrough", "ssl-redirect", "use-regex",
		},
	}
}

// Traefik is what Traefik reads of its own annotations on an Ingress or on the Service behind it. It reads none on an
// IngressRoute or on a route of Gateway API, and v1's are no longer read.
func Traefik() List {
	return List{
		Prefix:  "traefik.ingress.kubernetes.io/",
		Source:  "https://doc.traefik.io/traefik/v3.6/reference/routing-configuration/kubernetes/ingress/",
		Version: "traefik v3.6.12",
		names: []string{
			"router.entrypoints", "router.middlewares", "router.observability.", "router.pathmatcher", "router.priority",
			"router.rulesyntax", "router.tls", "router.tls.", "service.nativelb", "service.nodeportlb",
			"service.passhostheader", "service.serversscheme", "service.serverstransport", "service.sticky.",
		},
	}
}

// ControlsAccess reports whether an annotation, of whatever prefix, keeps somebody out: without a reader the door is
// open.
func ControlsAccess(key string) bool {
	_, name, _ := strings.Cut(key, "/")
	return slices.Contains([]string{
		// of ingress-nginx
		"auth-url", "auth-type", "auth-secret", "auth-signin", "auth-snippet", "auth-tls-secret", "auth-tls-verify-client",
		"auth-tls-match-cn", "enable-global-auth", "satisfy", "whitelist-source-range", "allowlist-source-range",
		"denylist-source-range", "enable-modsecurity", "enable-owasp-core-rules", "modsecurity-snippet",
		// of Traefik v1 (https://doc.traefik.io/traefik/v1.7/configuration/backends/kubernetes/)
		"auth-realm", "auth-tls-insecure", "whiteList-source-range", "ip-whitelist",
		// of Traefik
		"router.middlewares", "router.tls.options",
	}, name)
}
