package faultrun

import (
	"context"
	"fmt"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/node"
)

// Kubectl runs a command on the node, where the real one is.
func (r *Runner) Kubectl(ctx context.Context, command string) (string, error) {
	args := append([]string{"--kubeconfig=/etc/kubernetes/admin.conf"}, strings.Fields(command)[1:]...)
	out, err := node.Idempotent(ctx, r.Testbed.Node, "kubectl", args...)
	return string(out), err
}

// kubectls runs several commands in one entry into the node, which costs more than a command does. Each has its
// own output and error.
func (r *Runner) kubectls(ctx context.Context, commands ...string) ([]string, []error) {
	script := "export KUBECONFIG=/etc/kubernetes/admin.conf\n"
	for _, command := range commands {
		script += command + ` 2>&1; printf '\0%d\0' $?` + "\n"
	}
	out, err := node.Idempotent(ctx, r.Testbed.Node, "bash", "-c", script)
	if err != nil {
		errs := make([]error, len(commands))
		for n := range errs {
			errs[n] = err
		}
		return make([]string, len(commands)), errs
	}
	return outputs(string(out), commands)
}

// outputs takes apart what the script of kubectls printed.
func outputs(out string, commands []string) (printed []string, errs []error) {
	const end = "\x00" // no kubectl prints it
	printed, errs = make([]string, len(commands)), make([]error, len(commands))
	parts := strings.Split(out, end)
	for n, command := range commands {
		if len(parts) != 2*len(commands)+1 {
			errs[n] = fmt.Errorf("%s: the node's shell ended early: %q", command, out)
			continue
		}
		printed[n] = parts[2*n]
		if status := parts[2*n+1]; status != "0" {
			errs[n] = fmt.Errorf("%s: exit status %s: %s", command, status, strings.TrimSpace(printed[n]))
		}
	}
	return printed, errs
}
