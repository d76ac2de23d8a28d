// Package evidence is how each answer of the fake Cloudflare API is known: its source, and the day.
//
// It knows answers by code and words, and where the public record of each is. It must not know how they are made.
package evidence

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/edgeproof/edgeproof/mocks/zone"
)

// Answer is one answer and how it is known.
type Answer struct {
	Kind   zone.Evidence
	Day    string // of the source: year, month and day as far as known
	Source string // what shows it; for what is unverified, what it is inferred from, if anything
	Code   int    // of a refusal, 0 for a success
	Says   string // a refusal's words as a format, or what is answered
}

// Known finds the evidence of a refusal; the zero value when there is none beyond its kind.
func Known(kind zone.Evidence, code int, words string) Answer {
	for _, a := range Answers() {
		if a.Kind == kind && a.Code == code && a.says(words) {
			return a
		}
	}
	return Answer{}
}

func (a Answer) says(words string) bool {
	format := regexp.MustCompile(`%[a-z]`).ReplaceAllString(regexp.QuoteMeta(a.Says), ".*")
	return regexp.MustCompile("^" + format).MatchString(words)
}

// classes group the kinds, strongest first.
func classes() []struct {
	name  string
	kinds []zone.Evidence
} {
	return []struct {
		name  string
		kinds []zone.Evidence
	}{
		{"recorded from the real service", []zone.Evidence{zone.Recorded, zone.Probed}},
		{"reported in public", []zone.Evidence{zone.Reported}},
		{"documented", []zone.Evidence{zone.Documented}},
		{"inferred from clients and other fakes", []zone.Evidence{zone.Client, zone.Mocked}},
		{"unverified", []zone.Evidence{zone.Unverified}},
	}
}

// Share tells how many of the answers are known in which way.
func Share(answers []Answer) string {
	count := map[zone.Evidence]int{}
	for _, a := range answers {
		count[a.Kind]++
	}
	var b strings.Builder
	for _, class := range classes() {
		n := 0
		for _, kind := range class.kinds {
			n += count[kind]
		}
		_, _ = fmt.Fprintf(&b, "%-38s %3d  %4.1f %%\n", class.name, n, 100*float64(n)/float64(max(1, len(answers))))
	}
	_, _ = fmt.Fprintf(&b, "%-38s %3d\n", "answers", len(answers))
	return b.String()
}
