// Package lifecycle knows until when releases of the edge's components are supported, which Kubernetes they are
// tested on, and which advisories name them. It answers with notes, never with a judgment: a component out of
// support may still work. It knows image references and dates and makes no request; the data has a date of its
// own, and gets old.
package lifecycle

import (
	_ "embed" // for the data
	"errors"
	"fmt"
	"time"

	"github.com/Masterminds/semver/v3"
	"sigs.k8s.io/yaml"
)

//go:embed data.yaml
var data []byte

// Data is what is known, and since when.
type Data struct {
	Date       Day         `json:"date"`
	Components []Component `json:"components"`
	Kubernetes []Release   `json:"kubernetes"`
}

// Component is a program of the edge.
type Component struct {
	Name string `json:"name"`
	// Images are the last parts of the repositories of its images.
	Images     []string   `json:"images"`
	Releases   []Release  `json:"releases,omitempty"`
	Advisories []Advisory `json:"advisories,omitempty"`
}

// Release is a minor, "1.19".
type Release struct {
	Release  string `json:"release"`
	Released Day    `json:"released,omitzero"`
	// EndOfLife is the first day without support; absent while none is known.
	EndOfLife Day `json:"endOfLife,omitzero"`
	// Kubernetes are the oldest and the newest minor that it is tested on; empty where its makers do not say.
	Kubernetes []string `json:"kubernetes,omitempty"`
	Source     Source   `json:"source"`
}

// Advisory is a published vulnerability.
type Advisory struct {
	ID       string  `json:"id"`
	Severity string  `json:"severity"`
	Title    string  `json:"title"`
	Affected []Range `json:"affected"`
	Source   Source  `json:"source"`
}

// Range is a range of versions: From is the first that is affected, Fixed the first that is not.
type Range struct {
	From  string `json:"from"`
	Fixed string `json:"fixed"`
}

// Source says where something was read.
type Source struct {
	URL  string `json:"url"`
	Read Day    `json:"read"`
}

// Day is a day in UTC, written 2006-01-02.
type Day struct{ time.Time }

// UnmarshalJSON reads a day.
func (d *Day) UnmarshalJSON(raw []byte) error {
	at, err := time.Parse(`"`+time.DateOnly+`"`, string(raw))
	if err != nil {
		return fmt.Errorf("%s is no day; write it as 2026-01-31", raw)
	}
	d.Time = at
	return nil
}

// String writes a day as it is read.
func (d Day) String() string { return d.Format(time.DateOnly) }

// Own reads the data that is compiled in.
func Own() (*Data, error) { return Read(data) }

// Read reads data in YAML and refuses what is incomplete, naming the entry.
func Read(text []byte) (*Data, error) {
	d := &Data{}
	if err := yaml.UnmarshalStrict(text, d); err != nil {
		return nil, fmt.Errorf("read the data on support: %w", err)
	}
	if err := d.check(); err != nil {
		return nil, fmt.Errorf("read the data on support: %w", err)
	}
	return d, nil
}

func (d *Data) check() error {
	var errs []error
	if d.Date.IsZero() {
		errs = append(errs, errors.New("no date"))
	}
	releases := func(of string, list []Release) {
		for _, r := range list {
			if _, err := semver.NewVersion(r.Release); err != nil {
				errs = append(errs, fmt.Errorf("%s: release %q is no version", of, r.Release))
			}
			if n := len(r.Kubernetes); n != 0 && n != 2 {
				errs = append(errs, fmt.Errorf("%s %s: kubernetes has %d minors, want the oldest and the newest", of, r.Release,
					n))
			}
			errs = append(errs, r.Source.check(of+" "+r.Release))
		}
	}
	releases("Kubernetes", d.Kubernetes)
	for _, c := range d.Components {
		if c.Name == "" || len(c.Images) == 0 {
			errs = append(errs, fmt.Errorf("component %q: give name and images", c.Name))
		}
		releases(c.Name, c.Releases)
		for _, a := range c.Advisories {
			errs = append(errs, a.Source.check(c.Name+" "+a.ID))
			if len(a.Affected) == 0 {
				errs = append(errs, fmt.Errorf("%s %s: no affected versions", c.Name, a.ID))
			}
			for _, r := range a.Affected {
				from, err := semver.NewVersion(r.From)
				fixed, err2 := semver.NewVersion(r.Fixed)
				if err != nil || err2 != nil || !from.LessThan(fixed) {
					errs = append(errs, fmt.Errorf("%s %s: affected from %q, fixed %q: want two versions, the older first", c.Name,
						a.ID, r.From, r.Fixed))
				}
			}
		}
	}
	return errors.Join(errs...)
}

func (s Source) check(of string) error {
	if s.URL == "" || s.Read.IsZero() {
		return fmt.Errorf("%s: no source; give url and the day on which it was read", of)
	}
	return nil
}
