package main

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/edgeproof/edgeproof/e2e/bundle/survey"
	"github.com/edgeproof/edgeproof/e2e/kubernetes"
	"github.com/edgeproof/edgeproof/e2e/run"
)

// bundleFlags are those of the command bundle.
type bundleFlags struct {
	readFlags

	output string
	all    bool
}

func newBundle() *cobra.Command {
	var f bundleFlags
	const short = "Show which objects of a repository form the edge, without a cluster"
	cmd := &cobra.Command{
		Use:   "bundle PATH",
		Short: short,
		Long: short + `.

PATH is the folder that the engine is pointed at: of one cluster, of Argo CD's Applications, or of a Kustomization. It
is rendered as its engine renders it. What is printed is the edge that was found in it, what stands in for what a
clone of the repository cannot have, what is left out, and what is wrong, with file and line. Nothing that the bundle
brings is executed.`,
		Example: `  edgeproof bundle clusters/production
  edgeproof bundle clusters/production --var SECRET_DOMAIN=example.org
  edgeproof bundle clusters/production -o sarif > edgeproof.sarif
  edgeproof bundle apps --charts vendor/charts --offline`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			reading, err := f.reading()
			if err != nil {
				return err
			}
			options, err := reading.Bundle(kubernetes.Default().Version, nil)
			if err != nil {
				return err
			}
			s, err := survey.Read(cmd.Context(), args[0], options, reading.Survey())
			if err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			switch f.output {
			case "text":
				return s.WriteText(out, f.all)
			case "json":
				encoder := json.NewEncoder(out)
				encoder.SetIndent("", "  ")
				return encoder.Encode(s)
			case "sarif":
				return s.WriteSARIF(out, run.Version())
			}
			return fmt.Errorf("output %q: write text, json or sarif", f.output)
		},
	}
	flags := cmd.Flags()
	flags.StringVarP(&f.output, "output", "o", "text", "text, json or sarif")
	flags.BoolVar(&f.all, "all", false, "show findings that are not about the edge too")
	f.bind(flags)
	// the flag is there
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions([]string{"text", "json", "sarif"},
		cobra.ShellCompDirectiveNoFileComp))
	return cmd
}
