package criteria

// All lists every criterion in the order of the specification.
func All() []Criterion {
	return []Criterion{
		{ID: "DW-1", Text: "external-dns is reconciling without errors", Waits: ForRecords, Shown: BySyncs},
		{ID: "DW-2", Text: "the staging and the production ClusterIssuer are ready", Waits: ForIssuers, Shown: ByIssuers},
		{
			ID: "DW-3", Text: "ingress resources request TLS explicitly (TLS block, hosts, secret, issuer annotation)",
			Shown: ByRoutes,
		},
		{
			ID: "DW-4", Text: "hostname resolution and HTTPS both succeed for the intended route, from outside, by name",
			Waits: ForCertificate, Shown: ByProbes,
		},
		{ID: "DW-5", Text: "any failure is explained: app routing, DNS sync, or certificate issuance (or the credential " +
			"that two of them share)"},

		{ID: "WF-1", Text: "the Cloudflare token Secret exists in namespace cert-manager before DNS sync or issuance is " +
			"enabled"},
		{ID: "WF-2", Text: "the dns-and-certificates bundle is reconciled, so external-dns and the issuers exist before " +
			"anything depends on them", Installed: true},
		{ID: "WF-3", Text: "cert-manager and external-dns pods are healthy", Shown: ByPods},
		{ID: "WF-4", Text: "both ClusterIssuers are ready", Waits: ForIssuers, Shown: ByIssuers},
		{ID: "WF-5", Text: "the application ingress has hostnames, TLS block and issuer annotation", Shown: ByRoutes},
		{
			ID: "WF-6", Text: "the DNS record exists and the certificate is issued before the route is called healthy",
			Waits: ForCertificate, Shown: ByIssuance,
		},
		{
			ID: "WF-7", Text: "validation uses the real hostname over HTTPS, never only a raw service or load-balancer IP",
			Waits: ForCertificate, Shown: ByProbes,
		},

		{ID: "VC-1", Text: "`kubectl -n cert-manager get pods`", Shown: ByPods},
		{ID: "VC-2", Text: "`kubectl get clusterissuer`", Waits: ForIssuers, Shown: ByIssuers},
		{
			ID: "VC-3", Text: "`kubectl -n cert-manager logs deploy/external-dns --since=10m`", Waits: ForRecords,
			Shown: BySyncs,
		},
		{ID: "VC-4", Text: "`kubectl -n develop describe ingress frontend`", Waits: ForCertificate, Shown: ByRoutes},
		{ID: "VC-5", Text: "`kubectl -n develop get certificate,secret`", Waits: ForCertificate, Shown: ByIssuance},

		{ID: "FP-1", Text: "Cloudflare token Secret missing or wrong, so DNS records and ACME challenges fail"},
		{ID: "FP-2", Text: "the ingress host exists, but the TLS block or the issuer annotation is missing"},
		{ID: "FP-3", Text: "DNS points correctly, but the certificate is still pending because the ACME challenge never " +
			"completed"},
		{ID: "FP-4", Text: "tests use only raw IPs and miss that the real hostname path is broken"},
		{ID: "FP-5", Text: "(from the incident) DNS still points at the wrong target"},
		{ID: "FP-6", Text: "(from the incident) HTTPS is missing or expired"},

		{ID: "GR-1", Text: "DNS and TLS are automated together: a hand-made DNS record or a hand-made TLS Secret on a " +
			"managed host is a finding", Waits: ForCertificate},

		{ID: "BL-1", Text: "Traefik is the ingress controller", Shown: ByPods},
		{
			ID: "BL-2", Text: "external-dns runs in namespace cert-manager and syncs records of the target domain",
			Waits: ForRecords, Shown: BySyncs,
		},
		{ID: "BL-3", Text: "cert-manager has ClusterIssuers for Let's Encrypt staging and production", Shown: ByIssuers},
		{
			ID: "BL-4", Text: "ingresses ask for certificates by naming the production issuer and their TLS hosts",
			Shown: ByRoutes,
		},
		{ID: "BL-5", Text: "one Cloudflare API token Secret serves both DNS sync and issuance"},
	}
}
