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
func (r *Runner) trace(ctx context.Context, target judge.Target) (lasting inventory.Inventory, work []string,
	err error,
) {
	v, there := r.Look(ctx)
	if !there {
		return nil, nil, fmt.Errorf("look at %s: %w", strings.Join(target.Hosts(), ", "), context.Cause(ctx))
	}
	lasting, work = traceIn(v, target)
	return lasting, work, nil
}

func traceIn(v View, target judge.Target) (lasting inventory.Inventory, work []string) {
	namespace, host := target.Routes[0].Namespace, target.Routes[0].Hosts[0]
	return inventory.Of(v.Facts, target.TXT, namespace, host), inventory.Work(v.Facts, namespace, host)
}

// settled is the inventory of a route without pending work: external-dns writes its ownership record after the
// record, and cert-manager may issue again what was restored while it was not looking.
func (r *Runner) settled(ctx context.Context, target judge.Target) (inventory.Inventory, error) {
	var settled inventory.Inventory
	_, err := await.Until(ctx, r.Budgets.Recovered, "rest of "+
		strings.Join(target.Hosts(), ", "), func(ctx context.Context) await.Answer {
		now, work, err := r.trace(ctx, target)
		switch {
		case err != nil:
			return await.Wait("%v", err)
		case len(work) > 0:
			return await.Wait("there is %s", strings.Join(work, ", "))
		}
		if first, known := r.firstTrace(target); known {
			if differ := first.Differences(now); len(differ) > 0 { // the remains of an earlier fault are being removed
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

// syncQuiet is the time without a call to the records after which a sync of external-dns is over: its calls
// follow each other closely.
const syncQuiet = 3 * time.Second

// syncFar waits until no sync of external-dns is running or about to start, judged by its last call and its
// last read of a zone's records: half an interval must be left to see what the next sync repairs, and a fault
// that breaks a sync must not start within one.
func (r *Runner) syncFar(ctx context.Context) error {
	var (
		after uint64
		read  time.Time // when external-dns last read the records, and so began a sync
		busy  time.Time // the time of its last call
	)
	_, err := await.Until(ctx, r.Budgets.SyncFaultVisible, "time before external-dns's next sync",
		func(ctx context.Context) await.Answer {
			journal, err := r.Testbed.Internet.Journal(ctx, api.JournalFilter{
				After: after, Source: api.SourceAPI,
				Contains: "/dns_records",
			})
			if err != nil {
				return await.Wait("%v", err)
			}
			after = journal.Last
			for _, entry := range journal.Entries {
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
				return await.Wait("no client has read the records")
			case time.Since(busy) < syncQuiet:
				return await.Wait("the sync may still be running: its last call was at %s", busy.UTC().Format(time.TimeOnly))
			case ago >= await.SyncInterval/2:
				return await.Wait("they were last read %s ago, and will soon be read again", ago)
			}
			return await.Done("read at %s", read.UTC().Format(time.TimeOnly))
		})
	return err
}

// surelyLost is how long something must be missing that nothing makes again before the wait for it ends: a look
// may be older than what has just been restored.
const surelyLost = 15 * time.Second

// traceless waits until the route has the same inventory as before the fault. It ends at once for what nothing
// will make again.
func (r *Runner) traceless(ctx context.Context, target judge.Target, before inventory.Inventory) error {
	var whole time.Time // when nothing was lost
	_, err := await.Until(ctx, r.Budgets.Recovered, "nothing left behind", func(ctx context.Context) await.Answer {
		v, there := r.Look(ctx)
		if !there {
			return await.Wait("no look at it in time")
		}
		now, work := traceIn(v, target)
		lost := before.Lost(v.Facts, target.Routes[0].Namespace)
		if len(lost) == 0 || whole.IsZero() {
			whole = time.Now()
		}
		if time.Since(whole) >= surelyLost {
			return await.Fail("missing, and nothing will make it again: %s", strings.Join(lost, ", "))
		}
		if differ := append(before.Differences(now), work...); len(differ) > 0 {
			return await.Wait("%s", strings.Join(differ, "; "))
		}
		return await.Done("as before")
	})
	return err
}
