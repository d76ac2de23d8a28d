package progress

import (
	"fmt"
	"strings"
	"time"
)

// Expected is how long things take as a rule.
type Expected struct {
	// Steps are in seconds, by the beginning of a step's name.
	Steps map[string]float64 `json:"steps,omitempty"`
	// Whole is all of it in seconds, since Began. Neither is known before Began is known.
	Whole float64   `json:"whole,omitempty"`
	Began time.Time `json:"began,omitzero"`
}

// of is how long a step takes as a rule, 0 when unknown. The longest beginning of its name counts.
func (e Expected) of(name string) time.Duration {
	longest, seconds := "", 0.0
	for beginning, s := range e.Steps {
		if strings.HasPrefix(name, beginning) && len(beginning) > len(longest) {
			longest, seconds = beginning, s
		}
	}
	return time.Duration(seconds * float64(time.Second))
}

// Expect tells the log how long things take as a rule.
func (l *Log) Expect(e Expected) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.expected = e
}

// Plan tells the log how many steps there will be from now on.
func (l *Log) Plan(steps int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.done, l.planned = 0, steps
}

// noticeable is the shortest time that is worth being announced.
const noticeable = 5 * time.Second

// expectation announces a step that takes a while.
func (l *Log) expectation(name string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if d := l.expected.of(name); d >= noticeable {
		return fmt.Sprintf(" (about %s)", d.Round(time.Second))
	}
	return ""
}

// far says how far a step is, and the whole.
func (l *Log) far(name string, age time.Duration) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := " (" + age.String()
	if d := l.expected.of(name); d >= noticeable {
		out += " of about " + d.Round(time.Second).String()
	}
	if l.planned > 0 {
		out += fmt.Sprintf("; %d of %d done", l.done, l.planned)
	}
	if e := l.expected; e.Whole > 0 && !e.Began.IsZero() {
		out += fmt.Sprintf("; in all %s of about %s", minutes(time.Since(e.Began)),
			minutes(time.Duration(e.Whole*float64(time.Second))))
	}
	return out + ")"
}

func minutes(d time.Duration) string {
	return fmt.Sprintf("%d:%02d", int(d.Minutes()), int(d.Seconds())%60)
}
