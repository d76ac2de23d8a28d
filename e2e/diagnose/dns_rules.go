package diagnose

func dnsRules() []rule { return nil }
