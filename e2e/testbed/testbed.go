// Package testbed sets up the test environment of a run in ordered steps: the seal, the platform (names, the
// fake internet, the ingress controller with its public address), trust, and then the bundle, as a GitOps
// engine would install it.
//
// What the suite must change, it changes around the bundle, never in the bundle. Each step is safe to run again
// on a cluster where it has run before, and is an environment function of sigs.k8s.io/e2e-framework, so that
// specs of others can stand on it. The package knows the cluster and the control API; it judges nothing.
package testbed

import (
	"context"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/e2e-framework/klient"
	"sigs.k8s.io/e2e-framework/klient/k8s/resources"
	"sigs.k8s.io/e2e-framework/pkg/envconf"
	"sigs.k8s.io/e2e-framework/pkg/types"

	"github.com/edgeproof/edgeproof/e2e/await"
	"github.com/edgeproof/edgeproof/e2e/bundle"
	"github.com/edgeproof/edgeproof/e2e/gitops"
	"github.com/edgeproof/edgeproof/e2e/progress"
	"github.com/edgeproof/edgeproof/e2e/standin"
	"github.com/edgeproof/edgeproof/e2e/verdict"
	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// Addresses of the world. Both are fixed, so that manifests, records and reports read the same in every run.
const (
	// InternetAddress is the Service address of the fake internet, inside kind's service network 10.96.0.0/16.
	InternetAddress = "10.96.53.53"
	// PublicAddress is the address that the suite, playing the cloud, gives to the ingress controller: TEST-NET-3,
	// RFC 5737.
	PublicAddress = "203.0.113.10"
	// Traefik is the version of the ingress controller that the platform installs unless a run names another, and
	// TraefikVariable what stands for it in the platform's manifests.
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
	// StandIns are the Secrets that a clone of the bundle's repository cannot have. With Survey the bundle and the
	// applications are what was found to be the edge in a repository: an object that the API server refuses is
	// then a finding, and no error of the run.
	StandIns []standin.Secret
	Survey   bool
	Budgets  await.Budgets
	Log      *progress.Log
	Node     Node
	// Engine delivers the bundle; without one it is applied as it is rendered. Delivered is what it did last.
	Engine    gitops.Engine
	Delivered gitops.Delivery
	// NewToEngine says that the engine had delivered nothing to the cluster before it was installed.
	NewToEngine bool
	// Admission is the version in which the cluster serves MutatingAdmissionPolicy, "v1" unless set.
	Admission string

	Config    *rest.Config
	Resources *resources.Resources // how the cluster is reached; Client is the same by controller-runtime's interface
	Client    client.Client
	Internet  *api.Client

	// Stuck says at which stage the bundle did not become ready; empty when it did. The stages after it were not applied.
	Stuck string

	globalKey  string // of the user at the provider that stands in
	phases     []verdict.Phase
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
	kubernetesClient, err := klient.New(config)
	if err != nil {
		return fmt.Errorf("make Kubernetes client: %w", err)
	}
	s.Resources = kubernetesClient.Resources()
	if err := registerKinds(s.Resources.GetScheme()); err != nil {
		return err
	}
	s.Client = s.Resources.GetControllerRuntimeClient()
	if s.Internet, err = Control(config); err != nil {
		return err
	}
	s.applier = newApplier(s.Client, s.Budgets)
	return nil
}

// Step is one part of the test environment: an environment function of sigs.k8s.io/e2e-framework, and its name.
type Step struct {
	Name string
	Func types.EnvFunc
}

// Steps are all of them, each standing on the ones before; the testbed is connected.
func (s *Testbed) Steps() []Step {
	step := func(name string, run func(context.Context) error) Step {
		return Step{name, func(ctx context.Context, _ *envconf.Config) (context.Context, error) {
			start := time.Now()
			err := s.Log.Run(name, func() error { return run(ctx) })
			s.phases = append(s.phases, verdict.Phase{
				Name: name, Started: start.UTC(),
				Seconds: verdict.Seconds(time.Since(start)),
			})
			if err != nil {
				return ctx, fmt.Errorf("%s: %w", name, err)
			}
			return ctx, nil
		}}
	}
	return []Step{
		step("seal", s.sealNode),
		step("platform", s.startPlatform),
		step("trust", s.spreadTrust),
		step("bundle", s.installBundle),
		step("ingress controller", s.awaitController),
	}
}

// Set runs every step in order and returns how long each took. It stops at the first that fails; the phases up
// to there are returned too.
func (s *Testbed) Set(ctx context.Context) ([]verdict.Phase, error) {
	s.phases = nil
	for _, step := range s.Steps() {
		var err error
		if ctx, err = step.Func(ctx, envconf.New()); err != nil {
			return s.phases, err
		}
	}
	return s.phases, nil
}
