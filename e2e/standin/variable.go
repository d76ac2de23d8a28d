package standin

import (
	"regexp"
	"slices"
	"strings"
)

// domainOf ends the zones of stand-ins: a name that RFC 2606 reserves, so it belongs to no one.
const domainOf = ".example"

// Variable is the stand-in for a variable without a value, by its name and the texts in which it occurs. What is used
// as a domain gets a zone of its own.
func Variable(name string, uses []string) string {
	upper := strings.ToUpper(name)
	has := func(parts ...string) bool {
		return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(upper, part) })
	}
	slug := strings.Trim(regexp.MustCompile(`[^a-z0-9]+`).ReplaceAllString(strings.ToLower(name), "-"), "-")
	slug = strings.Trim(slug[:min(len(slug), 50)], "-")
	switch {
	case has("EMAIL", "MAIL_TO", "ACME_MAIL"):
		return "admin@" + slug + domainOf
	case domain(name, uses):
		return slug + domainOf
	case has("CIDR", "SUBNET", "RANGE", "_NET"):
		return "192.0.2.0/28"
	case has("_IP6", "IPV6"):
		return "2001:db8::10"
	case has("_IP", "IP_", "ADDR", "_VIP", "GATEWAY_V"):
		return "192.0.2.10"
	case has("PORT"):
		return "8443"
	case upper == "TZ", has("TIMEZONE"):
		return "UTC"
	case has("REPLICA", "COUNT"):
		return "1"
	case has("DOMAIN", "ZONE_NAME", "DNS_ZONE", "HOSTNAME", "FQDN", "TLD"):
		return slug + domainOf
	case has("URL", "URI", "ENDPOINT"):
		return "https://" + slug + domainOf
	}
	return "stand-in-" + slug
}

// domain reports whether a variable ends a name: "web.${X}", "*.${X}", "Host(`a.${X}`)".
func domain(name string, uses []string) bool {
	part := regexp.MustCompile(`([A-Za-z][\w-]*|\*)\.\$\{` + regexp.QuoteMeta(name) + `[}:]`)
	return slices.ContainsFunc(uses, part.MatchString)
}
