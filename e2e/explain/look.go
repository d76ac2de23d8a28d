package explain

import (
	"context"
	"fmt"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/edgeproof/edgeproof/e2e/diagnose/rules"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/facts/live"
	"github.com/edgeproof/edgeproof/e2e/testbed"
)

// firstLook bounds the question whether there is a cluster at all.
const firstLook = 20 * time.Second

// look collects the facts of the routes that are meant. It looks at the routes first: a cluster that does
// not answer, and a route that is not there, are reported before any external service is used.
func (o Options) look(ctx context.Context, want wanted) (*facts.Snapshot, wanted, error) {
	seen, err := o.reach(ctx)
	if err != nil {
		return nil, want, err
	}
	want = want.in(seen.namespace)
	targets, err := want.choose(rules.New(seen.first))
	if err != nil {
		return nil, want, err
	}
	sources, err := seen.sources(ctx)
	if err != nil {
		return nil, want, err
	}
	scope := facts.Scope{}
	if !want.all || want.namespace != "" {
		for _, t := range targets {
			scope.Hosts = append(scope.Hosts, t.Host)
		}
	}
	return facts.Collect(ctx, sources, scope), want, nil
}

// Collect looks once at the cluster that the options name, within their timeout. The error is of a cluster that
// does not answer.
func Collect(ctx context.Context, o Options, scope facts.Scope) (*facts.Snapshot, error) {
	if err := o.checkInternet(); err != nil {
		return nil, err
	}
	ctx, cancel := o.bounded(ctx)
	defer cancel()
	seen, err := o.reach(ctx)
	if err != nil {
		return nil, err
	}
	sources, err := seen.sources(ctx)
	if err != nil {
		return nil, err
	}
	return facts.Collect(ctx, sources, scope), nil
}

// bounded ends all of the looking in time.
func (o Options) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	if o.Timeout == 0 {
		o.Timeout = time.Minute
	}
	return context.WithTimeout(ctx, o.Timeout)
}

func (o Options) checkInternet() error {
	if !slices.Contains(Internets(), o.Internet) {
		return fmt.Errorf("internet %q is unknown; use %s", o.Internet, oneOf(Internets()))
	}
	return nil
}

// reached is a cluster that was seen to answer.
type reached struct {
	Options

	config    *rest.Config
	namespace string          // of the context
	first     *facts.Snapshot // its routes and Services
	kube      facts.Sources   // without the internet
}

func (o Options) reach(ctx context.Context) (reached, error) {
	config, namespace, err := o.cluster()
	if err != nil {
		return reached{}, err
	}
	kube, err := facts.Connect(config, nil)
	if err != nil {
		return reached{}, err
	}
	first, err := glance(ctx, kube, config.Host)
	return reached{o, config, namespace, first, kube}, err
}

func (r reached) sources(ctx context.Context) (facts.Sources, error) {
	internet, err := r.internet(ctx, r.config, r.first)
	r.kube.Internet = internet
	return r.kube, err
}

// cluster reads the kubeconfig as kubectl does, and returns the namespace of its context beside.
func (o Options) cluster() (*rest.Config, string, error) {
	rules := clientcmd.NewDefaultClientConfigLoadingRules() // which heeds KUBECONFIG
	rules.ExplicitPath = o.Kubeconfig
	loader := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules,
		&clientcmd.ConfigOverrides{CurrentContext: o.Context})
	config, err := loader.ClientConfig()
	if err != nil {
		return nil, "", fmt.Errorf("read kubeconfig: %w; give --kubeconfig FILE and --context NAME, or set KUBECONFIG, or "+
			"explain a saved one with --snapshot FILE", err)
	}
	namespace, _, err := loader.Namespace()
	if err != nil {
		return nil, "", fmt.Errorf("read kubeconfig: %w", err)
	}
	config.UserAgent, config.WarningHandler = "edgeproof-explain", rest.NoWarnings{}
	return config, namespace, nil
}

// glance reads the objects that have hosts, without which there is nothing to explain.
func glance(ctx context.Context, sources facts.Sources, host string) (*facts.Snapshot, error) {
	ctx, cancel := context.WithTimeout(ctx, firstLook)
	defer cancel()
	s := facts.Collect(ctx, sources, facts.Scope{Parts: []facts.Part{
		facts.Ingresses, facts.Services, facts.GatewayAPI, facts.TraefikKinds, facts.DNSEndpoints, facts.Certificates,
	}})
	troubles := s.Trouble(facts.Ingresses)
	if len(troubles) == 0 {
		return s, nil
	}
	remedy := "is the cluster up, and the one you mean? See kubectl config current-context"
	switch troubles[0].Reason {
	case "Forbidden":
		remedy = "request the rights of e2e/facts/rbac.yaml"
	case "Unauthorized":
		remedy = "log in to it again"
	}
	return nil, fmt.Errorf("look at cluster %s: %s; %s", host, troubles[0].Message, remedy)
}

// internet is the fake one where the cluster has it, unless another is requested.
func (o Options) internet(ctx context.Context, config *rest.Config, s *facts.Snapshot) (facts.Internet, error) {
	name := types.NamespacedName{Namespace: testbed.InternetNamespace, Name: testbed.ControlService}
	there := false
	for i := range s.Services {
		there = there || s.Services[i].Namespace == name.Namespace && s.Services[i].Name == name.Name
	}
	if o.Internet == "live" || o.Internet == "auto" && !there {
		options := live.Options{Resolver: o.Resolver}
		if o.AskCloudflare {
			options.Provider = live.Cloudflare
		}
		return live.New(options)
	}
	if !there {
		return nil, fmt.Errorf("find the fake internet: the cluster has no Service %s; leave out --internet, or make a "+
			"cluster with `edgeproof up`", name)
	}
	control, err := testbed.Control(config)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, firstLook)
	defer cancel()
	if err := control.Ready(ctx); err != nil {
		return nil, fmt.Errorf("query the fake internet of Service %s: %w; give --internet live to query the real one", name,
			err)
	}
	return facts.FromControl(control), nil
}
