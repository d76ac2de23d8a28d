package run

import (
	"context"
	"slices"

	"github.com/edgeproof/edgeproof/e2e/cluster"
	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// cleanUp keeps or removes the cluster, and saves what explains a failure first.
func (t *test) cleanUp(ctx context.Context) {
	failed := !t.verdict.Clean()
	e := t.env
	if e.Cluster == nil {
		return
	}
	if t.recovered() {
		if err := e.Finish(); err != nil {
			t.options.Log.Warn("%v", err)
		}
	}
	if failed {
		t.collect(ctx)
	}
	t.journal(ctx)
	made := e.Outcome.Action != cluster.Reused
	if t.options.Keep == KeepAlways || !made || (failed && t.options.Keep == KeepOnFailure) {
		t.options.Log.Note("the cluster stays: export KUBECONFIG=%s; remove it with `%s`", e.Kubeconfig(), t.down())
		if err := e.Close(); err != nil {
			t.options.Log.Warn("release the cluster: %v", err)
		}
		return
	}
	err := t.timed("remove cluster", func() error {
		return t.options.Log.Run("remove cluster "+e.Cluster.Name, func() error { return e.Cluster.Delete(ctx) })
	})
	if err == nil {
		err = e.Finish()
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

// recovered says that the specs came to their end and every fault was removed again. A cluster that has been
// through an upgrade and back is not as one that was installed.
func (t *test) recovered() bool {
	return t.options.Candidate == "" && t.verdict.Error == nil && t.verdict.Specs.Planned == t.verdict.Specs.Finished &&
		!slices.ContainsFunc(t.verdict.Faults, func(f verdict.Fault) bool { return f.Result != verdict.Passed })
}
