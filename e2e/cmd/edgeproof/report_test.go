package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/edgeproof/edgeproof/e2e/verdict"
	"github.com/edgeproof/edgeproof/e2e/verdict/verdicttest"
)

// saved writes a verdict to a file.
func saved(t *testing.T, v *verdict.Verdict) string {
	t.Helper()
	data, err := verdict.Encode(v)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "verdict.json")
	write(t, file, string(data))
	return file
}

func TestReportOfASavedVerdict(t *testing.T) {
	t.Parallel()
	file := saved(t, verdicttest.Recorded())
	for format, says := range map[string]string{
		"html": "<!doctype html>", "markdown": "# ✗ BLOCK", "junit": "<testsuites ", "json": `"kind": "Verdict"`,
		"badge": `"schemaVersion":1`, "text": "✗ BLOCK",
	} {
		if got := edgeproof(t, "report", file, "-o", format); got.code != 0 || got.stderr != "" ||
			!strings.Contains(got.stdout, says) || got.asked != "" {
			t.Errorf("%s: exit status %d, %.200s, %s", format, got.code, got.stdout, got.stderr)
		}
	}
	out := filepath.Join(t.TempDir(), "report.html")
	if got := edgeproof(t, "report", file, "-o", "html", "--out", out); got.code != 0 || got.stdout != "" {
		t.Errorf("%+v", got)
	}
	if page, err := os.ReadFile(out); err != nil || !strings.Contains(string(page), "</html>") {
		t.Errorf("the file holds %d bytes, %v", len(page), err)
	}
}

func TestTheOldNameOfMarkdownIsDeprecated(t *testing.T) {
	t.Parallel()
	got := edgeproof(t, "report", saved(t, verdicttest.Passing()), "-o", "md")
	if got.code != 0 || !strings.HasPrefix(got.stdout, "# ") || got.stderr != "-o md is deprecated: use -o markdown\n" {
		t.Errorf("exit status %d, %.200s, %s", got.code, got.stdout, got.stderr)
	}
}

func TestReportRefusesWhatIsNoVerdict(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		write(t, path, content)
		return path
	}
	edited := verdicttest.Failing()
	edited.Result, edited.Reasons = verdict.Pass, nil
	for name, c := range map[string]struct {
		args []string
		says []string
	}{
		"no file at all": {
			[]string{filepath.Join(dir, "none.json")},
			[]string{"no such file", "_artifacts/verdict.json"},
		},
		"no JSON": {
			[]string{file("torn.json", "{")},
			[]string{"torn.json", "unexpected EOF", "_artifacts/verdict.json"},
		},
		"something else": {
			[]string{file("pod.json", `{"apiVersion":"v1","kind":"Pod","spec":{}}`)},
			[]string{`it is a "Pod" of "v1"`, `want a "Verdict"`},
		},
		"a later version": {
			[]string{file("later.json", `{"apiVersion":"edgeproof/v9","kind":"Verdict","mood":"good"}`)},
			[]string{`of "edgeproof/v9"`, "the version of edgeproof that wrote it"},
		},
		"an edited verdict": {[]string{saved(t, edited)}, []string{"contradicts itself", `the rest says "fail"`}},
		"an unknown format": {
			[]string{saved(t, verdicttest.Passing()), "-o", "pdf"},
			[]string{`"pdf" is unknown; use text, json, html, markdown, junit, badge`},
		},
		"nothing": {nil, []string{"accepts 1 arg"}},
		"a file that is not": {[]string{
			saved(t, verdicttest.Passing()), "-o", "markdown", "--out",
			filepath.Join(dir, "no", "such", "folder.md"),
		}, []string{"folder.md", "no such file"}},
	} {
		got := edgeproof(t, append([]string{"report"}, c.args...)...)
		if got.code != 2 || got.stdout != "" || got.asked != "" {
			t.Errorf("%s: %+v", name, got)
		}
		for _, want := range c.says {
			if !strings.Contains(got.stderr, want) {
				t.Errorf("%s: %q does not say %q", name, got.stderr, want)
			}
		}
	}
}

func TestReportCompletes(t *testing.T) {
	t.Parallel()
	if got := edgeproof(t, "__complete", "report", "x.json", "-o", "h"); got.code != 0 ||
		!strings.Contains(got.stdout, "\nhtml\n") {
		t.Errorf("-o h completes to %q", got.stdout)
	}
	if got := edgeproof(t, "__complete", "report", ""); got.code != 0 || !strings.HasPrefix(got.stdout, "json\n:8") {
		t.Errorf("a verdict completes to %q", got.stdout)
	}
}
