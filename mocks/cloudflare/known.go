package cloudflare

import "slices"

// The parts of the API that this server does not have, by the first segment of their paths [SRC 2026-11: cloudflare-go
// v7.9.0]. A token without their permissions is refused there, where a path that does not exist has no route.

func knownInZone(part string) bool {
	return slices.Contains([]string{
		"access", "acm", "addressing", "ai-audit", "ai-security", "analytics", "api_gateway", "argo", "available_plans",
		"available_rate_plans", "bot_management", "cache", "certificate_authorities", "client_certificates",
		"cloud_connector", "content-upload-scan", "ct", "custom_certificates", "custom_csrs", "custom_hostnames",
		"custom_ns", "custom_pages", "dcv_delegation", "devices", "dns_analytics", "dns_settings", "dnssec", "email",
		"environments", "filters", "firewall", "fraud_detection", "healthchecks", "hold", "hostnames", "intel",
		"keyless_certificates",
		"leaked-credential-checks", "load_balancers", "logpush", "logs", "managed_headers", "origin_tls_client_auth",
		"page_shield", "pagerules", "precursor", "purge_cache", "rate_limits", "rulesets", "schema_validation",
		"secondary_dns", "security-center", "settings", "snippets", "spectrum", "speed_api", "ssl", "tags",
		"token_validation", "url_normalization", "waiting_rooms", "web3", "workers",
	}, part)
}

func knownInAccount(part string) bool {
	return slices.Contains([]string{
		"abuse-reports", "access", "addressing", "ai", "ai-gateway", "ai-search", "alerting", "analytics", "audit_logs",
		"billing", "botnet_feed", "brand-protection", "browser-rendering", "calls", "cfd_tunnel", "challenges", "cni",
		"connectivity", "custom_ns", "custom_pages", "d1", "devices", "dex", "diagnostics", "dlp", "dls", "dns_firewall",
		"dns_records", "dns_settings", "email", "email-security", "event_notifications", "firewall", "gateway",
		"hyperdrive", "iam", "images", "infrastructure", "intel", "load_balancers", "logpush", "logs", "magic", "members",
		"mnm", "move", "mtls_certificates", "pages", "pcaps", "pipelines", "profile", "queues", "r2", "r2-catalog",
		"registrar", "request-tracer", "roles", "rules", "rulesets", "rum", "secondary_dns", "secrets_store",
		"security-center", "settings", "shares", "slurper", "sso_connectors", "storage", "stream", "subscriptions", "tags",
		"teamnet", "tunnels", "urlscanner", "vectorize", "vuln_scanner", "warp_connector", "workers", "workflows",
		"zerotrust", "zt_risk_scoring",
	}, part)
}

func knownAtRoot(part string) bool {
	return slices.Contains([]string{
		"certificates", "graphql", "live", "organizations", "radar", "signed-url", "system", "tenants", "users",
	}, part)
}

func knownOfUser(part string) bool {
	return slices.Contains([]string{
		"audit_logs", "billing", "firewall", "invites", "load_balancers", "load_balancing_analytics", "organizations",
		"subscriptions", "tenants",
	}, part)
}
