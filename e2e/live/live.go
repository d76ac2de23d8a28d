// Package live judges a bundle on a cluster that exists and that must stay as it is: against the real provider,
// the real certificate authority and the real internet.
//
// It can change nothing: facts come from readers, kubectl is run for the specification's own commands, all of
// which only read, and neither the injector of faults nor the installer is among the packages that it is made
// of.
package live

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
	"time"

	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/diagnose/rules"
	"github.com/edgeproof/edgeproof/e2e/evidence"
	"github.com/edgeproof/edgeproof/e2e/explain"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/judge"
	"github.com/edgeproof/edgeproof/e2e/progress"
	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// Provider is the cluster provider in a verdict.
const Provider = "existing cluster"

// commandTime bounds one command of kubectl.
const commandTime = 30 * time.Second

// Options are what is judged, and where.
type Options struct {
	// Target is what the bundle promises; ExternalDNS is the name of its Deployment.
	Target      judge.Target
	ExternalDNS string
	// Explain selects the cluster and how it is read, as for `edgeproof explain`.
	Explain explain.Options
	Log     *progress.Log
}

// Judge looks at the cluster once and fills the verdict with what it sees: the criteria that need no
// installation and no fault, what the external client receives, and the causes of what is wrong. What could not
// be looked at, for want of a right, a token or kubectl, is unsupported, which is no pass. The error is of a
// cluster that does not answer.
func Judge(ctx context.Context, o Options, v *verdict.Verdict) error {
	var (
		l   = look{Options: o}
		err error
	)
	started := time.Now()
	if err := o.Log.Run("look at the cluster", func() error {
		l.facts, err = explain.Collect(ctx, o.Explain, criteria.Scope(o.Target))
		return err
	}); err != nil {
		return err
	}
	v.Phases = append(v.Phases, verdict.Phase{
		Name: "look", Started: started.UTC(),
		Seconds: verdict.Seconds(time.Since(started)),
	})
	l.explain = rules.New(l.facts)
	var specs []verdict.Spec
	for _, c := range criteria.All() {
		if !verdict.Live.Judges(c.ID.Family()) {
			continue
		}
		step := o.Log.Start(string(c.ID) + " " + c.Text)
		spec := l.spec(ctx, c)
		step.End(spec.Result == verdict.Passed)
		specs = append(specs, spec)
	}
	v.Cluster = verdict.Cluster{Provider: Provider, Kubernetes: l.facts.Kubernetes}
	v.Specs = verdict.Tally(len(specs), 0, specs)
	v.Routes = evidence.Routes(l.facts, o.Target)
	for n := range v.Routes {
		if v.Routes[n].Result == verdict.Failed && criteria.Unread(criteria.Works, l.view("")) {
			v.Routes[n].Result = verdict.Unsupported
		}
	}
	v.Findings = evidence.Findings(criteria.Diagnoses(l.explain, o.Target))
	v.JudgeCriteria()
	return nil
}

// look is one look at the cluster, and what explains it.
type look struct {
	Options

	facts   *facts.Snapshot
	explain *diagnose.Explainer
}

func (l look) spec(ctx context.Context, c criteria.Criterion) verdict.Spec {
	began := time.Now()
	spec := verdict.Spec{Name: string(c.ID) + " " + c.Text, Criteria: []criteria.ID{c.ID}, Finished: true, Attempts: 1}
	var j judge.Judgement
	spec.Result = verdict.Passed
	switch {
	case c.Command != nil:
		j, spec.Result = l.command(ctx, c)
	default:
		j = criteria.Judge(c.ID, l.view(""))
		if !j.Met && criteria.Unread(c.ID, l.view("")) {
			spec.Result = verdict.Unsupported
		}
	}
	if !j.Met && spec.Result == verdict.Passed {
		spec.Result = verdict.Failed
	}
	if !j.Met {
		spec.Reason, spec.Objects = j.String(), evidence.Objects(j.Reasons)
	}
	spec.Evidence, spec.Seconds = j.Evidence, verdict.Seconds(time.Since(began))
	return spec
}

// view is what criteria are judged by.
func (l look) view(printed string) criteria.View {
	return criteria.View{
		Facts: l.facts, Target: l.Target, Explain: func() *diagnose.Explainer { return l.explain },
		Printed: printed, ExternalDNS: l.ExternalDNS,
	}
}

// command runs the specification's command and reads what it prints.
func (l look) command(ctx context.Context, c criteria.Criterion) (judge.Judgement, verdict.Result) {
	command := c.Command.Line(l.Target)
	not := func(reason string, result verdict.Result) (judge.Judgement, verdict.Result) {
		return judge.Judgement{ID: string(c.ID), Final: true, Reasons: []string{reason}}, result
	}
	kubectl, err := exec.LookPath("kubectl")
	if err != nil {
		return not(fmt.Sprintf("`%s` was not run: there is no kubectl on this machine's PATH; install it", command),
			verdict.Unsupported)
	}
	ctx, cancel := context.WithTimeout(ctx, commandTime)
	defer cancel()
	var args []string
	for _, flag := range []struct{ name, value string }{
		{"--kubeconfig=", l.Explain.Kubeconfig},
		{"--context=", l.Explain.Context},
	} {
		if flag.value != "" {
			args = append(args, flag.name+flag.value)
		}
	}
	cmd := exec.CommandContext(ctx, kubectl, append(args,
		strings.Fields(command)[1:]...)...) // #nosec G204 -- the specification's command
	var stderr strings.Builder
	cmd.Stderr = &stderr
	printed, err := cmd.Output()
	if err != nil {
		if strings.Contains(stderr.String(), "(Forbidden)") {
			return not(fmt.Sprintf("`%s`: %s; request the right", command, strings.TrimSpace(stderr.String())),
				verdict.Unsupported)
		}
		err = fmt.Errorf("%w: %s", err, strings.TrimSpace(stderr.String()))
		return not(c.Command.Impossible(err, l.facts, l.Target), verdict.Failed)
	}
	j := criteria.Judge(c.ID, l.view(string(printed)))
	j.Evidence = append([]string{"$ " + command}, j.Evidence...)
	return j, verdict.Passed
}
