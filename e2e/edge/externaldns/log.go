package externaldns

import (
	"slices"
	"strings"
	"time"

	"github.com/edgeproof/edgeproof/e2e/edge/cloudflare"
	"github.com/edgeproof/edgeproof/e2e/edge/logline"
)

// SyncTime is more than a sync takes: an error so close to a change belongs to the same sync.
const SyncTime = 30 * time.Second

// What external-dns writes into its log: all versions the same, but for the case of the first letter
// (controller/controller.go RunOnce and Run, provider/cloudflare submitChanges, pkg/apis/externaldns/validation).
const (
	upToDate   = "All records are already up to date" // ends a sync that had nothing to change
	changing   = "Changing record."                   // begins each change of one that had
	recovered  = "Reconciliation succeeded after"     // since 0.16, ends one after some that failed
	failedSync = "failed to do run once"              // ends one that failed; with level fatal the process too
	mixedTypes = "conflicting record type candidates" // Domain X contains …; discarding CNAME record
	noPolicy   = "--policy must be set"
	noOwner    = "owner id cannot be empty"
)

// Log is what the log of external-dns says of its syncs.
type Log struct {
	// Synced says that there was a sync without an error, and Good when the last one was; zero where the log has
	// no times.
	Synced bool
	Good   time.Time
	// Errors are the errors since then, and Warnings the errors and warnings.
	Errors, Warnings []logline.Line
	// Failed are the syncs since then that failed and did not end the process.
	Failed []logline.Line
	// Fatal is the last line that ended the process; nil for none.
	Fatal *logline.Line
	// Changes are the changes by record, oldest first, without those that failed.
	Changes map[string][]Change
	// Refused are the records that the provider has not taken since the last good sync, by record; "" for lines
	// that name none.
	Refused map[string][]Refused
	// Mixed are the hosts whose targets are names and addresses at once.
	Mixed map[string]logline.Line
}

// Change is one record that was created, updated or deleted.
type Change struct {
	Action, Type string
	Line         logline.Line
}

// Refused is one record that the provider did not take.
type Refused struct {
	Code cloudflare.Code
	Line logline.Line
}

// ReadLog reads the log of external-dns, oldest line first.
func ReadLog(lines []logline.Line) Log {
	out := Log{Changes: map[string][]Change{}, Refused: map[string][]Refused{}, Mixed: map[string]logline.Line{}}
	last := -1
	for i := range lines {
		l := &lines[i]
		switch {
		case l.Level == "fatal":
			out.Fatal = l
		case l.Message == changing && !failed(lines, i):
			out.Changes[recordOf(*l)] = append(out.Changes[recordOf(*l)], Change{l.Fields["action"], l.Fields["type"], *l})
		case strings.Contains(l.Message, mixedTypes):
			if words := strings.Fields(l.Message); len(words) > 1 && words[0] == "Domain" {
				out.Mixed[strings.ToLower(words[1])] = *l
			}
		}
		if good(lines, i) && !l.Time.Before(out.Good) {
			out.Synced, out.Good, last = true, l.Time, i
		}
	}
	for i, l := range lines {
		over := i <= last
		if !l.Time.IsZero() && !out.Good.IsZero() {
			over = !l.Time.After(out.Good)
		}
		if over {
			continue // by the last good sync
		}
		if l.Bad() || l.Level == "warning" {
			out.Warnings = append(out.Warnings, l)
		}
		if l.Bad() {
			out.note(l)
		}
	}
	return out
}

// note takes an error since the last good sync.
func (out *Log) note(l logline.Line) {
	out.Errors = append(out.Errors, l)
	if l.Level == "error" && strings.HasPrefix(strings.ToLower(l.Message), failedSync) {
		out.Failed = append(out.Failed, l)
	}
	if code, ok := cloudflare.RecordCode(l.Message + " " + l.Fields["error"]); ok {
		out.Refused[recordOf(l)] = append(out.Refused[recordOf(l)], Refused{code, l})
	}
}

// good reports whether a line ends a sync without an error: one that says so, or a change without an error around it.
func good(lines []logline.Line, at int) bool {
	switch message := lines[at].Message; {
	case message == upToDate, strings.HasPrefix(message, recovered):
		return true
	case message == changing:
		return !near(lines, at, func(logline.Line) bool { return true })
	}
	return false
}

// failed reports whether a change was not taken: an error of the same sync names its record.
func failed(lines []logline.Line, at int) bool {
	return near(lines, at, func(l logline.Line) bool { return recordOf(l) == recordOf(lines[at]) })
}

// near reports whether an error of the same sync is of a kind. Without times, what stands close is of the same sync.
func near(lines []logline.Line, at int, of func(logline.Line) bool) bool {
	const within, beside = 200, 20
	for i := max(0, at-within); i < min(len(lines), at+within); i++ {
		l := lines[i]
		if !l.Bad() || !of(l) {
			continue
		}
		timeless := l.Time.IsZero() || lines[at].Time.IsZero()
		if timeless && max(i-at, at-i) <= beside || !timeless && l.Time.Sub(lines[at].Time).Abs() <= SyncTime {
			return true
		}
	}
	return false
}

func recordOf(l logline.Line) string { return plain(l.Fields["record"]) }

// Ends is why external-dns did not start, when its last line says that it must be set up otherwise.
type Ends string

// The reasons.
const (
	NoPolicy Ends = "policy" // 0.22 and later: no --policy
	NoOwner  Ends = "owner"  // an empty --txt-owner-id
)

// Ended reads why external-dns ended; "" when it says something else, or did not end.
func (out *Log) Ended() Ends {
	switch {
	case out.Fatal == nil:
		return ""
	case strings.Contains(out.Fatal.Message, noPolicy):
		return NoPolicy
	case strings.Contains(out.Fatal.Message, noOwner):
		return NoOwner
	}
	return ""
}

// RefusedWith is the newest record of a name, or of no name, that was refused with one of the codes.
func (out *Log) RefusedWith(record string, codes ...cloudflare.Code) (Refused, bool) {
	for _, refused := range slices.Backward(out.Refused[record]) {
		if slices.Contains(codes, refused.Code) {
			return refused, true
		}
	}
	return Refused{}, false
}
