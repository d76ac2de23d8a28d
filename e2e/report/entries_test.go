package report_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/onsi/ginkgo/v2/types"

	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/report"
	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// suite is the report of one suite with one passed spec that has the given labels and entries.
func suite(labels []string, entries ...types.ReportEntry) types.Report {
	return types.Report{
		SuitePath: "/src/edgeproof/e2e", SuiteSucceeded: true,
		PreRunStats: types.PreRunStats{TotalSpecs: 1, SpecsThatWillRun: 1},
		StartTime:   time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC), EndTime: time.Date(2026, 3, 4, 5, 6, 9, 0, time.UTC),
		SpecReports: types.SpecReports{{
			LeafNodeType: types.NodeTypeIt, LeafNodeText: "a spec", LeafNodeLabels: labels, State: types.SpecStatePassed,
			NumAttempts: 1, RunTime: 300 * time.Millisecond, ReportEntries: entries,
			LeafNodeLocation: types.CodeLocation{FileName: "/src/edgeproof/e2e/journey_test.go", LineNumber: 12},
		}},
	}
}

// entry is an entry as it is inside the process that recorded it: never encoded.
func entry(name string, value any) types.ReportEntry {
	return types.ReportEntry{Name: name, Value: types.WrapEntryValue(value)}
}

func TestJudgeRefusesWhatItDoesNotUnderstand(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		report types.Report
		says   string
	}{
		"an orphan label":          {suite([]string{"DW-9"}), "label DW-9 is no registered criterion"},
		"evidence that is no text": {suite(nil, entry("evidence", 42)), `read the entry "evidence" of a spec`},
		"evidence without value":   {suite(nil, entry("evidence", nil)), "it has no value"},
		"a fault with a foreign field": {
			suite(nil, entry("fault", map[string]any{"id": "x", "colour": "red"})),
			`unknown field "colour"`,
		},
		"a fault without id":      {suite(nil, entry("fault", verdict.Fault{})), "it has no name"},
		"a route that is text":    {suite(nil, entry("route", "slow")), `read the entry "route"`},
		"a value that is no JSON": {suite(nil, entry("route", func() {})), "encode its value"},
		"a failed suite of passes": {
			types.Report{PreRunStats: types.PreRunStats{SpecsThatWillRun: 1}},
			"the run is reported as failed",
		},
	} {
		v := verdict.New(verdict.Suite{})
		report.Judge(v, []types.Report{tc.report})
		v.Conclude()
		if v.Error == nil || !strings.Contains(v.Error.Operation+": "+v.Error.Message, tc.says) || v.Error.Remedy == "" {
			t.Errorf("%s: error %+v, want %q with a remedy", name, v.Error, tc.says)
		}
		if v.ExitCode() != 2 {
			t.Errorf("%s: exit %d, want 2", name, v.ExitCode())
		}
	}
}

func TestJudgeReadsValuesOfTheSameProcess(t *testing.T) {
	t.Parallel()
	v := verdict.New(verdict.Suite{})
	report.Judge(v, []types.Report{suite([]string{"DW-4", "slow"},
		entry("evidence", "one"), entry("evidence", []string{"one", "two\x1b[31m"}), entry("unknown to us", 7),
		entry("route", &verdict.Route{Host: "a", HTTPStatus: 1}), entry("route", verdict.Route{Host: "b", HTTPStatus: 2}),
		entry("route", verdict.Route{Host: "a", HTTPStatus: 3}),
	)})
	c := criterion(t, v, "DW-4")
	if d := cmp.Diff([]string{"one", "two"}, c.Evidence); d != "" {
		t.Errorf("evidence (-want +got):\n%s", d)
	}
	if c.Seconds != 0.3 {
		t.Errorf("seconds = %v", c.Seconds)
	}
	if d := cmp.Diff([]verdict.Route{{Host: "a", HTTPStatus: 3}, {Host: "b", HTTPStatus: 2}}, v.Routes); d != "" {
		t.Errorf("routes (-want +got):\n%s", d)
	}
	s := v.Specs.List[0]
	if d := cmp.Diff([]criteria.ID{"DW-4"}, s.Criteria); d != "" || s.File != "e2e/journey_test.go" || s.Line != 12 {
		t.Errorf("spec at %s:%d, criteria (-want +got):\n%s", s.File, s.Line, d)
	}
	if v.Error != nil || v.Suite.Finished.Sub(v.Suite.Started) != 2*time.Second {
		t.Errorf("error %+v, suite %+v", v.Error, v.Suite)
	}
}

func TestJudgeAddsUpSuites(t *testing.T) {
	t.Parallel()
	a, b := suite([]string{"DW-1"}), suite([]string{"DW-1"})
	b.SuiteSucceeded = false
	b.SpecReports[0].State = types.SpecStateFailed
	b.SpecReports[0].Failure = types.Failure{
		Message:  "no endpoints",
		Location: types.CodeLocation{FileName: "/src/edgeproof/e2e/x_test.go", LineNumber: 7},
	}
	v := verdict.New(verdict.Suite{})
	report.Judge(v, []types.Report{a, b})
	v.Conclude()
	if v.Specs.Planned != 2 || v.Specs.Finished != 2 || v.Result != verdict.Fail {
		t.Errorf("%s with %+v", v.Result, v.Specs)
	}
	if c := criterion(t, v, "DW-1"); c.Result != verdict.Failed || c.Reason != "no endpoints" || c.Seconds != 0.6 {
		t.Errorf("DW-1 = %+v", c)
	}
}

func TestNoReportIsAnError(t *testing.T) {
	t.Parallel()
	for _, torn := range []string{"", "[{", `{"a":1}`, "null x"} {
		if r, err := report.ReadGinkgo(strings.NewReader(torn)); err == nil && len(r) > 0 {
			t.Errorf("ReadGinkgo(%q) gives %d reports", torn, len(r))
		}
	}
	v := verdict.New(verdict.Suite{})
	report.Judge(v, nil)
	v.Conclude()
	if v.ExitCode() != 2 || v.Error == nil {
		t.Errorf("exit %d, error %+v", v.ExitCode(), v.Error)
	}
}

func FuzzJudge(f *testing.F) {
	f.Add([]byte(`[{"SuiteSucceeded":true,"PreRunStats":{"TotalSpecs":1,"SpecsThatWillRun":1},"SpecReports":[{"LeafNodeType":"It","State":"passed","LeafNodeLabels":["DW-1"]}]}]`))
	f.Add([]byte(`[{"SpecReports":[{"LeafNodeType":"It","ReportEntries":[{"Name":"fault","Value":{"AsJSON":"{\"id\":\"x\"}"}}]}]}]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		reports, err := report.ReadGinkgo(strings.NewReader(string(data)))
		if err != nil {
			return
		}
		v := verdict.New(verdict.Suite{})
		report.Judge(v, reports)
		v.Conclude()
		if v.Result == verdict.Pass && v.Specs.Planned != v.Specs.Finished {
			t.Errorf("a pass with %+v", v.Specs)
		}
	})
}

func TestJudgeKeepsWhatTheGateDecidesFrom(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	at := func(id string, second int) verdict.Entry {
		return verdict.Entry{
			ID: id, Time: start.Add(time.Duration(second) * time.Second), Source: verdict.SourceDNS,
			Text: "asked",
		}
	}
	s := suite([]string{"DW-4"},
		entry("upgrade", verdict.Upgrade{Direction: verdict.Forward, Seconds: 1}),
		entry("upgrade", verdict.Upgrade{Direction: verdict.Rollback}),
		entry("upgrade", verdict.Upgrade{Direction: verdict.Forward, Seconds: 2}),
		entry("time", verdict.Time{To: verdict.ToRoute, Seconds: 1.5}),
		entry("timeline", []verdict.Entry{at("c", 3), at("a", 1)}), entry("timeline", []verdict.Entry{at("b", 2)}),
	)
	s.SuiteConfig.RandomSeed = 42
	v := verdict.New(verdict.Suite{})
	report.Judge(v, []types.Report{s})
	if d := cmp.Diff([]verdict.Entry{at("a", 1), at("b", 2), at("c", 3)}, v.Timeline); d != "" {
		t.Errorf("the time line (-want +got):\n%s", d)
	}
	if len(v.Upgrades) != 2 || v.Upgrades[0].Seconds != 2 || v.Upgrades[1].Direction != verdict.Rollback {
		t.Errorf("upgrades: %+v", v.Upgrades)
	}
	if v.Convergence == nil || len(v.Convergence.Times) != 1 || v.Convergence.Times[0].Seconds != 1.5 {
		t.Errorf("convergence: %+v", v.Convergence)
	}
	if v.Suite.Seed != 42 {
		t.Errorf("seed = %d", v.Suite.Seed)
	}
}

func TestARetryThatPassesShowsBothAttempts(t *testing.T) {
	t.Parallel()
	v := judged(t, "flaky")
	for _, s := range v.Specs.List {
		if s.Result != verdict.Flaky {
			if s.History != nil {
				t.Errorf("%s was tried once and has a history: %+v", s.Name, s.History)
			}
			continue
		}
		want := []verdict.Attempt{{Result: verdict.Failed, Reason: "exit status 1"}, {Result: verdict.Passed}}
		if d := cmp.Diff(want, s.History); d != "" {
			t.Errorf("attempts of %s (-want +got):\n%s", s.Name, d)
		}
	}
	if err := v.Validate(); err != nil {
		t.Error(err)
	}
}

func TestJudgeHandsOutWhatVerdictsRestOn(t *testing.T) {
	t.Parallel()
	v := verdict.New(verdict.Suite{})
	at := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	finding := verdict.Finding{
		Layer: "dns", Code: "record-missing", Object: "record develop.safeops.work A",
		Summary: "it is not there",
	}
	report.Judge(v, []types.Report{suite([]string{"DW-4"},
		entry("timeline", []verdict.Entry{{
			ID: "dns-2", Time: at.Add(time.Second), Source: verdict.SourceDNS,
			Text: "NXDOMAIN",
		}, {ID: "dns-1", Time: at, Source: verdict.SourceDNS, Text: "NOERROR"}}),
		entry("finding", finding), entry("finding", finding),
		entry("fault", verdict.Fault{ID: "record-missing", Result: verdict.Passed}),
		entry("upgrade", verdict.Upgrade{Direction: verdict.Forward}),
		entry("cites", report.Cites{Omitted: 3, Of: map[string][]string{
			"DW-4": {"dns-1", "dns-2", "dns-404"}, "record-missing": {"dns-2"}, "upgrade": {"dns-1"},
			"dns/record-missing": {"dns-2"}, "unknown": {"dns-1"},
		}}),
		entry("cites", report.Cites{Omitted: 4, Of: map[string][]string{"DW-4": {"dns-1"}}}),
	)})
	if d := cmp.Diff([]string{"dns-1", "dns-2"}, criterion(t, v, "DW-4").Cites); d != "" {
		t.Errorf("DW-4 rests on (-want +got):\n%s", d)
	}
	if len(v.Findings) != 1 || !slices.Equal(v.Findings[0].Cites, []string{"dns-2"}) {
		t.Errorf("findings %+v", v.Findings)
	}
	if !slices.Equal(v.Faults[0].Cites, []string{"dns-2"}) || !slices.Equal(v.Upgrades[0].Cites, []string{"dns-1"}) {
		t.Errorf("the fault rests on %q, the upgrade on %q", v.Faults[0].Cites, v.Upgrades[0].Cites)
	}
	if v.Omitted != 7 || v.Timeline[0].ID != "dns-1" || v.Error != nil {
		t.Errorf("%d omitted, first %s, %v", v.Omitted, v.Timeline[0].ID, v.Error)
	}
}
