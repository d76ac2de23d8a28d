package cluster

import (
	"context"
	"errors"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/e2e-framework/klient"
	"sigs.k8s.io/e2e-framework/klient/k8s"
	"sigs.k8s.io/e2e-framework/klient/wait"
	"sigs.k8s.io/e2e-framework/klient/wait/conditions"
	"sigs.k8s.io/e2e-framework/support"

	"github.com/edgeproof/edgeproof/e2e/await"
)

// Provider offers a cluster of this package to sigs.k8s.io/e2e-framework. What the cluster is made of, its
// Kubernetes among it, is decided by Make; what the framework asks for besides is refused by Create.
type Provider struct {
	// Make gives the cluster: Ensure, with whatever must be there before it.
	Make func(ctx context.Context, name string) (*Cluster, error)

	name    string
	cluster *Cluster
	refused error
}

var _ support.E2EClusterProvider = (*Provider)(nil)

// WithName sets the name of the cluster.
func (p *Provider) WithName(name string) support.E2EClusterProvider {
	p.name = name
	return p
}

// WithVersion is refused: the version is that of the node image.
func (p *Provider) WithVersion(version string) support.E2EClusterProvider {
	p.refused = fmt.Errorf("make cluster: version %s is requested, but the node image determines the version; choose "+
		"another node image", version)
	return p
}

// WithPath is refused: no program of kind is run.
func (p *Provider) WithPath(path string) support.E2EClusterProvider {
	p.refused = fmt.Errorf("make cluster: %s is to be run, but kind is used as a library; leave the path out", path)
	return p
}

// WithOpts applies options of the framework.
func (p *Provider) WithOpts(opts ...support.ClusterOpts) support.E2EClusterProvider {
	for _, opt := range opts {
		opt(p)
	}
	return p
}

// SetDefaults names a cluster that has no name.
func (p *Provider) SetDefaults() support.E2EClusterProvider {
	if p.name == "" {
		p.name = DefaultName
	}
	return p
}

// Create makes the cluster, or uses the one that is there, and returns its kubeconfig.
func (p *Provider) Create(ctx context.Context, args ...string) (string, error) {
	if len(args) > 0 {
		p.refused = fmt.Errorf("make cluster: arguments %q are for a program of kind, which is used as a library; leave "+
			"them out", args)
	}
	if p.refused != nil {
		return "", p.refused
	}
	var err error
	if p.cluster, err = p.Make(ctx, p.name); err != nil {
		return "", err
	}
	return p.cluster.Kubeconfig, nil
}

// CreateWithConfig is refused: how the cluster is set up is part of what makes it ours.
func (p *Provider) CreateWithConfig(context.Context, string) (string, error) {
	return "", errors.New("make cluster: a configuration of kind is not taken, since ours has what the seal and the " +
		"trust need; use Create")
}

// Cluster is the cluster; nil before Create.
func (p *Provider) Cluster() *Cluster { return p.cluster }

// GetKubeconfig is the file with the credentials; "" before Create.
func (p *Provider) GetKubeconfig() string {
	if p.cluster == nil {
		return ""
	}
	return p.cluster.Kubeconfig
}

// GenerateKubeconfig is GetKubeconfig: the file is complete whenever it exists.
func (p *Provider) GenerateKubeconfig(...string) (string, error) {
	if p.cluster == nil {
		return "", errors.New("give the kubeconfig: the cluster was not made")
	}
	return p.cluster.Kubeconfig, nil
}

// GetKubectlContext is kind's name of the context.
func (p *Provider) GetKubectlContext() string { return "kind-" + p.name }

// KubernetesRestConfig are the credentials for client-go; nil where there are none.
func (p *Provider) KubernetesRestConfig() *rest.Config {
	if p.cluster == nil {
		return nil
	}
	config, err := p.cluster.RESTConfig()
	if err != nil {
		return nil
	}
	return config
}

// WaitForControlPlane waits until the node is ready.
func (p *Provider) WaitForControlPlane(ctx context.Context, client klient.Client) error {
	ready := conditions.New(client.Resources()).ResourceListMatchN(&corev1.NodeList{}, 1, func(o k8s.Object) bool {
		node, ok := o.(*corev1.Node)
		return ok && lifeOf([]corev1.Node{*node}).Ready
	})
	budget := await.Default().ClusterReady
	if err := wait.For(ready, wait.WithContext(ctx), wait.WithTimeout(budget.Timeout),
		wait.WithInterval(budget.Interval)); err != nil {
		return fmt.Errorf("wait for the node of cluster %s: %w", p.name, err)
	}
	return nil
}

// ExportLogs exports the logs of the cluster into a folder.
func (p *Provider) ExportLogs(ctx context.Context, dest string) error {
	if p.cluster == nil {
		return errors.New("export logs: the cluster was not made")
	}
	return p.cluster.Logs(ctx, dest)
}

// Destroy removes the cluster. Where there is none it does nothing.
func (p *Provider) Destroy(ctx context.Context) error {
	if p.cluster == nil {
		return nil
	}
	return p.cluster.Delete(ctx)
}
