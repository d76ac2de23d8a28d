package report

import "github.com/mattn/go-runewidth"

// columns is how many terminal columns s takes. The environment of the process does not matter: a report is the same
// wherever it is written.
func columns(s string) int { return display().StringWidth(s) }

// fit cuts a line to so many columns, and shows that it did.
func fit(s string, width int) string {
	if width <= 0 {
		return ""
	}
	return display().Truncate(s, width, "…")
}

func display() *runewidth.Condition { return &runewidth.Condition{StrictEmojiNeutral: true} }
