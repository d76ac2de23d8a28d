package lifecycle

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/Masterminds/semver/v3"

	"github.com/edgeproof/edgeproof/e2e/edge/image"
)

// Kind says what a note is about.
type Kind string

// The kinds of notes.
const (
	EndOfLife Kind = "eol"      // the release has no support any more
	Advised   Kind = "advisory" // a published vulnerability names the version
	Untested  Kind = "untested" // its makers do not test it on this Kubernetes
	Old       Kind = "old-data" // what is known here is old
)

// Failing are the kinds that --fail-on takes.
func Failing() []string { return []string{string(EndOfLife), string(Advised)} }

// CheckKinds refuses what --fail-on does not take.
func CheckKinds(kinds []string) error {
	for _, k := range kinds {
		if !slices.Contains(Failing(), k) {
			return fmt.Errorf("--fail-on=%s is unknown; use %s", k, strings.Join(Failing(), ", "))
		}
	}
	return nil
}

// Only are the notes of some kinds.
func Only(notes []Note, kinds []string) []Note {
	var out []Note
	for _, n := range notes {
		if slices.Contains(kinds, string(n.Kind)) {
			out = append(out, n)
		}
	}
	return out
}

// Note is one thing to know of a component.
type Note struct {
	Kind      Kind   `json:"kind"`
	Component string `json:"component,omitempty"`
	Version   string `json:"version,omitempty"`
	Text      string `json:"text"`
	Source    string `json:"source,omitempty"` // URL
}

// oldAfter is how long the data is taken for complete.
const oldAfter = 90 * 24 * time.Hour

// Notes are what there is to know of a Kubernetes version and of the images of an edge, at a moment. A
// component that is not known, or a version that cannot be read, gets none.
func (d *Data) Notes(now time.Time, kubernetes string, images []string) []Note {
	var out []Note
	minor := minorOf(kubernetes)
	for _, r := range d.Kubernetes {
		if minor != "" && r.Release == minor && r.ended(now) {
			out = append(out, Note{
				EndOfLife, "Kubernetes", kubernetes,
				fmt.Sprintf("Kubernetes %s: end of life since %s", minor, r.EndOfLife), r.Source.URL,
			})
		}
	}
	seen := map[string]bool{}
	for _, reference := range slices.Sorted(slices.Values(images)) {
		for _, c := range d.Components {
			v := image.Version(reference)
			if v == nil || !slices.ContainsFunc(c.Images, func(program string) bool { return image.Is(reference, program) }) ||
				seen[c.Name+v.String()] {
				continue
			}
			seen[c.Name+v.String()] = true
			out = append(out, c.notes(now, v, minor)...)
		}
	}
	if age := now.Sub(d.Date.Time); age > oldAfter {
		out = append(out, Note{Kind: Old, Text: fmt.Sprintf(
			"what is known of support and advisories is of %s, %d days old: later releases and advisories are missing; take a "+
				"newer edgeproof", d.Date, int(age.Hours()/24),
		)})
	}
	return out
}

func (c Component) notes(now time.Time, v *semver.Version, kubernetes string) []Note {
	var out []Note
	note := func(kind Kind, source Source, format string, args ...any) {
		out = append(out, Note{kind, c.Name, v.String(), fmt.Sprintf("%s %s: ", c.Name, v) +
			fmt.Sprintf(format, args...), source.URL})
	}
	for _, r := range c.Releases {
		if r.Release != minorOf(v.String()) {
			continue
		}
		if r.ended(now) {
			note(EndOfLife, r.Source, "end of life since %s", r.EndOfLife)
		}
		if len(r.Kubernetes) == 2 && kubernetes != "" &&
			(older(kubernetes, r.Kubernetes[0]) || older(r.Kubernetes[1], kubernetes)) {
			note(Untested, r.Source, "tested on Kubernetes %s to %s, and this is %s", r.Kubernetes[0], r.Kubernetes[1],
				kubernetes)
		}
	}
	for _, a := range c.Advisories {
		if fixed := a.fixedAfter(v); fixed != "" {
			note(Advised, a.Source, "%s is fixed in %s (%s: %s)", a.ID, fixed, a.Severity, a.Title)
		}
	}
	return out
}

func (r Release) ended(now time.Time) bool {
	return !r.EndOfLife.IsZero() && !now.Before(r.EndOfLife.Time)
}

// fixedAfter is the version that fixes an advisory for those who have v; empty where v is not affected.
func (a Advisory) fixedAfter(v *semver.Version) string {
	for _, r := range a.Affected {
		from, err := semver.NewVersion(r.From)
		fixed, err2 := semver.NewVersion(r.Fixed)
		if cmp.Or(err, err2) == nil && !v.LessThan(from) && v.LessThan(fixed) {
			return r.Fixed
		}
	}
	return ""
}

// minorOf is the minor of a version, "1.37" of "v1.37.2"; empty where it cannot be read.
func minorOf(version string) string {
	v, err := semver.NewVersion(strings.TrimSpace(version))
	if err != nil {
		return ""
	}
	return fmt.Sprintf("%d.%d", v.Major(), v.Minor())
}

// older compares minors.
func older(a, b string) bool {
	x, err := semver.NewVersion(a)
	y, err2 := semver.NewVersion(b)
	return cmp.Or(err, err2) == nil && x.LessThan(y)
}
