package git_test

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	fluxgit "github.com/fluxcd/pkg/git"
	"github.com/fluxcd/pkg/git/gogit"
	"github.com/fluxcd/pkg/git/repository"

	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/git"
)

// serveSSH serves on a port of loopback until the test ends.
func serveSSH(t *testing.T, s *git.Server) (host string) {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.ServeSSH(ctx, l) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return l.Addr().String()
}

// cloneSSH clones as source-controller does.
func cloneSSH(t *testing.T, host, path, identity, knownHosts string) (string, error) {
	t.Helper()
	dir := t.TempDir()
	auth := &fluxgit.AuthOptions{
		Transport: fluxgit.SSH, Host: host, Username: "git", Identity: []byte(identity), KnownHosts: []byte(knownHosts),
	}
	c, err := gogit.NewClient(dir, auth, gogit.WithDiskStorage())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_, err = c.Clone(t.Context(), "ssh://git@"+host+"/"+path, repository.CloneConfig{
		ShallowClone: true, CheckoutStrategy: repository.CheckoutStrategy{Branch: "main"},
	})
	return dir, err
}

func TestSSH(t *testing.T) {
	t.Parallel()
	s, seen := newServer(t)
	commit(t, s, origin(), api.GitChange{}, map[string]string{"a.yaml": "one"})
	commit(t, s, git.Address{Host: "a.example.com", Path: "twice/named"}, api.GitChange{}, map[string]string{"a": "a"})
	commit(t, s, git.Address{Host: "b.example.com", Path: "twice/named"}, api.GitChange{}, map[string]string{"a": "b"})
	host := serveSSH(t, s)
	identity, err := s.Identity()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := cloneSSH(t, host, "platform/edge.git", identity, s.KnownHosts(host))
	if err != nil {
		t.Fatal(err)
	}
	if raw, err := os.ReadFile(filepath.Join(dir, "a.yaml")); err != nil || string(raw) != "one" {
		t.Errorf("a.yaml = %q, %v", raw, err)
	}
	if got := seen.Entries(api.JournalFilter{Source: api.SourceGit, Contains: origin().String()}); len(got) == 0 ||
		got[0].Detail["transport"] != "ssh" {
		t.Errorf("the journal has %+v", got)
	}
	other, _ := newServer(t)
	stranger, err := other.Identity()
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct{ path, identity, knownHosts string }{
		"unknown repository": {"platform/none", identity, s.KnownHosts(host)},
		"ambiguous path":     {"twice/named", identity, s.KnownHosts(host)},
		"another identity":   {"platform/edge", stranger, s.KnownHosts(host)},
		"another host key":   {"platform/edge", identity, other.KnownHosts(host)},
	} {
		if _, err := cloneSSH(t, host, tc.path, tc.identity, tc.knownHosts); err == nil {
			t.Errorf("%s: clone succeeds", name)
		}
	}
	if got := seen.Entries(api.JournalFilter{Contains: "a.example.com/twice/named, b.example.com/twice/named"}); len(got) == 0 {
		t.Error("the journal does not say why the ambiguous path was refused")
	}
}

func TestKnownHosts(t *testing.T) {
	t.Parallel()
	s, _ := newServer(t)
	lines := strings.Split(strings.TrimSpace(s.KnownHosts("gitlab.com", "github.com")), "\n")
	if len(lines) != 2 || !strings.HasPrefix(lines[0], "github.com ssh-ed25519 ") ||
		!strings.HasPrefix(lines[1], "gitlab.com ssh-ed25519 ") {
		t.Errorf("KnownHosts = %q", lines)
	}
}
