package e2e_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/edgeproof/edgeproof/e2e/await"
	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/fault"
	"github.com/edgeproof/edgeproof/e2e/judge"
	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// proof is the life of one fault: healthy, broken and seen to be, healed and healthy again.
type proof struct {
	record   verdict.Fault
	evidence []string
	err      error
}

// prove takes a fault through its life. It uses nothing of Ginkgo, so that several can run at once.
func (e *edge) prove(ctx context.Context, f fault.Fault) (p proof) {
	p.record = verdict.Fault{
		ID: f.ID, Title: f.Title, Layer: string(f.Layer), Criteria: []criteria.ID{f.Pattern}, Result: verdict.Failed,
		Expected: texts(f.Red.IDs()), Diagnosed: []string{}, Cleared: []string{},
	}
	filled, err := f.Fill(e.variables(f))
	if err == nil {
		err = e.live(ctx, filled, &p)
	}
	if err != nil {
		p.err = fmt.Errorf("fault %s (%s): %w", f.ID, f.Story, err)
		p.record.Reason = p.err.Error()
		return p
	}
	p.record.Result = verdict.Passed
	return p
}

func (e *edge) live(ctx context.Context, f fault.Fault, p *proof) (err error) {
	target := e.targetOf(f)
	// Nothing may pass because it was broken already.
	for _, id := range slices.Concat(f.Red.IDs(), f.Green) {
		if err := e.met(ctx, id, target, e.remaining(e.budgets.CertificateIssued)); err != nil {
			return fmt.Errorf("before the injection: %w", err)
		}
	}
	if f.Route == fault.RouteDuring {
		if err := e.scene.RouteGone(ctx, e.variables(f)); err != nil {
			return err
		}
	}

	injector := &fault.Injector{Client: e.scene.Client, Kube: e.scene.Kube, Internet: e.scene.Internet}
	injection, err := injector.Inject(ctx, f)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, injection.Heal(context.WithoutCancel(ctx))) }()
	injected := time.Now()
	if f.Route == fault.RouteDuring {
		if err := e.makeRoute(ctx, f); err != nil {
			return err
		}
		target = e.targetOf(f)
	}

	if err := e.seen(ctx, f, target, p, injected); err != nil {
		return err
	}
	if err := injection.Heal(ctx); err != nil {
		return err
	}
	healed := time.Now()
	for _, id := range slices.Concat(f.Red.IDs(), f.Green) {
		if err := e.met(ctx, id, target, e.budgets.Healed); err != nil {
			return fmt.Errorf("after healing: %w", err)
		}
	}
	p.record.SecondsToHeal = verdict.Seconds(time.Since(healed))
	return nil
}

// seen holds what is judged while the fault is in against what the fault expects.
func (e *edge) seen(ctx context.Context, f fault.Fault, target judge.Target, p *proof, injected time.Time) error {
	for _, id := range f.Red.IDs() {
		reasons, err := e.red(ctx, id, target, f.Red[id])
		if err != nil {
			return err
		}
		p.record.Diagnosed = append(p.record.Diagnosed, string(id))
		p.evidence = append(p.evidence, reasons...)
	}
	p.record.SecondsToDetect = verdict.Seconds(time.Since(injected))
	for _, id := range f.Green {
		if j := e.judge(ctx, id, target); !j.Met { // one look: what turned red and came back did not stay green
			return fmt.Errorf("while the fault is in, this must stay green: %s", j)
		}
		p.record.Cleared = append(p.record.Cleared, string(id))
	}
	if !f.Naive {
		return nil
	}
	naive := judge.Naive(facts.Collect(ctx, e.sources, judge.Scope(target, "DW-4")), target)
	if !naive.Met {
		return fmt.Errorf("a check of the raw address alone must not notice this fault, and does: %s", naive)
	}
	for _, line := range naive.Evidence {
		p.evidence = append(p.evidence, "meanwhile, a check of the raw address alone: "+line)
	}
	return nil
}

// met waits until a criterion is met.
func (e *edge) met(ctx context.Context, id criteria.ID, target judge.Target, budget await.Budget) error {
	_, err := await.Until(ctx, budget, string(id), func(ctx context.Context) await.Answer {
		return e.judge(ctx, id, target).Answer()
	})
	return err
}

// red waits until a criterion is not met for a reason that contains the text, and returns the reasons.
func (e *edge) red(ctx context.Context, id criteria.ID, target judge.Target, text string) ([]string, error) {
	var reasons []string
	_, err := await.Until(ctx, e.budgets.IssueFaultVisible, string(id)+" red", func(ctx context.Context) await.Answer {
		j := e.judge(ctx, id, target)
		reasons = j.Reasons
		switch {
		case j.Met:
			return await.Wait("%s is still met", id)
		case !strings.Contains(strings.Join(j.Reasons, "\n"), text):
			return await.Wait("%s is not met, but no reason contains %q: %s", id, text, strings.Join(j.Reasons, "; "))
		}
		return await.Done("%s", strings.Join(j.Reasons, "; "))
	})
	return reasons, err
}

// targetOf is what is judged of a fault: its own route, once that exists; before, the bundle's.
func (e *edge) targetOf(f fault.Fault) judge.Target {
	e.mu.Lock()
	defer e.mu.Unlock()
	target := e.target
	if route, ok := e.routes[f.ID]; ok {
		target.Routes = []judge.Route{route}
	}
	return target
}

func texts(ids []criteria.ID) []string {
	out := make([]string, 0, len(ids))
	for _, id := range ids {
		out = append(out, string(id))
	}
	return out
}
