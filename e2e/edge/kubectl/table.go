// Package kubectl reads what kubectl prints for people: the tables of get, the description of an Ingress, and the
// errors that stand in place of either.
//
// It knows the layout alone. It must not run kubectl, nor judge what it reads.
package kubectl

import (
	"regexp"
	"slices"
	"strings"
)

// Table is what kubectl get prints for one kind. Columns are in lower case, and are the keys of each row.
type Table struct {
	Columns []string
	Rows    []map[string]string
}

// Has reports whether the table has all the columns.
func (t Table) Has(columns ...string) bool {
	for _, want := range columns {
		if !slices.Contains(t.Columns, want) {
			return false
		}
	}
	return true
}

// Tables reads the tables of kubectl get. Cells are cut where the header says columns begin, since they hold
// spaces themselves ("2 (5m ago)"). What stands before the first header is left out.
func Tables(text string) []Table {
	var out []Table
	var starts []int
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, " \r\n")
		switch {
		case line == "":
			starts = nil
		case strings.HasPrefix(line, "NAME "), strings.HasPrefix(line, "NAMESPACE "): // with -A
			starts = nil
			var t Table
			for _, at := range regexp.MustCompile(`[^ ]+( [^ ]+)*`).FindAllStringIndex(line, -1) {
				starts = append(starts, at[0])
				t.Columns = append(t.Columns, strings.ToLower(line[at[0]:at[1]]))
			}
			out = append(out, t)
		case len(starts) > 0:
			t := &out[len(out)-1]
			t.Rows = append(t.Rows, cells(line, starts, t.Columns))
		}
	}
	return out
}

func cells(line string, starts []int, columns []string) map[string]string {
	row := map[string]string{}
	for i, column := range columns {
		from, to := min(starts[i], len(line)), len(line)
		if i+1 < len(starts) {
			to = min(starts[i+1], len(line))
		}
		row[column] = strings.TrimSpace(line[from:to])
	}
	return row
}

// Name is a name without the kind that kubectl puts before it when it prints several kinds.
func Name(cell string) string { return cell[strings.LastIndex(cell, "/")+1:] }

// Errors lists the errors that kubectl printed in place of an answer.
func Errors(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "error:") ||
			strings.HasPrefix(line, "Error from server") ||
			strings.HasPrefix(line, "Unable to connect") || strings.HasPrefix(line, "The connection to the server") {
			out = append(out, line)
		}
	}
	return out
}
