package diagnose

func credentialCodes() []Entry {
	return nil
}
