package run

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"al.essio.dev/pkg/shellescape"

	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/gitops"
	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// reproduce gives everything that did not pass the one line that does it again.
func (t *test) reproduce() {
	v := t.verdict
	for n := range v.Specs.List {
		if s := &v.Specs.List[n]; s.Result != verdict.Passed {
			s.Reproduce = t.command(selection(*s))
		}
	}
	for n := range v.Criteria {
		if c := &v.Criteria[n]; c.Result != verdict.Passed {
			c.Reproduce = t.command("LABELS", string(c.ID))
		}
	}
	for n := range v.Faults {
		if f := &v.Faults[n]; f.Result != verdict.Passed {
			f.Reproduce = t.command("FOCUS", " "+f.ID+": ")
		}
	}
	for n := range v.Upgrades {
		v.Upgrades[n].Reproduce = t.command("", "")
	}
}

// selection says how a spec is chosen: one of a criterion by its label, one of a fault by its id, any other by
// its name.
func selection(s verdict.Spec) (variable, value string) {
	if len(s.Criteria) == 1 && s.Criteria[0].Family() != criteria.FailurePattern {
		return "LABELS", string(s.Criteria[0])
	}
	if head, _, found := strings.Cut(s.Name, ": "); found && len(s.Criteria) == 1 {
		return "FOCUS", head[strings.LastIndex(head, " "):] + ": "
	}
	return "FOCUS", regexp.QuoteMeta(s.Name)
}

// command is the line that runs part of this run again.
func (t *test) command(variable, value string) string {
	o := t.options
	target, said := "e2e", []string{}
	if o.Catalogue == verdict.Full {
		target = "e2e-full"
	}
	own := []string{"fixtures/bundles/reference", "fixtures/apps"}
	if o.Candidate != "" {
		target, variable = "gate", ""
		said = append(said, "BASELINE", o.Bundle, "CANDIDATE", o.Candidate, "APPS", o.Apps)
		own = append(own, "fixtures/bundles/candidate")
	} else {
		said = append(said, "BUNDLE", o.Bundle, "APPS", o.Apps)
	}
	out, others := "make "+target, 0
	for n := 0; n < len(said); n += 2 {
		path := builtInName(said[n+1])
		if rel, err := filepath.Rel(o.Dir, path); err == nil && filepath.IsLocal(rel) {
			path = rel
		}
		if !slices.Contains(own, path) {
			out += fmt.Sprintf(" %s=%s", said[n], quote(path))
			others++
		}
	}
	if o.CandidateTraefik != o.Traefik && others > 0 { // the project's own pair has its own
		out += " TRAEFIK=" + quote(o.CandidateTraefik)
	}
	if o.Kubernetes != "" {
		out += " KUBERNETES=" + quote(o.Kubernetes)
	}
	if o.Engine != "" && o.Engine != gitops.Rendered {
		out += " ENGINE=" + quote(o.Engine)
	}
	if reading := o.Reading.command(); reading != "" {
		out += " READING=" + quote(reading)
	}
	if o.Node != "" {
		out += " NODE=" + quote(o.Node)
	}
	if variable != "" {
		out += fmt.Sprintf(" %s=%s", variable, quote(value))
	}
	if seed := t.verdict.Suite.Seed; seed != 0 {
		out += fmt.Sprintf(" SEED=%d", seed)
	}
	return out
}

// quote makes a word of a shell, and of make, which reads $ on its command line.
func quote(s string) string { return shellescape.Quote(strings.ReplaceAll(s, "$", "$$")) }
