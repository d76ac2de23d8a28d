package report_test

import (
	"bytes"
	"io"
	"path/filepath"
	"regexp"
	"testing"

	"gotest.tools/v3/golden"

	"github.com/edgeproof/edgeproof/e2e/report"
	"github.com/edgeproof/edgeproof/e2e/verdict"
	"github.com/edgeproof/edgeproof/e2e/verdict/verdicttest"
)

type writer func(io.Writer, *verdict.Verdict) error

// writers are all formats, by the file of their golden output.
func writers() map[string]writer {
	terminal := func(s report.Style) writer {
		return func(w io.Writer, v *verdict.Verdict) error { return report.Terminal(w, v, s) }
	}
	return map[string]writer{
		"verdict.json": report.JSON, "junit.xml": report.JUnit, "summary.md": report.Markdown, "report.html": report.HTML,
		"badge.json":      report.Badge,
		"annotations.txt": report.Annotations, "plain.txt": terminal(report.Style{}),
		"terminal.txt": terminal(report.Style{Color: true, Width: 72}),
	}
}

func samples() map[string]*verdict.Verdict {
	return map[string]*verdict.Verdict{
		"passing": verdicttest.Passing(), "failing": verdicttest.Failing(), "stopped": verdicttest.Stopped(),
		"recorded": verdicttest.Recorded(), "hostile": hostile(),
	}
}

func TestGolden(t *testing.T) {
	t.Parallel()
	for sample, v := range samples() {
		for file, write := range writers() {
			t.Run(sample+"/"+file, func(t *testing.T) {
				t.Parallel()
				golden.Assert(t, string(bare(render(t, write, v))), filepath.Join("golden", sample, file))
			})
		}
	}
}

// bare is a page without its style and script, and their digests: those are files of their own, and would be in
// every golden one.
func bare(page []byte) []byte {
	page = regexp.MustCompile(`(?s)(<style>).*?(</style>)|(<script>).*?(</script>)`).ReplaceAll(page, []byte("$1$3…$2$4"))
	return regexp.MustCompile(`&#39;sha256-[^;]*?&#39;`).ReplaceAll(page, []byte("…"))
}

func render(t *testing.T, write writer, v *verdict.Verdict) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b, v); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
