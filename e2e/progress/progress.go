// Package progress tells a person what a long job is doing and how far it is.
//
// It knows lines and terminals; it knows nothing of what the steps do. On a terminal the running step is redrawn
// with its age, how long it takes as a rule, and how far the whole is; elsewhere (CI, a pipe) every step prints plain
// lines, and a slow one repeats itself now and then so that a log never looks dead.
package progress

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/mattn/go-runewidth"
	"golang.org/x/term"
)

// heartbeat is how often a running step repeats itself where lines cannot be redrawn.
const heartbeat = 30 * time.Second

// Log writes steps and notes to one writer. It is safe for concurrent use.
type Log struct {
	mu     sync.Mutex
	w      io.Writer
	tty    bool
	colour bool
	redraw bool // the cursor stands behind a line that will be redrawn
	width  func() int

	expected      Expected
	done, planned int
}

// New returns a log on f. Colour and redrawing are used only when f is a terminal; colour not when NO_COLOR is set
// (https://no-color.org).
func New(f *os.File) *Log {
	tty := term.IsTerminal(int(f.Fd())) && os.Getenv("TERM") != "dumb"
	width := func() int {
		columns, _, err := term.GetSize(int(f.Fd()))
		if err != nil {
			return 0
		}
		return columns
	}
	return &Log{w: f, tty: tty, colour: tty && os.Getenv("NO_COLOR") == "", width: width}
}

// Plain returns a log of plain lines on w.
func Plain(w io.Writer) *Log { return &Log{w: w} }

// Terminal returns a log that redraws on w, which has so many columns, without colours.
func Terminal(w io.Writer, columns int) *Log {
	return &Log{w: w, tty: true, width: func() int { return columns }}
}

// Writer returns a writer for other loggers. Each Write is one or more whole lines, printed below the running step.
func (l *Log) Writer() io.Writer { return lines{l} }

type lines struct{ log *Log }

func (w lines) Write(text []byte) (int, error) {
	w.log.line(string(text))
	return len(text), nil
}

// Note prints one line below the running step.
func (l *Log) Note(format string, args ...any) {
	l.line("   " + fmt.Sprintf(format, args...))
}

// Warn prints one line that should not be overlooked.
func (l *Log) Warn(format string, args ...any) {
	l.line(l.paint("33", " ! ") + fmt.Sprintf(format, args...))
}

// Run runs f as a step: it prints the name, shows its age while it runs, and closes with a mark and the seconds it
// took. The error of f is returned as it is.
func (l *Log) Run(name string, f func() error) error {
	step := l.Start(name)
	err := f()
	step.End(err == nil)
	return err
}

// Step is a piece of work that has begun.
type Step struct {
	log   *Log
	name  string
	start time.Time
	stop  chan struct{}
	done  chan struct{}
}

// Start begins a step. It must be ended.
func (l *Log) Start(name string) *Step {
	s := &Step{log: l, name: name, start: time.Now(), stop: make(chan struct{}), done: make(chan struct{})}
	if !l.tty {
		l.line(" • " + name + l.expectation(name))
	}
	go func() {
		defer close(s.done)
		l.beat(name, s.start, s.stop)
	}()
	return s
}

// End closes the step with a mark and the seconds it took.
func (s *Step) End(ok bool) {
	mark := s.log.paint("32", " ✓ ")
	if !ok {
		mark = s.log.paint("31", " ✗ ")
	}
	s.close(fmt.Sprintf("%s%s (%.1f s)", mark, s.name, time.Since(s.start).Seconds()))
}

// Leave closes a step that somebody else does.
func (s *Step) Leave(to string) { s.close(" - " + s.name + ": " + to) }

func (s *Step) close(text string) {
	close(s.stop)
	<-s.done
	s.log.mu.Lock()
	s.log.done++
	s.log.mu.Unlock()
	s.log.line(text)
}

func (l *Log) beat(name string, start time.Time, stop <-chan struct{}) {
	every := heartbeat
	if l.tty {
		every = time.Second
	}
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-stop:
			return
		case <-ticker.C:
			age := time.Since(start).Round(time.Second)
			if l.tty {
				l.draw(" • "+name, l.far(name, age))
			} else {
				l.line(" … " + name + l.far(name, age))
			}
		}
	}
}

func (l *Log) line(s string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.erase()
	_, _ = fmt.Fprintln(l.w, strings.TrimRight(s, "\n"))
}

// draw draws a line that will be drawn over. One that is wider than the terminal would wrap, and could then not
// be erased: its beginning gives way to its end, which is what moves.
func (l *Log) draw(name, far string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.erase()
	if room := l.width() - 1; room > 0 {
		display := runewidth.Condition{StrictEmojiNeutral: true}
		name = display.Truncate(name, max(1, room-display.StringWidth(far)), "…")
	}
	_, _ = fmt.Fprint(l.w, name+far)
	l.redraw = true
}

func (l *Log) erase() {
	if l.redraw {
		_, _ = fmt.Fprint(l.w, "\r\x1b[K")
		l.redraw = false
	}
}

func (l *Log) paint(code, s string) string {
	if !l.colour {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}
