package main

import (
	"os"

	"github.com/spf13/cobra"

	"github.com/edgeproof/edgeproof/e2e/explain"
	"github.com/edgeproof/edgeproof/e2e/report"
)

func newExplain() *cobra.Command {
	var o explain.Options
	const short = "Say of the routes of any cluster what is wrong: exit 0 when nothing is, 1 when a fault was found, 2 when it could not look"
	cmd := &cobra.Command{
		Use:   "explain HOST | ingress/NAMESPACE/NAME | --all",
		Short: short,
		Long: short + `.

It walks the chain of a route: shared credential, routing, DNS, certificate. It names the first broken link with its
evidence and what to do, and says which layers are not at fault.

It works on any cluster that kubectl reaches, and only reads. DNS and hosts are asked from this machine; on a cluster made by
edgeproof, in its fake internet. The right that it needs is e2e/facts/rbac.yaml; what it may not read is left out, and said so.`,
		Example: `  edgeproof explain develop.safeops.work
  edgeproof explain ingress/develop/frontend
  edgeproof explain --all --save edge.json            # keep what was seen
  edgeproof explain --all --snapshot edge.json        # the same again, with no cluster at all
  edgeproof explain develop.safeops.work -o markdown >> "$GITHUB_STEP_SUMMARY"
  edgeproof explain develop.safeops.work --ask-cloudflare`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				o.Target = args[0]
			}
			o.Style = report.StyleOf(os.Stdout, os.Getenv)
			code, err := explain.Run(cmd.Context(), o, cmd.OutOrStdout())
			if err == nil && code != 0 {
				return statusError(code)
			}
			return err
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&o.All, "all", false, "explain every route")
	bindOutput(cmd, &o.Output, report.ExplanationFormats())
	flags.StringVarP(&o.Namespace, "namespace", "n", "", "only Ingresses of this namespace")
	bindPlace(flags, &o)
	flags.StringVar(&o.Save, "save", "", "write what was seen to this file; it holds no value of a Secret")
	bindFailOn(flags, &o.FailOn)
	flags.StringVar(&o.Snapshot, "snapshot", "", "explain this file instead of a cluster")
	_ = cmd.RegisterFlagCompletionFunc("internet", cobra.FixedCompletions(explain.Internets(), cobra.ShellCompDirectiveNoFileComp)) // the flag is there
	return cmd
}
