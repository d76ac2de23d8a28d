package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/edgeproof/edgeproof/e2e/cluster"
	"github.com/edgeproof/edgeproof/e2e/gitops"
	"github.com/edgeproof/edgeproof/e2e/kubernetes"
	"github.com/edgeproof/edgeproof/e2e/progress"
	"github.com/edgeproof/edgeproof/e2e/run"
	"github.com/edgeproof/edgeproof/e2e/supply"
	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// exitCouldNotRun is the status for everything that is not a judgement of the bundle.
const exitCouldNotRun = 2

// statusError carries an exit status that is not exitCouldNotRun.
type statusError int

func (e statusError) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// execute runs the command line and returns its exit status: 0 pass, 1 the bundle fails, 2 the suite could not run.
// It may be installed as kubectl-edgeproof, too: args[0] tells.
func execute(ctx context.Context, args []string) (int, error) {
	root := newRoot(isPlugin(args[0]))     //nolint:contextcheck // each command is given its context by cobra
	if len(args) == 2 && args[1] == "-v" { // its meaning before there were levels
		args = []string{args[0], "--version"}
	}
	root.SetArgs(args[1:])
	err := root.ExecuteContext(ctx)
	var status statusError
	switch {
	case err == nil:
		return 0, nil
	case errors.As(err, &status):
		return int(status), nil
	}
	return exitCouldNotRun, err
}

// isPlugin reports whether kubectl runs the program: https://kubernetes.io/docs/tasks/extend-kubectl/kubectl-plugins/.
func isPlugin(program string) bool {
	return strings.HasPrefix(filepath.Base(program), "kubectl-")
}

// flags are shared by the commands that make or use a cluster.
type flags struct {
	bundle, apps, engine, artifacts, cluster, images, kubernetes, node, keep, focus, labels, catalogue, source string

	candidate, traefik, candidateTraefik string

	rerun    string
	shard    string
	seed     int64
	clusters int
	verbose  int

	read readFlags
}

func (f *flags) options(log *progress.Log) (run.Options, error) {
	mode, err := supply.ParseMode(f.images)
	if err != nil {
		return run.Options{}, err
	}
	shard, err := verdict.ParseShard(f.shard)
	if err != nil {
		return run.Options{}, err
	}
	reading, err := f.read.reading()
	if err != nil {
		return run.Options{}, err
	}
	return run.Options{
		Reading: reading, Shard: shard, Source: f.source, Bundle: f.bundle, Apps: f.apps, Engine: f.engine,
		Artifacts: f.artifacts, Cluster: f.cluster, Images: mode, Kubernetes: f.kubernetes, Node: f.node,
		Keep: run.Keep(f.keep), Focus: f.focus, Labels: f.labels, Seed: f.seed, Rerun: f.rerun,
		Catalogue: verdict.Catalogue(f.catalogue), Log: log,
		Candidate: f.candidate, Traefik: f.traefik, CandidateTraefik: f.candidateTraefik, Clusters: f.clusters,
		Verbosity: f.verbose,
	}, nil
}

// bind registers the flags of the commands with one bundle.
func (f *flags) bind(set *pflag.FlagSet) {
	f.bindScene(set)
	set.StringVar(&f.bundle, "bundle", "", "folder of the bundle (default: the reference bundle)")
}

// bindScene registers the flags of every command that makes or uses a cluster.
func (f *flags) bindScene(set *pflag.FlagSet) {
	set.StringVar(&f.source, "source", "", "checkout of edgeproof from which its own images are built (default: the "+
		"working directory if it is one, else the program's version)")
	set.StringVar(&f.source, "root", "", "")
	// the flag is there
	_ = set.MarkDeprecated("root", "fixtures are part of the program; --source names a checkout to build its images from")
	set.StringVar(&f.cluster, "cluster", cluster.DefaultName, "name of the kind cluster")
	set.StringVar(&f.apps, "apps", "", "folder of the applications whose routes are judged (default: the application of "+
		"the reference bundle; of a repository its own, which are stood in for: auto, standin or real)")
	set.StringVar(&f.engine, "engine", gitops.Rendered, "what delivers the bundle: flux (Flux's own controllers), "+
		"rendered (the suite applies it), or auto")
	set.StringVar(&f.images, "images", string(supply.Auto), "where images come from: auto, pull or build")
	set.StringVar(&f.kubernetes, "kubernetes", "", "minor of Kubernetes to run on: "+kubernetes.Names()+
		" (default: the first)")
	set.StringVar(&f.node, "node-image", "", "node image of kind, for another version of Kubernetes (default: the node "+
		"image of kind's library, or the project's own build)")
	set.StringVar(&f.node, "node", "", "")
	_ = set.MarkDeprecated("node", "it is --node-image") // the flag is there
}

// newRoot makes the command line; as a plugin of kubectl it is called "kubectl edgeproof".
func newRoot(plugin bool) *cobra.Command {
	root := &cobra.Command{
		Use:   "edgeproof",
		Short: "Prove that a GitOps bundle makes a working edge: routes, DNS records, certificates",
		Long: `edgeproof starts a kind cluster, puts a fake internet around it (Cloudflare's API and DNS, Let's Encrypt,
an external client), installs a GitOps bundle unmodified, and judges every criterion of a working edge.`,
		Example: `  edgeproof test                              # judge the reference bundle
  edgeproof test --bundle ../platform/edge    # judge yours
  edgeproof up && edgeproof test              # keep the cluster between runs
  edgeproof down
  edgeproof explain develop.safeops.work      # what is wrong with a route, on any cluster
  edgeproof report _artifacts/verdict.json -o html --out report.html`,
		Version:      run.Version(),
		SilenceUsage: true, SilenceErrors: true,
	}
	f := &flags{}
	log := progress.New(os.Stderr)
	bindVerbosity(root.PersistentFlags(), &f.verbose, log)
	for _, cmd := range []*cobra.Command{newImages(f, log), newUp(f, log), newTest(f, log), newDown(f, log)} {
		f.bind(cmd.Flags())
		root.AddCommand(cmd)
	}
	root.AddCommand(newGate(f, log), newBaseline(log), newExplain(), newBenchExplain(), newReport(), newBundle(),
		newVerdict())
	if plugin {
		root.Annotations = map[string]string{cobra.CommandDisplayNameAnnotation: "kubectl edgeproof"}
		exampleAsPlugin(root)
	}
	return root
}

// exampleAsPlugin has the examples of a command and of those below it call the plugin.
func exampleAsPlugin(cmd *cobra.Command) {
	cmd.Example = strings.NewReplacer("  edgeproof ", "  kubectl edgeproof ", "&& edgeproof ",
		"&& kubectl edgeproof ").Replace(cmd.Example)
	for _, below := range cmd.Commands() {
		exampleAsPlugin(below)
	}
}
