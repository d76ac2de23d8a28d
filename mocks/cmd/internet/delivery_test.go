package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-git/go-git/v6"
	"github.com/go-git/go-git/v6/plumbing/client"

	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// packed is a tar archive of one file, compressed.
func packed(t *testing.T, name, text string) string {
	t.Helper()
	var b bytes.Buffer
	zip := gzip.NewWriter(&b)
	w := tar.NewWriter(zip)
	must(t, w.WriteHeader(&tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(text))}))
	_, err := io.WriteString(w, text)
	must(t, err)
	must(t, w.Close())
	must(t, zip.Close())
	return b.String()
}

// TestDelivery commits, publishes and fetches by host names that were not listed before, and meets an injected fault.
func TestDelivery(t *testing.T) {
	t.Parallel()
	text, _ := start(t, "--ssh-address", "127.0.0.1:0")
	ctl := api.NewClient(printed(t, text, "control "), nil)
	const repository = "https://git.example.net/platform/edge.git"
	commit, err := ctl.CommitFiles(t.Context(), repository, api.GitChange{Message: "first"},
		strings.NewReader(packed(t, "a.yaml", "a: 1")))
	must(t, err)
	if commit.Revision != "main@sha1:"+commit.Hash || commit.Unchanged {
		t.Errorf("commit %+v", commit)
	}
	chart := packed(t, "edge/Chart.yaml", "apiVersion: v2\nname: edge\nversion: 1.0.0\n")
	_, err = ctl.PublishChart(t.Context(), "https://charts.example.net", strings.NewReader(chart))
	must(t, err)
	if _, err := ctl.PublishChart(t.Context(), "https://charts.example.net", strings.NewReader("no chart")); err == nil {
		t.Error("what is no chart was published")
	}
	for _, name := range []string{"git.example.net", "charts.example.net"} {
		reply, err := ctl.Query(t.Context(), api.Question{Name: name})
		must(t, err)
		if len(reply.Answer) != 1 || reply.Answer[0].Data != "127.0.0.1" {
			t.Errorf("%s is %+v", name, reply)
		}
	}
	roots, err := ctl.Roots(t.Context())
	must(t, err)
	web := named(t, printed(t, text, "https "), roots.Web)
	dir := filepath.Join(t.TempDir(), "clone")
	_, err = git.PlainClone(dir, &git.CloneOptions{
		URL: repository, Depth: 1,
		ClientOptions: []client.Option{client.WithHTTPClient(web)},
	})
	must(t, err)
	raw, err := os.ReadFile(filepath.Join(dir, "a.yaml"))
	must(t, err)
	if string(raw) != "a: 1" {
		t.Errorf("a.yaml = %q", raw)
	}
	if got := status(t, web, "https://charts.example.net/index.yaml"); got != http.StatusOK {
		t.Errorf("the index answers %d", got)
	}
	_, err = ctl.AddFault(t.Context(), api.FaultRule{
		ID: "down", HTTP: &api.HTTPMatch{Host: "registry"},
		Do: api.Effect{Status: http.StatusServiceUnavailable},
	})
	must(t, err)
	if got := status(t, web, "https://charts.example.net/index.yaml"); got != http.StatusServiceUnavailable {
		t.Errorf("the index answers %d with the fault", got)
	}
	must(t, ctl.ProtectRepository(t.Context(), repository, api.GitAccess{Username: "git", Password: "p"}))
	if got := status(t, web, repository+"/info/refs?service=git-upload-pack"); got != http.StatusUnauthorized {
		t.Errorf("a private repository answers %d", got)
	}
	ssh, err := ctl.GitSSH(t.Context(), "git.example.net")
	must(t, err)
	if !strings.Contains(ssh.Identity, "PRIVATE KEY") ||
		!strings.HasPrefix(ssh.KnownHosts, "git.example.net ssh-ed25519 ") {
		t.Error("no identity, or no known hosts")
	}
	seen, err := ctl.Journal(t.Context(), api.JournalFilter{Source: api.SourceGit, Contains: commit.Hash})
	must(t, err)
	if len(seen.Entries) == 0 {
		t.Error("the journal does not say who fetched the commit")
	}
	must(t, ctl.Reset(t.Context()))
	if got := status(t, web, "https://charts.example.net/index.yaml"); got != http.StatusMisdirectedRequest {
		t.Errorf("the host answers %d after a reset", got)
	}
	if reply, err := ctl.Query(t.Context(), api.Question{Name: "git.example.net"}); err != nil ||
		reply.Rcode != "NXDOMAIN" {
		t.Errorf("after a reset git.example.net is %+v, %v", reply, err)
	}
}

func status(t *testing.T, c *http.Client, url string) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	must(t, err)
	response, err := c.Do(request)
	must(t, err)
	must(t, response.Body.Close())
	return response.StatusCode
}
