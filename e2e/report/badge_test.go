package report_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/report"
	"github.com/edgeproof/edgeproof/e2e/verdict"
	"github.com/edgeproof/edgeproof/e2e/verdict/verdicttest"
)

func TestBadge(t *testing.T) {
	t.Parallel()
	of := func(state string, fewer int) string {
		all := len(criteria.All())
		return fmt.Sprintf("%s, %d of %d", state, all-fewer, all)
	}
	partial := verdicttest.Unconcluded()
	partial.Criteria[0].Result = verdict.Skipped
	partial.Conclude()
	for name, c := range map[string]struct {
		v              *verdict.Verdict
		message, color string
	}{
		"passing":   {verdicttest.Passing(), of("pass", 0), "brightgreen"},
		"failing":   {verdicttest.Failing(), of("fail", 5), "red"},
		"partial":   {partial, of("partial", 1), "yellow"},
		"stopped":   {verdicttest.Stopped(), of("error", len(criteria.All())), "lightgrey"},
		"promoted":  {verdicttest.Upgraded(), of("promote", 0), "brightgreen"},
		"blocked":   {verdicttest.Blocked(), of("block", 0), "red"},
		"undecided": {&verdict.Verdict{}, "no verdict, 0 of 0", "lightgrey"},
	} {
		var got struct {
			SchemaVersion         int
			Label, Message, Color string
			IsError               bool
		}
		if err := json.Unmarshal(render(t, report.Badge, c.v), &got); err != nil {
			t.Fatal(err)
		}
		if got.SchemaVersion != 1 || got.Label == "" || got.Message != c.message || got.Color != c.color ||
			got.IsError != (c.color == "lightgrey") {
			t.Errorf("%s: %+v, want %q in %s", name, got, c.message, c.color)
		}
	}
}

func TestFormats(t *testing.T) {
	t.Parallel()
	for _, format := range report.Formats() {
		write, err := report.WriterOf(format, report.Style{})
		if err != nil {
			t.Fatal(err)
		}
		if len(render(t, writer(write), verdicttest.Recorded())) < 50 {
			t.Errorf("%s says nothing", format)
		}
	}
	if _, err := report.WriterOf("pdf", report.Style{}); err == nil {
		t.Error("pdf is written, it seems")
	}
}
