package diagnose

import (
	"slices"
	"strings"
	"time"

	"github.com/edgeproof/edgeproof/e2e/facts"
)

const (
	// upToDate ends a sync that had nothing to change; changing begins each change of one that had
	// (sigs.k8s.io/external-dns controller.RunOnce, provider/cloudflare submitChanges).
	upToDate = "All records are already up to date"
	changing = "Changing record."
	// oneSync is more than a sync takes: an error so close to a change belongs to the same sync.
	oneSync = 30 * time.Second
)

// syncLog is what the log of external-dns tells of its syncs.
type syncLog struct {
	good    time.Time             // when the last sync without an error was
	soft    []facts.Line          // syncs that failed since then, and did not end the process
	fatal   *facts.Line           // the last one that ended it
	changes map[string][]change   // by record, oldest first, without those that failed
	refused map[string][]refusal  // by record, since the last good sync; "" for lines that name none
	mixed   map[string]facts.Line // by host: targets of unequal kinds
}

// change is one record that was created, updated or deleted.
type change struct {
	action, kind string
	line         facts.Line
}

// refusal is one record that the provider did not take, with the provider's code.
type refusal struct {
	code string
	line facts.Line
}

func readSyncs(lines []facts.Line) syncLog {
	out := syncLog{changes: map[string][]change{}, refused: map[string][]refusal{}, mixed: map[string]facts.Line{}}
	var bad []facts.Line
	for i := range lines {
		l := &lines[i]
		record := strings.ToLower(strings.TrimSuffix(l.Fields["record"], "."))
		switch {
		case l.Level == "fatal":
			out.fatal = l
			bad = append(bad, *l)
		case l.Bad():
			bad = append(bad, *l)
		case l.Message == changing:
			out.changes[record] = append(out.changes[record], change{l.Fields["action"], l.Fields["type"], *l})
		case strings.Contains(l.Message, "conflicting record type candidates"):
			// "Domain X contains conflicting record type candidates; discarding CNAME record"
			if words := strings.Fields(l.Message); len(words) > 1 && words[0] == "Domain" {
				out.mixed[strings.ToLower(words[1])] = *l
			}
		}
	}
	for record, list := range out.changes {
		out.changes[record] = slices.DeleteFunc(list, func(c change) bool {
			return slices.ContainsFunc(bad, func(l facts.Line) bool {
				return l.Fields["record"] == c.line.Fields["record"] && l.Time.Sub(c.line.Time).Abs() <= oneSync
			})
		})
	}
	for i := range lines {
		if l := &lines[i]; l.Time.After(out.good) && (l.Message == upToDate || l.Message == changing && !near(bad, l.Time)) {
			out.good = l.Time
		}
	}
	for _, l := range bad {
		if !l.Time.IsZero() && !l.Time.After(out.good) {
			continue
		}
		if l.Level == "error" && strings.HasPrefix(strings.ToLower(l.Message), "failed to do run once") {
			out.soft = append(out.soft, l)
		}
		for _, code := range dataCodes() {
			if mentions(l.Message, code) || mentions(l.Fields["error"], code) {
				record := strings.ToLower(strings.TrimSuffix(l.Fields["record"], "."))
				out.refused[record] = append(out.refused[record], refusal{code, l})
				break
			}
		}
	}
	return out
}

func near(lines []facts.Line, t time.Time) bool {
	return slices.ContainsFunc(lines, func(l facts.Line) bool { return l.Time.Sub(t).Abs() <= oneSync })
}

// dataCodes are the provider's codes that speak of a record, never of the credential.
func dataCodes() []string {
	return []string{"81053", "81054", "81057", "81058", "81045", "9003", "9004", "9041", "9021", "1004"}
}

// mentions reports whether a text has a number as a word of its own.
func mentions(text, number string) bool {
	for rest := text; ; {
		i := strings.Index(rest, number)
		if i < 0 {
			return false
		}
		before, after := i == 0 || !digit(rest[i-1]), i+len(number) == len(rest) || !digit(rest[i+len(number)])
		if before && after {
			return true
		}
		rest = rest[i+len(number):]
	}
}

func digit(b byte) bool { return b >= '0' && b <= '9' }

// refusedWith is the newest refusal of the host's record with one of the codes. A line that names no record counts when it tells of the
// host, or when the host's record is not as it should be.
func (r *route) refusedWith(codes ...string) (refusal, bool) {
	for _, record := range []string{r.Host, ""} {
		for _, refused := range slices.Backward(r.sync.syncs.refused[record]) {
			if slices.Contains(codes, refused.code) && (record != "" || strings.Contains(refused.line.Message, r.Host) || r.naming().state != right) {
				return refused, true
			}
		}
	}
	return refusal{}, false
}
