package cluster

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"sigs.k8s.io/kind/pkg/apis/config/v1alpha4"
	kind "sigs.k8s.io/kind/pkg/cluster"
	"sigs.k8s.io/kind/pkg/cluster/nodes"
	"sigs.k8s.io/kind/pkg/cluster/nodeutils"
	kindexec "sigs.k8s.io/kind/pkg/exec"
	"sigs.k8s.io/kind/pkg/log"
)

// kindBackend is the backend of real life: kind's library, and the engine that it drives.
type kindBackend struct {
	engine   *Engine
	provider *kind.Provider

	mu    sync.Mutex
	nodes map[string]nodes.Node // handles; they hold a name and nothing that ages
}

// newKind chooses kind's provider by the engine that has answered, not by kind's own detection.
func newKind(engine *Engine, logger log.Logger) *kindBackend {
	option := kind.ProviderWithDocker()
	switch engine.Name {
	case Podman:
		option = kind.ProviderWithPodman()
	case Nerdctl:
		option = kind.ProviderWithNerdctl(Nerdctl)
	}
	return &kindBackend{
		engine:   engine,
		provider: kind.NewProvider(kind.ProviderWithLogger(logger), option),
		nodes:    map[string]nodes.Node{},
	}
}

// interruptTimeout is how long an interrupted creation may take to notice that its node is gone.
const interruptTimeout = 30 * time.Second

// create runs kind's own creation. kind takes no context: when ctx ends, the node is taken from under it, which makes
// its current command fail, until it gives up.
func (b *kindBackend) create(ctx context.Context, cluster *v1alpha4.Cluster, scratchKubeconfig string) error {
	done := make(chan error, 1)
	go func() {
		done <- b.provider.Create(
			cluster.Name,
			kind.CreateWithV1Alpha4Config(cluster),
			kind.CreateWithKubeconfigPath(scratchKubeconfig),
			kind.CreateWithRetain(true), // the caller takes its logs, then removes it
		)
	}()
	select {
	case err := <-done:
		return fromKind(err)
	case <-ctx.Done():
	}
	cause := context.Cause(ctx)
	rescue, cancel := context.WithTimeout(context.WithoutCancel(ctx), interruptTimeout)
	defer cancel()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-done: //nolint:errcheck // it failed because its node was taken away
			return cause
		case <-rescue.Done():
			return fmt.Errorf("%w (and kind did not stop within %s)", cause, interruptTimeout)
		case <-tick.C:
			b.removeMarked(rescue, cluster)
		}
	}
}

// removeMarked removes the node that is just being made; the marker shows that it is that one.
func (b *kindBackend) removeMarked(ctx context.Context, cluster *v1alpha4.Cluster) {
	node := cluster.Name + "-control-plane"
	found, err := b.containers(ctx, cluster.Name, node)
	if err != nil || len(found) != 1 || !samePath(found[0].Marker, cluster.Nodes[0].ExtraMounts[0].HostPath) {
		return
	}
	_ = b.remove(ctx, node, found) // tried again at the next tick
}

func (b *kindBackend) kubeconfig(_ context.Context, cluster string) ([]byte, error) {
	text, err := b.provider.KubeConfig(cluster, false)
	if err != nil {
		return nil, fmt.Errorf("get the kubeconfig of cluster %s: %w", cluster, fromKind(err))
	}
	return []byte(text), nil
}

func (b *kindBackend) version(_ context.Context, node string) (string, error) {
	handle, err := b.node(node)
	if err != nil {
		return "", err
	}
	version, err := nodeutils.KubeVersion(handle)
	if err != nil {
		return "", fmt.Errorf("get the Kubernetes version of node %s: %w", node, fromKind(err))
	}
	return version, nil
}

func (b *kindBackend) exec(ctx context.Context, node string, stdin io.Reader, stdout, stderr io.Writer, command string,
	args ...string,
) error {
	handle, err := b.node(node)
	if err != nil {
		return err
	}
	cmd := handle.CommandContext(ctx, command, args...).SetStdout(stdout).SetStderr(stderr)
	if stdin != nil {
		cmd.SetStdin(stdin)
	}
	return fromKind(cmd.Run())
}

func (b *kindBackend) load(_ context.Context, node string, archive io.Reader) error {
	handle, err := b.node(node)
	if err != nil {
		return err
	}
	return fromKind(nodeutils.LoadImageArchive(handle, archive))
}

// node gives the handle of a node container by its name.
func (b *kindBackend) node(name string) (nodes.Node, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if handle, ok := b.nodes[name]; ok {
		return handle, nil
	}
	all, err := b.provider.ListNodes(strings.TrimSuffix(name, "-control-plane"))
	if err != nil {
		return nil, fmt.Errorf("list nodes: %w", fromKind(err))
	}
	for _, handle := range all {
		if handle.String() == name {
			b.nodes[name] = handle
			return handle, nil
		}
	}
	return nil, fmt.Errorf("node %s: there is no such container", name)
}

// fromKind turns kind's error of a command into a *CommandError, which carries the command's output: kind's own
// message leaves that out.
func fromKind(err error) error {
	if err == nil {
		return nil
	}
	var failed *kindexec.RunError
	if !errors.As(err, &failed) {
		if failed = kindexec.RunErrorForError(err); failed == nil {
			return err
		}
	}
	command := &CommandError{Args: failed.Command, Output: tail(string(failed.Output)), Err: failed.Inner}
	if context := strings.TrimSuffix(err.Error(), failed.Error()); context != "" && context != err.Error() {
		return fmt.Errorf("%s%w", context, command)
	}
	return command
}
