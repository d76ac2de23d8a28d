package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/edgeproof/edgeproof/e2e/cluster"
	"github.com/edgeproof/edgeproof/e2e/progress"
	"github.com/edgeproof/edgeproof/e2e/run"
	"github.com/edgeproof/edgeproof/e2e/supply"
)

// exitCouldNotRun is the status for everything that is not a judgement of the bundle.
const exitCouldNotRun = 2

// statusError carries an exit status that is not exitCouldNotRun.
type statusError int

func (e statusError) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// execute runs the command line and returns its exit status: 0 pass, 1 the bundle fails, 2 the suite could not run.
func execute(ctx context.Context, args []string) (int, error) {
	root := newRoot() //nolint:contextcheck // each command is given its context by cobra
	root.SetArgs(args)
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

// flags are shared by the commands that make or use a cluster.
type flags struct {
	bundle, apps, artifacts, cluster, images, keep, focus, labels, root string
}

func (f *flags) options(log *progress.Log) (run.Options, error) {
	mode, err := supply.ParseMode(f.images)
	if err != nil {
		return run.Options{}, err
	}
	return run.Options{
		Root: f.root, Bundle: f.bundle, Apps: f.apps, Artifacts: f.artifacts, Cluster: f.cluster, Images: mode,
		Keep: run.Keep(f.keep), Focus: f.focus, Labels: f.labels, Log: log,
	}, nil
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "edgeproof",
		Short: "Prove that a GitOps bundle makes a working edge: routes, DNS records, certificates",
		Long: `edgeproof starts a kind cluster, puts a fake internet around it (Cloudflare's API and DNS, Let's Encrypt,
a client outside), installs a GitOps bundle unmodified, and judges every criterion of a working edge.`,
		Example: `  edgeproof test                              # judge the reference bundle
  edgeproof test --bundle ../platform/edge    # judge yours
  edgeproof up && edgeproof test              # keep the cluster between runs
  edgeproof down`,
		SilenceUsage: true, SilenceErrors: true,
	}
	f := &flags{}
	persistent := root.PersistentFlags()
	persistent.StringVar(&f.root, "root", ".", "a folder inside the checkout of edgeproof")
	persistent.StringVar(&f.cluster, "cluster", cluster.DefaultName, "name of the kind cluster")
	persistent.StringVar(&f.bundle, "bundle", "", "folder of the bundle (default: the reference bundle)")
	persistent.StringVar(&f.apps, "apps", "", "folder of the applications whose routes are judged (default: fixtures/apps)")
	persistent.StringVar(&f.images, "images", string(supply.Auto), "where images come from: auto, pull or build")
	log := progress.New(os.Stderr)
	root.AddCommand(newImages(f, log), newUp(f, log), newTest(f, log), newDown(f, log))
	return root
}
