package run

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/onsi/ginkgo/v2/types"

	"github.com/edgeproof/edgeproof/e2e/bundle"
	"github.com/edgeproof/edgeproof/e2e/cluster"
	"github.com/edgeproof/edgeproof/e2e/fault"
	"github.com/edgeproof/edgeproof/e2e/progress"
	"github.com/edgeproof/edgeproof/e2e/report"
	"github.com/edgeproof/edgeproof/e2e/suite"
	"github.com/edgeproof/edgeproof/e2e/timeline"
	"github.com/edgeproof/edgeproof/e2e/upgrade"
	"github.com/edgeproof/edgeproof/e2e/verdict"
	"github.com/edgeproof/edgeproof/fixtures"
)

// Test judges a bundle: it sets up the test environment, runs the specs, writes the results and returns the
// exit status (0 pass, 1 fail, 2 could not be judged). The error is for what kept the results from being
// written, or the options from being understood.
//
// Ginkgo keeps its suite in globals, so a process judges once.
func Test(ctx context.Context, o Options, out io.Writer) (int, error) {
	before, err := o.again()
	if err != nil {
		return verdict.Errored.ExitCode(), err
	}
	if err := o.complete(); err != nil {
		return verdict.Errored.ExitCode(), err
	}
	usual := expected(o.Artifacts, o.Catalogue)
	o.Log.Expect(usual)
	if err := clearResults(o.Artifacts); err != nil {
		return verdict.Errored.ExitCode(), err
	}
	t := &test{options: o, before: before, env: &Env{}, verdict: begun(), usual: usual}
	t.verdict.Catalogue, t.verdict.Suite.Seed = o.Catalogue, o.Seed
	if o.Shard.Of > 1 {
		t.verdict.Shard = &o.Shard
	}
	shards := t.run(ctx)
	t.verdict.Suite.Finished = time.Now().UTC()
	if o.Sabotage {
		return t.writeSabotages(out)
	}
	t.budget()
	timeline.AddPhases(t.verdict)
	t.reproduce()
	t.verdict.Conclude()
	if err := t.merge(shards); err != nil {
		return verdict.Errored.ExitCode(), err
	}
	return t.write(out)
}

// begun is the verdict of a run that begins now.
func begun() *verdict.Verdict {
	return verdict.New(verdict.Suite{Version: Version(), GoVersion: runtime.Version(), Started: time.Now().UTC()})
}

// test is one judgement under way.
type test struct {
	options Options
	env     *Env
	verdict *verdict.Verdict
	usual   progress.Expected
	before  *verdict.Verdict // of the run that is run again; nil where none is
}

// run does everything; whatever stops it ends up in the verdict. It returns the further shards of the run,
// which have ended.
func (t *test) run(ctx context.Context) *shards {
	working, stop := context.WithCancel(ctx)
	defer stop()
	var err error
	if t.env, err = prepare(ctx, t.options, (*Env).judgeable); err == nil {
		t.usual.Began = time.Now() // making images takes nothing, or many times the rest
		t.options.Log.Expect(t.usual)
		err = t.env.raise(ctx)
	}
	t.verdict.Phases = slices.Clone(t.env.Phases)
	t.describe()
	defer t.cleanUp(context.WithoutCancel(ctx))
	if err != nil {
		remedy := "see the message; nothing was judged"
		var refused *bundle.Error
		if errors.As(err, &refused) {
			remedy = refused.Remedy
		}
		t.verdict.SetError("set up the test environment", err, remedy)
		return nil
	}
	others := t.startShards(working)
	t.prove(ctx)
	others.wait()
	if err := t.converge(fixtures.Sub("convergence")); err != nil {
		t.verdict.SetError("draw the verdict", err, "see "+t.suiteLog())
	}
	return others
}

// prove runs the specs, draws the verdict from what they report, and reads what tried to get out of the cluster
// meanwhile.
func (t *test) prove(ctx context.Context) {
	if err := t.timed("specs", func() error { return t.specs(ctx) }); err != nil {
		t.verdict.SetError("run the specs", err, "see "+t.suiteLog())
	}
	t.hermetic(context.WithoutCancel(ctx))
	if t.before != nil {
		t.verdict.After(t.before)
		t.verdict.JudgeCriteria()
	}
}

// timed runs one phase and records how long it took.
func (t *test) timed(name string, f func() error) error {
	start := time.Now()
	err := f()
	t.verdict.Phases = append(t.verdict.Phases, verdict.Phase{
		Name: name, Started: start.UTC(),
		Seconds: verdict.Seconds(time.Since(start)),
	})
	return err
}

func (t *test) suiteLog() string { return filepath.Join(t.options.Artifacts, "suite.log") }

// specs runs the suite and draws the verdict from its report. Specs that fail are no error here.
func (t *test) specs(ctx context.Context) error {
	if err := os.MkdirAll(t.options.Artifacts, 0o750); err != nil {
		return fmt.Errorf("make the folder of results: %w", err)
	}
	log, err := os.Create(t.suiteLog())
	if err != nil {
		return fmt.Errorf("write the suite's log: %w", err)
	}
	defer log.Close() //nolint:errcheck // the verdict does not hang on it
	config, err := t.suiteConfig(ctx)
	if err != nil {
		return err
	}
	config.Output = log
	found, err := suite.Run(config) //nolint:contextcheck // Ginkgo gives each spec its own
	if err != nil {
		return err
	}
	report.Judge(t.verdict, []types.Report{found})
	return nil
}

// suiteConfig is what the suite gets: the test environment that is set up, and what is to be judged on it.
func (t *test) suiteConfig(ctx context.Context) (suite.Config, error) {
	o := t.options
	faults, err := fault.Load(fixtures.Sub("faults"))
	if err != nil {
		return suite.Config{}, err
	}
	c := suite.Config{
		Testbed: t.env.Testbed, Started: t.verdict.Suite.Started, Faults: faults, Catalogue: o.Catalogue, Shard: o.Shard,
		Focus: o.Focus, Labels: o.Labels, Seed: o.Seed, Log: o.Log,
		Render: func(ctx context.Context, folder string) (*bundle.Bundle, error) {
			return loadBundle(ctx, o.minor(), folder, nil, func(string, ...any) {})
		},
	}
	for _, f := range faults {
		if d := t.verdict.Delivery; f.Delivered != "" && d != nil && d.Engine == verdict.Rendered &&
			o.Catalogue == verdict.Full {
			d.Unsupported = append(d.Unsupported, f.ID)
		}
	}
	if t.env.Candidate != nil {
		c.Candidate = &suite.Version{Bundle: t.env.Candidate, Traefik: o.CandidateTraefik}
	}
	if o.Sabotage {
		c.Sabotages, err = upgrade.LoadSabotages(fixtures.Sub("bundles/sabotaged"))
	}
	return c, errors.Join(err, ctx.Err())
}

// describe puts what is known of the test environment into the verdict.
func (t *test) describe() {
	e := t.env
	t.verdict.Bundle.Path = builtInName(t.options.Bundle)
	if e.Bundle != nil {
		t.verdict.Bundle.Digest = e.Bundle.Digest
	}
	t.verdict.Apps.Path = builtInName(t.options.Apps)
	if e.Apps != nil {
		t.verdict.Apps.Digest = e.Apps.Digest
	}
	if e.Survey != nil {
		t.verdict.Bundle.Survey = recorded(e.Survey)
		if e.Apps != nil {
			t.verdict.Apps.Path = builtInName(e.Apps.Path)
		}
	}
	if t.options.Candidate != "" {
		t.verdict.Baseline = &verdict.Content{Path: t.verdict.Bundle.Path, Digest: t.verdict.Bundle.Digest}
		t.verdict.Bundle.Path, t.verdict.Bundle.Digest = builtInName(t.options.Candidate), ""
	}
	if e.Candidate != nil {
		t.verdict.Bundle.Digest = e.Candidate.Digest
	}
	if e.Engine != nil {
		t.verdict.Cluster.Provider = e.Engine.Name
	}
	if e.Cluster != nil {
		t.verdict.Cluster.Kubernetes = e.Cluster.Kubernetes
		t.verdict.Cluster.Switches = strings.Join(t.options.minor().Switches(), ", ")
	}
	t.verdict.Delivery = e.delivery()
	if e.Node == nil {
		return
	}
	for _, image := range e.Node.Images {
		of := verdict.Image{Name: image.Reference, Digest: image.Digest, Origin: image.Origin}
		if !slices.Contains(t.verdict.Bundle.Images, of) {
			t.verdict.Bundle.Images = append(t.verdict.Bundle.Images, of)
		}
	}
}

// hermetic reads what tried to get out, and the names that this internet does not have.
func (t *test) hermetic(ctx context.Context) {
	dropped, err := t.env.Testbed.Dropped(ctx)
	if err != nil {
		t.verdict.SetError("read the seal", err, "the run cannot be shown to have been hermetic")
		return
	}
	unknown, err := t.env.Testbed.Internet.Unknown(ctx)
	if err != nil {
		t.verdict.SetError("read unknown names", err, "the run cannot be shown to have been hermetic")
		return
	}
	t.verdict.Hermetic = &verdict.Hermetic{Sealed: true, DroppedPackets: dropped.Packets, Senders: dropped.Senders}
	for _, name := range unknown.Names {
		t.verdict.Hermetic.UnknownNames = append(t.verdict.Hermetic.UnknownNames, name.Name)
	}
}

// budget compares the wall time with the fixed delays of the components. Those are known for a whole run of the small
// catalogue on a new cluster; for any other run no figure is given.
func (t *test) budget() {
	wall := t.verdict.Suite.Finished.Sub(t.verdict.Suite.Started)
	whole := t.verdict.Specs.Finished > 0 && t.options.Focus == "" && t.options.Labels == "" &&
		t.options.Candidate == "" && t.options.Catalogue == verdict.Smoke
	if !whole || t.env.Outcome.Action == cluster.Reused {
		t.verdict.Budget = verdict.NewBudget(wall, 0)
		return
	}
	delay := time.Duration(0)
	for n := range t.verdict.Phases {
		p := &t.verdict.Phases[n]
		p.FixedDelaySeconds = min(p.Seconds, fixedDelay(p.Name).Seconds())
		delay += time.Duration(p.FixedDelaySeconds * float64(time.Second))
	}
	t.verdict.Budget = verdict.NewBudget(wall, delay)
}

// write writes the results, prints them, and returns the exit status.
func (t *test) write(out io.Writer) (int, error) {
	code := t.verdict.ExitCode()
	if err := report.WriteAll(t.options.Artifacts, t.verdict); err != nil {
		return verdict.Errored.ExitCode(), fmt.Errorf("write results: %w", err)
	}
	style := report.Style{}
	if file, ok := out.(*os.File); ok {
		style = report.StyleOf(file, os.Getenv)
	}
	if err := report.Terminal(out, t.verdict, style); err != nil {
		return code, fmt.Errorf("print results: %w", err)
	}
	if report.OnGitHub(os.Getenv) {
		if err := report.Annotations(out, t.verdict); err != nil {
			return code, fmt.Errorf("print annotations: %w", err)
		}
	}
	_, err := fmt.Fprintf(out, "\nResults: %s\n", t.options.Artifacts)
	return code, err
}
