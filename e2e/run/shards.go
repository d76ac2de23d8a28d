package run

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"time"

	"github.com/edgeproof/edgeproof/e2e/cluster"
	"github.com/edgeproof/edgeproof/e2e/report"
	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// shardsDir is where, among the results, those of the further shards are.
const shardsDir = "clusters"

// shards are the further parts of a run on this machine, each a process of its own with a cluster of its own.
type shards struct {
	all   sync.WaitGroup
	files []string // verdict of each
}

// startShards starts the shards beside the first, as the program itself with --shard.
func (t *test) startShards(ctx context.Context) *shards {
	s := &shards{}
	for n := 2; n <= t.options.Clusters; n++ {
		dir := filepath.Join(t.options.Artifacts, shardsDir, furtherCluster(t.options.Cluster, n))
		s.files = append(s.files, filepath.Join(dir, report.VerdictFile))
		s.all.Go(func() {
			if err := t.shard(ctx, n, dir); err != nil && ctx.Err() == nil {
				t.options.Log.Warn("cluster %s: %v", furtherCluster(t.options.Cluster, n), err)
			}
		})
	}
	return s
}

// wait waits until every shard has come to its end.
func (s *shards) wait() { s.all.Wait() }

// shard runs the nth shard. One that fails is no error: its verdict has it.
func (t *test) shard(ctx context.Context, n int, dir string) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find the program itself: %w", err)
	}
	command := exec.CommandContext(ctx, self, t.options.shardArguments(n, dir)...) // #nosec G204 -- this program
	// In a group of its own it does not get the terminal's interrupt beside ours; on Linux it ends when this
	// process is killed, which the kernel sees to as long as the thread lives that started it (prctl(2),
	// PR_SET_PDEATHSIG).
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	command.SysProcAttr = ownGroup()
	command.Stderr = &prefixed{to: os.Stderr, prefix: furtherCluster(t.options.Cluster, n)}
	// Interrupted, it undoes what it has broken and reports; only then is it killed.
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = 2 * time.Minute
	var status *exec.ExitError
	if err := command.Run(); err != nil && (!errors.As(err, &status) || status.ExitCode() < 0) {
		return fmt.Errorf("run shard %d/%d: %w", n, t.options.Clusters, err)
	}
	return nil
}

// shardArguments are the command line of the nth shard of this run.
func (o *Options) shardArguments(n int, dir string) []string {
	return append([]string{
		"test", "--shard", verdict.Shard{Index: n, Of: o.Clusters}.String(), "--cluster", furtherCluster(o.Cluster, n),
		"--artifacts", dir, "-v", strconv.Itoa(o.Verbosity),
		"--source", o.Source, "--bundle", o.Bundle, "--apps", o.Apps, "--images", string(o.Images), "--engine", o.Engine,
		"--kubernetes", o.Kubernetes, "--node-image", o.Node,
		"--keep", string(o.Keep),
		"--focus", o.Focus, "--labels", o.Labels, "--seed", strconv.FormatInt(o.Seed, 10), "--catalogue",
		string(o.Catalogue),
	}, o.Reading.arguments()...)
}

// furtherCluster names the nth cluster of a run, beside the first.
func furtherCluster(first string, n int) string { return fmt.Sprintf("%s-%d", first, n) }

// merge makes one verdict of this run's and those of its further shards. An error is what Merge refuses.
func (t *test) merge(s *shards) error {
	if t.options.Clusters < 2 || s == nil {
		return nil
	}
	parts := []*verdict.Verdict{t.verdict}
	for _, file := range s.files {
		v, err := readVerdict(file)
		if err != nil {
			t.verdict.SetError("merge the shards", err, "look in the log of that cluster for what stopped it")
			t.verdict.Conclude()
			return nil
		}
		parts = append(parts, v)
	}
	merged, err := verdict.Merge(parts)
	if err != nil {
		return err
	}
	t.verdict = merged
	return nil
}

// MergeVerdicts makes the one verdict of a run that was done in shards, and writes it as a run does. It returns
// the exit status.
func MergeVerdicts(files []string, artifacts string, out io.Writer) (int, error) {
	var parts []*verdict.Verdict
	for _, file := range files {
		v, err := readVerdict(file)
		if err == nil {
			err = v.Validate()
		}
		if err != nil {
			return verdict.Errored.ExitCode(), fmt.Errorf("merge verdicts: %s: %w", file, err)
		}
		parts = append(parts, v)
	}
	merged, err := verdict.Merge(parts)
	if err != nil {
		return verdict.Errored.ExitCode(), err
	}
	return (&test{options: Options{Artifacts: artifacts}, verdict: merged}).write(out)
}

// raiseInTurn lets the clusters of one machine be made one after the other: each alone needs all that the machine has.
func (e *Env) raiseInTurn(ctx context.Context) (done func() error, err error) {
	lock, err := cluster.AwaitLock(ctx, filepath.Join(e.Options.workDir(), "raising.lock"))
	if err != nil {
		return nil, fmt.Errorf("wait for the turn to make cluster %s: %w", e.Options.Cluster, err)
	}
	return lock.Release, nil
}

// prefixed writes lines with a prefix. Every line must come in one piece.
type prefixed struct {
	to     io.Writer
	prefix string

	mu sync.Mutex
}

func (b *prefixed) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for line := range bytes.Lines(p) {
		if _, err := fmt.Fprintf(b.to, "[%s] %s", b.prefix, line); err != nil {
			return 0, fmt.Errorf("write the output of cluster %s: %w", b.prefix, err)
		}
	}
	return len(p), nil
}
