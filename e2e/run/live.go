package run

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/edgeproof/edgeproof/e2e/bundle"
	"github.com/edgeproof/edgeproof/e2e/explain"
	"github.com/edgeproof/edgeproof/e2e/live"
	"github.com/edgeproof/edgeproof/e2e/testbed"
	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// Live judges a bundle on a cluster that exists, by looking only, and ends as Test does. Of the options it
// heeds the bundle, the applications and the folder of results.
func Live(ctx context.Context, o Options, where explain.Options, out io.Writer) (int, error) {
	if err := o.complete(); err != nil {
		return verdict.Errored.ExitCode(), err
	}
	quiet := func(string, ...any) {}
	var installed, apps *bundle.Bundle
	var surveyed *verdict.Survey // what of it a clone cannot have; on the cluster it is there
	if err := o.Log.Run("render bundle "+o.Bundle, func() error {
		found, err := o.Reading.Edge(ctx, o.minor(), o.Bundle, o.Apps, quiet)
		installed, apps = found.Bundle, found.Apps
		if found.Survey != nil {
			surveyed = recorded(found.Survey)
		}
		return err
	}); err != nil {
		return verdict.Errored.ExitCode(), err
	}
	target, err := testbed.Target(installed, apps)
	if err != nil {
		return verdict.Errored.ExitCode(), err
	}
	if err := clearResults(o.Artifacts); err != nil {
		return verdict.Errored.ExitCode(), err
	}
	t := &test{options: o, verdict: begun()}
	v := t.verdict
	v.Profile = verdict.Live
	v.Bundle = verdict.Bundle{Path: installed.Path, Digest: installed.Digest, Survey: surveyed}
	v.Apps = verdict.Content{Path: apps.Path, Digest: apps.Digest}
	err = live.Judge(ctx, live.Options{
		Target: target, ExternalDNS: testbed.ExternalDNS(installed), Explain: where,
		Log: o.Log,
	}, v)
	if err != nil {
		v.SetError("look at the cluster", err, "see the message; nothing was judged")
	}
	v.Suite.Finished = time.Now().UTC()
	v.Budget = verdict.NewBudget(v.Suite.Finished.Sub(v.Suite.Started), 0)
	v.Conclude()
	code, writeErr := t.write(out)
	return code, errors.Join(writeErr, ctx.Err())
}
