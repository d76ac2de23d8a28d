package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

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
	return &cobra.Command{
		Use:   "up",
		Short: "Make the cluster with everything installed, and leave it",
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
			if world.Scene.Stuck != "" {
				return errors.Join(fmt.Errorf("the bundle did not become ready: %s", world.Scene.Stuck), world.Finish(), world.Close())
			}
			if err := world.Finish(); err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "The cluster is up. Use it with:\n  export KUBECONFIG=%s\nJudge it with `make e2e`, remove it with `make down`.\n", world.Kubeconfig())
			if err != nil {
				return err
			}
			return world.Close()
		},
	}
}

func newTest(f *flags, log *progress.Log) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "test",
		Short: "Judge the bundle: exit 0 when it passes, 1 when it fails, 2 when it could not be judged",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			options, err := f.options(log)
			if err != nil {
				return err
			}
			code, err := run.Test(cmd.Context(), options, cmd.OutOrStdout())
			if err == nil && code != 0 {
				return statusError(code)
			}
			return err
		},
	}
	cmd.Flags().StringVar(&f.artifacts, "artifacts", "", "folder for the results (default: _artifacts)")
	cmd.Flags().StringVar(&f.keep, "keep", string(run.KeepOnFailure), "what becomes of a cluster made by this run: always, on-failure or never")
	cmd.Flags().StringVar(&f.focus, "focus", "", "run only specs whose text matches this regular expression")
	cmd.Flags().StringVar(&f.catalogue, "catalogue", string(verdict.Smoke), "which faults to inject: smoke or full")
	cmd.Flags().Int64Var(&f.seed, "seed", 0, "order of the faults; 0 takes another in each run")
	cmd.Flags().StringVar(&f.rerun, "rerun", "", "run only what this verdict.json of an earlier run did not prove")
	cmd.Flags().StringVar(&f.labels, "labels", "", "run only specs whose labels match, as in 'DW-4 || FP-1'")
	return cmd
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
