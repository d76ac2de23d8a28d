package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/edgeproof/edgeproof/e2e/explain"
	"github.com/edgeproof/edgeproof/e2e/progress"
	"github.com/edgeproof/edgeproof/e2e/run"
	"github.com/edgeproof/edgeproof/e2e/verdict"
)

func newImages(f *flags, log *progress.Log) *cobra.Command {
	return &cobra.Command{
		Use:   "images",
		Short: "Provide every image that a run of the bundle needs, in one node image",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			options, err := f.options(log)
			if err != nil {
				return err
			}
			return run.ProvideImages(cmd.Context(), options)
		},
	}
}

func newUp(f *flags, log *progress.Log) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "up",
		Short: "Create the cluster, install everything, and keep it running",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			options, err := f.options(log)
			if err != nil {
				return err
			}
			world, err := run.Up(cmd.Context(), options)
			if err != nil {
				return errors.Join(err, world.Close())
			}
			if world.Testbed.Stuck != "" {
				return errors.Join(fmt.Errorf("the bundle did not become ready: %s", world.Testbed.Stuck), world.Finish(),
					world.Close())
			}
			if err := world.Finish(); err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "The cluster is up. Use it with:\n  export KUBECONFIG=%s\nJudge it with "+
				"`make e2e`, remove it with `make down`.\n", world.Kubeconfig())
			if err != nil {
				return err
			}
			return world.Close()
		},
	}
	f.read.bind(cmd.Flags())
	return cmd
}

func newTest(f *flags, log *progress.Log) *cobra.Command {
	var (
		profile string
		where   explain.Options
	)
	const short = "Judge the bundle: exit 0 when it passes, 1 when it fails, 2 when it could not be judged"
	cmd := &cobra.Command{
		Use:   "test",
		Short: short,
		Long: short + `.

It creates a cluster, installs the bundle there and injects faults. With --profile live it judges the bundle on an
existing cluster, against the real provider and the real certificate authority: it only reads, so criteria that need
an installation or a fault are not judged there, and such a verdict cannot be used for a promotion.

Of a repository that is not complete, since parts of it are encrypted or their charts cannot be had, the edge is
judged: what stands in for what is missing, and what is left out, is printed and recorded in the verdict. edgeproof
bundle shows the same without a cluster.`,
		Example: `  edgeproof test
  edgeproof test --bundle ../platform/edge --apps ../platform/apps
  edgeproof test --bundle ../fleet/clusters/production --var DOMAIN=example.org  # a repository as published
  edgeproof test --catalogue full --seed 7
  edgeproof test --catalogue full --shard 2/4         # on one of four machines
  edgeproof test --profile live --kubeconfig ~/.kube/config --context production \
    --bundle ../platform/edge --apps ../platform/apps --ask-cloudflare`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			options, err := f.options(log)
			if err != nil {
				return err
			}
			if err := profiled(cmd.Flags(), verdict.Profile(profile)); err != nil {
				return err
			}
			var code int
			if profile == "" {
				code, err = run.Test(cmd.Context(), options, cmd.OutOrStdout())
			} else {
				code, err = run.Live(cmd.Context(), options, where, cmd.OutOrStdout())
			}
			if err == nil && code != 0 {
				return statusError(code)
			}
			return err
		},
	}
	cmd.Flags().StringVar(&f.artifacts, "artifacts", "", "folder for the results (default: _artifacts)")
	cmd.Flags().StringVar(&f.keep, "keep", string(run.KeepOnFailure), "when to keep a cluster made by this run: always, "+
		"on-failure or never")
	cmd.Flags().StringVar(&f.focus, "focus", "", "run only specs whose text matches this regular expression")
	cmd.Flags().StringVar(&f.catalogue, "catalogue", string(verdict.Smoke), "which faults to inject: smoke or full")
	cmd.Flags().IntVar(&f.clusters, "clusters", 0, "number of clusters on this machine that share the faults; 0 means "+
		"three for the whole full catalogue, otherwise one")
	cmd.Flags().StringVar(&f.shard, "shard", "", "the part of the run to execute, as in 2/4; merge the verdicts of all "+
		"parts with edgeproof verdict merge")
	cmd.Flags().Int64Var(&f.seed, "seed", 0, "seed for the order of the faults; 0 chooses a new one in each run, and 1 "+
		"with --shard")
	cmd.Flags().StringVar(&f.rerun, "rerun", "", "run only the specs that this verdict.json of an earlier run did not "+
		"prove")
	cmd.Flags().StringVar(&f.labels, "labels", "", "run only specs whose labels match, as in 'DW-4 || FP-1'")
	cmd.Flags().StringVar(&profile, "profile", "", "live: judge an existing cluster, read-only")
	f.read.bind(cmd.Flags())
	bindPlace(cmd.Flags(), &where)
	// the flag is there
	_ = cmd.RegisterFlagCompletionFunc("profile", cobra.FixedCompletions([]string{string(verdict.Live)},
		cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// bindPlace registers the flags that say which cluster is looked at, and how.
func bindPlace(set *pflag.FlagSet, o *explain.Options) {
	set.StringVar(&o.Kubeconfig, "kubeconfig", "", "kubeconfig of the cluster (default: KUBECONFIG, or ~/.kube/config)")
	set.StringVar(&o.Context, "context", "", "context of the kubeconfig")
	set.StringVar(&o.Internet, "internet", "auto", "where DNS, hosts and the provider are queried: live, fake, or auto")
	set.StringVar(&o.Resolver, "resolver", "", "public DNS resolver, as in 1.1.1.1 (default: the resolver of this "+
		"machine)")
	set.BoolVar(&o.AskCloudflare, "ask-cloudflare", false, "use the cluster's own token to read zones and records at "+
		"Cloudflare")
	set.DurationVar(&o.Timeout, "timeout", time.Minute, "stop reading after this time")
}

// profiled refuses what does not go together: a cluster that exists is never broken, and one that is broken is
// made for it.
func profiled(set *pflag.FlagSet, profile verdict.Profile) error {
	switch profile {
	case verdict.Live:
		for _, name := range []string{
			"catalogue", "charts", "cluster", "clusters", "exclude", "focus", "images", "include", "keep", "kubernetes",
			"labels", "node", "node-image", "offline", "rerun",
			"seed", "shard", "var", "vars-from",
		} {
			if set.Changed(name) {
				return fmt.Errorf("--%s with --profile live: it applies to a run that creates a cluster and injects faults; an "+
					"existing cluster is only read; omit the flag", name)
			}
		}
	case "":
		for _, name := range []string{"kubeconfig", "context", "internet", "resolver", "ask-cloudflare", "timeout"} {
			if set.Changed(name) {
				return fmt.Errorf("--%s without --profile live: faults are injected only on a cluster that edgeproof created; "+
					"give --profile live to judge this one read-only", name)
			}
		}
	default:
		return fmt.Errorf("profile %q is unknown; give live, or omit the flag", profile)
	}
	return nil
}

func newDown(f *flags, log *progress.Log) *cobra.Command {
	return &cobra.Command{
		Use:   "down",
		Short: "Remove the cluster",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			options, err := f.options(log)
			if err != nil {
				return err
			}
			return run.Down(cmd.Context(), options)
		},
	}
}
