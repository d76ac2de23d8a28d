package diagnose

func routingCodes() []Entry {
	return nil
}
