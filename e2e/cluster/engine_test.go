package cluster

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// machine gives a PATH on which the named programs are these of testdata/bin. They are linked, not written: a program
// that another test's fork still holds open for writing cannot be started.
func machine(t *testing.T, programs map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, program := range programs {
		file, err := filepath.Abs(filepath.Join("testdata/bin", program))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(file, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestDetect(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		programs   map[string]string
		choice     string
		restricted bool
		want       *Engine
		refusal    string // part of the error
	}{
		"docker is tried first": {
			programs: map[string]string{Docker: "docker-answers", Podman: "podman-answers"},
			want:     &Engine{Name: Docker, Version: "29.1.3"},
		},
		"a client is not an engine": {
			programs: map[string]string{Docker: "docker-without-daemon", Podman: "podman-answers"},
			want: &Engine{
				Name: Podman, Version: "4.3.1", CgroupV1: true,
				Passed: []string{"docker: Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker " +
					"daemon running?"},
			},
		},
		"podman under docker's name is podman": {
			programs: map[string]string{Docker: "docker-is-podman", Podman: "podman-rootless"},
			want: &Engine{
				Name: Podman, Version: "5.6.2", Rootless: true,
				Passed: []string{"docker: a client without a server"},
			},
		},
		"nerdctl comes last": {
			programs: map[string]string{Podman: "says-nonsense", Nerdctl: "nerdctl-answers"},
			want: &Engine{
				Name: Nerdctl, Version: "2.2.0", Rootless: true,
				Passed: []string{"docker: not installed", "podman: its info is not JSON"},
			},
		},
		"a restricted machine asks podman first": {
			programs:   map[string]string{Docker: "docker-answers", Podman: "podman-answers"},
			restricted: true,
			want:       &Engine{Name: Podman, Version: "4.3.1", CgroupV1: true},
		},
		"a choice ends the search": {
			programs: map[string]string{Docker: "docker-answers", Podman: "podman-answers"},
			choice:   Podman,
			want:     &Engine{Name: Podman, Version: "4.3.1", CgroupV1: true},
		},
		"a choice that does not answer is not replaced": {
			programs: map[string]string{Docker: "docker-without-daemon", Podman: "podman-answers"},
			choice:   Docker,
			refusal:  "unset EDGEPROOF_ENGINE",
		},
		"an unknown choice": {
			choice:  "lxd",
			refusal: "set EDGEPROOF_ENGINE to docker, podman or nerdctl",
		},
		"nothing at all": {
			refusal: "none answers (docker: not installed; podman: not installed; nerdctl: not installed); start one, or " +
				"install podman",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := Detect(t.Context(), c.choice, machine(t, c.programs), c.restricted)
			if c.refusal != "" {
				if err == nil || !strings.Contains(err.Error(), c.refusal) {
					t.Fatalf("got %+v, %v; want a refusal with %q", got, err, c.refusal)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got, cmpopts.IgnoreFields(Engine{}, "Path")); diff != "" {
				t.Errorf("engine (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDetectStopsWithItsCaller(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), time.Nanosecond)
	defer cancel()
	if _, err := Detect(ctx, "", machine(t, map[string]string{Docker: "docker-answers"}), false); !errors.Is(err,
		context.DeadlineExceeded) {
		t.Errorf("error %v, want the caller's deadline", err)
	}
}

func TestInstallIsRefusedWhereItCannotBe(t *testing.T) {
	t.Parallel()
	path := machine(t, map[string]string{"apt-get": "says-nonsense"})
	cases := map[string]struct {
		host   Host
		choice string
	}{
		"not root":              {host: Host{Debian: true}},
		"not Debian":            {host: Host{Root: true}},
		"the choice is another": {host: Host{Root: true, Debian: true}, choice: Docker},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := detectOrInstall(t.Context(), c.host, c.choice, path, orSilent(nil))
			var none *NoEngineError
			if !errors.As(err, &none) {
				t.Errorf("error %v, want a refusal without an attempt to install", err)
			}
		})
	}
	t.Run("root on Debian", func(t *testing.T) {
		t.Parallel()
		_, err := detectOrInstall(t.Context(), Host{Root: true, Debian: true}, "", path, orSilent(nil))
		if err == nil || !strings.Contains(err.Error(), "after podman was installed") {
			t.Errorf("error %v, want that podman was installed and tried again", err)
		}
	})
}
