package cluster

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"
	"k8s.io/klog/v2"
)

// Names of the engines that kind can drive, in the order in which they are tried.
const (
	Docker  = "docker"
	Podman  = "podman"
	Nerdctl = "nerdctl"
)

// EngineVariable is the environment variable that names the engine to use, and ends the search.
const EngineVariable = "EDGEPROOF_ENGINE"

// askTimeout is how long an engine may take to describe itself. A daemon that is just being started by its socket
// needs some seconds; one that hangs must not hold the run up.
const askTimeout = 20 * time.Second

// Engine is a container engine that has answered.
type Engine struct {
	Name     string   // docker, podman or nerdctl
	Path     string   // its client
	Version  string   // as it says
	CgroupV1 bool     // its containers live on cgroup v1
	Rootless bool     // it runs without root
	Passed   []string // why each engine before it was passed over
	Measures []string // what was done so that it works here, one line each
}

// Command prepares a call of the engine.
func (e *Engine) Command(ctx context.Context, args ...string) *exec.Cmd {
	return exec.CommandContext(ctx, e.Path, args...) //nolint:gosec // the path was found by Detect
}

// Output runs the engine and returns what it prints. The error is a *CommandError.
func (e *Engine) Output(ctx context.Context, args ...string) ([]byte, error) {
	return output(e.Command(ctx, args...))
}

// NoEngineError reports that no engine answered, with the error of each.
type NoEngineError struct {
	Failures []string // one line for each engine that was tried
	Remedy   string
}

// Error prints one line.
func (e *NoEngineError) Error() string {
	return fmt.Sprintf("find a container engine: none answers (%s); %s", strings.Join(e.Failures, "; "), e.Remedy)
}

// Detect calls `info` of each engine, since a client may be installed without an engine. The first that answers
// in the order docker, podman, nerdctl is taken; on a restricted machine podman is tried first, since it
// requests only the capabilities that the machine has. With a choice only that one is tried. Path is a list of
// folders as in PATH.
func Detect(ctx context.Context, choice, path string, restricted bool) (*Engine, error) {
	order := []string{Docker, Podman, Nerdctl}
	if restricted {
		order = []string{Podman, Docker, Nerdctl}
	}
	if choice != "" {
		if !slices.Contains(order, choice) {
			return nil, fmt.Errorf("find a container engine: %q is none; set %s to docker, podman or nerdctl, or leave it out",
				choice, EngineVariable)
		}
		order = []string{choice}
	}
	var failures []string
	for _, name := range order {
		engine, err := ask(ctx, name, path)
		if err == nil {
			engine.Passed = failures
			return engine, nil
		}
		if ctx.Err() != nil {
			return nil, fmt.Errorf("find a container engine: %w", context.Cause(ctx))
		}
		failures = append(failures, err.Error())
	}
	return nil, &NoEngineError{Failures: failures, Remedy: remedy(runtime.GOOS, choice)}
}

// info is the part of an engine's own description that is used: the first three fields as docker and nerdctl print
// them, the others as podman does.
type info struct {
	ServerVersion   string
	CgroupVersion   string
	SecurityOptions []string
	Version         struct{ Version string }
	Host            struct {
		CgroupVersion string
		Security      struct{ Rootless bool }
	}
}

// ask runs one engine's info. The error is one short line that begins with the engine's name.
func ask(ctx context.Context, name, path string) (*Engine, error) {
	client, err := lookPath(name, path)
	if err != nil {
		return nil, fmt.Errorf("%s: not installed", name)
	}
	limited, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	format := "{{json .}}"
	if name == Podman {
		format = "json"
	}
	cmd := exec.CommandContext(limited, client, "info", "--format", format) //nolint:gosec // one of three names
	cmd.WaitDelay = time.Second
	out, err := output(cmd)
	if limited.Err() != nil {
		return nil, fmt.Errorf("%s: no answer within %s", name, askTimeout)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %s", name, lastLine(err))
	}
	var described info
	if err := json.Unmarshal(out, &described); err != nil {
		return nil, fmt.Errorf("%s: its info is not JSON", name)
	}
	engine := &Engine{Name: name, Path: client}
	if name == Podman {
		engine.Version = described.Version.Version
		engine.CgroupV1 = described.Host.CgroupVersion == "v1"
		engine.Rootless = described.Host.Security.Rootless
	} else {
		engine.Version = described.ServerVersion
		engine.CgroupV1 = described.CgroupVersion == "1"
		engine.Rootless = slices.Contains(described.SecurityOptions, "name=rootless")
	}
	if engine.Version == "" {
		// Also a podman that is installed under the name docker: it will be tried under its own.
		return nil, fmt.Errorf("%s: a client without a server", name)
	}
	return engine, nil
}

// lookPath finds a client in a list of folders, as a shell would.
func lookPath(name, path string) (string, error) {
	for _, dir := range filepath.SplitList(path) {
		if file := filepath.Join(dir, name); filepath.IsAbs(dir) && unix.Access(file, unix.X_OK) == nil {
			return file, nil
		}
	}
	return "", exec.ErrNotFound
}

// CommandError is a command that failed: the call and its output.
type CommandError struct {
	Args   []string
	Output string // both streams, the end of them
	Err    error
}

// Error prints the command as it can be pasted, its status and the end of its output.
func (e *CommandError) Error() string {
	printed := strings.TrimSpace(e.Output)
	if printed == "" {
		printed = "no output"
	}
	return fmt.Sprintf("run `%s`: %v: %s", strings.Join(e.Args, " "), e.Err, printed)
}

// Unwrap gives the error of starting or waiting.
func (e *CommandError) Unwrap() error { return e.Err }

// outputLimit bounds the output that an error carries.
const outputLimit = 4 << 10

// output runs a command and returns its standard output; the error carries the end of both streams.
func output(cmd *exec.Cmd) ([]byte, error) {
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	began := time.Now()
	err := cmd.Run()
	klog.V(2).InfoS("Ran", "command", strings.Join(cmd.Args, " "), "took", time.Since(began), "err", err)
	if err != nil {
		return stdout.Bytes(), &CommandError{Args: cmd.Args, Output: tail(stdout.String() + stderr.String()), Err: err}
	}
	return stdout.Bytes(), nil
}

// tail keeps the end of a text, where tools put what went wrong.
func tail(s string) string {
	if len(s) > outputLimit {
		return "… " + s[len(s)-outputLimit:]
	}
	return s
}

// lastLine returns the last line that a failed command printed.
func lastLine(err error) string {
	var failed *CommandError
	if !errors.As(err, &failed) || strings.TrimSpace(failed.Output) == "" {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(failed.Output), "\n")
	return lines[len(lines)-1]
}
