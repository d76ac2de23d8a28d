package main

import (
	"github.com/spf13/cobra"

	"github.com/edgeproof/edgeproof/e2e/bench"
)

func newBenchExplain() *cobra.Command {
	var o bench.Options
	const short = "Score the diagnosis of saved snapshots by their right answers: exit 0 when all are right, 1 when " +
		"one is not, 2 when the folder cannot be read"
	cmd := &cobra.Command{
		Use:   "bench-explain DIR",
		Short: short,
		Long: short + `.

Each folder in DIR, at any depth, that has an answer.yaml is a case: snapshot.json is what "explain --save" writes,
answer.yaml says what is wrong with one route of it (schema: e2e/bench/answer.schema.json). A case is right when the
diagnosis has every cause, the root cause first, and blames nothing else; partly right when a cause is named, but not
first, not alone, or not by its name; wrong when something else is blamed, or a healthy route is; silent when no cause
is named; falsely healthy when a broken route is called healthy.

With --diagnoses the diagnosis of another tool is scored, from a file of that name in each folder, in the form that
"explain -o json" writes.`,
		Example: `  edgeproof bench-explain fixtures/bench
  edgeproof bench-explain fixtures/bench -o json | jq .total
  edgeproof bench-explain corpus --diagnoses other-tool.json`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Dir = args[0]
			code, err := bench.Run(o, cmd.OutOrStdout())
			if err == nil && code != 0 {
				return statusError(code)
			}
			return err
		},
	}
	bindOutput(cmd, &o.Output, bench.Formats())
	cmd.Flags().StringVar(&o.Diagnoses, "diagnoses", "", "file in each folder with a diagnosis to score instead of "+
		"edgeproof's own")
	return cmd
}
