package cluster

import (
	"context"
	"io"

	"sigs.k8s.io/kind/pkg/apis/config/v1alpha4"
)

// backend is what making a cluster needs of an engine, of kind and of the cluster's API. Tests put a machine without
// any of them behind it.
type backend interface {
	// hasImage reports whether the engine has the image.
	hasImage(ctx context.Context, ref string) (bool, error)
	// containers lists what exists under the cluster's name: every container that kind labelled so, and any other that
	// takes the node's name.
	containers(ctx context.Context, cluster, node string) ([]container, error)
	// create makes the cluster and keeps a failed one for its logs.
	create(ctx context.Context, cluster *v1alpha4.Cluster, scratchKubeconfig string) error
	// remove removes the containers and their volumes, whatever state they are in.
	remove(ctx context.Context, node string, containers []container) error
	// kubeconfig gives the credentials for use on this machine.
	kubeconfig(ctx context.Context, cluster string) ([]byte, error)
	// version gives the Kubernetes version of the node, as vMAJOR.MINOR.PATCH.
	version(ctx context.Context, node string) (string, error)
	// live asks the API once.
	live(ctx context.Context, kubeconfig []byte) life
	// exec runs a command on the node.
	exec(ctx context.Context, node string, stdin io.Reader, stdout, stderr io.Writer, command string,
		args ...string) error
	// load imports an image archive into the node's container runtime.
	load(ctx context.Context, node string, archive io.Reader) error
	// logs exports what the node and the engine know.
	logs(ctx context.Context, cluster, dir string) error
}
