package main

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestSignaturesOnTheCommandLine(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	key := filepath.Join(dir, "gate.pub")
	write(t, key, "ssh-ed25519 AAAA")
	for name, c := range map[string]struct {
		args   []string
		stderr string
	}{
		"a key that is none, before a run": {
			[]string{"gate", "run", "--sign-key", key},
			"it is no PEM; give an Ed25519 key",
		},
		"no key at all, before a run": {
			[]string{"gate", "run", "--sign-key", filepath.Join(dir, "none")},
			"give --sign-key the file of a private key",
		},
		"an age that is none": {[]string{"gate", "verify", "v.json", "--max-age", "soon"}, "invalid argument"},
	} {
		got := edgeproof(t, c.args...)
		if got.code != 2 || !strings.Contains(got.stderr, c.stderr) {
			t.Errorf("%s: %+v, want status 2 and %q", name, got, c.stderr)
		}
	}
}
