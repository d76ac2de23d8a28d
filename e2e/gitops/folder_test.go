package gitops_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/edgeproof/edgeproof/e2e/gitops"
)

// write makes a file below a folder.
func write(t *testing.T, folder, name, text string, mode os.FileMode) {
	t.Helper()
	path := filepath.Join(folder, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}

// unpack lists what an archive has: name to content, executables marked.
func unpack(t *testing.T, archive io.Reader) map[string]string {
	t.Helper()
	zip, err := gzip.NewReader(archive)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for in := tar.NewReader(zip); ; {
		h, err := in.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		raw, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		name := h.Name
		if h.FileInfo().Mode()&0o100 != 0 && h.Typeflag == tar.TypeReg {
			name += "*"
		}
		files[name] = string(raw) + h.Linkname
	}
}

func TestArchiveFolder(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	write(t, folder, "kustomization.yaml", "resources: []", 0o600)
	write(t, folder, "edge/.gitignore", "*.log\n!keep.log\n", 0o600)
	write(t, folder, "edge/run.sh", "#!", 0o700)
	write(t, folder, "edge/noise.log", "noise", 0o600)
	write(t, folder, "edge/keep.log", "kept", 0o600)
	write(t, folder, ".gitignore", "secrets/\n", 0o600)
	write(t, folder, "secrets/token", "never", 0o600)
	write(t, folder, ".git/config", "[remote]", 0o600)
	write(t, folder, "sub/.git", "gitdir: elsewhere", 0o600)
	if err := os.Symlink("kustomization.yaml", filepath.Join(folder, "link")); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := gitops.ArchiveFolder(folder, &b); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"kustomization.yaml": "resources: []", "edge/.gitignore": "*.log\n!keep.log\n", "edge/run.sh*": "#!",
		"edge/keep.log": "kept",
		".gitignore":    "secrets/\n", "link": "kustomization.yaml",
	}
	if diff := cmp.Diff(want, unpack(t, &b)); diff != "" {
		t.Errorf("files (-want +archive):\n%s", diff)
	}
}

func TestArchiveFolderRefuses(t *testing.T) {
	t.Parallel()
	if err := gitops.ArchiveFolder(filepath.Join(t.TempDir(), "none"), io.Discard); err == nil {
		t.Error("a folder that does not exist was archived")
	}
	folder, err := os.MkdirTemp("", "gitops") // the path of a socket must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "unix", filepath.Join(folder, "s"))
	if err != nil {
		t.Skip(err)
	}
	defer func() { _ = l.Close() }()
	if err := gitops.ArchiveFolder(folder, io.Discard); err == nil ||
		!strings.Contains(err.Error(), "neither a file nor a symbolic link") {
		t.Errorf("ArchiveFolder with a socket = %v", err)
	}
}
