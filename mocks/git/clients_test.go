package git_test

import (
	"context"
	"encoding/pem"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	fluxgit "github.com/fluxcd/pkg/git"
	"github.com/fluxcd/pkg/git/gogit"
	"github.com/fluxcd/pkg/git/repository"
	gogit6 "github.com/go-git/go-git/v6"
	"github.com/go-git/go-git/v6/plumbing"
	"github.com/go-git/go-git/v6/plumbing/client"
	githttp "github.com/go-git/go-git/v6/plumbing/transport/http"

	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/git"
	"github.com/edgeproof/edgeproof/mocks/journal"
)

// wanted is what a client requests: a branch, a tag or a commit, with one commit of history or all of it.
type wanted struct {
	branch, tag, commit string
	shallow             bool
	username, password  string
}

// fetcher clones into a folder as one client does.
type fetcher func(ctx context.Context, at *httptest.Server, dir string, w wanted) error

func fetchers() map[string]fetcher {
	return map[string]fetcher{"git": byGit, "go-git": byGoGit, "Flux": byFlux}
}

func remote(at *httptest.Server) string { return at.URL + "/platform/edge" }

func rootOf(at *httptest.Server) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: at.Certificate().Raw})
}

// byGit runs the git command, where there is one.
func byGit(ctx context.Context, at *httptest.Server, dir string, w wanted) error {
	roots := filepath.Join(filepath.Dir(dir), "roots.pem")
	if err := os.WriteFile(roots, rootOf(at), 0o600); err != nil {
		return err
	}
	from, err := url.Parse(remote(at))
	if err != nil {
		return err
	}
	if w.username != "" {
		from.User = url.UserPassword(w.username, w.password)
	}
	args := []string{"clone", "-q", from.String(), dir}
	if w.branch+w.tag != "" {
		args = append(args, "--branch", w.branch+w.tag)
	}
	if w.shallow {
		args = append(args, "--depth", "1")
	}
	if err := runGit(ctx, roots, args...); err != nil || w.commit == "" {
		return err
	}
	return runGit(ctx, roots, "-C", dir, "checkout", "-q", w.commit)
}

func runGit(ctx context.Context, roots string, args ...string) error {
	command := exec.CommandContext(ctx, "git", args...)
	command.Env = append(os.Environ(), "GIT_SSL_CAINFO="+
		roots, "GIT_TERMINAL_PROMPT=0", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null")
	out, err := command.CombinedOutput()
	if err != nil {
		return errors.New(string(out))
	}
	return nil
}

func byGoGit(ctx context.Context, at *httptest.Server, dir string, w wanted) error {
	o := &gogit6.CloneOptions{URL: remote(at), ClientOptions: []client.Option{client.WithHTTPClient(at.Client())}}
	if w.username != "" {
		o.ClientOptions = append(o.ClientOptions, client.WithHTTPAuth(&githttp.BasicAuth{
			Username: w.username,
			Password: w.password,
		}))
	}
	switch {
	case w.branch != "":
		o.ReferenceName = plumbing.NewBranchReferenceName(w.branch)
	case w.tag != "":
		o.ReferenceName = plumbing.NewTagReferenceName(w.tag)
	}
	if w.shallow {
		o.Depth = 1
	}
	r, err := gogit6.PlainCloneContext(ctx, dir, o)
	if err != nil || w.commit == "" {
		return err
	}
	tree, err := r.Worktree()
	if err != nil {
		return err
	}
	return tree.Checkout(&gogit6.CheckoutOptions{Hash: plumbing.NewHash(w.commit)})
}

// byFlux clones as source-controller does.
func byFlux(ctx context.Context, at *httptest.Server, dir string, w wanted) error {
	auth := &fluxgit.AuthOptions{Transport: fluxgit.HTTPS, CAFile: rootOf(at), Username: w.username, Password: w.password}
	c, err := gogit.NewClient(dir, auth, gogit.WithDiskStorage())
	if err != nil {
		return err
	}
	defer c.Close()
	_, err = c.Clone(ctx, remote(at), repository.CloneConfig{
		ShallowClone:     w.shallow,
		CheckoutStrategy: repository.CheckoutStrategy{Branch: w.branch, Tag: w.tag, Commit: w.commit},
	})
	return err
}

// published is a server with two commits on main, a tag on the first, and another branch.
func published(t *testing.T) (*git.Server, *journal.Journal, *httptest.Server, api.GitCommit) {
	t.Helper()
	s, seen := newServer(t)
	first := commit(t, s, origin(), api.GitChange{Tags: []string{"v1"}},
		map[string]string{"edge/a.yaml": "one", "run.sh*": "#!", "link": "→edge/a.yaml"})
	commit(t, s, origin(), api.GitChange{Branch: "next"}, map[string]string{"edge/a.yaml": "next"})
	commit(t, s, origin(), api.GitChange{}, map[string]string{"edge/a.yaml": "two", "edge-b/c.yaml": "c"})
	web := httptest.NewTLSServer(s.Host("git.example.com"))
	t.Cleanup(web.Close)
	return s, seen, web, first
}

func TestClientsFetch(t *testing.T) {
	t.Parallel()
	_, seen, web, first := published(t)
	for name, w := range map[string]wanted{
		"two":  {branch: "main", shallow: true},
		"Two":  {branch: "main"},
		"next": {branch: "next", shallow: true},
		"one":  {tag: "v1", shallow: true},
		"One":  {branch: "main", commit: first.Hash},
	} {
		for by, fetch := range fetchers() {
			t.Run(name+" by "+by, func(t *testing.T) {
				t.Parallel()
				if _, err := exec.LookPath("git"); err != nil && by == "git" {
					t.Skip("there is no git command")
				}
				dir := filepath.Join(t.TempDir(), "clone")
				if err := os.MkdirAll(dir, 0o750); err != nil {
					t.Fatal(err)
				}
				if err := fetch(t.Context(), web, dir, w); err != nil {
					t.Fatal(err)
				}
				raw, err := os.ReadFile(filepath.Join(dir, "edge", "a.yaml"))
				if want := strings.ToLower(name); err != nil || string(raw) != want {
					t.Errorf("edge/a.yaml = %q, %v; want %q", raw, err, want)
				}
				_, err = os.Stat(filepath.Join(dir, "edge-b", "c.yaml"))
				if gone := os.IsNotExist(err); gone == (strings.ToLower(name) == "two") {
					t.Errorf("edge-b/c.yaml: %v", err)
				}
				if strings.ToLower(name) == "one" {
					checkModes(t, dir)
				}
			})
		}
	}
	t.Cleanup(func() {
		if len(seen.Entries(api.JournalFilter{Source: api.SourceGit, Contains: first.Hash})) == 0 {
			t.Error("the journal does not say who fetched the first commit")
		}
	})
}

func checkModes(t *testing.T, dir string) {
	t.Helper()
	if info, err := os.Stat(filepath.Join(dir, "run.sh")); err != nil || info.Mode()&0o100 == 0 {
		t.Errorf("run.sh is not executable: %v, %v", info, err)
	}
	if to, err := os.Readlink(filepath.Join(dir, "link")); err != nil || to != "edge/a.yaml" {
		t.Errorf("link = %q, %v", to, err)
	}
}

func TestClientsAreRefused(t *testing.T) {
	t.Parallel()
	s, seen, web, _ := published(t)
	if err := s.Protect(origin(), api.GitAccess{Username: "git", Password: "secret"}); err != nil {
		t.Fatal(err)
	}
	var missing *git.NotFoundError
	if err := s.Protect(git.Address{Host: "h", Path: "p"}, api.GitAccess{}); !errors.As(err, &missing) {
		t.Errorf("Protect of what is not there = %v", err)
	}
	for by, fetch := range fetchers() {
		for name, tc := range map[string]struct {
			wanted
			fails bool
		}{
			"no credential":    {wanted{branch: "main"}, true},
			"wrong credential": {wanted{branch: "main", username: "git", password: "guess"}, true},
			"credential":       {wanted{branch: "main", username: "git", password: "secret"}, false},
			"unknown branch":   {wanted{branch: "none", username: "git", password: "secret"}, true},
		} {
			t.Run(name+" by "+by, func(t *testing.T) {
				t.Parallel()
				if _, err := exec.LookPath("git"); err != nil && by == "git" {
					t.Skip("there is no git command")
				}
				dir := filepath.Join(t.TempDir(), "clone")
				if err := os.MkdirAll(dir, 0o750); err != nil {
					t.Fatal(err)
				}
				if err := fetch(t.Context(), web, dir, tc.wanted); (err != nil) != tc.fails {
					t.Errorf("fetch = %v; it should fail: %t", err, tc.fails)
				}
			})
		}
	}
	t.Cleanup(func() {
		for _, e := range seen.Entries(api.JournalFilter{}) {
			if strings.Contains(e.Op+e.Outcome, "secret") || strings.Contains(e.Op+e.Outcome, "guess") {
				t.Errorf("the journal shows a password: %+v", e)
			}
		}
		if len(seen.Entries(api.JournalFilter{Source: api.SourceGit, Contains: "401"})) == 0 {
			t.Error("the journal shows no refusal")
		}
	})
}

func TestRequestsThatAreNone(t *testing.T) {
	t.Parallel()
	_, _, web, _ := published(t)
	for path, want := range map[string]int{
		"/platform/edge":      http.StatusNotFound,
		"/platform/edge/HEAD": http.StatusNotFound,
		"/platform/other.git/info/refs?service=git-upload-pack": http.StatusNotFound,
		"/platform/edge.git/info/refs?service=git-upload-pack":  http.StatusOK,
		"/platform/edge.git/info/refs?service=git-receive-pack": http.StatusForbidden,
		"/platform/edge.git/info/refs":                          http.StatusForbidden,
	} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, web.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := web.Client().Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode != want {
			t.Errorf("GET %s = %d, want %d", path, response.StatusCode, want)
		}
	}
}
