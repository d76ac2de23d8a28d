package faultrun

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/edgeproof/edgeproof/e2e/await"
	"github.com/edgeproof/edgeproof/e2e/inventory"
	"github.com/edgeproof/edgeproof/e2e/judge"
	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// trace is the inventory of a route, and what is still under way for it.
func (r *Runner) trace(ctx context.Context, target judge.Target) (lasting inventory.Inventory, work []string, err error) {
	v, there := r.Look(ctx)
	if !there {
		return nil, nil, fmt.Errorf("look at %s: %w", strings.Join(target.Hosts(), ", "), context.Cause(ctx))
	}
	namespace, host := target.Routes[0].Ingress.Namespace, target.Routes[0].Hosts[0]
	return inventory.Of(v.Facts, target.TXT, namespace, host), inventory.Work(v.Facts, namespace, host), nil
}

// settled is the inventory of a route that nothing is at work on: external-dns writes its ownership record after the record, and
// cert-manager may issue again what was restored while it was not looking.
func (r *Runner) settled(ctx context.Context, target judge.Target) (inventory.Inventory, error) {
	var settled inventory.Inventory
	_, err := await.Until(ctx, r.Budgets.Recovered, "rest of "+strings.Join(target.Hosts(), ", "), func(ctx context.Context) await.Answer {
		now, work, err := r.trace(ctx, target)
		switch {
		case err != nil:
			return await.Wait("%v", err)
		case len(work) > 0:
			return await.Wait("there is %s", strings.Join(work, ", "))
		}
		if first, known := r.firstTrace(target); known {
			if differ := first.Differences(now); len(differ) > 0 { // what a fault before this one has left is on its way out
				return await.Wait("%s", strings.Join(differ, "; "))
			}
		}
		if !now.Owned() {
			return await.Wait("external-dns has not written its ownership record yet")
		}
		settled = now
		return await.Done("at rest")
	})
	if err == nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.traces[target.Routes[0].Hosts[0]] = settled
	}
	return settled, err
}

func (r *Runner) firstTrace(target judge.Target) (inventory.Inventory, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	trace, known := r.traces[target.Routes[0].Hosts[0]]
	return trace, known
}

// syncQuiet is how long external-dns has done nothing to the records when its sync is over: its calls follow each other closely.
const syncQuiet = 3 * time.Second

// syncFar waits until no sync of external-dns is at work or near, by when it last touched and last read the records of a zone: half an
// interval must be left to see what the next sync repairs, and what it stumbles over must not meet one.
func (r *Runner) syncFar(ctx context.Context) error {
	var (
		after uint64
		read  time.Time // when external-dns last read the records, and so began a sync
		busy  time.Time // when it last did anything to them
	)
	_, err := await.Until(ctx, r.Budgets.SyncFaultVisible, "time before external-dns's next sync", func(ctx context.Context) await.Answer {
		asked, err := r.Testbed.Internet.Journal(ctx, api.JournalFilter{After: after, Source: api.SourceAPI, Contains: "/dns_records"})
		if err != nil {
			return await.Wait("%v", err)
		}
		after = asked.Last
		for _, entry := range asked.Entries {
			if strings.Contains(entry.Detail["agent"], "cert-manager") {
				continue
			}
			busy = entry.Time
			if strings.HasPrefix(entry.Op, "GET ") {
				read = entry.Time
			}
		}
		switch ago := time.Since(read).Round(time.Second); {
		case read.IsZero():
			return await.Wait("nobody has read the records")
		case time.Since(busy) < syncQuiet:
			return await.Wait("the sync may still be at work: the records were last touched at %s", busy.UTC().Format(time.TimeOnly))
		case ago >= await.SyncInterval/2:
			return await.Wait("they were last read %s ago, and will soon be read again", ago)
		}
		return await.Done("read at %s", read.UTC().Format(time.TimeOnly))
	})
	return err
}

// traceless waits until a fault has left nothing behind, and taken nothing away.
func (r *Runner) traceless(ctx context.Context, target judge.Target, before inventory.Inventory) error {
	_, err := await.Until(ctx, r.Budgets.Recovered, "nothing left behind", func(ctx context.Context) await.Answer {
		now, work, err := r.trace(ctx, target)
		if err != nil {
			return await.Wait("%v", err)
		}
		if differ := append(before.Differences(now), work...); len(differ) > 0 {
			return await.Wait("%s", strings.Join(differ, "; "))
		}
		return await.Done("as before")
	})
	return err
}
