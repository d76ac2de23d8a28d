package run

import (
	"strings"

	"sigs.k8s.io/kind/pkg/log"

	"github.com/edgeproof/edgeproof/e2e/progress"
)

// kindLog writes what kind's library says as notes of our log. Its own progress lines (a spinner) are for terminals
// and end in a newline only at times.
type kindLog struct{ log *progress.Log }

func (k kindLog) Warn(message string)               { k.log.Warn("%s", strings.TrimSpace(message)) }
func (k kindLog) Warnf(format string, args ...any)  { k.log.Warn(format, args...) }
func (k kindLog) Error(message string)              { k.log.Warn("%s", strings.TrimSpace(message)) }
func (k kindLog) Errorf(format string, args ...any) { k.log.Warn(format, args...) }
func (k kindLog) V(level log.Level) log.InfoLogger  { return kindInfo{log: k.log, on: level == 0} }

type kindInfo struct {
	log *progress.Log
	on  bool
}

func (k kindInfo) Info(message string) {
	if k.on && strings.TrimSpace(message) != "" {
		k.log.Note("%s", strings.TrimSpace(message))
	}
}

func (k kindInfo) Infof(format string, args ...any) {
	if k.on {
		k.log.Note(format, args...)
	}
}

func (k kindInfo) Enabled() bool { return k.on }
