package bench

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// Text writes what is not right, case by case, and the table of the layers.
func Text(w io.Writer, r *Result) error {
	var b strings.Builder
	for i := range r.Cases {
		if c := &r.Cases[i]; c.Grade != Right {
			fmt.Fprintf(&b, "%s: %s\n  expected: %s\n  got:      %s\n", c.Name, c.Grade, c.Expected, c.Got)
		}
	}
	if b.Len() > 0 {
		b.WriteByte('\n')
	}
	table := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	row := func(first, second any, cell func(Grade) any) {
		_, _ = fmt.Fprintf(table, "%v\t%v", first, second)
		for _, g := range Grades() {
			_, _ = fmt.Fprintf(table, "\t%v", cell(g))
		}
		_, _ = fmt.Fprintln(table)
	}
	row("LAYER", "CASES", func(g Grade) any { return strings.ToUpper(string(g)) })
	for _, c := range append(r.Layers, r.Total) {
		row(c.Layer, c.Cases, func(g Grade) any { return c.Grades[g] })
	}
	if err := table.Flush(); err != nil {
		return err
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// JSON writes the whole result, for programs.
func JSON(w io.Writer, r *Result) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("encode the result: %w", err)
	}
	_, err = w.Write(append(text, '\n'))
	return err
}
