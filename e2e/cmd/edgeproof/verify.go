package main

import (
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/edgeproof/edgeproof/e2e/convergence"
	"github.com/edgeproof/edgeproof/e2e/gate"
	"github.com/edgeproof/edgeproof/e2e/progress"
	"github.com/edgeproof/edgeproof/e2e/run"
)

func newGateVerify(log *progress.Log) *cobra.Command {
	o := run.Verification{Log: log}
	var reading readFlags
	cmd := &cobra.Command{
		Use: "verify VERDICT",
		Short: "Decide from a saved verdict.json whether a bundle may be promoted: exit 0 promote, 1 block, 2 could not " +
			"judge",
		Long: `Decides from a saved verdict.json whether a bundle may be promoted.

The result in the file is not trusted. It is derived again from the file's evidence, and compared with the bundle as
it renders here, with the suite's own catalogue of faults and with its baseline of times. A file that contradicts
itself, or is of another bundle, is refused.

With --signer, the in-toto statements beside the verdict must be signed by one of these keys, for the verifier that it
speaks for, and be about this verdict, bundle, commit and images; anything else is refused. With --sign-key the
decision is signed in their place.

An allowance lets one criterion, one fault or one time be unproved until a day. It is an entry of a list in YAML or
JSON:

  - id: acme-rate-limited
    owner: edge@example.org
    reason: the CA's answer is new; issue 12
    expires: 2026-12-24`,
		Example: `  edgeproof gate verify _artifacts/verdict.json --bundle ../platform/edge --apps ../platform/apps
  edgeproof gate verify _artifacts/verdict.json --bundle edge --baseline edge-main --allow allow.yaml
  edgeproof gate verify _artifacts/verdict.json --bundle edge --signer gate.pub --require-signature --max-age 24h`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var err error
			if o.Reading, err = reading.reading(); err != nil {
				return err
			}
			o.Verdict, o.Now = args[0], time.Now()
			decision, err := run.Verify(cmd.Context(), o)
			if err != nil {
				return err
			}
			if err := run.PrintDecision(cmd.OutOrStdout(), decision); err != nil {
				return err
			}
			if decision.Outcome != gate.Promote {
				return statusError(decision.Outcome.ExitCode())
			}
			return nil
		},
	}
	flags := cmd.Flags()
	deprecateRoot(flags)
	flags.StringVar(&o.Bundle, "bundle", "", "folder of the bundle that is to be promoted")
	flags.StringVar(&o.Baseline, "baseline", "", "folder of the bundle that it replaces; then the upgrade and the "+
		"rollback must be shown")
	flags.StringVar(&o.Apps, "apps", "", "folder of the applications (default: the application of the reference bundle)")
	reading.bind(flags)
	flags.StringVar(&o.Allow, "allow", "", "file of allowances")
	bindFailOn(flags, &o.FailOn)
	bindTrust(flags, &o.Trust)
	bindSigning(flags, &o.Signing)
	return cmd
}

func newBaseline(log *progress.Log) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "baseline VERDICT",
		Short: "Save the times of a run that passed as the baseline for later runs",
		Args:  cobra.ExactArgs(1),
		RunE:  func(_ *cobra.Command, args []string) error { return run.WriteBaseline(args[0], convergence.File, log) },
	}
	deprecateRoot(cmd.Flags())
	return cmd
}

// deprecateRoot accepts the flag by which a checkout was named when fixtures were read from one.
func deprecateRoot(set *pflag.FlagSet) {
	set.String("root", "", "")
	_ = set.MarkDeprecated("root", "fixtures are part of the program; leave it out") // the flag is there
}
