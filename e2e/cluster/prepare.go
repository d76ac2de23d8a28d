package cluster

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"sigs.k8s.io/kind/pkg/log"
)

// EngineOptions say how the engine of a run is found.
type EngineOptions struct {
	Choice  string     // docker, podman or nerdctl; empty: $EDGEPROOF_ENGINE, then the first that answers
	WorkDir string     // where a configuration for the engine is written, if one is needed
	Log     log.Logger // reports what is installed or changed
}

// PrepareEngine finds a working engine and makes it work on this machine. On Debian and its relatives it
// installs podman when none answers and this process is root; on a restricted machine it gives the engine
// limits that can be kept. Each step is logged and recorded in Engine.Measures.
//
// It changes the environment of this process, and is to be called once, before anything else starts: kind's
// library runs the engine with that environment and offers no other way. CONTAINERS_CONF may be set, and
// KUBECONFIG is removed, so that no library call can reach a user's own clusters.
func PrepareEngine(ctx context.Context, opt EngineOptions) (*Engine, Host, error) {
	host := ReadHost()
	logger := orSilent(opt.Log)
	if err := os.Unsetenv("KUBECONFIG"); err != nil {
		return nil, host, fmt.Errorf("remove KUBECONFIG from the environment: %w", err)
	}
	choice := opt.Choice
	if choice == "" {
		choice = os.Getenv(EngineVariable)
	}
	engine, err := detectOrInstall(ctx, host, choice, os.Getenv("PATH"), logger)
	if err != nil {
		return nil, host, err
	}
	env, err := measures(engine, host, opt.WorkDir, os.LookupEnv)
	if err != nil {
		return nil, host, err
	}
	for key, value := range env {
		if err := os.Setenv(key, value); err != nil {
			return nil, host, fmt.Errorf("set %s: %w", key, err)
		}
	}
	logger.V(0).Infof("container engine: %s %s", engine.Name, engine.Version)
	if note := otherSystem(host.OS); note != "" {
		logger.V(0).Infof("%s", note)
	}
	for _, line := range engine.Passed {
		logger.V(1).Infof("passed over %s", line)
	}
	for _, line := range engine.Measures {
		logger.V(0).Infof("on this machine: %s", line)
	}
	return engine, host, nil
}

// detectOrInstall tries the engines, and installs podman where none answers, the machine permits it and the choice
// allows it.
func detectOrInstall(ctx context.Context, host Host, choice, path string, logger log.Logger) (*Engine, error) {
	engine, err := Detect(ctx, choice, path, host.Restricted)
	var none *NoEngineError
	if !errors.As(err, &none) {
		return engine, err
	}
	apt, lookErr := lookPath("apt-get", path)
	if lookErr != nil || !host.Root || !host.Debian || (choice != "" && choice != Podman) {
		return nil, err
	}
	logger.V(0).Infof("no container engine answers (%s): installing podman by apt-get", strings.Join(none.Failures, "; "))
	if err := install(ctx, apt); err != nil {
		return nil, fmt.Errorf("install podman: %w", err)
	}
	engine, err = Detect(ctx, Podman, path, host.Restricted)
	if err != nil {
		return nil, fmt.Errorf("after podman was installed: %w", err)
	}
	engine.Passed = none.Failures
	engine.Measures = append(engine.Measures, "podman was installed by apt-get (no container engine answered)")
	return engine, nil
}

// install installs podman; package lists are fetched only when the ones at hand do not suffice.
func install(ctx context.Context, apt string) error {
	run := func(args ...string) error {
		cmd := exec.CommandContext(ctx, apt, args...) //nolint:gosec // apt-get, found by lookPath
		cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
		_, err := output(cmd)
		return err
	}
	packages := []string{"install", "-y", "--no-install-recommends", Podman}
	if run(packages...) == nil {
		return nil
	}
	if err := run("update"); err != nil {
		return err
	}
	return run(packages...)
}

// modulesDir is mounted into every node by kind.
const modulesDir = "/lib/modules"

// measures makes an engine work on this machine, notes what it did in the engine, and returns the environment that the
// engine's processes need.
func measures(engine *Engine, host Host, workDir string, lookup func(string) (string, bool)) (map[string]string,
	error,
) {
	env := map[string]string{}
	note := func(format string, args ...any) {
		engine.Measures = append(engine.Measures, fmt.Sprintf(format, args...))
	}
	if host.OS == "linux" && !host.Modules && host.Root {
		if err := os.MkdirAll(modulesDir, 0o755); err != nil { //nolint:gosec // a system folder is readable by all
			return nil, fmt.Errorf("create %s, which kind mounts into its nodes: %w; create it by hand", modulesDir, err)
		}
		note("created the empty folder %s, which kind mounts into its nodes", modulesDir)
	}
	if engine.Name == Podman && engine.CgroupV1 && host.Root {
		taken, err := mountStrays(cgroupRoot, mount)
		if err != nil {
			return nil, err
		}
		if len(taken) > 0 {
			note("mounted the cgroup controllers %s as version 1, as the others are: podman's crun refuses a mixture",
				strings.Join(taken, ", "))
		}
	}
	if engine.Name == Podman && host.Restricted {
		if theirs, ok := lookup("CONTAINERS_CONF"); ok {
			note("no CAP_SYS_RESOURCE; CONTAINERS_CONF=%s is yours and is left as it is", theirs)
		} else {
			file := filepath.Join(workDir, "containers.conf")
			if err := writeAtomic(file, []byte(containersConf(host)), 0o644); err != nil {
				return nil, fmt.Errorf("write podman's configuration: %w", err)
			}
			env["CONTAINERS_CONF"] = file
			note("no CAP_SYS_RESOURCE: podman gets limits that can be kept (CONTAINERS_CONF=%s)", file)
		}
	}
	if host.Restricted {
		note("no CAP_SYS_RESOURCE: the kubelet runs with the feature gate KubeletInUserNamespace")
	}
	if engine.CgroupV1 {
		note("cgroup v1: the kubelet runs with failCgroupV1=false")
	}
	return env, nil
}

// Limits that a cluster of this size never reaches; a lower hard limit lowers them. For processes podman
// leaves its own children with no more than kernel.pid_max, 32768 on a small machine, hence the lower figure.
const (
	wantFiles     = 65536
	wantProcesses = 30000
)

// containersConf gives containers limits at or below the hard ones: podman's defaults lie above them, and without
// CAP_SYS_RESOURCE no container would start (containers.conf(5), default_ulimits).
func containersConf(host Host) string {
	files, processes := limit(host.NoFile, wantFiles), limit(host.NProc, wantProcesses)
	return fmt.Sprintf("# Written by edgeproof: limits that this machine can keep.\n[containers]\n"+
		"default_ulimits = [\"nofile=%d:%d\", \"nproc=%d:%d\"]\n", files, files, processes, processes)
}

// limit gives what is wanted, or the hard limit where that is known and lower.
func limit(hard, want uint64) uint64 {
	if hard != 0 && hard < want {
		return hard
	}
	return want
}
