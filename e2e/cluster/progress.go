package cluster

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"golang.org/x/term"
	kindcmd "sigs.k8s.io/kind/pkg/cmd"
	"sigs.k8s.io/kind/pkg/log"
)

// Progress gives a logger for a stream: kind's own, with its spinner, when the stream is standard error on a terminal,
// and plain lines otherwise. Verbose adds what is only of use when something goes wrong.
func Progress(w io.Writer, verbose bool) log.Logger {
	file, isFile := w.(*os.File)
	if isFile && file == os.Stderr && !verbose && term.IsTerminal(int(file.Fd())) {
		return kindcmd.NewLogger()
	}
	return &lines{w: w, verbose: verbose}
}

// lines writes each message as one line without symbols: a log file is read long after the spinner has stopped.
type lines struct {
	mu      sync.Mutex
	w       io.Writer
	verbose bool
}

func (l *lines) Warn(message string)          { l.write("warning: " + message) }
func (l *lines) Warnf(f string, args ...any)  { l.Warn(fmt.Sprintf(f, args...)) }
func (l *lines) Error(message string)         { l.write("error: " + message) }
func (l *lines) Errorf(f string, args ...any) { l.Error(fmt.Sprintf(f, args...)) }
func (l *lines) Info(message string)          { l.write(message) }
func (l *lines) Infof(f string, args ...any)  { l.Info(fmt.Sprintf(f, args...)) }
func (l *lines) Enabled() bool                { return true }
func (l *lines) V(level log.Level) log.InfoLogger {
	if level > 1 || (level == 1 && !l.verbose) {
		return log.NoopInfoLogger{}
	}
	return l
}

// write prints the text of a message: kind decorates its own with symbols, bullets and dots.
func (l *lines) write(message string) {
	plain := strings.Map(func(r rune) rune {
		if r > 0x2000 && r != '≤' && r != '…' {
			return -1
		}
		return r
	}, message)
	plain = strings.Join(strings.Fields(plain), " ")
	if plain == "" {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	_, _ = fmt.Fprintln(l.w, plain) // a log that cannot be written must not end a run
}
