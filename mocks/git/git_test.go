package git_test

import (
	"archive/tar"
	"bytes"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/git"
	"github.com/edgeproof/edgeproof/mocks/journal"
)

// origin is the repository of most tests.
func origin() git.Address { return git.Address{Host: "git.example.com", Path: "platform/edge"} }

// archive is a tar archive of files: path to content, a trailing * for an executable, → for a symbolic link.
func archive(t *testing.T, files map[string]string) io.Reader {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		h := &tar.Header{
			Name: strings.TrimSuffix(name, "*"), Typeflag: tar.TypeReg, Mode: 0o644,
			Size: int64(len(files[name])),
		}
		if strings.HasSuffix(name, "*") {
			h.Mode = 0o755
		}
		link, isLink := strings.CutPrefix(files[name], "→")
		if isLink {
			h.Typeflag, h.Linkname, h.Size = tar.TypeSymlink, link, 0
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if !isLink {
			if _, err := io.WriteString(w, files[name]); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return &b
}

func newServer(t *testing.T) (*git.Server, *journal.Journal) {
	t.Helper()
	seen := journal.New(100)
	s, err := git.New(git.Options{Journal: seen, Now: func() time.Time { return time.Unix(1_700_000_000, 0).UTC() }})
	if err != nil {
		t.Fatal(err)
	}
	return s, seen
}

func commit(t *testing.T, s *git.Server, at git.Address, change api.GitChange, files map[string]string) api.GitCommit {
	t.Helper()
	c, err := s.Commit(t.Context(), at, change, archive(t, files))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestParseAddress(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"https://github.com/ldbl/sre":                   "github.com/ldbl/sre",
		"https://GitHub.com/ldbl/sre.git":               "github.com/ldbl/sre",
		"https://gitlab.example.com/a/b/c.git/":         "gitlab.example.com/a/b/c",
		"ssh://git@git.example.com:2222/org/repository": "git.example.com/org/repository",
		"git@github.com:ldbl/sre.git":                   "github.com/ldbl/sre",
		"https://user:secret@host":                      "",
		"https://host/a//b":                             "",
		"https://host/../b":                             "",
		"file:///srv/git":                               "",
		"./folder":                                      "",
	} {
		at, err := git.ParseAddress(raw)
		if want == "" {
			if err == nil || strings.Contains(err.Error(), "secret") {
				t.Errorf("ParseAddress(%q) = %v, %v; want an error that shows no password", raw, at, err)
			}
			continue
		}
		if err != nil || at.String() != want {
			t.Errorf("ParseAddress(%q) = %v, %v; want %s", raw, at, err, want)
		}
	}
}

func TestCommit(t *testing.T) {
	t.Parallel()
	s, seen := newServer(t)
	first := commit(t, s, origin(), api.GitChange{}, map[string]string{"a.yaml": "1", "./b/c.yaml": "2"})
	if len(first.Hash) != 40 || first.Branch != "main" || first.Revision != "main@sha1:"+first.Hash {
		t.Errorf("the first commit = %+v", first)
	}
	again := commit(t, s, origin(), api.GitChange{}, map[string]string{"a.yaml": "1", "b/c.yaml": "2"})
	if again.Hash != first.Hash || !again.Unchanged {
		t.Errorf("the same files again = %+v, want the commit %s unchanged", again, first.Hash)
	}
	second := commit(t, s, origin(), api.GitChange{Message: "drop b"}, map[string]string{"a.yaml": "1"})
	if second.Hash == first.Hash || second.Unchanged {
		t.Errorf("other files = %+v, want a new commit", second)
	}
	if other := commit(t, s, origin(), api.GitChange{Branch: "next"},
		map[string]string{"a.yaml": "1"}); other.Branch != "next" {
		t.Errorf("commit to a new branch = %+v", other)
	}
	if got := s.Addresses(); !slices.Equal(got, []git.Address{origin()}) {
		t.Errorf("Addresses = %v", got)
	}
	if entries := seen.Entries(api.JournalFilter{Source: api.SourceControl, Contains: "commit " +
		origin().String()}); len(entries) != 4 {
		t.Errorf("the journal has %d commits, want 4", len(entries))
	}
	s.Clear()
	if len(s.Addresses()) != 0 {
		t.Error("Clear leaves repositories")
	}
}

func TestCommitRefuses(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		at     git.Address
		change api.GitChange
		files  map[string]string
		want   string
	}{
		"nothing":     {files: map[string]string{}, want: "holds no file"},
		"a submodule": {files: map[string]string{".gitmodules": "[submodule]"}, want: "submodules are not supported"},
		"an LFS pointer": {
			files: map[string]string{"a/chart.tgz": "version https://git-lfs.github.com/spec/v1\noid"},
			want:  "a/chart.tgz: this is a pointer of Git LFS",
		},
		"the .git folder":  {files: map[string]string{".git/config": ""}, want: ".git/config: not a path"},
		"a path upwards":   {files: map[string]string{"../a": ""}, want: "not a path"},
		"an absolute path": {files: map[string]string{"/a": ""}, want: "not a path"},
		"a file as folder": {files: map[string]string{"a": "", "a/b": ""}, want: "a is a file and a folder"},
		"no host":          {at: git.Address{Path: "a"}, files: map[string]string{"a": ""}, want: "no address"},
		"a path with .git": {
			at: git.Address{Host: "h", Path: "a.git"}, files: map[string]string{"a": ""},
			want: "no address",
		},
		"a bad branch": {
			change: api.GitChange{Branch: "a..b"}, files: map[string]string{"a": ""},
			want: `branch "a..b"`,
		},
		"a bad tag": {
			change: api.GitChange{Tags: []string{"a b"}}, files: map[string]string{"a": ""},
			want: `tag "a b"`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := newServer(t)
			if tc.at == (git.Address{}) {
				tc.at = origin()
			}
			_, err := s.Commit(t.Context(), tc.at, tc.change, archive(t, tc.files))
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("Commit = %v, want an error with %q", err, tc.want)
			}
			if len(s.Addresses()) != 0 {
				t.Errorf("a failed commit leaves %v", s.Addresses())
			}
		})
	}
}

// A repository of more than 500 MiB is refused by the sizes that its archive announces, before they are read.
func TestCommitRefusesSize(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := tar.NewWriter(&b).WriteHeader(&tar.Header{Name: "big.bin", Typeflag: tar.TypeReg, Size: git.MaxSize +
		1}); err != nil {
		t.Fatal(err)
	}
	s, _ := newServer(t)
	if _, err := s.Commit(t.Context(), origin(), api.GitChange{}, &b); err == nil ||
		!strings.Contains(err.Error(), "larger than 500 MiB at big.bin") {
		t.Errorf("Commit = %v, want an error with the limit and the file", err)
	}
	if _, err := s.Commit(t.Context(), origin(), api.GitChange{}, strings.NewReader("\x1f\x8bnot gzip")); err == nil {
		t.Error("Commit of what is no archive = nil error")
	}
}
