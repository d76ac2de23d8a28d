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

// SyncLog is what the log of external-dns tells of its syncs.
type SyncLog struct {
	Good    time.Time                  // when the last sync without an error was
	Soft    []facts.Line               // syncs that failed since then, and did not end the process
	Fatal   *facts.Line                // the last one that ended it
	Changes map[string][]Change        // by record, oldest first, without those that failed
	Refused map[string][]RefusedRecord // by record, since the last good sync; "" for lines that name none
	Mixed   map[string]facts.Line      // by host: targets of unequal kinds
}

// Change is one record that was created, updated or deleted.
type Change struct {
	Action, Kind string
	Line         facts.Line
}

// RefusedRecord is one record that the provider did not take, with the provider's code.
type RefusedRecord struct {
	Code string
	Line facts.Line
}

func readSyncs(lines []facts.Line) SyncLog {
	out := SyncLog{
		Changes: map[string][]Change{},
		Refused: map[string][]RefusedRecord{},
		Mixed:   map[string]facts.Line{},
	}
	var bad []facts.Line
	for i := range lines {
		l := &lines[i]
		record := strings.ToLower(strings.TrimSuffix(l.Fields["record"], "."))
		switch {
		case l.Level == "fatal":
			out.Fatal = l
			bad = append(bad, *l)
		case l.Bad():
			bad = append(bad, *l)
		case l.Message == changing:
			out.Changes[record] = append(out.Changes[record], Change{l.Fields["action"], l.Fields["type"], *l})
		case strings.Contains(l.Message, "conflicting record type candidates"):
			// "Domain X contains conflicting record type candidates; discarding CNAME record"
			if words := strings.Fields(l.Message); len(words) > 1 && words[0] == "Domain" {
				out.Mixed[strings.ToLower(words[1])] = *l
			}
		}
	}
	for record, list := range out.Changes {
		out.Changes[record] = slices.DeleteFunc(list, func(c Change) bool {
			return slices.ContainsFunc(bad, func(l facts.Line) bool {
				return l.Fields["record"] == c.Line.Fields["record"] && l.Time.Sub(c.Line.Time).Abs() <= oneSync
			})
		})
	}
	for i := range lines {
		if l := &lines[i]; l.Time.After(out.Good) &&
			(l.Message == upToDate || l.Message == changing && !near(bad, l.Time)) {
			out.Good = l.Time
		}
	}
	for _, l := range bad {
		if !l.Time.IsZero() && !l.Time.After(out.Good) {
			continue
		}
		if l.Level == "error" && strings.HasPrefix(strings.ToLower(l.Message), "failed to do run once") {
			out.Soft = append(out.Soft, l)
		}
		for _, code := range dataCodes() {
			if mentions(l.Message, code) || mentions(l.Fields["error"], code) {
				record := strings.ToLower(strings.TrimSuffix(l.Fields["record"], "."))
				out.Refused[record] = append(out.Refused[record], RefusedRecord{code, l})
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
