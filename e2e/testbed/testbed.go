// Package testbed sets the scene of a run in ordered steps: the seal, the platform (names, the fake internet, the
// ingress controller with its public address), trust, and then the bundle, as a GitOps engine would install it.
//
// What the suite must change, it changes in the world around the bundle, never in the bundle. Each step is safe to run
// again on a cluster where it has run before. The package knows the cluster and the control API; it judges nothing.
package testbed

import (
	"context"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/edgeproof/edgeproof/e2e/await"
	"github.com/edgeproof/edgeproof/e2e/bundle"
	"github.com/edgeproof/edgeproof/e2e/progress"
	"github.com/edgeproof/edgeproof/e2e/verdict"
	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// Addresses of the world. Both are fixed, so that manifests, records and reports read the same in every run.
const (
	// InternetAddress is the Service address of the fake internet, inside kind's service network 10.96.0.0/16.
	InternetAddress = "10.96.53.53"
	// PublicAddress is the address that the suite, playing the cloud, gives to the ingress controller: TEST-NET-3, RFC 5737.
	PublicAddress = "203.0.113.10"
	// Traefik is the version of the ingress controller that the platform installs unless a run names another, and TraefikVariable
	// what stands for it in the platform's manifests.
	Traefik         = "v3.6.12"
	TraefikVariable = "traefik_version"
)

// Node is the one node of the cluster, on which the seal is set.
type Node interface {
	// Exec runs a command on the node as root and returns its standard output.
	Exec(ctx context.Context, command string, args ...string) ([]byte, error)
}

// Testbed is the world of one run.
type Testbed struct {
	Bundle  *bundle.Bundle
	Apps    *bundle.Bundle
	Traefik string // version of the ingress controller
	Budgets await.Budgets
	Log     *progress.Log
	Node    Node

	Config   *rest.Config
	Client   client.Client
	Kube     kubernetes.Interface
	Internet *api.Client

	// Stuck says at which stage the bundle did not become ready; empty when it did. The stages after it were not applied.
	Stuck string

	applier    *applier
	names      []*unstructured.Unstructured // workloads of the cluster's DNS
	controller []*unstructured.Unstructured // workloads of the ingress controller
}

// Connect fills in the clients of a cluster: Kubernetes, and the control API.
func (s *Testbed) Connect(config *rest.Config) error {
	// The suite asks often and briefly; client-go's default of 5 requests a second would be what it waits for.
	config = rest.CopyConfig(config)
	config.QPS, config.Burst = 100, 200
	config.WarningHandler = rest.NoWarnings{} // the API server's advice on the bundle's objects is not this run's subject
	s.Config = config
	scheme, err := newScheme()
	if err != nil {
		return err
	}
	if s.Client, err = client.New(config, client.Options{Scheme: scheme}); err != nil {
		return fmt.Errorf("make Kubernetes client: %w", err)
	}
	if s.Kube, err = kubernetes.NewForConfig(config); err != nil {
		return fmt.Errorf("make Kubernetes client: %w", err)
	}
	if s.Internet, err = Control(config); err != nil {
		return err
	}
	s.applier = newApplier(s.Client, s.Budgets)
	return nil
}

// Set runs every step in order and returns how long each took. It stops at the first that fails; the phases up to
// there are returned too.
func (s *Testbed) Set(ctx context.Context) ([]verdict.Phase, error) {
	var phases []verdict.Phase
	for _, step := range s.steps() {
		start := time.Now()
		err := s.Log.Run(step.name, func() error { return step.run(ctx) })
		phases = append(phases, verdict.Phase{Name: step.name, Started: start.UTC(), Seconds: verdict.Seconds(time.Since(start))})
		if err != nil {
			return phases, fmt.Errorf("%s: %w", step.name, err)
		}
	}
	return phases, nil
}

// step is one part of the scene.
type step struct {
	name string
	run  func(context.Context) error
}

// steps are in the order in which each stands on the ones before.
func (s *Testbed) steps() []step {
	return []step{
		{"seal", s.sealNode},
		{"platform", s.startPlatform},
		{"trust", s.spreadTrust},
		{"bundle", s.installBundle},
		{"ingress controller", s.awaitController},
	}
}
