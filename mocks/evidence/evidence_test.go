package evidence_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/edgeproof/edgeproof/mocks/evidence"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

// TestSources: what is more than unverified has a source and a day.
func TestSources(t *testing.T) {
	t.Parallel()
	day := regexp.MustCompile(`^20\d\d(-\d\d){0,2}$`)
	for _, a := range evidence.Answers() {
		if a.Kind != zone.Unverified && (a.Source == "" || !day.MatchString(a.Day)) {
			t.Errorf("%s %d %q: source %q, day %q", a.Kind, a.Code, a.Says, a.Source, a.Day)
		}
	}
}

// TestEachRefusalIsListed holds the list against the source, in both directions.
func TestEachRefusalIsListed(t *testing.T) {
	t.Parallel()
	made := refusals(t)
	answers := evidence.Answers()
	for _, r := range made {
		if !slices.ContainsFunc(answers, func(a evidence.Answer) bool {
			return strings.TrimSpace(a.Says) == strings.TrimSpace(r.words) && (r.kind == "" || a.Kind == r.kind)
		}) {
			t.Errorf("%s: %s %q is not among evidence.Answers", r.where, r.kind, r.words)
		}
	}
	for _, a := range answers {
		if a.Code != 0 && !slices.ContainsFunc(made, func(r refusal) bool {
			return strings.TrimSpace(a.Says) == strings.TrimSpace(r.words) && (r.kind == "" || a.Kind == r.kind)
		}) {
			t.Errorf("no refusal in the source is %s %d %q", a.Kind, a.Code, a.Says)
		}
	}
}

// refusal is a place in the source that refuses; kind is empty where it is a variable.
type refusal struct {
	where, words string
	kind         zone.Evidence
}

func refusals(t *testing.T) []refusal {
	t.Helper()
	var found []refusal
	files := token.NewFileSet()
	for _, folder := range []string{"../zone", "../cloudflare"} {
		paths, err := filepath.Glob(filepath.Join(folder, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(file, func(n ast.Node) bool {
				if r, ok := read(n); ok {
					r.where = files.Position(n.Pos()).String()
					found = append(found, r)
				}
				return true
			})
		}
	}
	if len(found) < 60 {
		t.Errorf("only %d refusals are found in the source", len(found))
	}
	return found
}

// read takes the evidence and the words out of a call or a literal that has both.
func read(n ast.Node) (r refusal, ok bool) {
	var parts []ast.Expr
	switch n := n.(type) {
	case *ast.CallExpr:
		parts = n.Args
	case *ast.CompositeLit:
		for _, e := range n.Elts {
			if pair, isPair := e.(*ast.KeyValueExpr); isPair {
				parts = append(parts, pair.Value)
			}
		}
	}
	for _, part := range parts {
		if sum, isSum := part.(*ast.BinaryExpr); isSum {
			part = sum.X
		}
		switch part := part.(type) {
		case *ast.Ident:
			r.kind, ok = kindOf(part.Name, r.kind, ok)
		case *ast.SelectorExpr:
			r.kind, ok = kindOf(part.Sel.Name, r.kind, ok)
		case *ast.BasicLit:
			if text, err := strconv.Unquote(part.Value); err == nil && strings.Contains(text, " ") {
				r.words = text
			}
		}
	}
	return r, ok && r.words != ""
}

func kindOf(name string, kind zone.Evidence, ok bool) (zone.Evidence, bool) {
	kinds := map[string]zone.Evidence{
		"Recorded": zone.Recorded, "Probed": zone.Probed, "Documented": zone.Documented, "Client": zone.Client,
		"Reported": zone.Reported, "Mocked": zone.Mocked, "Unverified": zone.Unverified, "evidence": "",
	}
	if found, is := kinds[name]; is {
		return found, true
	}
	return kind, ok
}

func TestKnown(t *testing.T) {
	t.Parallel()
	a := evidence.Known(zone.Reported, 9003, "Target 10.0.0.1 is not allowed for a proxied record.")
	if a.Day != "2026-08-18" || a.Source != "DNSControl/dnscontrol#4776" {
		t.Errorf("%+v", a)
	}
	if a := evidence.Known(zone.Reported, 9003, "other words"); a != (evidence.Answer{}) {
		t.Errorf("%+v", a)
	}
}

func TestShare(t *testing.T) {
	t.Parallel()
	text := evidence.Share([]evidence.Answer{
		{Kind: zone.Recorded}, {Kind: zone.Probed}, {Kind: zone.Unverified}, {Kind: zone.Mocked},
	})
	for _, want := range []string{
		"recorded from the real service           2  50.0 %", "unverified                               1  25.0 %",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}
