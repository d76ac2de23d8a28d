package main

import (
	"os"

	"github.com/spf13/cobra"

	"github.com/edgeproof/edgeproof/e2e/explain"
	"github.com/edgeproof/edgeproof/e2e/report"
)

func newExplain() *cobra.Command {
	var o explain.Options
	const short = "Diagnose the routes of any cluster: exit 0 when all are healthy, 1 when a fault is found, 2 when " +
		"the " +
		"cluster cannot be read"
	cmd := &cobra.Command{
		Use:   "explain HOST | KIND/NAMESPACE/NAME | --all",
		Short: short,
		Long: short + `.

It checks the layers of a route in order: shared credential, routing, DNS, certificate. It reports the first layer
that fails, with the evidence and the remedy, and lists the layers that are not at fault. A route is an Ingress, an
HTTPRoute, GRPCRoute or TLSRoute, an IngressRoute, a DNSEndpoint or an annotated Service; a Gateway, a Service or a
Certificate stands for the routes that depend on it.

It works on any cluster that kubectl reaches, and only reads. It queries DNS and hosts from this machine; on a cluster
made by edgeproof, in the fake internet of that cluster. It needs the permissions of e2e/facts/rbac.yaml; what it may
not read is left out and listed as not read.`,
		Example: `  edgeproof explain develop.safeops.work
  edgeproof explain ingress/develop/frontend          # or httproute/…, ingressroute/…, dnsendpoint/…
  edgeproof explain gateway/edge/public               # or service/…, certificate/…
  edgeproof explain --all --save edge.json            # keep the facts
  edgeproof explain --all --snapshot edge.json        # the same diagnosis, without a cluster
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
	flags.StringVarP(&o.Namespace, "namespace", "n", "", "only routes of this namespace")
	bindPlace(flags, &o)
	flags.StringVar(&o.Save, "save", "", "write the facts that were read to this file; it contains no value of a Secret")
	bindFailOn(flags, &o.FailOn)
	flags.StringVar(&o.Snapshot, "snapshot", "", "explain this file instead of a cluster")
	// the flag is there
	_ = cmd.RegisterFlagCompletionFunc("internet", cobra.FixedCompletions(explain.Internets(),
		cobra.ShellCompDirectiveNoFileComp))
	return cmd
}
