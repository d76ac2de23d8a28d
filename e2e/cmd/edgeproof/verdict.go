package main

import (
	"github.com/spf13/cobra"

	"github.com/edgeproof/edgeproof/e2e/run"
)

// newVerdict gathers what is done with saved verdicts.
func newVerdict() *cobra.Command {
	cmd := &cobra.Command{Use: "verdict", Short: "Work with saved verdicts"}
	cmd.AddCommand(newVerdictMerge())
	return cmd
}

func newVerdictMerge() *cobra.Command {
	var artifacts string
	const short = "Make one verdict of those of all shards of a run, and end with its exit status"
	cmd := &cobra.Command{
		Use:   "merge VERDICT...",
		Short: short,
		Long: short + `.

Each is the verdict.json of an "edgeproof test --shard i/n". All n must be there, once, and of the same bundle,
applications, suite, seed, catalogue and Kubernetes; anything else is refused.`,
		Example: `  edgeproof verdict merge shard-*/verdict.json --artifacts _artifacts`,
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			code, err := run.MergeVerdicts(args, artifacts, cmd.OutOrStdout())
			if err == nil && code != 0 {
				return statusError(code)
			}
			return err
		},
	}
	cmd.Flags().StringVar(&artifacts, "artifacts", "_artifacts", "folder for the results")
	return cmd
}
