package main

import (
	"errors"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/edgeproof/edgeproof/e2e/attest"
	"github.com/edgeproof/edgeproof/e2e/lifecycle"
	"github.com/edgeproof/edgeproof/e2e/progress"
	"github.com/edgeproof/edgeproof/e2e/run"
)

// bindSigning registers the flags that say how a decision is signed.
func bindSigning(set *pflag.FlagSet, s *run.Signing) {
	set.StringVar(&s.KeyFile, "sign-key", "", "sign the decision with this private key (PEM; Ed25519, or ECDSA on P-256)")
	set.StringVar(&s.Verifier, "verifier", attest.DefaultVerifier, "who decides, as a URI in the signed summary")
}

// bindTrust registers the flags that say whose signature is accepted.
func bindTrust(set *pflag.FlagSet, t *run.Trust) {
	set.StringArrayVar(&t.Signers, "signer", nil, "accept the signature of this public key, as FILE or FILE=VERIFIER; "+
		"may be given several times")
	set.StringVar(&t.File, "attestation", "", "the signed statements (default: verdict.intoto.jsonl beside the verdict)")
	set.BoolVar(&t.Require, "require-signature", false, "refuse a verdict that is not signed")
	set.DurationVar(&t.MaxAge, "max-age", 0, "refuse a signature that is older, as in 24h")
}

// bindFailOn registers the flag that makes a lifecycle note count.
func bindFailOn(set *pflag.FlagSet, kinds *[]string) {
	set.StringSliceVar(kinds, "fail-on", nil, "treat these notes as failures: "+strings.Join(lifecycle.Failing(), ", "))
}

// judgeAndSign runs the gate, notes what is out of support, and signs what was decided, whether the candidate
// may be promoted or not. What can be wrong with the options is found before the run.
func judgeAndSign(cmd *cobra.Command, f *flags, log *progress.Log, after run.After) error {
	if err := after.Check(); err != nil {
		return err
	}
	judged := judgePair(cmd, f, log, false)
	var status statusError
	if judged != nil && (!errors.As(judged, &status) || status != 1) {
		return judged // nothing was decided
	}
	options, err := f.pair(log)
	if err != nil {
		return err
	}
	blocked, err := after.Conclude(cmd.Context(), options, cmd.OutOrStdout(), time.Now())
	if err == nil && blocked && judged == nil {
		return statusError(1)
	}
	return errors.Join(err, judged)
}
