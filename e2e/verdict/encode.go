package verdict

import (
	"bytes"
	"cmp"
	_ "embed" // for the schema
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

//go:embed schema.json
var schema string

// Schema is the JSON Schema (draft 2020-12) of verdict.json.
func Schema() []byte { return []byte(schema) }

// Encode writes the verdict as indented JSON with a final newline. Lists that must be there are written as []
// when empty.
func Encode(v *Verdict) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v.withLists()); err != nil {
		return nil, fmt.Errorf("encode verdict: %w", err)
	}
	return b.Bytes(), nil
}

// Parse reads one verdict of this version. Unknown fields and anything after the document are refused: a
// verdict that this version does not fully understand must not be acted on.
func Parse(data []byte) (*Verdict, error) {
	var head struct{ APIVersion, Kind string }
	if err := json.Unmarshal(data, &head); err == nil && (head.APIVersion != APIVersion || head.Kind != Kind) {
		return nil, fmt.Errorf("parse verdict: it is a %q of %q, want a %q of %q; read it with the version of edgeproof "+
			"that wrote it",
			head.Kind, head.APIVersion, Kind, APIVersion)
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	v := &Verdict{}
	if err := dec.Decode(v); err != nil {
		return nil, fmt.Errorf("parse verdict: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("parse verdict: there is more after the end of the document")
	}
	if v.APIVersion != APIVersion || v.Kind != Kind {
		return nil, fmt.Errorf("parse verdict: it is a %q of %q, want a %q of %q; read it with the version of edgeproof "+
			"that wrote it",
			v.Kind, v.APIVersion, Kind, APIVersion)
	}
	return v, nil
}

// UnmarshalJSON also reads the remedy under its first name. Other unknown fields are refused, as by Parse.
func (e *Error) UnmarshalJSON(data []byte) error {
	type fields Error
	var read struct {
		fields
		First string `json:"cure"`
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&read); err != nil {
		return fmt.Errorf("read the error of a verdict: %w", err)
	}
	*e = Error(read.fields)
	e.Remedy = cmp.Or(e.Remedy, read.First)
	return nil
}

// withLists is a copy in which no required list is nil. It copies only what it changes.
func (v *Verdict) withLists() *Verdict {
	c := *v
	c.Reasons = list(v.Reasons)
	c.Bundle.Images = list(v.Bundle.Images)
	if v.Bundle.Survey != nil {
		survey := *v.Bundle.Survey
		survey.StandIns, survey.Notices, survey.LeftOut.Releases = list(survey.StandIns), list(survey.Notices),
			list(survey.LeftOut.Releases)
		c.Bundle.Survey = &survey
	}
	c.Phases = list(v.Phases)
	c.Criteria = each(v.Criteria, func(x *Criterion) { x.Evidence = list(x.Evidence) })
	c.Specs.List = each(v.Specs.List, func(x *Spec) { x.Criteria = list(x.Criteria) })
	c.Faults = each(v.Faults, func(x *Fault) {
		x.Expected, x.Diagnosed, x.Cleared = list(x.Expected), list(x.Diagnosed), list(x.Cleared)
	})
	c.Routes = each(v.Routes, func(x *Route) {
		x.Addresses = list(x.Addresses)
		if x.Certificate != nil {
			cert := *x.Certificate
			cert.Names = list(cert.Names)
			x.Certificate = &cert
		}
	})
	if v.Upgrades != nil {
		c.Upgrades = each(v.Upgrades, func(x *Upgrade) {
			x.Probes, x.Points = list(x.Probes), list(x.Points)
			x.Recreated, x.Owners, x.Reissued, x.Lapses, x.Lost = list(x.Recreated), list(x.Owners), list(x.Reissued),
				list(x.Lapses), list(x.Lost)
			x.Changes = each(x.Changes, func(y *Change) { y.Evidence = list(y.Evidence) })
		})
	}
	if v.Convergence != nil {
		convergence := *v.Convergence
		convergence.Times = list(convergence.Times)
		c.Convergence = &convergence
	}
	if v.Hermetic != nil {
		h := *v.Hermetic
		h.Senders, h.UnknownNames = list(h.Senders), list(h.UnknownNames)
		c.Hermetic = &h
	}
	return &c
}

func list[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

func each[T any](s []T, mend func(*T)) []T {
	out := make([]T, len(s))
	copy(out, s)
	for i := range out {
		mend(&out[i])
	}
	return out
}
