package faultrun

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

// Result is the outcome of one fault's life cycle.
type Result struct {
	Record   verdict.Fault
	Evidence []string
	Err      error

	Injected, Removed time.Time // when the fault was injected and removed; zero where it was not
}

// Run takes a fault through its life cycle.
func (r *Runner) Run(ctx context.Context, f fault.Fault) Result {
	p := Result{Record: verdict.Fault{
		ID: f.ID, Title: f.Title, Layer: string(f.Layer), Criteria: []criteria.ID{f.Pattern}, Result: verdict.Failed,
		Expected: f.Expect.Named(), Diagnosed: []string{}, Cleared: []string{},
	}}
	filled, err := f.Fill(r.Variables(f))
	if err == nil {
		err = r.live(ctx, filled, &p)
	}
	if err != nil {
		p.Err = fmt.Errorf("fault %s (%s): %w", f.ID, f.Story, err)
		p.Record.Reason = p.Err.Error()
		return p
	}
	p.Record.Result = verdict.Passed
	return p
}

func (r *Runner) live(ctx context.Context, f fault.Fault, p *Result) (err error) {
	if f.Route == fault.RouteBefore {
		if err := r.routeMade(ctx, f); err != nil {
			return err
		}
	}
	own := r.targetOf(f)
	hosts := append(own.Hosts(), r.Variables(f)["host"])
	if f.Watch != nil && f.Watch.Host != "" {
		hosts = append(hosts, f.Watch.Host)
	}
	defer r.Watch(hosts...)()
	judged := slices.Concat(f.Red.IDs(), f.Green)
	// an expectation must not pass because the route was broken before
	if err := r.Works(ctx, judged, own, r.Budgets.Recovered); err != nil {
		return fmt.Errorf("before the injection: %w", err)
	}
	var before inventory.Inventory
	if f.Route == fault.RouteDuring {
		err = r.Testbed.RouteGone(ctx, r.Variables(f))
	} else {
		before, err = r.settled(ctx, own)
	}
	if err != nil {
		return err
	}
	if f.After == fault.Sync {
		if err := r.syncFar(ctx); err != nil {
			return err
		}
	}
	injection, err := r.injector.Inject(ctx, f)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, injection.Undo(context.WithoutCancel(ctx))) }()
	p.Injected = time.Now()
	defer func() { p.Removed = time.Now() }()
	if f.Route == fault.RouteDuring {
		if err := r.makeRoute(ctx, f); err != nil {
			return err
		}
		own = r.targetOf(f)
	}
	if err := r.seen(ctx, f, watched(own, f.Watch), p); err != nil {
		return err
	}

	if err := injection.Undo(ctx); err != nil {
		return err
	}
	removed := time.Now()
	if err := r.Works(ctx, judged, own, r.Budgets.Recovered); err != nil {
		return fmt.Errorf("after the removal: %w", err)
	}
	if f.Route == fault.RouteBefore {
		if err := r.traceless(ctx, own, before); err != nil {
			return err
		}
	}
	if routeOf(f) != sharedRoute { // its pod and its records cost every later look something
		if err := r.Testbed.RemoveRoute(ctx, r.Variables(f)); err != nil {
			return err
		}
	}
	p.Record.SecondsToRecover = verdict.Seconds(time.Since(removed))
	return nil
}

// seen waits until one look shows every effect that the fault must have: criteria red for their reasons, and the
// diagnosis as expected. A route that only looks broken must be found healthy all the time.
func (r *Runner) seen(ctx context.Context, f fault.Fault, target judge.Target, p *Result) error {
	budget, settled := r.within(f.Within)
	_, err := await.Until(ctx, budget, "diagnosis of "+f.ID, func(ctx context.Context) await.Answer {
		v, there := r.Look(ctx)
		if !there {
			return await.Wait("no look at it in time")
		}
		d := v.Explain.Explain(diagnose.TargetOf(target.Routes[0].Hosts[0], target.Routes[0].Source))
		p.Record.Diagnosed, p.Record.Cleared = criteria.Causes(d), cleared(d)
		unmet, reasons := f.Expect.Unmet(d), []string(nil)
		if len(unmet) == 0 {
			unmet, reasons = r.unmet(ctx, f, v, target)
		}
		switch {
		case f.Expect.Healthy() && slices.ContainsFunc(d.Causes,
			func(c diagnose.Finding) bool { return c.Code != diagnose.Unattributed }):
			// A false alarm. A route that is still settling is waited for, and so is a state without an explanation: on
			// a busy machine a single probe may time out.
			return await.Fail("%s; diagnosed: %s; because %s", strings.Join(unmet, "; "), Summary(d), because(d))
		case len(unmet) > 0:
			return await.Wait("%s; diagnosed: %s", strings.Join(unmet, "; "), Summary(d))
		case f.Expect.Healthy() && time.Since(p.Injected) < settled:
			return await.Wait("healthy up to now")
		}
		p.Record.SecondsToDetect = verdict.Seconds(time.Since(p.Injected))
		p.Record.Red, p.Record.Green = f.Red.IDs(), f.Green
		p.Evidence = append(reasons, "diagnosed: "+Summary(d))
		for _, u := range r.usual(ctx, v, target, r.applicationOf(f)) {
			p.Record.ConventionalChecks = append(p.Record.ConventionalChecks, verdict.ConventionalCheck(u))
		}
		if naive := criteria.RawIPCheck(v.Facts, target); f.RawIPCheck && !naive.Met {
			return await.Fail("a check of the raw address alone must not notice this fault, and does: %s", naive)
		}
		return await.Done("seen")
	})
	return err
}

// unmet returns the criteria that are not as the fault expects them, and the reasons of those that must be red.
// Criteria that need a command are judged last, when all others are as expected: a command takes longer than a
// look.
func (r *Runner) unmet(ctx context.Context, f fault.Fault, v View, target judge.Target) (unmet, reasons []string) {
	for _, id := range commandsLast(slices.Concat(f.Red.IDs(), f.Green)) {
		if commandOf(id) != nil && len(unmet) > 0 {
			break
		}
		j := r.judgeIn(ctx, id, v, target)
		switch text, red := f.Red[id]; {
		case !red && !j.Met:
			unmet = append(unmet, fmt.Sprintf("this must stay green: %s", j))
		case red && j.Met:
			unmet = append(unmet, string(id)+" is still met")
		case red && !strings.Contains(strings.Join(j.Reasons, "\n"), text):
			unmet = append(unmet, fmt.Sprintf("%s is not met, but no reason contains %q: %s", id, text,
				strings.Join(j.Reasons, "; ")))
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
			if commandOf(id) != nil {
				return 1
			}
			return 0
		}
		return last(a) - last(b)
	})
	return ids
}

// within is the budget in which a fault must be seen, and how long a fault without an effect must be watched.
func (r *Runner) within(w fault.Within) (await.Budget, time.Duration) {
	switch w {
	case fault.NextSync:
		return r.Budgets.SyncFaultVisible, await.SyncInterval
	case fault.NextIssuance:
		return r.Budgets.IssueFaultVisible, await.ChallengeDelay
	}
	return r.Budgets.FaultVisible, r.Budgets.FaultVisible.Timeout / 4
}

// Summary is a diagnosis in one line.
func Summary(d diagnose.Diagnosis) string {
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

// because is the evidence for the causes of a diagnosis.
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

// watched is the route that is judged while a fault is active.
func watched(own judge.Target, w *fault.Watch) judge.Target {
	if w == nil {
		return own
	}
	route := own.Routes[0]
	if w.Host != "" {
		route.Hosts = []string{w.Host}
	}
	if w.Namespace != "" {
		route.Namespace = w.Namespace
	}
	if w.Ingress != "" {
		route.Name = w.Ingress
	}
	own.Routes = []judge.Route{route}
	return own
}
