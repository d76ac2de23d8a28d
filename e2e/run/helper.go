package run

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/edgeproof/edgeproof/e2e/progress"
)

// helpersDir is where, among the results, those of the further clusters are.
const helpersDir = "clusters"

// help makes further clusters, one after the other, on which faults that run alone are proved while this one goes its way. The returned
// function waits until all have come to their end. A cluster that cannot be made leaves its faults to the others.
func (t *test) help(ctx context.Context, compiled func() error) (wait func(), err error) {
	if t.options.Clusters < 2 {
		return func() {}, nil
	}
	shared, err := filepath.Abs(filepath.Join(t.options.clusterDir(), "shared"))
	if err == nil {
		err = errors.Join(os.RemoveAll(shared), os.MkdirAll(shared, 0o750))
	}
	if err != nil {
		return nil, fmt.Errorf("make the folder that the clusters share: %w", err)
	}
	t.shared = Shared(shared)
	if t.options.Seed == 0 {
		t.options.Seed = time.Now().Unix() // one for all, which the report tells
	}
	t.told = &beside{to: os.Stderr, cluster: t.options.Cluster} // several at once cannot draw on one terminal
	var all sync.WaitGroup
	all.Go(func() {
		for n := 2; n <= t.options.Clusters && ctx.Err() == nil; n++ {
			h := t.helper(n)
			t.helpers = append(t.helpers, h)
			err := h.world.raise(ctx)
			h.verdict.Phases = slices.Clone(h.world.Phases)
			if err == nil {
				err = compiled()
			}
			if err != nil {
				h.options.Log.Warn("%v; its faults are left to the other clusters", err)
				continue
			}
			all.Go(func() { h.prove(ctx) })
		}
	})
	return all.Wait, nil
}

// furtherCluster names the nth cluster of a run, beside the first.
func furtherCluster(first string, n int) string { return fmt.Sprintf("%s-%d", first, n) }

// helper is the part of the run that is done on its nth cluster.
func (t *test) helper(n int) *test {
	o := t.options
	o.Cluster = furtherCluster(t.options.Cluster, n)
	o.Artifacts = filepath.Join(t.options.Artifacts, helpersDir, o.Cluster)
	told := &beside{to: os.Stderr, cluster: o.Cluster}
	o.Log = progress.Plain(told)
	return &test{options: o, world: t.world.another(o), verdict: begun(), usual: t.usual, program: t.program, told: told, shared: t.shared, helps: true}
}

// join takes what the helpers left into the run.
func (t *test) join() {
	for _, h := range t.helpers {
		t.reports = append(t.reports, h.reports...)
		for _, p := range h.verdict.Phases {
			p.Name += " of " + h.options.Cluster
			t.verdict.Phases = append(t.verdict.Phases, p)
		}
		if e := h.verdict.Error; e != nil {
			t.verdict.SetError(e.Operation+" of "+h.options.Cluster, errors.New(e.Message), e.Cure)
		}
		of, all := h.verdict.Hermetic, t.verdict.Hermetic
		if of == nil || all == nil {
			continue // what could not be read has been told, and what no suite ran on has nothing to tell
		}
		all.DroppedPackets += of.DroppedPackets
		all.Senders = append(all.Senders, of.Senders...)
		for _, name := range of.UnknownNames {
			if !slices.Contains(all.UnknownNames, name) {
				all.UnknownNames = append(all.UnknownNames, name)
			}
		}
	}
}

// beside writes lines, and before each the cluster that it is about. Every line must come in one piece.
type beside struct {
	to      io.Writer
	cluster string

	mu sync.Mutex
}

func (b *beside) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for line := range bytes.Lines(p) {
		if _, err := fmt.Fprintf(b.to, "[%s] %s", b.cluster, line); err != nil {
			return 0, fmt.Errorf("tell of cluster %s: %w", b.cluster, err)
		}
	}
	return len(p), nil
}
