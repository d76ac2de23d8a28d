package main

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/edgeproof/edgeproof/e2e/progress"
	"github.com/edgeproof/edgeproof/e2e/run"
	"github.com/edgeproof/edgeproof/e2e/testbed"
)

// newGate gathers what decides whether a new version of a bundle may be promoted.
func newGate(f *flags, log *progress.Log) *cobra.Command {
	cmd := &cobra.Command{Use: "gate", Short: "Decide whether a candidate may replace the baseline"}
	cmd.AddCommand(newGateRun(f, log), newGateSabotage(f, log), newGateImages(f, log), newGateVerify(log))
	return cmd
}

func newGateRun(f *flags, log *progress.Log) *cobra.Command {
	var after run.After
	cmd := &cobra.Command{
		Use:   "run",
		Short: "Upgrade the baseline to the candidate under traffic, judge the candidate, and roll back",
		Long: `Upgrade the baseline to the candidate under traffic, judge the candidate, and roll back.

Exit status: 0 the candidate may take the place of the baseline, 1 it may not, 2 it could not be judged.`,
		Example: `  edgeproof gate run                                  # the project's own pair
  edgeproof gate run --baseline ../platform/edge-main --candidate ../platform/edge --apps ../platform/apps
  edgeproof gate run --baseline edge-main --candidate edge --candidate-traefik v3.7.5
  edgeproof gate run --sign-key gate.pem              # and writes verdict.intoto.jsonl beside verdict.json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return judgeAndSign(cmd, f, log, after) },
	}
	f.bindPair(cmd.Flags())
	f.bindResults(cmd.Flags())
	bindSigning(cmd.Flags(), &after.Signing)
	bindFailOn(cmd.Flags(), &after.FailOn)
	cmd.Flags().StringVar(&f.catalogue, "catalogue", "smoke", "which faults to inject: smoke or full")
	cmd.Flags().Int64Var(&f.seed, "seed", 0, "seed for the order of the faults; 0 chooses a new one in each run")
	return cmd
}

func newGateSabotage(f *flags, log *progress.Log) *cobra.Command {
	cmd := &cobra.Command{
		Use: "sabotage",
		Short: "Show that the gate blocks: try broken copies of the candidate, each of which must be blocked for the " +
			"expected reason",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return judgePair(cmd, f, log, true) },
	}
	f.bindPair(cmd.Flags())
	f.bindResults(cmd.Flags())
	cmd.Flags().StringVar(&f.focus, "focus", "", "run only specs whose text matches this regular expression")
	return cmd
}

func newGateImages(f *flags, log *progress.Log) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "images",
		Short: "Provide every image that both bundles need, in one node image",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			options, err := f.pair(log)
			if err != nil {
				return err
			}
			return run.ProvideImages(cmd.Context(), options)
		},
	}
	f.bindPair(cmd.Flags())
	return cmd
}

func judgePair(cmd *cobra.Command, f *flags, log *progress.Log, sabotage bool) error {
	options, err := f.pair(log)
	if err != nil {
		return err
	}
	options.Sabotage = sabotage
	code, err := run.Test(cmd.Context(), options, cmd.OutOrStdout())
	if err == nil && code != 0 {
		return statusError(code)
	}
	return err
}

// pair are the options of a run with two bundles.
func (f *flags) pair(log *progress.Log) (run.Options, error) {
	options, err := f.options(log)
	if err != nil {
		return options, err
	}
	return options, options.OwnPair()
}

func (f *flags) bindPair(set *pflag.FlagSet) {
	f.bindScene(set)
	set.StringVar(&f.bundle, "baseline", "", "folder of the bundle that is in use; without it and --candidate the "+
		"project's own pair is used")
	set.StringVar(&f.candidate, "candidate", "", "folder of the bundle that is to replace it")
	set.StringVar(&f.traefik, "traefik", "", "version of the platform's Traefik with the baseline (default: "+
		testbed.Traefik+")")
	set.StringVar(&f.candidateTraefik, "candidate-traefik", "", "version of the platform's Traefik with the candidate "+
		"(default: that of the baseline; for the project's own pair the next version)")
}

func (f *flags) bindResults(set *pflag.FlagSet) {
	set.StringVar(&f.artifacts, "artifacts", "", "folder for the results (default: _artifacts)")
	set.StringVar(&f.keep, "keep", string(run.KeepOnFailure), "when to keep a cluster made by this run: always, "+
		"on-failure or never")
}
