package testbed

import (
	"context"
	"fmt"
	"slices"
)

// deliver has the engine deliver the bundle. Its own namespace is made first, as a bootstrap does, so that its
// pods trust the fake internet; the token Secrets are made as soon as their namespaces are there.
func (s *Testbed) deliver(ctx context.Context, tokens []SecretKey) (err error) {
	if err := s.prepare(ctx, tokens); err != nil {
		// An error of the test environment, not of the bundle: it must not be taken for a bundle that does not become ready.
		return fmt.Errorf("prepare the test environment: %s", err.Error())
	}
	s.Delivered, err = s.Engine.Deliver(ctx, s.Bundle,
		func(ctx context.Context) error { return s.provideTokens(ctx, tokens) })
	return err
}

// trustedNamespaces are those whose pods trust the fake internet's web PKI: the bundle's, and the engine's.
func (s *Testbed) trustedNamespaces() []string {
	names := workloadNamespaces(s.Bundle, s.Apps)
	if s.Engine != nil && !slices.Contains(names, fluxNamespace) {
		names = append(names, fluxNamespace)
	}
	return names
}
