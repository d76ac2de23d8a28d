package run

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/onsi/ginkgo/v2/types"

	"github.com/edgeproof/edgeproof/e2e/bundle"
	"github.com/edgeproof/edgeproof/e2e/cluster"
	"github.com/edgeproof/edgeproof/e2e/progress"
	"github.com/edgeproof/edgeproof/e2e/report"
	"github.com/edgeproof/edgeproof/e2e/supply"
	"github.com/edgeproof/edgeproof/e2e/timeline"
	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// suiteTimeout bounds the specs as a whole; each wait inside has a budget of its own.
const suiteTimeout = time.Hour

// Test judges a bundle: it sets the scene, runs the specs, writes the results and returns the exit status (0 pass, 1
// fail, 2 could not be judged). The error is for what kept the results from being written, or the options from being
// understood.
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
	t := &test{options: o, before: before, world: &World{}, verdict: begun(), program: filepath.Join(o.clusterDir(), "e2e.test"), told: os.Stderr, usual: usual}
	t.verdict.Catalogue = o.Catalogue
	t.run(ctx)
	t.verdict.Suite.Finished = time.Now().UTC()
	if o.Sabotage {
		return t.tellSabotages(out)
	}
	t.budget()
	timeline.AddPhases(t.verdict)
	t.reproduce()
	t.verdict.Conclude()
	return t.tell(out)
}

// begun is the verdict of a run that begins now.
func begun() *verdict.Verdict {
	return verdict.New(verdict.Suite{Version: Version(), GoVersion: runtime.Version(), Started: time.Now().UTC()})
}

// test is one judgement under way, or the part of it that a helper does.
type test struct {
	options Options
	world   *World
	verdict *verdict.Verdict
	usual   progress.Expected
	before  *verdict.Verdict // of the run that is run again; nil where none is

	program string    // the suite's, compiled
	told    io.Writer // what the specs tell of their progress
	reports []types.Report
	shared  Shared
	helpers []*test
	helps   bool // it is one of them
}

// run does everything; whatever stops it ends up in the verdict.
func (t *test) run(ctx context.Context) {
	compiled := make(chan error, 1)
	working, stop := context.WithCancel(ctx)
	defer stop()
	go func() { compiled <- t.compile(working) }() // beside the cluster's start, which needs one core at most
	compile := sync.OnceValue(func() error { return <-compiled })
	helped := func() {}
	var err error
	if t.world, err = prepare(ctx, t.options); err == nil {
		t.usual.Began = time.Now() // making images takes nothing, or many times the rest
		t.options.Log.Expect(t.usual)
		if err = t.world.raise(ctx); err == nil {
			helped, err = t.help(working, compile)
		}
	}
	if err != nil {
		stop()
	}
	t.verdict.Phases = slices.Clone(t.world.Phases)
	t.describe()
	err = cmp.Or(err, compile())
	defer t.cleanUp(context.WithoutCancel(ctx))
	if err != nil {
		stop()
		helped()
		cure := "see the message; nothing was judged"
		var refused *bundle.Error
		if errors.As(err, &refused) {
			cure = refused.Cure
		}
		t.verdict.SetError("set the scene", err, cure)
		return
	}
	t.prove(ctx)
	helped()
	t.join()
	if err := t.draw(); err != nil {
		t.verdict.SetError("draw the verdict", err, "see "+t.suiteLog())
	}
}

// prove runs the specs, and reads what tried to get out of the cluster meanwhile.
func (t *test) prove(ctx context.Context) {
	if err := t.timed("specs", func() error { return t.specs(ctx) }); err != nil {
		t.verdict.SetError("run the specs", err, "see "+t.suiteLog())
	}
	t.hermetic(context.WithoutCancel(ctx))
}

// draw draws the verdict from what the suites report.
func (t *test) draw() error {
	if len(t.reports) == 0 {
		return nil // why there are none has been told
	}
	report.Judge(t.verdict, t.reports)
	if t.before != nil {
		t.verdict.After(t.before)
		t.verdict.JudgeCriteria()
	}
	return t.converge()
}

// timed runs one phase and records how long it took.
func (t *test) timed(name string, f func() error) error {
	start := time.Now()
	err := f()
	t.verdict.Phases = append(t.verdict.Phases, verdict.Phase{Name: name, Started: start.UTC(), Seconds: verdict.Seconds(time.Since(start))})
	return err
}

func (t *test) suiteLog() string { return filepath.Join(t.options.Artifacts, "suite.log") }

// compile makes the suite's program, in the way that edgeproof itself and the images are compiled: what they share is
// then compiled once. The go command does nothing when it is up to date.
func (t *test) compile(ctx context.Context) error {
	args := slices.Concat([]string{"test", "-c", "-o", t.program}, supply.CompilerFlags(), []string{"./e2e"})
	command := exec.CommandContext(ctx, "go", args...) // #nosec G204 -- our own package
	command.Dir, command.Env = t.options.Root, append(os.Environ(), "CGO_ENABLED=0")
	if said, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("compile the specs: %w\n%s", err, said)
	}
	return nil
}

// specs runs the suite's program and keeps what it reports. Specs that fail are no error here.
func (t *test) specs(ctx context.Context) error {
	stage, err := t.writeStage()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(t.options.Artifacts, 0o750); err != nil {
		return fmt.Errorf("make the folder of results: %w", err)
	}
	log, err := os.Create(t.suiteLog())
	if err != nil {
		return fmt.Errorf("write the suite's log: %w", err)
	}
	defer log.Close() //nolint:errcheck // the verdict does not hang on it
	// A name of its own: a suite that outlived a killed run must not hand its report to this one.
	reports := filepath.Join(t.options.clusterDir(), fmt.Sprintf("ginkgo-%d.json", os.Getpid()))
	defer os.Remove(reports) //nolint:errcheck // what it said is in the verdict
	args := []string{
		"-test.run=^TestEdge$", "-test.timeout=0", "-ginkgo.v", "-ginkgo.no-color",
		"-ginkgo.timeout=" + suiteTimeout.String(), "-ginkgo.json-report=" + reports, "-ginkgo.label-filter=" + t.options.Labels,
	}
	if t.options.Seed != 0 {
		args = append(args, fmt.Sprintf("-ginkgo.seed=%d", t.options.Seed))
	}
	if t.options.Focus != "" {
		args = append(args, "-ginkgo.focus="+t.options.Focus)
	}
	command := exec.CommandContext(ctx, t.program, args...) // #nosec G204 -- compiled a moment ago
	command.Dir = filepath.Join(t.options.Root, "e2e")
	// In a group of its own it does not hear the terminal's interrupt beside ours; it ends when this process is killed,
	// which the kernel sees to as long as the thread lives that started it (prctl(2), PR_SET_PDEATHSIG).
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	command.SysProcAttr = ownGroup()
	command.Env = append(os.Environ(), StageVariable+"="+stage)
	command.Stdout, command.Stderr = log, t.told
	// Interrupted, the suite heals what it has broken and reports; only then is it killed.
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = time.Minute
	runErr := command.Run()
	file, err := os.Open(reports) // #nosec G304 -- below the work folder
	if err != nil {
		return errors.Join(fmt.Errorf("the suite left no report: %w", err), runErr)
	}
	defer file.Close() //nolint:errcheck // opened for reading
	found, err := report.ReadGinkgo(file)
	if err != nil {
		return errors.Join(err, runErr)
	}
	t.reports = append(t.reports, found...)
	return nil
}

func (t *test) writeStage() (string, error) {
	file := filepath.Join(t.options.clusterDir(), "stage.json")
	raw, err := json.Marshal(Stage{
		Root: t.options.Root, Bundle: t.options.Bundle, Apps: t.options.Apps, Traefik: t.options.Traefik, Kubeconfig: t.world.Kubeconfig(),
		Engine: t.world.Engine.Path, Node: t.world.Cluster.Node, Stuck: t.world.Testbed.Stuck, Catalogue: t.options.Catalogue,
		Candidate: t.options.Candidate, CandidateTraefik: t.options.CandidateTraefik, Sabotage: t.options.Sabotage,
		Started: t.verdict.Suite.Started, Expected: t.usual, Shared: t.shared, Helper: t.helps,
	})
	if err != nil {
		return "", fmt.Errorf("describe the stage: %w", err)
	}
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		return "", fmt.Errorf("describe the stage: %w", err)
	}
	return file, nil
}

// describe puts what is known of the world into the verdict.
func (t *test) describe() {
	w := t.world
	t.verdict.Bundle.Path = t.options.Bundle
	if w.Bundle != nil {
		t.verdict.Bundle.Digest = w.Bundle.Digest
	}
	t.verdict.Apps.Path = t.options.Apps
	if w.Apps != nil {
		t.verdict.Apps.Digest = w.Apps.Digest
	}
	if t.options.Candidate != "" {
		t.verdict.Baseline = &verdict.Content{Path: t.verdict.Bundle.Path, Digest: t.verdict.Bundle.Digest}
		t.verdict.Bundle.Path, t.verdict.Bundle.Digest = t.options.Candidate, ""
	}
	if w.Candidate != nil {
		t.verdict.Bundle.Digest = w.Candidate.Digest
	}
	if w.Engine != nil {
		t.verdict.Cluster.Provider = w.Engine.Name
	}
	if w.Cluster != nil {
		t.verdict.Cluster.Kubernetes = w.Cluster.Kubernetes
	}
	if w.Node == nil {
		return
	}
	for _, image := range w.Node.Images {
		of := verdict.Image{Name: image.Reference, Digest: image.Digest, Origin: image.Origin}
		if !slices.Contains(t.verdict.Bundle.Images, of) {
			t.verdict.Bundle.Images = append(t.verdict.Bundle.Images, of)
		}
	}
}

// hermetic reads what tried to get out, and the names that this internet does not have.
func (t *test) hermetic(ctx context.Context) {
	dropped, err := t.world.Testbed.Dropped(ctx)
	if err != nil {
		t.verdict.SetError("read the seal", err, "the run cannot be shown to have been hermetic")
		return
	}
	unknown, err := t.world.Testbed.Internet.Unknown(ctx)
	if err != nil {
		t.verdict.SetError("read unknown names", err, "the run cannot be shown to have been hermetic")
		return
	}
	t.verdict.Hermetic = &verdict.Hermetic{Sealed: true, DroppedPackets: dropped.Packets, Senders: dropped.Senders}
	for _, name := range unknown.Names {
		t.verdict.Hermetic.UnknownNames = append(t.verdict.Hermetic.UnknownNames, name.Name)
	}
}

// cleanUp keeps or removes the clusters, and saves what explains a failure first.
func (t *test) cleanUp(ctx context.Context) {
	result, _ := verdict.Decide(t.verdict)
	healed := t.healed()
	var all sync.WaitGroup
	for _, h := range t.helpers {
		all.Go(func() { h.leave(ctx, !healed, healed) })
	}
	t.leave(ctx, result != verdict.Pass, healed)
	all.Wait()
}

// leave keeps or removes one cluster.
func (t *test) leave(ctx context.Context, failed, healed bool) {
	w := t.world
	if w.Cluster == nil {
		return
	}
	if healed {
		if err := w.Finish(); err != nil {
			t.options.Log.Warn("%v", err)
		}
	}
	if failed {
		t.collect(ctx)
	}
	t.journal(ctx)
	made := w.Outcome.Action != cluster.Reused
	if t.options.Keep == KeepAlways || !made || (failed && t.options.Keep == KeepOnFailure) {
		t.options.Log.Note("the cluster stays: export KUBECONFIG=%s; remove it with `%s`", w.Kubeconfig(), t.down())
		if err := w.Close(); err != nil {
			t.options.Log.Warn("release the cluster: %v", err)
		}
		return
	}
	err := t.timed("remove cluster", func() error {
		return t.options.Log.Run("remove cluster "+w.Cluster.Name, func() error { return w.Cluster.Delete(ctx) })
	})
	if err == nil {
		err = w.Finish()
	}
	if err != nil {
		t.options.Log.Warn("%v; remove it with `%s`", err, t.down())
	}
}

// down is the line that removes the cluster.
func (t *test) down() string {
	if t.options.Cluster == cluster.DefaultName {
		return "make down"
	}
	return "make down CLUSTER=" + quote(t.options.Cluster)
}

// healed says that the specs came to their end and every fault was taken out again. A cluster that has been through an upgrade and
// back is not as one that was installed.
func (t *test) healed() bool {
	return t.options.Candidate == "" && t.verdict.Error == nil && t.verdict.Specs.Planned == t.verdict.Specs.Finished &&
		!slices.ContainsFunc(t.verdict.Faults, func(f verdict.Fault) bool { return f.Result != verdict.Passed })
}

// budget compares the wall time with the waits that the components impose. Those are known for a whole run of the small
// catalogue on a cluster made anew; of any other no figure is given.
func (t *test) budget() {
	wall := t.verdict.Suite.Finished.Sub(t.verdict.Suite.Started)
	whole := t.verdict.Specs.Finished > 0 && t.options.Focus == "" && t.options.Labels == "" && t.options.Candidate == "" && t.options.Catalogue == verdict.Smoke
	if !whole || t.world.Outcome.Action == cluster.Reused {
		t.verdict.Budget = verdict.NewBudget(wall, 0)
		return
	}
	imposed := time.Duration(0)
	for n := range t.verdict.Phases {
		p := &t.verdict.Phases[n]
		p.ImposedSeconds = min(p.Seconds, imposedOn(p.Name).Seconds())
		imposed += time.Duration(p.ImposedSeconds * float64(time.Second))
	}
	t.verdict.Budget = verdict.NewBudget(wall, imposed)
}

// tell writes the results, prints them, and returns the exit status.
func (t *test) tell(out io.Writer) (int, error) {
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
