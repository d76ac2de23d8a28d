package cluster

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"k8s.io/client-go/rest"
)

// Cluster is a live cluster of ours.
type Cluster struct {
	Name       string
	Node       string // name of the one node, which is its container's too
	Kubeconfig string // file with the credentials, complete whenever it exists
	Kubernetes string // version, as vMAJOR.MINOR.PATCH

	maker *maker
	lock  *Lock
}

// Close gives the lock back; the cluster stays. It may be called more than once.
func (c *Cluster) Close() error { return c.lock.Release() }

// Delete removes the cluster and its kubeconfig, and gives the lock back.
func (c *Cluster) Delete(ctx context.Context) error {
	if err := c.maker.delete(ctx); err != nil {
		return fmt.Errorf("delete cluster %s: %w", c.Name, err)
	}
	return c.Close()
}

// RESTConfig gives the credentials for client-go, read from Kubeconfig alone.
func (c *Cluster) RESTConfig() (*rest.Config, error) { return restConfig(c.Kubeconfig) }

// Exec runs a command on the node as root and returns its standard output. The error of a command that failed is a
// *CommandError.
func (c *Cluster) Exec(ctx context.Context, command string, args ...string) ([]byte, error) {
	return c.ExecInput(ctx, nil, command, args...)
}

// ExecInput is Exec with a standard input.
func (c *Cluster) ExecInput(ctx context.Context, stdin io.Reader, command string, args ...string) ([]byte, error) {
	var stdout, stderr bytes.Buffer
	if err := c.maker.exec(ctx, c.Node, stdin, &stdout, &stderr, command, args...); err != nil {
		return stdout.Bytes(), fmt.Errorf("on node %s: %w", c.Node, err)
	}
	return stdout.Bytes(), nil
}

// LoadArchive imports an image archive, as `docker save` writes it or in the OCI layout, for an image that is
// not in the node image.
func (c *Cluster) LoadArchive(ctx context.Context, archive io.Reader) error {
	if err := c.maker.load(ctx, c.Node, archive); err != nil {
		return fmt.Errorf("load images onto node %s: %w", c.Node, err)
	}
	return nil
}

// Logs exports the node's journal, the logs of its pods and what the engine knows of it into a folder. A part that
// cannot be had does not keep the others away.
func (c *Cluster) Logs(ctx context.Context, dir string) error {
	if err := c.maker.logs(ctx, c.Name, dir); err != nil {
		return fmt.Errorf("export logs of cluster %s: %w", c.Name, err)
	}
	return nil
}
