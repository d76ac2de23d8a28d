package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/onsi/ginkgo/v2/types"

	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// Names of the report entries through which a spec, or a node of the suite, hands its facts to the verdict:
//
//	AddReportEntry(report.EntryEvidence, "A develop.safeops.work = 203.0.113.10", ReportEntryVisibilityNever)
//
// A value is a string or a list of strings for the first two, and the named verdict type for the others.
// Entries of other names are left alone.
const (
	// EntryEvidence: lines that show why the spec passed or failed.
	EntryEvidence = "evidence"
	// EntryObject: what is at fault, as "Kind namespace/name".
	EntryObject = "object"
	// EntryFault: a verdict.Fault. The last one of an id counts.
	EntryFault = "fault"
	// EntryRoute: a verdict.Route. The last one of a host counts.
	EntryRoute = "route"
	// EntryUpgrade: a verdict.Upgrade. The last one of a direction counts.
	EntryUpgrade = "upgrade"
	// EntryTime: a verdict.Time that was measured; its baseline is set beside it later. The last one of a name counts.
	EntryTime = "time"
	// EntryTimeline: a list of verdict.Entry. All lists together are the time line; they are put in order.
	EntryTimeline = "timeline"
	// EntryCites: the Cites of the time line. Several add up.
	EntryCites = "cites"
	// EntryFinding: a verdict.Finding. The last one of a cause at an object counts.
	EntryFinding = "finding"
)

// Cites says what verdicts rest on, by the id of a criterion or of a fault, or the direction of an upgrade: ids
// of the time line's entries. Omitted counts those that were left out for size.
type Cites struct {
	Omitted int                 `json:"omitted"`
	Of      map[string][]string `json:"of"`
}

// apply adds to each part of the verdict its evidence. An entry that is not in the time line is left out.
func (c Cites) apply(v *verdict.Verdict) {
	there := map[string]bool{}
	for _, e := range v.Timeline {
		there[e.ID] = true
	}
	add := func(to *[]string, name string) {
		for _, id := range c.Of[name] {
			if there[id] {
				*to = union(*to, []string{id})
			}
		}
	}
	for n := range v.Criteria {
		add(&v.Criteria[n].Cites, string(v.Criteria[n].ID))
	}
	for n := range v.Faults {
		add(&v.Faults[n].Cites, v.Faults[n].ID)
	}
	for n := range v.Upgrades {
		add(&v.Upgrades[n].Cites, string(v.Upgrades[n].Direction))
	}
	for n := range v.Findings {
		add(&v.Findings[n].Cites, v.Findings[n].Cause())
	}
	v.Omitted += c.Omitted
}

// readEntries takes every known entry of a node into the spec or the verdict.
func (j judge) readEntries(r types.SpecReport, spec *verdict.Spec) {
	v := j.verdict
	for _, e := range r.ReportEntries {
		var err error
		switch e.Name {
		case EntryEvidence:
			err = addLines(&spec.Evidence, e)
		case EntryObject:
			err = addLines(&spec.Objects, e)
		case EntryFault:
			err = put(&v.Faults, e, func(f verdict.Fault) string { return f.ID })
		case EntryRoute:
			err = put(&v.Routes, e, func(r verdict.Route) string { return r.Host })
		case EntryUpgrade:
			err = put(&v.Upgrades, e, func(u verdict.Upgrade) string { return string(u.Direction) })
		case EntryTime:
			if v.Convergence == nil {
				v.Convergence = &verdict.Convergence{}
			}
			err = put(&v.Convergence.Times, e, func(t verdict.Time) string { return t.To })
		case EntryTimeline:
			var entries []verdict.Entry
			err = decode(e, &entries)
			v.Timeline = append(v.Timeline, entries...)
		case EntryCites:
			var c Cites
			if err = decode(e, &c); err == nil {
				j.cites.Omitted += c.Omitted
				for name, ids := range c.Of {
					j.cites.Of[name] = append(j.cites.Of[name], ids...)
				}
			}
		case EntryFinding:
			err = put(&v.Findings, e, func(f verdict.Finding) string { return strings.Trim(f.Cause()+" "+f.Object, "/ ") })
		}
		if err != nil {
			v.SetError(fmt.Sprintf("read the entry %q of %s", e.Name, spec.Name), err, "record it with the type that package "+
				"report names for it")
		}
	}
}

// decode reads an entry's value into out. Unknown fields are refused: a fact that the verdict cannot hold would
// be lost in silence.
func decode(e types.ReportEntry, out any) error {
	data := []byte(e.Value.AsJSON)
	if len(data) == 0 { // the report never left its process
		var err error
		if data, err = json.Marshal(e.GetRawValue()); err != nil {
			return fmt.Errorf("encode its value: %w", err)
		}
	}
	if string(data) == "null" {
		return errors.New("it has no value")
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	return dec.Decode(out)
}

// addLines appends an entry's string, or list of strings, to out; a line that is there already is not repeated.
func addLines(out *[]string, e types.ReportEntry) error {
	var many []string
	if err := decode(e, &many); err != nil {
		var one string
		if decode(e, &one) != nil {
			return err
		}
		many = []string{one}
	}
	for _, line := range cleanAll(many) {
		if !slices.Contains(*out, line) {
			*out = append(*out, line)
		}
	}
	return nil
}

// put adds an entry's value to list, or replaces the one of the same name.
func put[T any](list *[]T, e types.ReportEntry, name func(T) string) error {
	var x T
	if err := decode(e, &x); err != nil {
		return err
	}
	if name(x) == "" {
		return errors.New("it has no name")
	}
	for i, old := range *list {
		if name(old) == name(x) {
			(*list)[i] = x
			return nil
		}
	}
	*list = append(*list, x)
	return nil
}
