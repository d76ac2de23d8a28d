// Package bench scores diagnoses of saved snapshots by their right answers: those of edgeproof itself, or those that
// another tool wrote beside the snapshots.
//
// It knows the format of a corpus and what a right diagnosis is. It knows no code of the diagnosis and no rule, and
// must not: an answer that only one tool could give measures nothing.
package bench

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

// The ends of a benchmark that could be made. What cannot be read is an error.
const (
	AllRight = 0
	NotAll   = 1
	failed   = 2
)

// healthyRow is the row of the table for routes that nothing is wrong with.
const healthyRow = "healthy"

// Options are the user's options.
type Options struct {
	// Dir is the corpus: folders, at any depth, with snapshot.json and answer.yaml.
	Dir string
	// Diagnoses is the name of a file in each folder with another tool's diagnosis, in the form of `explain -o json`;
	// "" means that edgeproof explains the snapshot.
	Diagnoses string
	// Output is one of Formats.
	Output string
}

// Result is what a benchmark measured.
type Result struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	// Diagnoses names the files that were scored; absent for edgeproof's own.
	Diagnoses string  `json:"diagnoses,omitempty"`
	Cases     []Case  `json:"cases"`
	Layers    []Count `json:"layers"` // the layers that have cases, in the order of the chain, then healthy routes
	Total     Count   `json:"total"`
}

// Case is one snapshot.
type Case struct {
	Name     string             `json:"case"`
	Source   string             `json:"source,omitempty"`
	Layer    string             `json:"layer"` // of the root cause, or healthy
	Grade    Grade              `json:"grade"`
	Expected string             `json:"expected"`
	Got      string             `json:"got"`
	Causes   []diagnose.Finding `json:"causes,omitempty"`
	Notes    []diagnose.Finding `json:"notes,omitempty"`
}

// Count is the number of cases by grade.
type Count struct {
	Layer  string        `json:"layer"`
	Cases  int           `json:"cases"`
	Grades map[Grade]int `json:"grades"` // every grade
}

// Run scores a corpus, and returns how it ended.
func Run(o Options, out io.Writer) (int, error) {
	write, err := writerOf(o.Output)
	if err != nil {
		return failed, err
	}
	result, err := Measure(o)
	if err != nil {
		return failed, err
	}
	if err := write(out, result); err != nil {
		return failed, err
	}
	if result.Total.Grades[Right] != result.Total.Cases {
		return NotAll, nil
	}
	return AllRight, nil
}

// Measure scores every case of a corpus.
func Measure(o Options) (*Result, error) {
	entries, err := load(o.Dir)
	if err != nil {
		return nil, err
	}
	out := &Result{APIVersion: AnswerVersion, Kind: "Bench", Diagnoses: o.Diagnoses}
	for _, e := range entries {
		d, err := e.diagnosis(o.Diagnoses)
		if err != nil {
			return nil, fmt.Errorf("score %s: %w", e.name, err)
		}
		out.Cases = append(out.Cases, Case{
			Name: e.name, Source: e.answer.Source, Layer: e.answer.layer(), Grade: Score(e.answer, d),
			Expected: e.answer.String(), Got: got(d), Causes: d.Causes, Notes: d.Notes,
		})
	}
	out.count()
	return out, nil
}

func (r *Result) count() {
	rows := []string{healthyRow}
	for _, l := range slices.Backward(diagnose.Layers()) {
		rows = slices.Insert(rows, 0, string(l))
	}
	r.Total = newCount("all")
	for _, row := range rows {
		c := newCount(row)
		for i := range r.Cases {
			if r.Cases[i].Layer == row {
				c.add(r.Cases[i].Grade)
				r.Total.add(r.Cases[i].Grade)
			}
		}
		if c.Cases > 0 {
			r.Layers = append(r.Layers, c)
		}
	}
}

func newCount(layer string) Count {
	out := Count{Layer: layer, Grades: map[Grade]int{}}
	for _, g := range Grades() {
		out.Grades[g] = 0
	}
	return out
}

func (c *Count) add(g Grade) {
	c.Cases++
	c.Grades[g]++
}

// got says in a line what the diagnosis is.
func got(d diagnose.Diagnosis) string {
	if d.Healthy {
		return "healthy"
	}
	var words []string
	for _, f := range d.Causes {
		words = append(words, strings.TrimSpace(fmt.Sprintf("%s %s @ %s", f.Layer, f.Code, f.Object)))
	}
	if len(words) > 0 {
		return strings.Join(words, ", ")
	}
	for _, l := range d.Chain {
		if l.State != diagnose.Clear {
			words = append(words, strings.TrimSpace(fmt.Sprintf("%s %s %s", l.Layer, l.State, l.By)))
		}
	}
	if len(words) == 0 {
		return "no cause"
	}
	return "no cause; " + strings.Join(words, ", ")
}

// Formats are the values of Options.Output.
func Formats() []string { return []string{"text", "json"} }

func writerOf(format string) (func(io.Writer, *Result) error, error) {
	switch format {
	case "text":
		return Text, nil
	case "json":
		return JSON, nil
	}
	return nil, fmt.Errorf("output format %q is unknown; use %s", format, strings.Join(Formats(), ", "))
}
