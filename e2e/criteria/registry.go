package criteria

// All lists every criterion in the order of the specification.
func All() []Criterion {
	return []Criterion{
		{"DW-1", "external-dns is reconciling without errors"},
		{"DW-2", "the staging and the production ClusterIssuer are ready"},
		{"DW-3", "ingress resources request TLS explicitly (TLS block, hosts, secret, issuer annotation)"},
		{"DW-4", "hostname resolution and HTTPS both succeed for the intended route, from outside, by name"},
		{"DW-5", "any failure is explained: app routing, DNS sync, or certificate issuance (or the credential that two of them share)"},

		{"WF-1", "the Cloudflare token Secret exists in namespace cert-manager before DNS sync or issuance is enabled"},
		{"WF-2", "the dns-and-certificates bundle is reconciled, so external-dns and the issuers exist before anything depends on them"},
		{"WF-3", "cert-manager and external-dns pods are healthy"},
		{"WF-4", "both ClusterIssuers are ready"},
		{"WF-5", "the application ingress has hostnames, TLS block and issuer annotation"},
		{"WF-6", "the DNS record exists and the certificate is issued before the route is called healthy"},
		{"WF-7", "validation uses the real hostname over HTTPS, never only a raw service or load-balancer IP"},

		{"VC-1", "`kubectl -n cert-manager get pods`"},
		{"VC-2", "`kubectl get clusterissuer`"},
		{"VC-3", "`kubectl -n cert-manager logs deploy/external-dns --since=10m`"},
		{"VC-4", "`kubectl -n develop describe ingress frontend`"},
		{"VC-5", "`kubectl -n develop get certificate,secret`"},

		{"FP-1", "Cloudflare token Secret missing or wrong, so DNS records and ACME challenges fail"},
		{"FP-2", "the ingress host exists, but the TLS block or the issuer annotation is missing"},
		{"FP-3", "DNS points correctly, but the certificate is still pending because the ACME challenge never completed"},
		{"FP-4", "tests use only raw IPs and miss that the real hostname path is broken"},
		{"FP-5", "(from the incident) DNS still points at the wrong target"},
		{"FP-6", "(from the incident) HTTPS is missing or expired"},

		{"GR-1", "DNS and TLS are automated together: a hand-made DNS record or a hand-made TLS Secret on a managed host is a finding"},

		{"BL-1", "Traefik is the ingress controller"},
		{"BL-2", "external-dns runs in namespace cert-manager and syncs records of the target domain"},
		{"BL-3", "cert-manager has ClusterIssuers for Let's Encrypt staging and production"},
		{"BL-4", "ingresses ask for certificates by naming the production issuer and their TLS hosts"},
		{"BL-5", "one Cloudflare API token Secret serves both DNS sync and issuance"},
	}
}
