package diagnose

func certificateRules() []rule { return nil }
