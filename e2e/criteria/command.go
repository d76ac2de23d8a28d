package criteria

import (
	"cmp"
	"fmt"
	"slices"

	apps "k8s.io/api/apps/v1"

	"github.com/edgeproof/edgeproof/e2e/edge/kubectl"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/judge"
)

// Command is a verification command of the specification.
type Command struct {
	// Line is the specification's command; where that is for the reference bundle's application, it is for the
	// target's first route.
	Line func(judge.Target) string
	// Works is the command that works on a cluster: the specification's own, unless the bundle makes that impossible
	// by giving an object another name, which is a finding. It is "" when what the command asks for is not there.
	Works func(*facts.Snapshot, judge.Target) string
}

// Impossible says that the bundle makes the command impossible, and which one would work.
func (c *Command) Impossible(err error, s *facts.Snapshot, t judge.Target) string {
	line, working := c.Line(t), c.Works(s, t)
	if working == "" {
		return fmt.Sprintf("`%s` does not work on this bundle: %v; what it asks for is not there", line, err)
	}
	return fmt.Sprintf("`%s` does not work on this bundle: %v; this does: `%s`", line, err, working)
}

// always is a command that is the same for every target.
func always(line string) func(judge.Target) string { return func(judge.Target) string { return line } }

// shown is the route that the commands are about: the specification's own where the target has it, else the first one
// of which a record can be made.
func shown(t judge.Target) judge.Route {
	own := slices.IndexFunc(t.Routes, func(r judge.Route) bool {
		return r.Kind == "Ingress" && r.Namespace == "develop" && r.Name == "frontend"
	})
	synced := slices.IndexFunc(t.Routes, func(r judge.Route) bool {
		return slices.ContainsFunc(r.Hosts, func(host string) bool { return !unsynced(t, host) })
	})
	return t.Routes[max(0, cmp.Or(own+1, synced+1)-1)]
}

// whereRouted is a command on the route that is shown, where that is there.
func whereRouted(line func(judge.Target) string) func(*facts.Snapshot, judge.Target) string {
	return func(s *facts.Snapshot, t judge.Target) string {
		if len(t.Routes) == 0 {
			return ""
		}
		if _, found := s.Route(shown(t).Source); !found {
			return ""
		}
		return line(t)
	}
}

// first is the first Deployment of a component, nil when there is none.
func first(s *facts.Snapshot, c facts.Component) *apps.Deployment {
	if running := s.Running(c); len(running) > 0 {
		return &running[0]
	}
	return nil
}

// refused notes the errors that kubectl printed in place of an answer.
func refused(j *judge.Judgement, printed string) {
	for _, line := range kubectl.Errors(printed) {
		j.Lacks("kubectl: %s", judge.Short(line))
	}
}
