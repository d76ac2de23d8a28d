package report_test

import (
	"fmt"
	"os"

	"github.com/edgeproof/edgeproof/e2e/report"
	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// What a command does after the suite has run: read Ginkgo's report, judge, conclude, write, exit. Whatever
// goes wrong on the way becomes the verdict's error, so there is always a verdict to write.
func Example() {
	v := verdict.New(verdict.Suite{Version: "v0.1.0", GoVersion: "go1.26.8"})
	if f, err := os.Open("testdata/ginkgo/failed.json"); err != nil {
		v.SetError("open the suite's report", err, "read the log of the run for what stopped it")
	} else if reports, err := report.ReadGinkgo(f); err != nil {
		v.SetError("read the suite's report", err, "read the log of the run for what stopped it")
	} else {
		report.Judge(v, reports)
	}
	v.Hermetic = &verdict.Hermetic{Sealed: true} // which the run itself measures
	v.Conclude()

	dir, err := os.MkdirTemp("", "artefacts")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if err := report.WriteAll(dir, v); err != nil {
		fmt.Println(err)
	}
	fmt.Println(v.Result, v.ExitCode())
	for _, r := range v.Reasons {
		fmt.Println(r)
	}
	// Output:
	// fail 1
	// 2 criteria failed: DW-2, WF-4
	// 1 of 5 planned specs failed
}
