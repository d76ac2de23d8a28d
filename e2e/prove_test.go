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
	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/evidence"
	"github.com/edgeproof/edgeproof/e2e/fault"
	"github.com/edgeproof/edgeproof/e2e/inventory"
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
		Expected: f.Expect.Named(), Diagnosed: []string{}, Cleared: []string{},
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
	if f.Route == fault.RouteBefore {
		if err := e.routeMade(ctx, f); err != nil {
			return err
		}
	}
	own := e.targetOf(f)
	hosts := append(own.Hosts(), e.variables(f)["host"])
	if f.Watch != nil && f.Watch.Host != "" {
		hosts = append(hosts, f.Watch.Host)
	}
	defer e.watch(hosts...)()
	judged := slices.Concat(f.Red.IDs(), f.Green)
	if err := e.works(ctx, judged, own, e.budgets.Healed); err != nil { // nothing may pass because it was broken already
		return fmt.Errorf("before the injection: %w", err)
	}
	var before inventory.Inventory
	if f.Route == fault.RouteDuring {
		err = e.scene.RouteGone(ctx, e.variables(f))
	} else {
		before, err = e.settled(ctx, own)
	}
	if err != nil {
		return err
	}
	if f.After == fault.Sync {
		if err := e.syncFar(ctx); err != nil {
			return err
		}
	}
	injection, err := e.injector.Inject(ctx, f)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, injection.Heal(context.WithoutCancel(ctx))) }()
	injected := time.Now()
	defer func() { e.noteLife(f, p, injected, err) }()
	if f.Route == fault.RouteDuring {
		if err := e.makeRoute(ctx, f); err != nil {
			return err
		}
		own = e.targetOf(f)
	}
	if err := e.seen(ctx, f, watched(own, f.Watch), p, injected); err != nil {
		return err
	}

	if err := injection.Heal(ctx); err != nil {
		return err
	}
	healed := time.Now()
	if err := e.works(ctx, judged, own, e.budgets.Healed); err != nil {
		return fmt.Errorf("after healing: %w", err)
	}
	if f.Route == fault.RouteBefore {
		if err := e.traceless(ctx, own, before); err != nil {
			return err
		}
	}
	if routeOf(f) != sharedRoute { // its pod and its records cost every later look something
		if err := e.scene.RemoveRoute(ctx, e.variables(f)); err != nil {
			return err
		}
	}
	p.record.SecondsToHeal = verdict.Seconds(time.Since(healed))
	return nil
}

// works waits until the criteria are met and every route of the target is found healthy.
func (e *edge) works(ctx context.Context, ids []criteria.ID, target judge.Target, budget await.Budget) error {
	ids = commandsLast(ids)
	_, err := await.Until(ctx, budget, "health of "+strings.Join(target.Hosts(), ", "), func(ctx context.Context) await.Answer {
		v, there := e.views.Look(ctx)
		if !there {
			return await.Wait("no look at it in time")
		}
		for _, d := range evidence.Diagnoses(v.explain, target) {
			if !d.Healthy {
				return await.Wait("%s is not found healthy: %s", d.Host, summary(d))
			}
		}
		for _, id := range ids {
			if j := e.judgeIn(ctx, id, v, target); !j.Met {
				return await.Wait("%s", j)
			}
		}
		return await.Done("healthy")
	})
	return err
}

// seen waits until all that a fault must do is seen in one look: criteria red for their reasons, and the diagnosis as
// expected. What only looks broken must be found healthy all the while.
func (e *edge) seen(ctx context.Context, f fault.Fault, target judge.Target, p *proof, injected time.Time) error {
	budget, settled := e.within(f.Within)
	_, err := await.Until(ctx, budget, "diagnosis of "+f.ID, func(ctx context.Context) await.Answer {
		v, there := e.views.Look(ctx)
		if !there {
			return await.Wait("no look at it in time")
		}
		d := v.explain.Explain(diagnose.Target{Host: target.Routes[0].Hosts[0], Ingress: target.Routes[0].Ingress})
		p.record.Diagnosed, p.record.Cleared = evidence.Causes(d), cleared(d)
		unmet, reasons := f.Expect.Unmet(d), []string(nil)
		if len(unmet) == 0 {
			unmet, reasons = e.unmet(ctx, f, v, target)
		}
		switch {
		case f.Expect.Healthy() && slices.ContainsFunc(d.Causes, func(c diagnose.Finding) bool { return c.Code != diagnose.Unattributed }):
			// A false alarm. What only settles is waited for, and what is not explained: on a machine that is busy a single probe runs out of time.
			return await.Fail("%s; diagnosed: %s; because %s", strings.Join(unmet, "; "), summary(d), because(d))
		case len(unmet) > 0:
			return await.Wait("%s; diagnosed: %s", strings.Join(unmet, "; "), summary(d))
		case f.Expect.Healthy() && time.Since(injected) < settled:
			return await.Wait("healthy up to now")
		}
		p.record.SecondsToDetect = verdict.Seconds(time.Since(injected))
		p.record.Red, p.record.Green = f.Red.IDs(), f.Green
		p.evidence = append(reasons, "diagnosed: "+summary(d))
		for _, u := range e.usual(ctx, v, target, e.applicationOf(f)) {
			p.record.Usual = append(p.record.Usual, verdict.Usual(u))
		}
		if naive := judge.Naive(v.facts, target); f.Naive && !naive.Met {
			return await.Fail("a check of the raw address alone must not notice this fault, and does: %s", naive)
		}
		return await.Done("seen")
	})
	return err
}

// unmet says which criteria are not as the fault expects them, and why those are red that must be. What needs a command
// is asked when all else is as expected: a command takes longer than a look.
func (e *edge) unmet(ctx context.Context, f fault.Fault, v view, target judge.Target) (unmet, reasons []string) {
	for _, id := range commandsLast(slices.Concat(f.Red.IDs(), f.Green)) {
		if id.Family() == criteria.VerificationCommand && len(unmet) > 0 {
			break
		}
		j := e.judgeIn(ctx, id, v, target)
		switch text, red := f.Red[id]; {
		case !red && !j.Met:
			unmet = append(unmet, fmt.Sprintf("this must stay green: %s", j))
		case red && j.Met:
			unmet = append(unmet, string(id)+" is still met")
		case red && !strings.Contains(strings.Join(j.Reasons, "\n"), text):
			unmet = append(unmet, fmt.Sprintf("%s is not met, but no reason contains %q: %s", id, text, strings.Join(j.Reasons, "; ")))
		case red:
			reasons = append(reasons, j.Reasons...)
		}
	}
	return unmet, reasons
}

// commandsLast puts those criteria last that are judged by running a command: it takes longer than to read a look.
func commandsLast(ids []criteria.ID) []criteria.ID {
	slices.SortStableFunc(ids, func(a, b criteria.ID) int {
		last := func(id criteria.ID) int {
			if id.Family() == criteria.VerificationCommand {
				return 1
			}
			return 0
		}
		return last(a) - last(b)
	})
	return ids
}

// within is the budget in which a fault must be seen, and how long it takes to be sure that nothing comes of one.
func (e *edge) within(w fault.Within) (await.Budget, time.Duration) {
	switch w {
	case fault.NextSync:
		return e.budgets.SyncFaultVisible, await.SyncInterval
	case fault.NextIssuance:
		return e.budgets.IssueFaultVisible, await.ChallengeDelay
	}
	return e.budgets.FaultVisible, e.budgets.FaultVisible.Timeout / 4
}

func summary(d diagnose.Diagnosis) string {
	if d.Healthy {
		return "healthy"
	}
	var out []string
	for _, f := range d.Causes {
		out = append(out, fmt.Sprintf("%s/%s at %s: %s", f.Layer, f.Code, f.Object, f.Summary))
	}
	for _, l := range d.Chain {
		out = append(out, fmt.Sprintf("%s %s", l.Layer, l.State))
	}
	return strings.Join(out, "; ")
}

// because is what the causes of a diagnosis rest on.
func because(d diagnose.Diagnosis) string {
	var out []string
	for _, f := range evidence.Findings([]diagnose.Diagnosis{d}) {
		out = append(out, f.Evidence...)
	}
	return strings.Join(out, "; ")
}

func cleared(d diagnose.Diagnosis) []string {
	out := []string{}
	for _, l := range d.Chain {
		if l.State == diagnose.Clear {
			out = append(out, string(l.Layer))
		}
	}
	return out
}

// watched is the route that is judged while a fault is in.
func watched(own judge.Target, w *fault.Watch) judge.Target {
	if w == nil {
		return own
	}
	route := own.Routes[0]
	if w.Host != "" {
		route.Hosts = []string{w.Host}
	}
	if w.Namespace != "" {
		route.Ingress.Namespace = w.Namespace
	}
	if w.Ingress != "" {
		route.Ingress.Name = w.Ingress
	}
	own.Routes = []judge.Route{route}
	return own
}
