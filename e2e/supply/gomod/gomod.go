// Package gomod fetches the source of a Go module. It knows the go command. It must not know the purpose of the
// source; it builds nothing, and uses only the registry that the go command is configured with.
package gomod

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// Error names the module that could not be fetched, and the remedy.
type Error struct {
	Module, Version string
	Problem         string
	Remedy          string
	err             error
}

func (e *Error) Error() string {
	return fmt.Sprintf("download module %s@%s: %s; %s", e.Module, e.Version, e.Problem, e.Remedy)
}

// Unwrap returns the cause, where the go command reported none.
func (e *Error) Unwrap() error { return e.err }

// Download puts module at version into the module cache and returns its folder there, which is read-only. It
// queries the configured proxy only if the cache lacks it. The error is an *Error unless ctx ended.
func Download(ctx context.Context, module, version string) (string, error) {
	return download(ctx, module, version)
}

// Cached is Download without a network: it finds what the module cache has.
func Cached(ctx context.Context, module, version string) (string, error) {
	return download(ctx, module, version, "GOPROXY=off")
}

func download(ctx context.Context, module, version string, env ...string) (string, error) {
	// The arguments must not be read as flags or as a pattern.
	if module == "" || version == "" || strings.HasPrefix(module, "-") || strings.ContainsAny(module+version, " @\t\n") {
		return "", &Error{
			module, version, "no such module path or version can exist",
			"name both, as in example.org/m and v1.2.3", nil,
		}
	}
	program, err := exec.LookPath("go")
	if err != nil {
		return "", &Error{module, version, "the go command was not found", "install Go and put it on PATH", err}
	}
	command := exec.CommandContext(ctx, program, "mod", "download", "-json", module+"@"+
		version) // #nosec G204 -- arguments are checked above
	// Outside any module, and out of any workspace: what is fetched must not depend on where the caller stands.
	command.Dir = os.TempDir()
	command.Env = append(os.Environ(), append([]string{"GO111MODULE=on", "GOWORK=off", "GOFLAGS="}, env...)...)
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	runErr := command.Run()
	if ctx.Err() != nil {
		return "", fmt.Errorf("download module %s@%s: %w", module, version, ctx.Err())
	}
	var answer struct{ Dir, Error string }
	if err := json.Unmarshal(stdout.Bytes(), &answer); err != nil {
		problem := firstLine(stderr.String())
		if problem == "" {
			problem = "go mod download gave no answer"
		}
		return "", &Error{module, version, problem, "see go env GOPROXY and GOFLAGS", errors.Join(runErr, err)}
	}
	if answer.Error != "" || answer.Dir == "" {
		return "", &Error{module, version, firstLine(answer.Error), "check the version, and that the proxy of `go env " +
			"GOPROXY` answers", runErr}
	}
	return answer.Dir, nil
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	return line
}
