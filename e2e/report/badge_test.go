package report_test

import (
	"encoding/json"
	"testing"

	"github.com/edgeproof/edgeproof/e2e/report"
	"github.com/edgeproof/edgeproof/e2e/verdict"
	"github.com/edgeproof/edgeproof/e2e/verdict/verdicttest"
)

func TestBadge(t *testing.T) {
	t.Parallel()
	partial := verdicttest.Unconcluded()
	partial.Criteria[0].Result = verdict.Skipped
	partial.Conclude()
	for name, c := range map[string]struct {
		v              *verdict.Verdict
		message, color string
	}{
		"passing":   {verdicttest.Passing(), "pass, 29 of 29", "brightgreen"},
		"failing":   {verdicttest.Failing(), "fail, 24 of 29", "red"},
		"partial":   {partial, "partial, 28 of 29", "yellow"},
		"stopped":   {verdicttest.Stopped(), "error, 0 of 29", "lightgrey"},
		"promoted":  {verdicttest.Upgraded(), "promote, 29 of 29", "brightgreen"},
		"blocked":   {verdicttest.Blocked(), "block, 29 of 29", "red"},
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
