package report_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/net/html"

	"github.com/edgeproof/edgeproof/e2e/report"
	"github.com/edgeproof/edgeproof/e2e/verdict"
	"github.com/edgeproof/edgeproof/e2e/verdict/verdicttest"
)

// poison holds what each format could take for its own: HTML, XML, Markdown tables and links, GitHub commands,
// terminal escapes, characters that XML forbids, marks that turn the direction of writing, and broken UTF-8.
const poison = "a|b <script>alert(1)</script> ]]> & \"q\" 'q' `c` [x](javascript:y) ![i](z) **b** @all " +
	"%0A\n::error::owned\r\n" +
	"::set-output name=x::y\x1b[2J\x1b]0;title\x07\x00\x08\u202egnp.exe\ufffe\xff {{.}} </textarea></style> | end"

// hostile is a failing run in which every text is poison.
func hostile() *verdict.Verdict {
	v, recorded := verdicttest.Failing(), verdicttest.Recorded()
	v.Timeline, v.Upgrades, v.Convergence, v.Findings = recorded.Timeline, recorded.Upgrades, recorded.Convergence,
		recorded.Findings
	v.Suite.Version, v.Bundle.Path, v.Bundle.Digest, v.Cluster.Provider = poison, poison, poison, poison
	v.Bundle.Images[0].Name = poison
	for i := range v.Criteria {
		v.Criteria[i].Evidence = []string{poison}
		if v.Criteria[i].Result != verdict.Passed {
			v.Criteria[i].Reason, v.Criteria[i].Objects = poison, []string{poison}
		}
	}
	v.Criteria[0].Text = poison
	for i := range v.Specs.List {
		s := &v.Specs.List[i]
		s.Name, s.Evidence, s.File = poison, []string{poison}, poison
		if s.Result != verdict.Passed {
			s.Reason, s.Objects = poison, []string{poison}
		}
	}
	f := &v.Faults[0]
	f.ID, f.Title, f.Layer, f.Reason, f.Objects = poison, poison, poison, poison, []string{poison}
	f.Expected, f.Diagnosed, f.Cleared = []string{poison}, []string{poison}, []string{poison}
	f.ConventionalChecks = []verdict.ConventionalCheck{{Check: poison, Output: poison}}
	r := &v.Routes[0]
	r.Host, r.Target, r.Addresses, r.Reason = poison, poison, []string{poison}, poison
	r.Certificate.Issuer, r.Certificate.Names = poison, []string{poison}
	v.Phases[0].Name = poison
	for i := range v.Timeline {
		v.Timeline[i].Subject, v.Timeline[i].Text = poison, poison
	}
	v.Faults[0].Cites, v.Faults[0].Reproduce, v.Criteria[0].Cites = []string{v.Timeline[0].ID, v.Timeline[20].ID}, poison,
		[]string{v.Timeline[1].ID}
	n := &v.Findings[0]
	n.Layer, n.Code, n.Object, n.Summary, n.Remedy, n.Command = poison, poison, poison, poison, poison, poison
	n.Hosts, n.Evidence = []string{poison}, []string{poison}
	u := &v.Upgrades[0]
	u.From.Path, u.To.Path, u.Reproduce, u.Lost, u.Renewal.Certificate, u.Renewal.Reason = poison, poison, poison,
		[]string{poison}, poison, poison
	u.Probes[0].Host, u.Probes[1].Host = poison, poison
	for i := range u.Points {
		u.Points[i].Host, u.Points[i].Error = poison, poison
	}
	u.Recreated[0].Name, u.Owners[0].Name, u.Owners[0].After, u.Reissued[1].Certificate = poison, poison, poison, poison
	u.Lapses[0].Issuer, u.Lapses[0].Message = poison, poison
	u.Changes[0] = verdict.Change{Subject: poison, Text: poison, Evidence: []string{poison}}
	v.Convergence.Baseline, v.Convergence.Times[0].To = poison, poison
	v.Hermetic.UnknownNames, v.Hermetic.Senders = []string{poison}, []string{poison}
	v.Error = &verdict.Error{Operation: poison, Message: poison, Remedy: poison}
	v.Conclude()
	return v
}

func TestNoFormatLetsControlsThrough(t *testing.T) {
	t.Parallel()
	for name, write := range writers() {
		if name == "verdict.json" || name == "terminal.txt" {
			continue // JSON keeps the truth and escapes it; the terminal has escapes of its own, see below
		}
		for _, r := range string(render(t, write, hostile())) {
			if unicode.IsControl(r) && r != '\n' && r != '\t' || unicode.Is(unicode.Bidi_Control, r) {
				t.Errorf("%s holds %U", name, r)
				break
			}
		}
	}
	colours := regexp.MustCompile(`\x1b\[[0-9]+m`)
	out := render(t, writers()["terminal.txt"], hostile())
	if rest := colours.ReplaceAll(out, nil); bytes.ContainsAny(rest, "\x1b\x07\x00\r") {
		t.Errorf("the terminal gets more than our colours: %q", rest)
	}
}

func TestHTMLStaysOnePage(t *testing.T) {
	t.Parallel()
	scripts := 0
	z := html.NewTokenizer(bytes.NewReader(render(t, report.HTML, hostile())))
	for z.Next() != html.ErrorToken {
		tok := z.Token()
		if tok.Type != html.StartTagToken && tok.Type != html.SelfClosingTagToken {
			continue
		}
		if tok.Data == "script" {
			scripts++
		}
		if tok.Data == "link" || tok.Data == "img" || tok.Data == "iframe" || tok.Data == "form" || tok.Data == "base" {
			t.Errorf("the page holds a <%s>", tok.Data)
		}
		for _, a := range tok.Attr {
			elsewhere := a.Key == "href" && !strings.HasPrefix(a.Val, "#")
			if strings.HasPrefix(a.Key, "on") || a.Key == "src" || a.Key == "style" || elsewhere ||
				strings.Contains(a.Val, "ZgotmplZ") {
				t.Errorf("<%s> has %s=%q", tok.Data, a.Key, a.Val)
			}
		}
	}
	if !errors.Is(z.Err(), io.EOF) {
		t.Error(z.Err())
	}
	if scripts != 1 {
		t.Errorf("the page holds %d scripts, want its own", scripts)
	}
}

func TestJUnitStaysWellFormed(t *testing.T) {
	t.Parallel()
	var suites struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Cases    []struct {
			Name    string  `xml:"name,attr"`
			Class   string  `xml:"classname,attr"`
			Failure *string `xml:"failure"`
		} `xml:"testsuite>testcase"`
	}
	v := hostile()
	if err := xml.Unmarshal(render(t, report.JUnit, v), &suites); err != nil {
		t.Fatal(err)
	}
	failures := 0
	for _, c := range suites.Cases {
		if c.Name == "" || c.Class == "" {
			t.Errorf("a case lacks its name or its class: %+v", c)
		}
		if c.Failure == nil {
			continue
		}
		failures++
		objects := strings.Contains(*c.Failure, "object: a|b") || c.Class == "edgeproof.upgrade"
		if !strings.Contains(*c.Failure, "<script>") || !objects {
			t.Errorf("the failure lost its reason or its objects: %q", *c.Failure)
		}
	}
	if want := len(v.Specs.List) + len(v.Faults) + len(v.Upgrades) + 1; suites.Tests != want ||
		len(suites.Cases) != want {
		t.Errorf("%d tests in %d cases, want %d", suites.Tests, len(suites.Cases), want)
	}
	want := v.Specs.Failed + 1
	for _, u := range v.Upgrades {
		if u.Result() == verdict.Failed {
			want++
		}
	}
	if suites.Failures != want || failures != want {
		t.Errorf("%d failures counted, %d listed, want %d", suites.Failures, failures, want)
	}
}

func TestMarkdownTablesKeepTheirColumns(t *testing.T) {
	t.Parallel()
	link := regexp.MustCompile(`[^\\]\]\(`)
	columns, tables := 0, 0
	for _, l := range strings.Split(string(render(t, report.Markdown, hostile())), "\n") {
		if !strings.HasPrefix(l, "|") {
			columns = 0
			continue
		}
		n := bars(l)
		if columns == 0 {
			columns = n
			tables++
		}
		if n != columns {
			t.Errorf("a row has %d bars, its head %d: %s", n, columns, l)
		}
		if strings.Contains(l, "<script") || link.MatchString(l) {
			t.Errorf("a row holds markup: %s", l)
		}
	}
	if tables < 6 {
		t.Errorf("only %d tables were looked at", tables)
	}
}

// bars counts the bars of a row that are not escaped.
func bars(row string) int {
	n, escaped := 0, false
	for _, r := range row {
		if r == '|' && !escaped {
			n++
		}
		escaped = r == '\\' && !escaped
	}
	return n
}

func TestAnnotationsAreOnlyOurCommands(t *testing.T) {
	t.Parallel()
	for _, l := range strings.Split(strings.TrimSpace(string(render(t, report.Annotations, hostile()))), "\n") {
		if !regexp.MustCompile(`^::(error|warning) [^:]*::[^\r\n]+$`).MatchString(l) {
			t.Errorf("%q is not one annotation", l)
		}
	}
}
