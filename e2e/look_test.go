package e2e_test

import (
	"context"
	"slices"

	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/evidence"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/judge"
	"github.com/edgeproof/edgeproof/e2e/testbed"
)

// view is one look at everything, with what explains it.
type view struct {
	facts   *facts.Snapshot
	explain *diagnose.Explainer
}

// lists is what kubectl printed at one moment: of everything, and of the application that routes of faults share.
type lists struct {
	certificates, pods, rollout string
	rolloutErr                  error
}

// share makes the looks that faults share when they run side by side.
func (e *edge) share() {
	e.views = &facts.Shared[view]{Take: func(ctx context.Context) view {
		s := facts.Collect(ctx, e.sources, e.scope())
		e.recorder.See(s)
		return view{s, diagnose.New(s)}
	}}
	e.lists = &facts.Shared[lists]{Take: func(ctx context.Context) lists {
		printed, errs := e.kubectls(ctx, "kubectl get certificates -A", "kubectl get pods -A", rolloutOf(testbed.ApplicationNamespace))
		for n := range 2 { // what kubectl says of its own failure is what a person would read
			if errs[n] != nil {
				printed[n] = errs[n].Error()
			}
		}
		return lists{certificates: printed[0], pods: printed[1], rollout: printed[2], rolloutErr: errs[2]}
	}}
}

// scope is everything in the cluster, and the hosts that somebody watches.
func (e *edge) scope() facts.Scope {
	scope := judge.Scope(e.target)
	scope.Parts, scope.Namespaces = nil, nil
	scope.Patience = lastLook / 2 // the hosts that do not answer must not hold up all the others
	e.mu.Lock()
	defer e.mu.Unlock()
	for host, watchers := range e.hosts {
		if watchers > 0 && !slices.Contains(scope.Hosts, host) {
			scope.Hosts = append(scope.Hosts, host)
			scope.Paths[host] = "/" // where the applications of faults answer
		}
	}
	return scope
}

// watch has the hosts asked for in every look until the returned function is called.
func (e *edge) watch(hosts ...string) (stop func()) {
	add := func(n int) {
		e.mu.Lock()
		defer e.mu.Unlock()
		for _, host := range hosts {
			e.hosts[host] += n
		}
	}
	add(1)
	return func() { add(-1) }
}

// judgeIn judges a criterion of a route in a look: by the snapshot, by what its command prints, or by the diagnosis.
func (e *edge) judgeIn(ctx context.Context, id criteria.ID, v view, target judge.Target) judge.Judgement {
	switch {
	case id.Family() == criteria.VerificationCommand:
		out, err := e.kubectl(ctx, judge.SpecifiedCommand(id, target))
		if err != nil {
			return judge.Judgement{ID: id, Reasons: []string{err.Error()}}
		}
		return judge.Read(id, out, target, e.externalDNS)
	case id == "DW-5":
		return evidence.Explained(v.facts, v.explain, target)
	}
	return judge.Judge(id, v.facts, target)
}

// rolloutOf is the command that asks for the rollout of an application.
func rolloutOf(namespace string) string {
	return "kubectl -n " + namespace + " rollout status deployment/frontend --watch=false"
}

// usual runs the checks that people usually run, while the fault is in.
func (e *edge) usual(ctx context.Context, v view, target judge.Target, application string) []judge.Usual {
	route := target.Routes[0].Ingress
	printed, _ := e.lists.Look(ctx)
	rollout, err := printed.rollout, printed.rolloutErr
	if application != testbed.ApplicationNamespace {
		rollout, err = e.kubectl(ctx, rolloutOf(application))
	}
	return []judge.Usual{
		judge.UsualOfCertificates(printed.certificates, route.Namespace),
		judge.UsualOfPods(printed.pods, application),
		judge.UsualOfRollout(rollout, err),
		judge.UsualOfAddress(v.facts, target),
		judge.UsualOfStatus(v.facts, route.Namespace),
	}
}
