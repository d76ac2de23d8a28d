package delivery

import (
	"fmt"
	"slices"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/flux"
)

// kind is one reason for which a delivery by Flux ends.
type kind struct {
	code                      diagnose.Code
	meaning, evidence, remedy string
	is                        func(flux.Stop) bool
	// problem says what is wrong, for the middle of a sentence; advise says what to do about it.
	problem string
	advise  func(flux.Stop) diagnose.Remedy
}

func (k kind) rule() diagnose.Rule {
	return diagnose.Rule{
		Code: k.code, Kind: diagnose.Upstream, Meaning: k.meaning, Evidence: k.evidence, Remedy: k.remedy,
		Explains: explains, Find: k.find,
	}
}

func (k kind) find(r *diagnose.Route) []diagnose.Finding {
	var out []diagnose.Finding
	for _, s := range r.Index.Deliveries.Stops {
		if codeOf(s) != k.code || !concerns(r, s) {
			continue
		}
		summary := s.String() + " " + k.problem
		if s.Message != "" {
			summary += ": " + diagnose.Short(s.Message)
		}
		evidence := evidenceOf(r, s)
		if behind := behindOf(r, s); len(behind) > 0 {
			summary += "; " + behind[0].Text
			evidence = append(evidence, behind...)
		}
		out = append(out, diagnose.Finding{
			Object: s.String(), Summary: summary, Evidence: evidence, Remedy: k.advise(s),
		})
	}
	return out
}

// codeOf is the code of the first kind that a stop is of.
func codeOf(s flux.Stop) diagnose.Code {
	for _, k := range kinds() {
		if k.is(s) {
			return k.code
		}
	}
	return ""
}

// evidenceOf is what the object at which a delivery ends reports.
func evidenceOf(r *diagnose.Route, s flux.Stop) []diagnose.Evidence {
	if s.Missing {
		return []diagnose.Evidence{diagnose.Fact(s.String(), "not found")}
	}
	out := []diagnose.Evidence{diagnose.Fact(s.String(), "%s%s: %s: %s", s.State, diagnose.Since(s.Since), s.Reason,
		s.Message)}
	if s.URL != "" {
		out = append(out, diagnose.Fact(s.String(), "fetches %s", strings.TrimSpace(s.URL+" "+s.Wanted)))
	}
	if s.Remediated != "" {
		out = append(out, diagnose.Fact(s.String(), "remediated: %s", s.Remediated))
	}
	for n, release := range s.History {
		if n == 2 {
			break
		}
		out = append(out, diagnose.Fact(s.String(), "release %d: chart %s %s, app %s, "+
			"%s", release.Number, release.Chart,
			release.Version, release.App, release.Status))
	}
	if events := r.Index.EngineEvents(s.Ref); len(events) > 0 && events[0].Type == "Warning" {
		out = append(out, diagnose.Fact("event of "+s.String(), "%s: %s", events[0].Reason, events[0].Message))
	}
	return out
}

// behindOf says of what waits for a stop how far it is behind.
func behindOf(r *diagnose.Route, s flux.Stop) []diagnose.Evidence {
	var out []diagnose.Evidence
	for _, ref := range s.Waiting {
		o, there := r.Index.Deliveries.Flux.Find(ref)
		if !there {
			continue
		}
		if text, behind := r.Index.Deliveries.Flux.Behind(o); behind {
			out = append(out, diagnose.Fact(ref.String(), "%s", text))
		}
	}
	return out
}

// has reports whether a message has one of the texts.
func has(message string, texts ...string) bool {
	for _, text := range texts {
		if strings.Contains(message, text) {
			return true
		}
	}
	return false
}

// resource is the name of a kind in flux's command line.
func resource(kind string) string {
	switch kind {
	case flux.GitRepository:
		return "source git"
	case flux.OCIRepository:
		return "source oci"
	case flux.HelmRepository:
		return "source helm"
	case flux.HelmChart:
		return "source chart"
	case flux.Bucket:
		return "source bucket"
	}
	return strings.ToLower(kind)
}

// reconcile is the command that requests a reconciliation.
func reconcile(ref flux.Ref) string {
	command := fmt.Sprintf("flux reconcile %s %s -n %s", resource(ref.Kind), ref.Name, ref.Namespace)
	if ref.Kind == flux.Kustomization {
		command += " --with-source"
	}
	return command
}

// inGit is the remedy of what is mended in the repository.
func inGit(text string) func(flux.Stop) diagnose.Remedy {
	return func(s flux.Stop) diagnose.Remedy {
		where := "in Git"
		if s.Path != "" {
			where += ", below " + s.Path
		}
		return diagnose.Remedy{Text: text + " " + where + ", then request a reconciliation", Command: reconcile(s.Ref)}
	}
}

// source reports whether a stop is a source that is not fetched.
func source(s flux.Stop) bool { return fetches(s) && s.State != flux.Ready }

func short(revision string) string { return flux.ShortRevision(revision) }

// add appends a text that a list does not have.
func add(list []string, text string) []string {
	if slices.Contains(list, text) {
		return list
	}
	return append(list, text)
}
