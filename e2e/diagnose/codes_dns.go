package diagnose

func dnsCodes() []Entry {
	return nil
}
