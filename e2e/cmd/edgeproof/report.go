package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/edgeproof/edgeproof/e2e/report"
	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// newReport writes the report of a saved verdict. It starts nothing and sends nothing.
func newReport() *cobra.Command {
	var format, out string
	const short = "Write the report of a saved verdict.json as HTML, Markdown or JUnit"
	cmd := &cobra.Command{
		Use:   "report VERDICT",
		Short: short,
		Long: short + `.

A report contains only data of verdict.json, so it can be written anywhere, without a cluster. A verdict that
contradicts itself is refused: a verdict that was edited by hand proves nothing.`,
		Example: `  edgeproof report _artifacts/verdict.json -o html --out report.html
  edgeproof report _artifacts/verdict.json -o markdown >> "$GITHUB_STEP_SUMMARY"
  edgeproof report _artifacts/verdict.json -o junit --out junit.xml
  edgeproof report _artifacts/verdict.json            # as a run prints it`,
		Args: cobra.ExactArgs(1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return []string{"json"}, cobra.ShellCompDirectiveFilterFileExt
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			write, err := report.WriterOf(format, report.Style{})
			if err != nil {
				return err
			}
			v, err := readVerdict(args[0])
			if err != nil {
				return err
			}
			if out == "" {
				return write(cmd.OutOrStdout(), v)
			}
			return report.WriteFile(out, v, write)
		},
	}
	bindOutput(cmd, &format, report.Formats())
	cmd.Flags().StringVar(&out, "out", "", "write to this file (default: standard output)")
	return cmd
}

// readVerdict reads a verdict that agrees with itself.
func readVerdict(file string) (*verdict.Verdict, error) {
	const remedy = "give the verdict.json that a run has left, as in _artifacts/verdict.json"
	data, err := os.ReadFile(file) // #nosec G304 -- the user names it
	if err != nil {
		return nil, fmt.Errorf("read the verdict: %w; %s", err, remedy)
	}
	v, err := verdict.Parse(data)
	if err != nil {
		return nil, fmt.Errorf("read the verdict %s: %w; %s", file, err, remedy)
	}
	if err := v.Validate(); err != nil {
		return nil, fmt.Errorf("read the verdict %s: it contradicts itself: %w; run again, or use the file that the run "+
			"wrote", file, err)
	}
	return v, nil
}
