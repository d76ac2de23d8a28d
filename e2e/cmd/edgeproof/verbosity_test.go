package main

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
)

func TestVerbosity(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	config := filepath.Join(t.TempDir(), "config")
	write(t, config, `{"clusters": [{"name": "a", "cluster": {"server": "`+server.URL+`"}}],
		"contexts": [{"name": "a", "context": {"cluster": "a"}}], "current-context": "a"}`)
	explain := []string{"explain", "--all", "--kubeconfig", config, "--internet", "live"}
	ran, requested := `"Ran" command="`, server.URL+"/"
	for name, c := range map[string]struct {
		args   []string
		stderr map[string]bool
	}{
		"nothing more":          {[]string{"down"}, map[string]bool{ran: false}},
		"commands":              {[]string{"down", "-v", "2"}, map[string]bool{ran: true, "podman info": true}},
		"as kubectl writes it":  {[]string{"--v=2", "down"}, map[string]bool{ran: true}},
		"no requests":           {append(explain, "-v", "4"), map[string]bool{requested: false}},
		"requests":              {append(explain, "-v=6"), map[string]bool{`verb="GET"`: true, requested: true}},
		"a level that is none":  {[]string{"down", "-v", "all"}, map[string]bool{"give a level from 0 to 7": true}},
		"one that shows bodies": {[]string{"down", "-v", "8"}, map[string]bool{"bodies, and so Secrets": true}},
	} {
		got := edgeproof(t, c.args...)
		for text, want := range c.stderr {
			if strings.Contains(got.stderr, text) != want {
				t.Errorf("%s: %q is there: %t, want %t:\n%s", name, text, !want, want, got.stderr)
			}
		}
	}
}

// Before there were levels, -v alone was the version.
func TestVersion(t *testing.T) {
	t.Parallel()
	for _, flag := range []string{"-v", "--version"} {
		if got := edgeproof(t, flag); got.code != 0 || !strings.HasPrefix(got.stdout, "edgeproof version ") {
			t.Errorf("%s: %+v", flag, got)
		}
	}
}
