package judge

import (
	"regexp"
	"strings"
)

// table is what kubectl get prints for one kind: columns by name, lower case.
type table struct {
	columns []string
	rows    []map[string]string
}

// has reports whether the table has all the columns.
func (t table) has(columns ...string) bool {
	for _, want := range columns {
		found := false
		for _, c := range t.columns {
			found = found || c == want
		}
		if !found {
			return false
		}
	}
	return true
}

// readTables reads the tables of kubectl get. Cells are cut where the header says columns begin, since they
// hold spaces themselves ("2 (5m ago)"). What stands before the first header is left out.
func readTables(text string) []table {
	var out []table
	var starts []int
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, " \r\n")
		switch {
		case line == "":
			starts = nil
		case strings.HasPrefix(line, "NAME "), strings.HasPrefix(line, "NAMESPACE "): // with -A
			starts = nil
			var t table
			for _, at := range regexp.MustCompile(`[^ ]+( [^ ]+)*`).FindAllStringIndex(line, -1) {
				starts = append(starts, at[0])
				t.columns = append(t.columns, strings.ToLower(line[at[0]:at[1]]))
			}
			out = append(out, t)
		case len(starts) > 0:
			t := &out[len(out)-1]
			t.rows = append(t.rows, cells(line, starts, t.columns))
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

// bare is a name without the kind that kubectl puts before it when it prints several.
func bare(name string) string {
	return name[strings.LastIndex(name, "/")+1:]
}

// refused notes the errors that kubectl printed in place of an answer.
func refused(j *Judgement, text string) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "error:") ||
			strings.HasPrefix(line, "Error from server") ||
			strings.HasPrefix(line, "Unable to connect") || strings.HasPrefix(line, "The connection to the server") {
			j.lacks("kubectl: %s", short(line))
		}
	}
}
