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
)

// Names of the engines that kind can drive, in the order in which they are asked.
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

// NoEngineError says that no engine answered, and what each said.
type NoEngineError struct {
	Said []string // one line for each engine that was asked
	Cure string
}

// Error prints one line.
func (e *NoEngineError) Error() string {
	return fmt.Sprintf("find a container engine: none answers (%s); %s", strings.Join(e.Said, "; "), e.Cure)
}

// Detect asks each engine whether it works, by `info`, since a client may be installed with no engine behind it. The
// first that answers in the order docker, podman, nerdctl is taken; on a restricted machine podman is asked first, since
// it asks only for the capabilities that the machine has. A choice asks only that one. Path is a list of folders as in
// PATH.
func Detect(ctx context.Context, choice, path string, restricted bool) (*Engine, error) {
	order := []string{Docker, Podman, Nerdctl}
	if restricted {
		order = []string{Podman, Docker, Nerdctl}
	}
	if choice != "" {
		if !slices.Contains(order, choice) {
			return nil, fmt.Errorf("find a container engine: %q is none; set %s to docker, podman or nerdctl, or leave it out", choice, EngineVariable)
		}
		order = []string{choice}
	}
	var said []string
	for _, name := range order {
		engine, err := ask(ctx, name, path)
		if err == nil {
			engine.Passed = said
			return engine, nil
		}
		if ctx.Err() != nil {
			return nil, fmt.Errorf("find a container engine: %w", context.Cause(ctx))
		}
		said = append(said, err.Error())
	}
	return nil, &NoEngineError{Said: said, Cure: remedy(runtime.GOOS, choice)}
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
	var said info
	if err := json.Unmarshal(out, &said); err != nil {
		return nil, fmt.Errorf("%s: its info is not JSON", name)
	}
	engine := &Engine{Name: name, Path: client}
	if name == Podman {
		engine.Version = said.Version.Version
		engine.CgroupV1 = said.Host.CgroupVersion == "v1"
		engine.Rootless = said.Host.Security.Rootless
	} else {
		engine.Version = said.ServerVersion
		engine.CgroupV1 = said.CgroupVersion == "1"
		engine.Rootless = slices.Contains(said.SecurityOptions, "name=rootless")
	}
	if engine.Version == "" {
		// Also a podman that is installed under the name docker: it will be asked under its own.
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

// CommandError is a command that failed: what was called and what it said.
type CommandError struct {
	Args   []string
	Output string // both streams, the end of them
	Err    error
}

// Error prints the command as it can be pasted, its status and the end of what it said.
func (e *CommandError) Error() string {
	said := strings.TrimSpace(e.Output)
	if said == "" {
		said = "it said nothing"
	}
	return fmt.Sprintf("run `%s`: %v: %s", strings.Join(e.Args, " "), e.Err, said)
}

// Unwrap gives the error of starting or waiting.
func (e *CommandError) Unwrap() error { return e.Err }

// saidLimit bounds the output that an error carries.
const saidLimit = 4 << 10

// output runs a command and returns its standard output; the error carries the end of both streams.
func output(cmd *exec.Cmd) ([]byte, error) {
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return stdout.Bytes(), &CommandError{Args: cmd.Args, Output: tail(stdout.String() + stderr.String()), Err: err}
	}
	return stdout.Bytes(), nil
}

// tail keeps the end of a text, where tools put what went wrong.
func tail(s string) string {
	if len(s) > saidLimit {
		return "… " + s[len(s)-saidLimit:]
	}
	return s
}

// lastLine gives the last thing that a failed command said.
func lastLine(err error) string {
	var failed *CommandError
	if !errors.As(err, &failed) || strings.TrimSpace(failed.Output) == "" {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(failed.Output), "\n")
	return lines[len(lines)-1]
}
