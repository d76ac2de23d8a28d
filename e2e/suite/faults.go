package suite

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/sync/errgroup"

	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/fault"
	"github.com/edgeproof/edgeproof/e2e/faultrun"
	"github.com/edgeproof/edgeproof/e2e/report"
	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// faults breaks the edge on purpose, one spec a fault. Faults of single routes run side by side, each on a
// route of its own; those that touch what others share come last, one at a time.
func (e *edge) faults(list []fault.Fault) {
	list = inOrder(list, uint64(e.config.Seed)) //nolint:gosec // a seed, of whatever sign
	for _, f := range list {
		It(specOf(f), labelsOf(f), func(ctx SpecContext) {
			if f.Alone || !e.config.Shard.First() {
				e.awaitSound(ctx)
			}
			if e.unsound && (f.Alone || e.config.Catalogue == verdict.Full) {
				Skip(fmt.Sprintf("the edge does not work, see %s: a fault shows nothing on it", criteria.Works))
			}
			if f.Alone {
				e.reportFault(e.run(ctx, f))
				return
			}
			e.side.start(e, planned(e.config, list))
			done, started := e.side.results[f.ID]
			Expect(started).To(BeTrue(), "the fault was not planned, and yet its spec runs")
			select {
			case r := <-done:
				e.reportFault(r)
			case <-ctx.Done():
				Fail("interrupted before the fault was proved")
			}
		})
	}
	AfterAll(func(ctx SpecContext) {
		e.side.end()
		rules, err := e.Testbed.Internet.Faults(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(rules).To(BeEmpty(), "rules of the fake internet that a fault has left behind")
	})
}

// run takes a fault through its life, which goes on the time line.
func (e *edge) run(ctx context.Context, f fault.Fault) faultrun.Result {
	r := e.Run(ctx, f)
	e.noteLife(f, r)
	return r
}

// awaitSound waits, once, until the edge works, where no journey has: a fault that runs alone and comes before
// would spoil it.
func (e *edge) awaitSound(ctx context.Context) {
	if e.sound || e.unsound {
		return
	}
	err := e.Works(ctx, []criteria.ID{criteria.Works}, e.Target, e.Budgets.CertificateIssued)
	e.sound, e.unsound = err == nil, err != nil
	if err != nil {
		e.warn("the edge does not work, no fault that runs alone is proved on it: %v", err)
	}
}

// warn puts a line into the run's progress.
func (e *edge) warn(format string, args ...any) {
	if e.log != nil {
		e.log.Warn(format, args...)
	}
}

// inOrder shuffles the faults by the seed: no fault may lean on what another leaves. Those that run alone come last.
func inOrder(list []fault.Fault, seed uint64) []fault.Fault {
	list = slices.Clone(list)
	dice := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // an order that can be repeated
	dice.Shuffle(len(list), func(a, b int) { list[a], list[b] = list[b], list[a] })
	slices.SortStableFunc(list, func(a, b fault.Fault) int {
		switch {
		case a.Alone == b.Alone:
			return 0
		case a.Alone:
			return 1
		}
		return -1
	})
	return list
}

// specOf names the spec of a fault.
func specOf(f fault.Fault) string { return fmt.Sprintf("%s %s: %s", f.Pattern, f.ID, f.Title) }

// labelsOf are the labels of a fault's spec.
func labelsOf(f fault.Fault) Labels {
	labels := Label(string(f.Pattern), "fault")
	if f.Alone {
		labels = append(labels, "alone")
	}
	return labels
}

// atOnce bounds the faults that are in side by side: on two cores more would slow down the looks that must see them.
const atOnce = 24

// sideBySide runs the faults of single routes at once: those of the small catalogue while the journey waits for
// its certificate, those of the full one, so many that what is judged beside them would suffer, when the first
// of their specs begins.
type sideBySide struct {
	once    sync.Once
	stop    context.CancelFunc
	all     errgroup.Group
	results map[string]chan faultrun.Result

	started sync.WaitGroup
}

// start begins those of the planned faults that do not run alone.
func (s *sideBySide) start(e *edge, planned []fault.Fault) {
	s.once.Do(func() {
		ctx, cancel := context.WithCancel(context.Background())
		s.stop = cancel
		s.all.SetLimit(atOnce)
		var those []fault.Fault
		for _, f := range planned {
			if !f.Alone {
				those = append(those, f)
				s.results[f.ID] = make(chan faultrun.Result, 1)
			}
		}
		s.started.Go(func() {
			for _, f := range those {
				s.all.Go(func() error {
					s.results[f.ID] <- e.run(ctx, f)
					return nil // the result has the error
				})
			}
		})
	})
}

// end stops what is still under way and waits until what was broken has been undone.
func (s *sideBySide) end() {
	if s.stop != nil {
		s.stop()
		s.started.Wait()
		_ = s.all.Wait() // its functions return no error
	}
}

// reportFault hands the result of a fault to the verdict.
func (e *edge) reportFault(r faultrun.Result) {
	GinkgoHelper()
	AddReportEntry(report.EntryFault, r.Record, ReportEntryVisibilityNever)
	if len(r.Evidence) > 0 {
		AddReportEntry(report.EntryEvidence, r.Evidence, ReportEntryVisibilityNever)
	}
	if r.Err != nil {
		Fail(r.Err.Error())
	}
}
