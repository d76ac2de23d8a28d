package cluster_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/edgeproof/edgeproof/e2e/cluster"
)

func TestProviderGivesTheCluster(t *testing.T) {
	t.Parallel()
	requested := ""
	p := &cluster.Provider{Make: func(_ context.Context, name string) (*cluster.Cluster, error) {
		requested = name
		return &cluster.Cluster{Name: name, Kubeconfig: "/k/" + name}, nil
	}}
	if p.GetKubeconfig() != "" || p.KubernetesRestConfig() != nil || p.Destroy(t.Context()) != nil {
		t.Error("it has something before it was made")
	}
	file, err := p.SetDefaults().WithName("edge").Create(t.Context())
	if err != nil || requested != "edge" || file != "/k/edge" || p.GetKubeconfig() != file ||
		p.GetKubectlContext() != "kind-edge" || p.Cluster() == nil {
		t.Errorf("%q of %q, %v", file, requested, err)
	}
}

func TestProviderRefuses(t *testing.T) {
	t.Parallel()
	broken := func(context.Context, string) (*cluster.Cluster, error) { return nil, errors.New("no engine") }
	for says, create := range map[string]func(*cluster.Provider) (string, error){
		"the node image determines the version": func(p *cluster.Provider) (string,
			error,
		) {
			return p.WithVersion("v1.0.0").Create(t.Context())
		},
		"leave the path out": func(p *cluster.Provider) (string,
			error,
		) {
			return p.WithPath("kind").Create(t.Context())
		},
		"leave them out": func(p *cluster.Provider) (string,
			error,
		) {
			return p.Create(t.Context(), "--wait")
		},
		"use Create": func(p *cluster.Provider) (string,
			error,
		) {
			return p.CreateWithConfig(t.Context(), "kind.yaml")
		},
		"no engine": func(p *cluster.Provider) (string, error) { return p.Create(t.Context()) },
	} {
		if _, err := create(&cluster.Provider{Make: broken}); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("want %q, got %v", says, err)
		}
	}
}
