package externaldns_test

import (
	"strings"
	"testing"
	"time"

	"github.com/edgeproof/edgeproof/e2e/edge/cloudflare"
	"github.com/edgeproof/edgeproof/e2e/edge/externaldns"
	"github.com/edgeproof/edgeproof/e2e/edge/logline"
)

// at is a time of tests.
func at(seconds int) string {
	return time.Date(2026, 3, 1, 12, 0, seconds, 0, time.UTC).Format(time.RFC3339)
}

func text(seconds int, level, message, fields string) string {
	return strings.TrimSpace(`time="` + at(seconds) + `" level=` + level + ` msg="` + message + `" ` + fields)
}

func TestReadLog(t *testing.T) {
	t.Parallel()
	change := func(seconds int) string {
		return text(seconds, "info", "Changing record.", "action=CREATE record=A.example.org type=A")
	}
	up := func(seconds int) string { return text(seconds, "info", "All records are already up to date", "") }
	for _, tc := range []struct {
		name                    string
		log                     []string
		good                    int // seconds, -1 for none
		errors, failed, changes int
		ended                   externaldns.Ends
	}{
		{"nothing", nil, -1, 0, 0, 0, ""},
		{"up to date", []string{up(1), up(61)}, 61, 0, 0, 0, ""},
		{"a change", []string{up(1), change(61)}, 61, 0, 0, 1, ""},
		{"a change that fails", []string{
			up(1), change(61),
			text(62, "error", "failed to create record: 81053", "record=a.example.org"),
		}, 1, 1, 0, 0, ""},
		{"a change beside one that fails", []string{
			up(1), change(61),
			text(62, "error", "failed to create record", "record=b.example.org"),
		}, 1, 1, 0, 1, ""},
		{
			"0.14: a sync fails",
			[]string{up(1), text(61, "error", "Failed to do run once: soft error\\nx", "")},
			1, 1, 1, 0,
			"",
		},
		{"0.18: syncs fail", []string{
			text(61, "error", "Failed to do run once: x (consecutive soft errors: 1)", ""),
			text(121, "error", "Failed to do run once: x (consecutive soft errors: 2)", ""),
		}, -1, 2, 2, 0, ""},
		{"0.18: then one succeeds", []string{
			text(61, "error", "Failed to do run once: x", ""),
			text(121, "info", "Reconciliation succeeded after 1 consecutive soft errors", ""),
		}, 121, 0, 0, 0, ""},
		{"0.20: ends", []string{up(1), text(61, "fatal", "Failed to do run once: 403", "")}, 1, 1, 0, 0, ""},
		{"0.22: ends", []string{up(1), text(61, "fatal", "failed to do run once: 403", "")}, 1, 1, 0, 0, ""},
		{"0.22: no policy", []string{text(61, "fatal", "config validation failed: --policy must be set explicitly (one of: "+
			"sync, upsert-only, create-only)", "")}, -1, 1, 0, 0, externaldns.NoPolicy},
		{"no owner", []string{text(61, "fatal", "owner id cannot be empty", "")}, -1, 1, 0, 0, externaldns.NoOwner},
		{"json", []string{`{"level":"info","msg":"All records are already up to date","time":"` + at(5) +
			`"}`, `{"level":"error","msg":"x","time":"` + at(9) + `"}`}, 5, 1, 0, 0, ""},
		{"an error before a good sync", []string{text(1, "error", "x", ""), up(61)}, 61, 0, 0, 0, ""},
	} {
		got := externaldns.ReadLog(logline.ParseAll(strings.Join(tc.log, "\n")))
		good := -1
		if got.Synced {
			good = int(got.Good.Sub(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)).Seconds())
		}
		if good != tc.good || len(got.Errors) != tc.errors || len(got.Failed) != tc.failed ||
			len(got.Changes["a.example.org"]) != tc.changes ||
			got.Ended() != tc.ended {
			t.Errorf(
				"%s: good %d, %d errors, %d failed, changes %v, ended %q",
				tc.name,
				good,
				len(got.Errors),
				len(got.Failed),
				got.Changes,
				got.Ended(),
			)
		}
	}
}

// A log of a terminal has no times: what stands after the last good sync is of now.
func TestReadLogOfATerminal(t *testing.T) {
	t.Parallel()
	color := func(level, message string) string { return "\x1b[36m" + level + "\x1b[0m[0012] " + message }
	good, bad := color("INFO", "All records are already up to date"), color("ERRO", "Failed to do run once: x")
	for _, tc := range []struct {
		lines  []string
		synced bool
		errors int
	}{
		{[]string{bad, good}, true, 0},
		{[]string{good, bad}, true, 1},
		{[]string{bad, bad}, false, 2},
		{[]string{color("INFO", "Changing record.   action=CREATE record=a.example.org"), bad}, false, 1},
	} {
		got := externaldns.ReadLog(logline.ParseAll(strings.Join(tc.lines, "\n")))
		if got.Synced != tc.synced || len(got.Errors) != tc.errors {
			t.Errorf("%q: %+v", tc.lines, got)
		}
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	got := externaldns.ReadLog(logline.ParseAll(strings.Join([]string{
		text(1, "error", "failed to create record: error 81053", "record=old.example.org"),
		text(2, "info", "All records are already up to date", ""),
		text(3, "error", "failed to create record", `record=a.example.org error="9003: Target is not allowed"`),
		text(4, "warning", "Domain b.example.org contains conflicting record type candidates; discarding CNAME record", ""),
	}, "\n")))
	if _, ok := got.RefusedWith("a.example.org", cloudflare.RefusesProxy()...); !ok || len(got.Refused) != 1 {
		t.Errorf("refused: %+v", got.Refused)
	}
	if _, ok := got.Mixed["b.example.org"]; !ok || len(got.Warnings) != 2 {
		t.Errorf("mixed: %+v, warnings %v", got.Mixed, got.Warnings)
	}
}
