package bench

import (
	"slices"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

// Grade says how good a diagnosis is.
type Grade string

// The grades.
const (
	Right          Grade = "right"           // every cause, the root first, and no other
	Partly         Grade = "partly"          // a cause is named, but not first, not alone or not by its name
	Wrong          Grade = "wrong"           // something else is blamed, or a healthy route is
	Silent         Grade = "silent"          // not called healthy, and no cause is named
	FalselyHealthy Grade = "falsely healthy" // a broken route is called healthy
)

// Grades lists them, the best first.
func Grades() []Grade { return []Grade{Right, Partly, Wrong, Silent, FalselyHealthy} }

// Score grades a diagnosis by the right answer.
func Score(a Answer, d diagnose.Diagnosis) Grade {
	blamed := slices.ContainsFunc(d.Causes, func(f diagnose.Finding) bool { return f.Code != diagnose.Unattributed })
	switch {
	case a.Healthy && d.Healthy && a.noted(d):
		return Right
	case a.Healthy && blamed:
		return Wrong
	case a.Healthy && d.Healthy:
		return Partly
	case a.Healthy:
		return Silent
	case d.Healthy:
		return FalselyHealthy
	case a.right(d):
		return Right
	case a.partly(d):
		return Partly
	case blamed:
		return Wrong
	}
	return Silent
}

// right reports whether the diagnosis has each cause and note, the root cause first, and blames nothing else.
func (a Answer) right(d diagnose.Diagnosis) bool {
	if len(d.Causes) > 0 && (len(a.Causes) == 0 || !a.Causes[0].is(d.Causes[0])) {
		return false
	}
	for _, e := range a.Causes {
		if !slices.ContainsFunc(d.Causes, e.is) {
			return false
		}
	}
	for _, f := range d.Causes {
		if !slices.ContainsFunc(a.Causes, func(e Expected) bool { return e.is(f) }) {
			return false
		}
	}
	for _, link := range d.Chain {
		if link.State == diagnose.Broken && slices.Contains(a.Clear, link.Layer) {
			return false
		}
	}
	return a.noted(d)
}

func (a Answer) noted(d diagnose.Diagnosis) bool {
	return !slices.ContainsFunc(a.Notes, func(e Expected) bool { return !slices.ContainsFunc(d.Notes, e.is) })
}

// partly reports whether something of the truth is named: a cause or note as it is expected, or a cause of the right
// layer and object, or with the words that matter, under another code.
func (a Answer) partly(d diagnose.Diagnosis) bool {
	findings := slices.Concat(d.Causes, d.Notes)
	return slices.ContainsFunc(slices.Concat(a.Causes, a.Notes), func(e Expected) bool {
		return slices.ContainsFunc(findings, e.is) || slices.ContainsFunc(d.Causes, e.resembles)
	})
}

// is reports whether a finding is the expected one.
func (e Expected) is(f diagnose.Finding) bool {
	return f.Layer == e.Layer && (len(e.Codes) == 0 || slices.Contains(e.Codes, f.Code)) &&
		strings.Contains(f.Object, e.Object) && e.mentioned(f)
}

// resembles reports whether a finding of another code is about the expected object, or has the words that matter.
func (e Expected) resembles(f diagnose.Finding) bool {
	named := f.Code != diagnose.Unattributed && e.Object != "" && strings.Contains(f.Object, e.Object)
	return f.Layer == e.Layer && (named ||
		len(e.Mentions) > 0 && e.mentioned(f))
}

func (e Expected) mentioned(f diagnose.Finding) bool {
	text := []string{f.Object, f.Summary, f.Remedy.Text, f.Remedy.Command}
	for _, v := range f.Evidence {
		text = append(text, v.Source, v.Text)
	}
	whole := strings.ToLower(strings.Join(text, "\n"))
	return !slices.ContainsFunc(e.Mentions, func(m string) bool { return !strings.Contains(whole, strings.ToLower(m)) })
}
