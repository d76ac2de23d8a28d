package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/edgeproof/edgeproof/e2e/progress"
	"github.com/edgeproof/edgeproof/e2e/run"
)

// asProgram makes the test's own program behave as edgeproof.
const asProgram = "EDGEPROOF_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// outcome is how the program ended.
type outcome struct {
	code           int
	stdout, stderr string
	asked          string // which programs of the path it started
}

// edgeproof runs the program where every engine, and the go command, only note that they were started.
func edgeproof(t *testing.T, args ...string) outcome {
	t.Helper()
	return called(t, "edgeproof", args...)
}

// called runs the program under a name.
func called(t *testing.T, name string, args ...string) outcome {
	t.Helper()
	bin, home := t.TempDir(), t.TempDir()
	notes := filepath.Join(home, "notes")
	for _, name := range []string{"docker", "podman", "nerdctl", "kind", "go", "apt-get", "sudo"} {
		if err := os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/sh\necho "+name+" \"$@\" >>'"+notes+"'\nexit 1\n"),
			0o700); err != nil {
			t.Fatal(err)
		}
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	program := filepath.Join(t.TempDir(), name)
	if err := os.Symlink(self, program); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env = []string{asProgram + "=1", "PATH=" + bin, "HOME=" + home, "GOCOVERDIR=" + home}
	cmd.Dir = home
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err = cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	asked, err := os.ReadFile(notes)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return outcome{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String(), string(asked)}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestHelpOfEveryCommand(t *testing.T) {
	t.Parallel()
	var visit func(*cobra.Command)
	visit = func(c *cobra.Command) {
		if c.Short == "" || !c.Runnable() && !c.HasSubCommands() {
			t.Errorf("%s: says nothing, or does nothing", c.CommandPath())
		}
		if c.Args == nil && c.Runnable() && c.HasParent() {
			t.Errorf("%s: takes any arguments", c.CommandPath())
		}
		for _, sub := range c.Commands() {
			visit(sub)
		}
	}
	root := newRoot(false)
	visit(root)
	for _, command := range root.Commands() {
		got := edgeproof(t, command.Name(), "--help")
		uses := "--cluster"
		switch command.Name() {
		case "explain":
			uses = "--kubeconfig"
		case "baseline":
			uses = "VERDICT"
		case "verdict":
			uses = "merge"
		case "gate":
			uses = "sabotage" // its own commands have the flags
		case "report":
			uses = "--out"
		case "bundle":
			uses = "--vars-from"
		case "bench-explain":
			uses = "--diagnoses"
		}
		if got.code != 0 || got.stderr != "" || !strings.Contains(got.stdout, command.Short) ||
			!strings.Contains(got.stdout, uses) {
			t.Errorf("%s --help: %+v", command.Name(), got)
		}
	}
	for _, args := range [][]string{nil, {"--help"}, {"help"}} {
		if got := edgeproof(t, args...); got.code != 0 || !strings.Contains(got.stdout, "edgeproof test --bundle") ||
			got.asked != "" {
			t.Errorf("edgeproof %v has no example: %+v", args, got)
		}
	}
}

func TestWhatIsNotUnderstoodTouchesNothing(t *testing.T) {
	t.Parallel()
	noVerdict := filepath.Join(t.TempDir(), "go.mod")
	write(t, noVerdict, "module example.org/other\n")
	for name, c := range map[string]struct {
		args []string
		want []string
	}{
		"an unknown command":       {[]string{"prove"}, []string{`unknown command "prove"`}},
		"an unknown flag":          {[]string{"test", "--bundel", "x"}, []string{"unknown flag: --bundel"}},
		"a flag of another":        {[]string{"up", "--keep", "never"}, []string{"unknown flag: --keep"}},
		"an argument too many":     {[]string{"test", "x"}, []string{`"x"`}},
		"a flag without its value": {[]string{"test", "--bundle"}, []string{"flag needs an argument: --bundle"}},
		"unknown images of test": {
			[]string{"test", "--images", "bake"},
			[]string{`"bake" is unknown; use auto, pull or build`},
		},
		"unknown images of up":     {[]string{"up", "--images", "bake"}, []string{"use auto, pull or build"}},
		"unknown images of images": {[]string{"images", "--images", "bake"}, []string{"use auto, pull or build"}},
		"unknown images of down":   {[]string{"down", "--images", "bake"}, []string{"use auto, pull or build"}},
		"a rerun of nothing": {
			[]string{"test", "--rerun", "/nowhere"},
			[]string{"run again what failed: read verdict", "name the verdict.json of a run"},
		},
		"a baseline of nothing":    {[]string{"baseline", "/nowhere"}, []string{"name the verdict.json of a run"}},
		"a baseline of no verdict": {[]string{"baseline", noVerdict}, []string{"parse verdict"}},
		"an unknown profile": {
			[]string{"test", "--profile", "dead"},
			[]string{`profile "dead" is unknown; give live`},
		},
		"faults on any cluster": {
			[]string{"test", "--kubeconfig", "/nowhere"},
			[]string{"faults are injected only on a cluster that edgeproof created"},
		},
		"faults on a live cluster": {
			[]string{"test", "--profile", "live", "--catalogue", "full"},
			[]string{"--catalogue with --profile live", "an existing cluster is only read"},
		},
		"an unknown keep": {[]string{"test", "--keep", "sometimes"}, []string{"--keep sometimes is unknown; use " +
			"always, on-failure or never"}},
	} {
		got := edgeproof(t, c.args...)
		if got.code != 2 || got.stdout != "" || got.asked != "" || !strings.HasPrefix(got.stderr, "edgeproof: ") {
			t.Errorf("%s: %+v, want exit status 2, one error on stderr and nothing started", name, got)
		}
		for _, want := range c.want {
			if !strings.Contains(got.stderr, want) {
				t.Errorf("%s: stderr %q, want %q in it", name, got.stderr, want)
			}
		}
	}
	unverified := edgeproof(t, "gate", "verify", noVerdict, "--bundle", t.TempDir())
	if unverified.code != 2 || unverified.stdout != "" || !strings.Contains(unverified.stderr, "parse verdict") ||
		unverified.asked != "" {
		t.Errorf("a verdict that is none is verified: %+v", unverified)
	}
	renamed := edgeproof(t, "test", "--root", ".", "--keep", "sometimes")
	if said := "Flag --root has been deprecated"; renamed.code != 2 || strings.Count(renamed.stderr, said) != 1 {
		t.Errorf("a flag of old: %+v, want %q once", renamed, said)
	}
}

// Flags of old work, and are reported as deprecated once.
func TestFlagsOfOld(t *testing.T) {
	t.Parallel()
	for _, command := range []string{
		"images", "up", "test", "down", "gate run", "gate images", "gate sabotage", "gate verify", "baseline",
	} {
		cmd, _, err := newRoot(false).Find(strings.Fields(command))
		if err != nil {
			t.Fatal(err)
		}
		for flag, now := range map[string]string{"root": "fixtures are part of the program", "node": "it is --node-image"} {
			if flag == "node" && cmd.Flags().Lookup("node-image") == nil {
				continue // it never had one
			}
			if f := cmd.Flags().Lookup(flag); f == nil || !strings.HasPrefix(f.Deprecated, now) {
				t.Errorf("%s --%s: %+v, want it deprecated: %s", command, flag, f, now)
			}
		}
	}
}

// startsNoEngine lets only the go command pass, which fetches charts.
func startsNoEngine(t *testing.T, got outcome) {
	t.Helper()
	for _, line := range strings.Split(strings.TrimSpace(got.asked), "\n") {
		if line != "" && !strings.HasPrefix(line, "go ") {
			t.Errorf("was started: %s", line)
		}
	}
}

func TestAMalformedBundle(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		file string
		want []string // file, object and remedy
	}{
		"no YAML":   {"apiVersion: v1\nkind: [\n", []string{"broken.yaml"}},
		"no object": {"kind: ConfigMap\nmetadata: {name: a}\n", []string{"broken.yaml", "apiVersion"}},
		"an unknown setting": {"apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: edge, " +
			"namespace: flux-system}\nspec: {interval: 1m, prune: true, paht: ./x, sourceRef: {kind: " +
			"GitRepository, name: a}}\n", []string{"broken.yaml", "Kustomization flux-system/edge", "paht"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, artifacts := t.TempDir(), filepath.Join(t.TempDir(), "out")
			write(t, filepath.Join(dir, "broken.yaml"), c.file)
			judged := edgeproof(t, "test", "--bundle", dir, "--artifacts", artifacts)
			images := edgeproof(t, "images", "--bundle", dir)
			up := edgeproof(t, "up", "--bundle", dir)
			written, err := os.ReadFile(filepath.Join(artifacts, "verdict.json"))
			if err != nil {
				t.Error(err)
			}
			for command, said := range map[string]string{
				"test on the terminal": judged.stdout, "test's verdict": string(written), "images": images.stderr, "up": up.stderr,
			} {
				for _, want := range append(c.want, "; ") { // the remedy follows a semicolon
					if !strings.Contains(said, want) {
						t.Errorf("%s does not say %q:\n%s", command, want, said)
					}
				}
			}
			for _, got := range []outcome{judged, images, up} {
				if got.code != 2 {
					t.Errorf("exit status %d, want 2", got.code)
				}
				startsNoEngine(t, got)
			}
		})
	}
}

func TestCompletion(t *testing.T) {
	t.Parallel()
	for _, shell := range []string{"bash", "zsh", "fish"} {
		if got := edgeproof(t, "completion", shell); got.code != 0 || !strings.Contains(got.stdout, "edgeproof") ||
			got.asked != "" {
			t.Errorf("completion %s: exit status %d, %d bytes, %s", shell, got.code, len(got.stdout), got.stderr)
		}
	}
	if got := edgeproof(t, "__complete", "te"); got.code != 0 || !strings.HasPrefix(got.stdout, "test\t") {
		t.Errorf("te completes to %q", got.stdout)
	}
}

func TestStatusOfAnEnd(t *testing.T) {
	t.Parallel()
	if said := statusError(1).Error(); said != "exit status 1" {
		t.Errorf("%q", said)
	}
	f := &flags{
		bundle: "b", apps: "a", artifacts: "r", cluster: "c", images: "pull", keep: "never", focus: "f",
		labels: "l", source: "s",
	}
	o, err := f.options(progress.Plain(&bytes.Buffer{}))
	if err != nil || o.Bundle != "b" || o.Apps != "a" || o.Artifacts != "r" || o.Cluster != "c" || o.Images != "pull" ||
		o.Keep != "never" || o.Focus != "f" || o.Labels != "l" || o.Source != "s" || o.Log == nil {
		t.Errorf("options %+v, %v", o, err)
	}
}

func TestReadingFlags(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "vars.env")
	if err := os.WriteFile(file, []byte("A=1\nB=2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	f := &flags{images: "auto"}
	set := pflag.NewFlagSet("test", pflag.ContinueOnError)
	f.read.bind(set)
	if err := set.Parse([]string{
		"--vars-from", file, "--var", "B=3", "--include", "Secret/*", "--exclude", "Job/a",
		"--charts", "c", "--offline",
	}); err != nil {
		t.Fatal(err)
	}
	options, err := f.options(nil)
	want := run.Reading{
		Variables: map[string]string{"A": "1", "B": "3"}, Include: []string{"Secret/*"},
		Exclude: []string{"Job/a"}, Charts: "c", Offline: true,
	}
	if diff := cmp.Diff(want, options.Reading); err != nil || diff != "" {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
	f.read.vars = []string{"B"}
	if _, err := f.options(nil); err == nil {
		t.Error("a variable without = was accepted")
	}
}
