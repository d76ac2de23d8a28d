package faultrun

import (
	"context"
	"slices"

	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/diagnose/rules"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/judge"
	"github.com/edgeproof/edgeproof/e2e/testbed"
)

// View is one look at everything, with what explains it.
type View struct {
	Facts   *facts.Snapshot
	Explain *diagnose.Explainer
}

// lists is what kubectl printed at one moment: of everything, and of the application that routes of faults share.
type lists struct {
	certificates, pods, rollout string
	rolloutErr                  error
}

// share makes the looks that faults share when they run side by side.
func (r *Runner) share() {
	r.views = &facts.Shared[View]{Take: func(ctx context.Context) View {
		s := facts.Collect(ctx, r.Sources, r.scope())
		r.observe(s)
		return View{s, rules.New(s)}
	}}
	r.lists = &facts.Shared[lists]{Take: func(ctx context.Context) lists {
		printed, errs := r.kubectls(ctx, "kubectl get certificates -A", "kubectl get pods -A",
			rolloutOf(testbed.ApplicationNamespace))
		for n := range 2 { // what kubectl says of its own failure is what a person would read
			if errs[n] != nil {
				printed[n] = errs[n].Error()
			}
		}
		return lists{certificates: printed[0], pods: printed[1], rollout: printed[2], rolloutErr: errs[2]}
	}}
}

// Look takes a look that begins after the call; many who ask at once share one. It is false when ctx ends before.
func (r *Runner) Look(ctx context.Context) (v View, there bool) { return r.views.Look(ctx) }

// scope is everything in the cluster, and the hosts that somebody watches.
func (r *Runner) scope() facts.Scope {
	scope := criteria.Scope(r.Target)
	scope.Patience = LastLook / 2 // the hosts that do not answer must not hold up all the others
	r.mu.Lock()
	defer r.mu.Unlock()
	for host, watchers := range r.hosts {
		if watchers > 0 && !slices.Contains(scope.Hosts, host) {
			scope.Hosts = append(scope.Hosts, host)
			scope.Paths[host] = "/" // where the applications of faults answer
		}
	}
	return scope
}

// Watch has the hosts asked for in every look until the returned function is called.
func (r *Runner) Watch(hosts ...string) (stop func()) {
	add := func(n int) {
		r.mu.Lock()
		defer r.mu.Unlock()
		for _, host := range hosts {
			r.hosts[host] += n
		}
	}
	add(1)
	return func() { add(-1) }
}

// judgeIn judges a criterion of a route in a look, or by what its command prints.
func (r *Runner) judgeIn(ctx context.Context, id criteria.ID, v View, target judge.Target) judge.Judgement {
	return r.judge(ctx, id, target, func() View { return v })
}

// judge judges a criterion by what its command prints, and one without a command by a look.
func (r *Runner) judge(ctx context.Context, id criteria.ID, target judge.Target, look func() View) judge.Judgement {
	view := criteria.View{Target: target, ExternalDNS: r.ExternalDNS, Delivery: r.delivered()}
	if command := commandOf(id); command != nil {
		printed, err := r.Kubectl(ctx, command.Line(target))
		if err != nil {
			return judge.Judgement{ID: string(id), Reasons: []string{err.Error()}}
		}
		view.Printed = printed
		return criteria.Judge(id, view)
	}
	v := look()
	view.Facts, view.Explain = v.Facts, func() *diagnose.Explainer { return v.Explain }
	return criteria.Judge(id, view)
}

// commandOf is the command by whose output a criterion is judged; nil for one that a look shows.
func commandOf(id criteria.ID) *criteria.Command {
	c, _ := criteria.Lookup(id)
	return c.Command
}

// rolloutOf is the command that asks for the rollout of an application.
func rolloutOf(namespace string) string {
	return "kubectl -n " + namespace + " rollout status deployment/frontend --watch=false"
}

// usual runs the checks that people usually run, while the fault is in.
func (r *Runner) usual(ctx context.Context, v View, target judge.Target, application string) []Usual {
	route := target.Routes[0]
	printed, _ := r.lists.Look(ctx)
	rollout, err := printed.rollout, printed.rolloutErr
	if application != testbed.ApplicationNamespace {
		rollout, err = r.Kubectl(ctx, rolloutOf(application))
	}
	return []Usual{
		usualOfCertificates(printed.certificates, route.Namespace),
		usualOfPods(printed.pods, application),
		usualOfRollout(rollout, err),
		usualOfAddress(v.Facts, target),
		usualOfStatus(v.Facts, route.Namespace),
	}
}
