package e2e_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/sync/errgroup"

	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/fault"
	"github.com/edgeproof/edgeproof/e2e/report"
	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// elsewhere is what is said of a fault that another suite of the run has taken.
const elsewhere = "another cluster of this run proves it"

// faults breaks the edge on purpose, one spec a fault. Faults of single routes run side by side, each on a route of its
// own; those that touch what others share come last, one at a time.
func (e *edge) faults(list []fault.Fault) {
	suite, _ := GinkgoConfiguration()
	list = inOrder(list, uint64(suite.RandomSeed)) //nolint:gosec // a seed, of whatever sign
	for _, f := range list {
		It(specOf(f), labelsOf(f), func(ctx SpecContext) {
			mine, err := e.take(ctx, f)
			Expect(err).NotTo(HaveOccurred())
			if !mine {
				AddReportEntry(report.EntryElsewhere, elsewhere, ReportEntryVisibilityNever)
				Skip(elsewhere)
			}
			if (e.unsound || !e.stage.Shared.Sound()) && (f.Alone || e.stage.Catalogue == verdict.Full) {
				Skip("the edge does not work, see DW-4: a fault shows nothing on it")
			}
			if f.Alone {
				e.tell(e.prove(ctx, f))
				return
			}
			e.side.start(e, list)
			done, started := e.side.proofs[f.ID]
			Expect(started).To(BeTrue(), "the fault was not planned, and yet its spec runs")
			select {
			case p := <-done:
				e.tell(p)
			case <-ctx.Done():
				Fail("interrupted before the fault was proved")
			}
		})
	}
	AfterAll(func(ctx SpecContext) {
		e.side.end()
		rules, err := e.scene.Internet.Faults(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(rules).To(BeEmpty(), "rules of the fake internet that a fault has left behind")
	})
}

// take says whether the fault is this suite's to prove. A further cluster whose edge does not work leaves all to the others.
func (e *edge) take(ctx context.Context, f fault.Fault) (mine bool, err error) {
	if f.Alone {
		e.awaitSound(ctx)
	}
	if e.stage.Helper && e.unsound {
		return false, nil
	}
	return e.stage.Shared.Take(f.ID)
}

// awaitSound waits, once, until the edge works, where no journey has: a fault that runs alone and comes before would spoil it.
func (e *edge) awaitSound(ctx context.Context) {
	if e.sound || e.unsound {
		return
	}
	err := e.works(ctx, []criteria.ID{"DW-4"}, e.target, e.budgets.CertificateIssued)
	e.sound, e.unsound = err == nil, err != nil
	if err != nil {
		e.log.Warn("the edge does not work, no fault that runs alone is proved on it: %v", err)
	}
}

// inOrder shuffles the faults by the seed: no fault may lean on what another leaves. Those that run alone come last.
func inOrder(list []fault.Fault, seed uint64) []fault.Fault {
	list = slices.Clone(list)
	dice := rand.New(rand.NewPCG(seed, 0))
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

// planned says whether the focus and the labels that the user gave leave the fault's spec in.
func planned(f fault.Fault) bool {
	suite, _ := GinkgoConfiguration()
	if suite.LabelFilter != "" && !labelsOf(f).MatchesLabelFilter(suite.LabelFilter) {
		return false
	}
	if len(suite.FocusStrings) == 0 {
		return true
	}
	return slices.ContainsFunc(suite.FocusStrings, func(focus string) bool {
		matches, err := regexp.MatchString(focus, strings.Join([]string{suiteName, containerName, specOf(f)}, " "))
		return err == nil && matches
	})
}

// atOnce bounds the faults that are in side by side: on two cores more would slow down the looks that must see them.
const atOnce = 24

// sideBySide runs the faults of single routes at once: those of the small catalogue while the journey waits for its certificate, those
// of the full one, so many that what is judged beside them would suffer, when the first of their specs begins.
type sideBySide struct {
	once   sync.Once
	stop   context.CancelFunc
	all    errgroup.Group
	proofs map[string]chan proof

	started sync.WaitGroup
}

func (s *sideBySide) start(e *edge, list []fault.Fault) {
	s.once.Do(func() {
		ctx, cancel := context.WithCancel(context.Background())
		s.stop = cancel
		s.all.SetLimit(atOnce)
		var those []fault.Fault
		for _, f := range list {
			if !f.Alone && planned(f) {
				those = append(those, f)
				s.proofs[f.ID] = make(chan proof, 1)
			}
		}
		s.started.Go(func() {
			for _, f := range those {
				s.all.Go(func() error {
					s.proofs[f.ID] <- e.prove(ctx, f)
					return nil // the proof tells
				})
			}
		})
	})
}

// end stops what is still under way and waits until it has healed what it broke.
func (s *sideBySide) end() {
	if s.stop != nil {
		s.stop()
		s.started.Wait()
		_ = s.all.Wait() // its functions return no error
	}
}

// tell hands a proof to the verdict.
func (e *edge) tell(p proof) {
	GinkgoHelper()
	AddReportEntry(report.EntryFault, p.record, ReportEntryVisibilityNever)
	if len(p.evidence) > 0 {
		AddReportEntry(report.EntryEvidence, p.evidence, ReportEntryVisibilityNever)
	}
	if p.err != nil {
		Fail(p.err.Error())
	}
}
