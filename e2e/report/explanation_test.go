package report_test

import (
	"bytes"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"gotest.tools/v3/golden"
	"k8s.io/apimachinery/pkg/types"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/report"
)

func explainers() map[string]func(io.Writer, *report.Explanation) error {
	text := func(s report.Style) func(io.Writer, *report.Explanation) error {
		return func(w io.Writer, e *report.Explanation) error { return report.ExplanationText(w, e, s) }
	}
	return map[string]func(io.Writer, *report.Explanation) error{
		"explanation.json": report.ExplanationJSON, "explanation.md": report.ExplanationMarkdown,
		"explanation.html": report.ExplanationHTML,
		"plain.txt":        text(report.Style{}), "terminal.txt": text(report.Style{Color: true, Width: 72}),
	}
}

// chain has the states of the layers after delivery, which is clear.
func chain(states ...diagnose.State) []diagnose.Link {
	var out []diagnose.Link
	states = append([]diagnose.State{diagnose.Clear}, states...)
	for i, layer := range diagnose.Layers() {
		out = append(out, diagnose.Link{Layer: layer, State: states[i], Seen: "what was seen of " + string(layer)})
	}
	return out
}

func frontend(healthy bool, states ...diagnose.State) diagnose.Diagnosis {
	return diagnose.Diagnosis{
		Target: diagnose.Target{
			Host:    "develop.safeops.work",
			Ingress: types.NamespacedName{Namespace: "develop", Name: "frontend"},
		},
		Time: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), Healthy: healthy, Chain: chain(states...),
	}
}

func explanations() map[string]*report.Explanation {
	snapshot := &facts.Snapshot{Time: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), Kubernetes: "v1.37.2"}
	forbidden := *snapshot
	forbidden.Errors = []facts.Error{
		{Part: facts.Secrets, Object: "develop", Reason: "Forbidden", Message: "secrets is forbidden"},
		{Part: facts.Secrets, Object: "staging", Reason: "Forbidden", Message: "secrets is forbidden"},
		{Part: facts.Provider, Message: "query the provider: not allowed"},
		{Part: facts.Logs, Object: "cert-manager/external-dns-1" + facts.PreviousRun, Message: "gone"},
	}
	broken := frontend(false, diagnose.Broken, diagnose.Clear, diagnose.Blocked, diagnose.Blocked)
	for i := range broken.Chain {
		if broken.Chain[i].State != diagnose.Clear {
			broken.Chain[i].By = "token-secret-missing"
		}
	}
	broken.Causes = []diagnose.Finding{{
		Code: "token-secret-missing", Layer: diagnose.Credential, Object: "Secret cert-manager/cloudflare-api-token",
		Summary: "The Cloudflare token Secret does not exist, so external-dns cannot start and no DNS-01 challenge can be " +
			"presented.",
		Evidence: []diagnose.Evidence{
			{Source: "Secret cert-manager/cloudflare-api-token", Text: "not found"},
			{Source: "Pod cert-manager/external-dns-6d5c", Text: `CreateContainerConfigError: secret "cloudflare-api-token" not found`},
			{Source: "Challenge develop/frontend-tls-1-2-3", Text: `error getting secret "cloudflare-api-token"`},
		},
		Remedy: diagnose.Remedy{
			Text:    "Create the Secret with a token that has Zone:Read and DNS:Edit on the zone.",
			Command: "kubectl -n cert-manager create secret generic cloudflare-api-token --from-literal=api-token=TOKEN",
		},
	}}
	broken.Notes = []diagnose.Finding{{
		Code: "present-backoff", Layer: diagnose.Certificate, Object: "Challenge develop/frontend-tls-1-2-3",
		Summary: "It is retried within 30 minutes after the remedy.",
	}}
	healthy := frontend(true, diagnose.Clear, diagnose.Clear, diagnose.Clear, diagnose.Clear)
	waiting := frontend(false, diagnose.Clear, diagnose.Clear, diagnose.Clear, diagnose.Waiting)
	waiting.Host = "new.safeops.work"
	blind := frontend(false, diagnose.Unknown, diagnose.Unknown, diagnose.Unknown, diagnose.Unknown)
	blind.Host, blind.Ingress = "unknown.safeops.work", types.NamespacedName{}
	return map[string]*report.Explanation{
		"healthy": report.Explain(snapshot, []diagnose.Diagnosis{healthy}),
		"broken":  report.Explain(snapshot, []diagnose.Diagnosis{broken}),
		"several": report.Explain(&forbidden, []diagnose.Diagnosis{healthy, waiting, broken, blind}),
		"long": report.Explain(overlong(snapshot), []diagnose.Diagnosis{overlongRoute(strings.Repeat("a long text ",
			60))}),
		"hostile": report.Explain(overlong(snapshot), []diagnose.Diagnosis{overlongRoute(poison), healthy}),
	}
}

// overlong could not read a lot.
func overlong(s *facts.Snapshot) *facts.Snapshot {
	out := *s
	for n := range 30 {
		out.Errors = append(out.Errors, facts.Error{Part: facts.Probes, Message: fmt.Sprintf("%d %s", n, poison)})
	}
	out.Kubernetes = poison
	return &out
}

// overlongRoute has more of everything than fits, and the same text everywhere.
func overlongRoute(text string) diagnose.Diagnosis {
	d := frontend(false, diagnose.Broken, diagnose.Broken, diagnose.Broken, diagnose.Broken)
	for i := range d.Chain {
		d.Chain[i].Seen, d.Chain[i].By = text, diagnose.Code(text)
	}
	d.Host, d.Ingress = text, types.NamespacedName{Namespace: text, Name: text}
	f := diagnose.Finding{
		Code: diagnose.Code(text), Layer: diagnose.Routing, Object: text, Summary: text,
		Remedy: diagnose.Remedy{Text: text, Command: "kubectl get " + text},
	}
	for range 20 {
		f.Evidence = append(f.Evidence, diagnose.Evidence{Source: text, Text: text})
	}
	for range 20 {
		d.Causes, d.Notes = append(d.Causes, f), append(d.Notes, f)
	}
	return d
}

func explained(t *testing.T, write func(io.Writer, *report.Explanation) error, e *report.Explanation) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := write(&out, e); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestExplanationsGolden(t *testing.T) {
	t.Parallel()
	for sample, e := range explanations() {
		for file, write := range explainers() {
			golden.Assert(t, string(bare(explained(t, write, e))), filepath.Join("explained", sample, file))
		}
	}
}

func TestARouteFitsOneScreen(t *testing.T) {
	t.Parallel()
	for _, sample := range []string{"healthy", "broken", "long"} {
		lines := strings.Split(strings.TrimSuffix(string(explained(t, explainers()["plain.txt"], explanations()[sample])),
			"\n"), "\n")
		if len(lines) > 24 {
			t.Errorf("%s takes %d lines:\n%s", sample, len(lines), strings.Join(lines, "\n"))
		}
		for _, line := range lines {
			if utf8.RuneCountInString(line) > 100 && !strings.HasPrefix(line, "  $ ") { // a command is whole, to be copied
				t.Errorf("%s has a line of %d columns: %s", sample, utf8.RuneCountInString(line), line)
			}
		}
	}
}

func TestFound(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{"healthy": false, "broken": true, "several": true} {
		if got := explanations()[name].Found(); got != want {
			t.Errorf("%s: found %t, want %t", name, got, want)
		}
	}
	blind := report.Explain(&facts.Snapshot{}, []diagnose.Diagnosis{frontend(false, diagnose.Clear, diagnose.Unknown,
		diagnose.Unknown, diagnose.Unknown)})
	if blind.Found() || blind.Healthy {
		t.Error("what is not known is neither a fault nor health")
	}
}

func TestAHostileClusterIsHarmless(t *testing.T) {
	t.Parallel()
	e := explanations()["hostile"]
	for name, write := range explainers() {
		if name == "explanation.json" {
			continue // keeps the truth, and escapes it
		}
		text := regexp.MustCompile(`\x1b\[[0-9]+m`).ReplaceAllString(string(explained(t, write, e)), "")
		for _, r := range text {
			if unicode.IsControl(r) && r != '\n' && r != '\t' || unicode.Is(unicode.Bidi_Control, r) {
				t.Errorf("%s holds %U", name, r)
				break
			}
		}
		if name == "plain.txt" && (strings.Contains(text, "\x1b") || strings.Contains("\n"+text, "\n::")) {
			t.Errorf("%s speaks to the terminal or to CI: %q", name, text)
		}
	}
	z := html.NewTokenizer(bytes.NewReader(explained(t, report.ExplanationHTML, e)))
	for z.Next() != html.ErrorToken {
		token := z.Token()
		if token.Data == "script" || token.Data == "img" || token.Data == "a" || token.Data == "textarea" {
			t.Errorf("the page holds a <%s>", token.Data)
		}
		for _, a := range token.Attr {
			if strings.HasPrefix(a.Key, "on") || a.Key == "src" || strings.Contains(a.Val, "ZgotmplZ") {
				t.Errorf("<%s> has %s=%q", token.Data, a.Key, a.Val)
			}
		}
	}
	columns, fence := 0, ""
	for _, line := range strings.Split(string(explained(t, report.ExplanationMarkdown, e)), "\n") {
		switch {
		case fence != "":
			if strings.HasPrefix(line, fence) {
				fence = ""
			}
			continue
		case strings.HasPrefix(line, "```"):
			fence = line[:len(line)-len(strings.TrimLeft(line, "`"))]
			continue
		case strings.Contains(line, "<script") || regexp.MustCompile(`[^\\]\]\(`).MatchString(line):
			t.Errorf("markup: %s", line)
		}
		if !strings.HasPrefix(line, "|") {
			columns = 0
			continue
		}
		if columns == 0 {
			columns = bars(line)
		}
		if bars(line) != columns {
			t.Errorf("a row has %d bars, its head %d: %s", bars(line), columns, line)
		}
	}
	if fence != "" {
		t.Errorf("a fence %s is never closed", fence)
	}
}
