package contract_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/edgeproof/edgeproof/mocks/zone"
)

// known is a refusal in the source of the fake whose words are known from the real API, and not only inferred.
type known struct {
	where string
	tag   zone.Evidence
	words *regexp.Regexp
}

// knownRefusals reads the source for places that make a refusal with evidence of its own. Where the evidence is a
// variable, a refusal is left to the table.
func knownRefusals(t *testing.T) []known {
	t.Helper()
	var found []known
	files := token.NewFileSet()
	for _, folder := range []string{"..", "../../zone"} {
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
				var parts []ast.Expr
				switch n := n.(type) {
				case *ast.CallExpr:
					parts = n.Args
				case *ast.CompositeLit:
					for _, e := range n.Elts {
						if pair, ok := e.(*ast.KeyValueExpr); ok {
							parts = append(parts, pair.Value)
						}
					}
				}
				if tag, words := tagOf(parts), wordsOf(parts); tag != "" && words != "" {
					found = append(found, known{fmt.Sprint(files.Position(n.Pos())), tag, asPattern(words)})
				}
				return true
			})
		}
	}
	if len(found) < 25 {
		t.Errorf("only %d refusals were found in the source", len(found))
	}
	return found
}

// tagOf finds the evidence among the parts of a call or literal.
func tagOf(parts []ast.Expr) zone.Evidence {
	tags := map[string]zone.Evidence{
		"Recorded": zone.Recorded, "Probed": zone.Probed, "Documented": zone.Documented, "Client": zone.Client,
		"Reported": zone.Reported, "Mocked": zone.Mocked,
	}
	for _, part := range parts {
		switch part := part.(type) {
		case *ast.Ident:
			if tag := tags[part.Name]; tag != "" {
				return tag
			}
		case *ast.SelectorExpr:
			if tag := tags[part.Sel.Name]; tag != "" {
				return tag
			}
		}
	}
	return ""
}

// wordsOf finds the message: a string with a blank in it, or one that goes on in a constant.
func wordsOf(parts []ast.Expr) string {
	for _, part := range parts {
		if sum, ok := part.(*ast.BinaryExpr); ok {
			part = sum.X
		}
		text, ok := part.(*ast.BasicLit)
		if !ok || text.Kind != token.STRING {
			continue
		}
		if words, err := strconv.Unquote(text.Value); err == nil && strings.Contains(words, " ") {
			return words
		}
	}
	return ""
}

// asPattern matches what a format can become.
func asPattern(format string) *regexp.Regexp {
	return regexp.MustCompile("^" + regexp.MustCompile(`%[a-z]`).ReplaceAllString(regexp.QuoteMeta(format), ".*"))
}
