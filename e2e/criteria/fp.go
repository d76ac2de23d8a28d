package criteria

// The failure patterns: faults of each are injected, detected, attributed and removed, and that is what judges them.

func fp1() Criterion {
	return Criterion{
		ID: "FP-1", Text: "Cloudflare token Secret missing or wrong, so DNS records and ACME challenges fail",
	}
}

func fp2() Criterion {
	return Criterion{
		ID: "FP-2", Text: "the ingress host exists, but the TLS block or the issuer annotation is missing",
	}
}

func fp3() Criterion {
	return Criterion{
		ID: "FP-3", Text: "DNS points correctly, but the certificate is still pending because the ACME challenge never " +
			"completed",
	}
}

func fp4() Criterion {
	return Criterion{
		ID: RawAddress, Text: "tests use only raw IPs and miss that the real hostname path is broken",
	}
}

func fp5() Criterion {
	return Criterion{ID: "FP-5", Text: "(from the incident) DNS still points at the wrong target"}
}

func fp6() Criterion {
	return Criterion{ID: "FP-6", Text: "(from the incident) HTTPS is missing or expired"}
}
