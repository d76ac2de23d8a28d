package faultrun

import (
	"context"
	"slices"

	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/diagnose/rules"
	"github.com/edgeproof/edgeproof/e2e/evidence"
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
	scope := judge.Scope(r.Target)
	scope.Parts, scope.Namespaces = nil, nil
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

// judgeIn judges a criterion of a route in a look: by the snapshot, by what its command prints, or by the diagnosis.
func (r *Runner) judgeIn(ctx context.Context, id criteria.ID, v View, target judge.Target) judge.Judgement {
	switch {
	case id.Family() == criteria.VerificationCommand:
		out, err := r.Kubectl(ctx, judge.SpecifiedCommand(id, target))
		if err != nil {
			return judge.Judgement{ID: id, Reasons: []string{err.Error()}}
		}
		return judge.Read(id, out, target, r.ExternalDNS)
	case id == "DW-5":
		return evidence.Explained(v.Facts, v.Explain, target)
	}
	return judge.Judge(id, v.Facts, target)
}

// rolloutOf is the command that asks for the rollout of an application.
func rolloutOf(namespace string) string {
	return "kubectl -n " + namespace + " rollout status deployment/frontend --watch=false"
}

// usual runs the checks that people usually run, while the fault is in.
func (r *Runner) usual(ctx context.Context, v View, target judge.Target, application string) []judge.Usual {
	route := target.Routes[0].Ingress
	printed, _ := r.lists.Look(ctx)
	rollout, err := printed.rollout, printed.rolloutErr
	if application != testbed.ApplicationNamespace {
		rollout, err = r.Kubectl(ctx, rolloutOf(application))
	}
	return []judge.Usual{
		judge.UsualOfCertificates(printed.certificates, route.Namespace),
		judge.UsualOfPods(printed.pods, application),
		judge.UsualOfRollout(rollout, err),
		judge.UsualOfAddress(v.Facts, target),
		judge.UsualOfStatus(v.Facts, route.Namespace),
	}
}
