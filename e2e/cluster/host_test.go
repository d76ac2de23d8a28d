package cluster

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadHost(t *testing.T) {
	t.Parallel()
	cases := map[string]Host{
		"restricted": {Restricted: true, Debian: true},
		"free":       {Modules: true},
		"absent":     {},
	}
	for name, want := range cases {
		if diff := cmp.Diff(want, readHost(filepath.Join("testdata/host", name))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestIsDebian(t *testing.T) {
	t.Parallel()
	for release, want := range map[string]bool{
		"ID=ubuntu\n":                        true,
		"ID=linuxmint\nID_LIKE=\"ubuntu x\"": true,
		"ID='debian'\n":                      true,
		"NAME=debian\nID=alpine\n":           false,
		"":                                   false,
	} {
		if got := isDebian(release); got != want {
			t.Errorf("isDebian(%q) = %t", release, got)
		}
	}
}

func TestMountStrays(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	none := func(string, string, string, uintptr, string) error { return errors.New("nothing may be mounted") }
	if got, err := mountStrays(root, none); err != nil || got != nil {
		t.Errorf("without a hybrid layout: %v, %v", got, err)
	}
	if err := writeAtomic(filepath.Join(root, "unified/cgroup.controllers"), []byte("hugetlb rdma\n"),
		0o644); err != nil {
		t.Fatal(err)
	}
	var mounted []string
	mount := func(_, target, kind string, _ uintptr, data string) error {
		mounted = append(mounted, kind+" "+data+" "+strings.TrimPrefix(target, root))
		return nil
	}
	got, err := mountStrays(root, mount)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"cgroup hugetlb /hugetlb", "cgroup rdma /rdma"}, mounted); diff != "" || len(got) != 2 {
		t.Errorf("%v (-want +got):\n%s", got, diff)
	}
	if _, err := mountStrays(root, none); err == nil || !strings.Contains(err.Error(), "EDGEPROOF_ENGINE=docker") {
		t.Errorf("got %v, want the remedy", err)
	}
}

func TestMeasures(t *testing.T) {
	t.Parallel()
	none := func(string) (string, bool) { return "", false }
	restricted := Host{OS: "linux", Restricted: true, Modules: true, NoFile: 20000, NProc: 96365}
	t.Run("a restricted machine with podman", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		engine := &Engine{Name: Podman, CgroupV1: true}
		env, err := measures(engine, restricted, dir, none)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(dir, "containers.conf")
		if env["CONTAINERS_CONF"] != file {
			t.Errorf("environment %v does not name %s", env, file)
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if want := `default_ulimits = ["nofile=20000:20000", "nproc=30000:30000"]`; !strings.Contains(string(text), want) {
			t.Errorf("containers.conf without %s:\n%s", want, text)
		}
		if len(engine.Measures) != 3 {
			t.Errorf("measures are not all reported: %q", engine.Measures)
		}
	})
	t.Run("a configuration of the user is left alone", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		env, err := measures(&Engine{Name: Podman}, restricted, dir, func(string) (string, bool) { return "/mine", true })
		if err != nil || len(env) != 0 {
			t.Errorf("got %v, %v; want no change", env, err)
		}
	})
	t.Run("a free machine needs nothing", func(t *testing.T) {
		t.Parallel()
		engine := &Engine{Name: Docker}
		env, err := measures(engine, Host{OS: "linux", Modules: true}, t.TempDir(), none)
		if err != nil || len(env)+len(engine.Measures) != 0 {
			t.Errorf("got %v, %q, %v; want nothing", env, engine.Measures, err)
		}
	})
}
