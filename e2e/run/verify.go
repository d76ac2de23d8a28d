package run

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/edgeproof/edgeproof/e2e/bundle"
	"github.com/edgeproof/edgeproof/e2e/convergence"
	"github.com/edgeproof/edgeproof/e2e/fault"
	"github.com/edgeproof/edgeproof/e2e/gate"
	"github.com/edgeproof/edgeproof/e2e/kubernetes"
	"github.com/edgeproof/edgeproof/e2e/lifecycle"
	"github.com/edgeproof/edgeproof/e2e/progress"
	"github.com/edgeproof/edgeproof/e2e/testbed"
	"github.com/edgeproof/edgeproof/e2e/verdict"
	"github.com/edgeproof/edgeproof/fixtures"
)

// Verification is what a verdict is verified with.
type Verification struct {
	// Verdict is the file to verify, Allow that with allowances; empty, and nothing is allowed.
	Verdict, Allow string
	// Bundle is the folder that is to be promoted, Baseline the one that it replaces; empty where it replaces none.
	Bundle, Baseline, Apps string
	Reading                Reading // as in the run that is verified
	Now                    time.Time
	Log                    *progress.Log

	FailOn []string // kinds of lifecycle notes that block the bundle: eol, advisory

	Trust   Trust   // whose attestation of the verdict is accepted
	Signing Signing // how the decision is signed
}

// Verify decides again whether the bundle may be promoted, from the verdict's evidence, the folders and the
// suite's own catalogue.
func Verify(ctx context.Context, o Verification) (gate.Decision, error) {
	if err := lifecycle.CheckKinds(o.FailOn); err != nil {
		return gate.Decision{}, err
	}
	v, raw, err := verdictAndBytes(o.Verdict)
	if err != nil {
		return gate.Decision{}, err
	}
	attested, err := o.Trust.look(ctx, o, v, raw)
	if err != nil {
		return gate.Decision{}, err
	}
	var allowances []gate.Allowance
	if o.Allow != "" {
		list, err := os.ReadFile(o.Allow)
		if err != nil {
			return gate.Decision{}, fmt.Errorf("read allowances: %w", err)
		}
		if allowances, err = gate.ReadAllowances(list); err != nil {
			return gate.Decision{}, fmt.Errorf("%s: %w", o.Allow, err)
		}
	}
	minor, err := kubernetes.Of(v.Cluster.Kubernetes) // charts see the version, so what they render hangs on it
	if err != nil {
		minor = kubernetes.Default()
	}
	want, err := o.want(ctx, minor)
	if err != nil {
		return gate.Decision{}, err
	}
	decision := gate.Decide(v, want, allowances, o.Now)
	if err := o.lifecycle(v, &decision); err != nil {
		return gate.Decision{}, err
	}
	if attested != "" {
		decision.Notes = append(decision.Notes, attested)
	}
	return decision, o.sign(ctx, v, raw, decision)
}

// lifecycle adds to a decision what is out of support in the bundle or named by an advisory: a note, or a
// reason to hold it where that is asked for.
func (o Verification) lifecycle(v *verdict.Verdict, d *gate.Decision) error {
	own, err := lifecycle.Own()
	if err != nil {
		return err
	}
	var images []string
	for _, image := range v.Bundle.Images {
		images = append(images, image.Name)
	}
	for _, n := range own.Notes(o.Now, v.Cluster.Kubernetes, images) {
		if !slices.Contains(o.FailOn, string(n.Kind)) {
			d.Notes = append(d.Notes, n.Text)
			continue
		}
		d.Reasons = append(d.Reasons, n.Text)
		if d.Outcome == gate.Promote {
			d.Outcome = gate.Block
		}
	}
	return nil
}

// want reads what the verdict must be of.
func (o Verification) want(ctx context.Context, minor kubernetes.Minor) (gate.Want, error) {
	if o.Bundle == "" {
		return gate.Want{}, errors.New("verify: no bundle is named; give --bundle the folder that is to be promoted")
	}
	candidate, apps, err := o.load(ctx, minor, o.Bundle)
	if err != nil {
		return gate.Want{}, err
	}
	w, err := wantOf(candidate, apps)
	if err != nil || o.Baseline == "" {
		return w, err
	}
	before, _, err := o.load(ctx, minor, o.Baseline)
	if err != nil {
		return gate.Want{}, err
	}
	replaced := content(before)
	w.Baseline = &replaced
	return w, nil
}

// wantOf is what a verdict of these bundles must say, by this suite.
func wantOf(candidate, apps *bundle.Bundle) (gate.Want, error) {
	target, err := testbed.Target(candidate, apps)
	if err != nil {
		return gate.Want{}, fmt.Errorf("verify: %w", err)
	}
	faults, err := fault.Load(fixtures.Sub("faults"))
	if err != nil {
		return gate.Want{}, err
	}
	baseline, err := convergence.Read(fixtures.Sub("convergence"))
	if err != nil {
		return gate.Want{}, err
	}
	w := gate.Want{
		Bundle: content(candidate), Apps: content(apps), Hosts: target.Hosts(),
		Catalogues: catalogues(faults), Convergence: baseline.Yardstick(),
	}
	for _, image := range append(candidate.Images(), apps.Images()...) {
		w.Images = append(w.Images, image.Reference)
	}
	return w, nil
}

func (o Verification) load(ctx context.Context, minor kubernetes.Minor, path string) (candidate, apps *bundle.Bundle,
	err error,
) {
	found, err := o.Reading.Edge(ctx, minor, path, o.Apps, o.Log.Note)
	return found.Bundle, found.Apps, err
}

func content(b *bundle.Bundle) verdict.Content {
	return verdict.Content{Path: b.Path, Digest: b.Digest}
}

// catalogues are the faults as the gate wants them.
func catalogues(all []fault.Fault) map[verdict.Catalogue][]gate.Fault {
	out := map[verdict.Catalogue][]gate.Fault{}
	for _, f := range all {
		want := gate.Fault{ID: f.ID, Expected: f.Expect.Named(), Red: f.Red.IDs(), Green: f.Green}
		out[verdict.Full] = append(out[verdict.Full], want)
		if f.Smoke {
			out[verdict.Smoke] = append(out[verdict.Smoke], want)
		}
	}
	return out
}

// PrintDecision prints a decision: what was allowed first, the decision last.
func PrintDecision(out io.Writer, d gate.Decision) error {
	text := ""
	for _, note := range d.Notes {
		text += "  " + note + "\n"
	}
	for _, reason := range d.Reasons {
		text += "✗ " + reason + "\n"
	}
	_, err := io.WriteString(out, text+map[gate.Outcome]string{
		gate.Promote: "PROMOTE: everything was proved again from the verdict's evidence", gate.Block: "BLOCK",
		gate.CannotJudge: "CANNOT JUDGE",
	}[d.Outcome]+"\n")
	return err
}
