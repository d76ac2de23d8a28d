package diagnose

func certificateCodes() []Entry {
	return nil
}
