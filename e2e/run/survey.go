package run

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/bundle"
	"github.com/edgeproof/edgeproof/e2e/bundle/survey"
	"github.com/edgeproof/edgeproof/e2e/gitops"
	"github.com/edgeproof/edgeproof/e2e/standin"
	"github.com/edgeproof/edgeproof/e2e/supply"
	"github.com/edgeproof/edgeproof/e2e/testbed"
	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// read renders the bundle. One that is complete is judged whole, as it is written. Of a repository that is not,
// since parts of it are encrypted or cannot be had from here, the edge is judged, and what is missing there is
// stood in for.
func (e *Env) read(ctx context.Context) error {
	o := e.Options
	found, err := o.Reading.Edge(ctx, o.minor(), o.Bundle, o.Apps, o.Log.Note)
	if err != nil {
		return err
	}
	e.Bundle, e.Apps, e.Survey = found.Bundle, found.Apps, found.Survey
	if o.Candidate != "" {
		next, err := o.Reading.Edge(ctx, o.minor(), o.Candidate, o.Apps, o.Log.Note)
		if err != nil {
			return err
		}
		e.Candidate, e.next = next.Bundle, next.Survey
	}
	if e.Survey == nil && e.next == nil {
		return nil
	}
	if e.Options.Engine == gitops.FluxName {
		return &bundle.Error{
			File: o.Bundle, Problem: "not all of the bundle can be delivered from here, and --engine flux delivers all of it",
			Remedy: "use --engine rendered, which applies what is the edge",
		}
	}
	e.Options.Engine = gitops.Rendered
	if e.Survey != nil {
		e.notice(recorded(e.Survey))
	}
	return nil
}

// judgeable reports why nothing of what was rendered can be judged, before anything is made for it.
func (e *Env) judgeable() error {
	_, err := testbed.Target(e.Bundle, e.Apps)
	if err == nil {
		return nil
	}
	return &bundle.Error{File: e.Options.Bundle, Problem: err.Error(), Remedy: "name the folder of a cluster that has " +
		"routes, or give APPS= a folder of applications; `edgeproof bundle` shows what is read"}
}

// recorded is what the verdict says of a survey.
func recorded(s *survey.Survey) *verdict.Survey {
	out := &verdict.Survey{LeftOut: verdict.LeftOut{
		Objects: s.LeftOut.Objects, ByKind: s.LeftOut.ByKind,
		Releases: s.LeftOut.Releases,
	}}
	for _, secret := range s.StandIns.Secrets {
		out.StandIns = append(out.StandIns, verdict.StandIn{
			For: "Secret " + secret.Namespace + "/" + secret.Name, Reason: secret.Reason, File: secret.File, Line: secret.Line,
		})
	}
	for _, app := range s.StandIns.Applications {
		out.StandIns = append(out.StandIns, verdict.StandIn{For: app.Object, Reason: "an application behind a route; its " +
			"images are not run"})
	}
	for _, n := range s.StandIns.Namespaces {
		out.StandIns = append(out.StandIns, verdict.StandIn{
			For: n.Object, Reason: "nothing in the bundle makes it, and " + n.For + " needs it", File: n.File, Line: n.Line,
		})
	}
	for _, n := range s.StandIns.Services {
		out.StandIns = append(out.StandIns, verdict.StandIn{
			For: n.Object, Reason: "nothing in the bundle makes it, and " + n.For +
				" leads to it: its application is taken to " +
				"be delivered from elsewhere", File: n.File, Line: n.Line,
		})
	}
	for _, n := range s.StandIns.Classes {
		out.StandIns = append(out.StandIns, verdict.StandIn{
			For: n.Object, Reason: "of " + n.For, File: n.File, Line: n.Line,
		})
	}
	for _, v := range s.Variables {
		out.StandIns = append(out.StandIns, verdict.StandIn{For: "variable " +
			v.Name, Reason: "it has no value in the repository; read as " + v.Value})
	}
	for _, f := range s.Findings {
		out.Notices = append(out.Notices, verdict.Notice{
			Severity: f.Severity, Rule: f.Rule, File: f.File, Line: f.Line, Object: f.Object, Problem: f.Problem,
			Remedy: f.Remedy,
		})
	}
	return out
}

// notice prints what stands in, what is left out, and what was found about the edge.
func (e *Env) notice(s *verdict.Survey) {
	log := e.Options.Log
	log.Note("not all of this repository can be had from here: its edge is judged")
	for _, stand := range s.StandIns {
		log.Note("stand-in for %s: %s", stand.For, stand.Reason)
	}
	log.Note("left out: %d objects and %d releases, which are no part of the edge", s.LeftOut.Objects,
		len(s.LeftOut.Releases))
	rest := 0
	for n, f := range s.Notices {
		if e.Survey != nil && !e.Survey.Findings[n].Edge || f.Severity == string(bundle.Noted) {
			rest++
			continue
		}
		log.Warn("%s: %s: %s; %s", place(f), f.Object, f.Problem, f.Remedy)
	}
	if rest > 0 {
		log.Note("%d findings are about other parts or for information: `edgeproof bundle %s --all` shows them", rest,
			e.Options.Bundle)
	}
}

func place(n verdict.Notice) string {
	if n.Line == 0 {
		return n.File
	}
	return fmt.Sprintf("%s:%d", n.File, n.Line)
}

// standIns are the Secrets that the test environment makes; none for bundles that are judged whole.
func (e *Env) standIns() []standin.Secret {
	var all []standin.Secret
	for _, s := range []*survey.Survey{e.Survey, e.next} {
		if s != nil {
			all = append(all, s.StandIns.Secrets...)
		}
	}
	return all
}

// leaveOut takes a component of a repository whose image can neither be pulled nor built out of what is judged, so
// that images are provided again without it. It is done where that is not what has failed, or the edge stands on it.
func (e *Env) leaveOut(failed error) (done bool, err error) {
	var missing *supply.MissingError
	if e.Survey == nil || !errors.As(failed, &missing) || len(missing.UsedBy) == 0 {
		return true, failed
	}
	for _, user := range missing.UsedBy {
		user, _, _ = strings.Cut(user, " container ")
		if !e.Survey.Drop(user, missing.Reference) {
			return true, failed
		}
		e.Options.Log.Warn("%s: image %s cannot be had: it is left out, and the rest is judged", user, missing.Reference)
	}
	e.Bundle, err = e.Survey.Components()
	return err != nil, err
}
