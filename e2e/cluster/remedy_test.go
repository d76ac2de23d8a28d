package cluster

import (
	"strings"
	"testing"
)

func TestRemedyFitsTheSystem(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ os, choice, want string }{
		"linux":             {"linux", "", "apt-get install"},
		"linux, one chosen": {"linux", "docker", "unset EDGEPROOF_ENGINE"},
		"a Mac":             {"darwin", "", "podman machine init"},
		"a Mac, one chosen": {"darwin", "docker", "explain, gate verify and report need none"},
	} {
		if got := remedy(c.os, c.choice); !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	if got := otherSystem("linux"); got != "" {
		t.Errorf("linux is another system: %q", got)
	}
	if got := otherSystem("darwin"); !strings.Contains(got, "pulled") {
		t.Errorf("darwin: %q, want that the node image is pulled", got)
	}
}
