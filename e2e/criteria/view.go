package criteria

import (
	"fmt"
	"slices"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/flux"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/judge"
)

// View is what criteria are judged by: a snapshot, what is expected of it, and what is in no snapshot.
type View struct {
	Facts  *facts.Snapshot
	Target judge.Target
	// Explain explains the snapshot. It is called by those criteria alone that need everything.
	Explain func() *diagnose.Explainer
	// Printed is what the criterion's command printed.
	Printed string
	// ExternalDNS is the name of external-dns's Deployment.
	ExternalDNS string
	// Delivery is what a GitOps engine was to deliver, and did; nil where none does.
	Delivery *Delivered
}

// Delivered is a bundle as a GitOps engine delivered it.
type Delivered struct {
	// Source is the repository of the bundle, and Revision what is judged.
	Source   flux.Ref
	Revision string
	// Objects are those of the engine that the bundle has.
	Objects []flux.Ref
	// Stuck says what did not become ready on the new cluster, "" for nothing.
	Stuck string
	// Promotion says how a new revision was taken over, and Unpromoted why it was not; both are "" where none was tried.
	Promotion, Unpromoted string
}

// Judge judges one criterion. An id that cannot be judged is an unmet, final judgement that says so.
func Judge(id ID, v View) judge.Judgement {
	c, ok := Lookup(id)
	if !ok || c.Check == nil {
		j := judge.Judgement{ID: string(id)}
		j.Never("%s: not judged from a snapshot; these are: %v", id, judgeable())
		return j.Conclude()
	}
	var j judge.Judgement
	if len(c.Needs) > 0 {
		j = c.unread(v)
	}
	if len(j.Reasons) == 0 {
		j = c.Check(v)
	}
	j.ID = string(id)
	j = j.Conclude()
	if !j.Met {
		j.TooEarly = c.TooEarly
	}
	return j
}

func judgeable() []ID {
	var out []ID
	for _, c := range All() {
		if c.Check != nil {
			out = append(out, c.ID)
		}
	}
	return out
}

// Scope is what must be collected to judge the criteria, and no more. Without a criterion it is everything.
func Scope(t judge.Target, ids ...ID) facts.Scope {
	out := facts.Scope{Hosts: t.Hosts(), Controller: t.Controller, Paths: map[string]string{}}
	for _, r := range t.Routes {
		for _, host := range r.Hosts {
			out.Paths[host] = r.Requested()
		}
	}
	for _, id := range ids {
		c, _ := Lookup(id)
		if len(c.Needs) == 0 {
			ids, out.Parts = nil, nil
			break
		}
		out.Parts = append(append(out.Parts, c.needs(t)...), c.Helps...)
	}
	if len(ids) > 0 {
		out.Namespaces = t.Namespaces()
	}
	slices.Sort(out.Parts)
	out.Parts = slices.Compact(out.Parts)
	return out
}

// Unread reports whether something that a criterion needs was not collected, or could not be read.
func Unread(id ID, v View) bool {
	c, _ := Lookup(id)
	return len(c.unread(v).Reasons) > 0
}

// needs are the parts that the criterion needs for a target: in place of Ingresses, the kinds of its routes.
func (c Criterion) needs(t judge.Target) []facts.Part {
	var out []facts.Part
	for _, part := range c.Needs {
		if part != facts.Ingresses || len(t.Routes) == 0 {
			out = append(out, part)
			continue
		}
		for _, r := range t.Routes {
			out = append(out, facts.RoutePart(r.Kind))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// unread says which of the needed parts were not collected or could not be: what was not seen must not be called
// missing.
func (c Criterion) unread(v View) judge.Judgement {
	var j judge.Judgement
	for _, part := range c.needs(v.Target) {
		if !v.Facts.Has(part) {
			j.Never("snapshot: holds no %s, which %s needs: collect it", part, c.ID)
			continue
		}
		for _, e := range v.Facts.Trouble(part) {
			if strings.HasSuffix(e.Object, facts.PreviousRun) {
				continue // the run before a restart is an extra
			}
			where := string(part)
			if e.Object != "" {
				where += " of " + e.Object
			}
			remedy := ""
			switch e.Reason {
			case "Forbidden":
				remedy = " (give the reader the right to get and list " + string(part) + ")"
			case "NotFound":
				remedy = fmt.Sprintf(" (are the CRDs that define %s installed?)", part)
			}
			j.Lacks("%s: could not be read: %s%s", where, e.Message, remedy)
		}
	}
	return j
}
