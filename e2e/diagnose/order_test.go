package diagnose_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

// finds is a rule that finds its code, and asks for others when it is given some.
func finds(code diagnose.Code, kind diagnose.Kind, after ...diagnose.Code) diagnose.Rule {
	return diagnose.Rule{Code: code, Kind: kind, After: after, Find: func(*diagnose.Route) []diagnose.Finding {
		return diagnose.One("object of "+string(code), "found", diagnose.Remedy{})
	}}
}

// unless is a rule that finds its code unless it sees one of the others.
func unless(code diagnose.Code, others []diagnose.Code, after ...diagnose.Code) diagnose.Rule {
	r := finds(code, diagnose.Cause, after...)
	find := r.Find
	r.Find = func(route *diagnose.Route) []diagnose.Finding {
		if route.Has(others...) {
			return nil
		}
		return find(route)
	}
	return r
}

func section(rules ...diagnose.Rule) diagnose.Section {
	return diagnose.Section{
		Layer: diagnose.Routing, Rules: rules,
		Needs: func(*diagnose.Route) []diagnose.Need { return nil },
		Works: func(*diagnose.Route) (diagnose.State, string) { return diagnose.Clear, "" },
	}
}

func TestCheckRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		rules []diagnose.Rule
		says  string
	}{
		{"two after each other", []diagnose.Rule{finds("a", 0, "b"), finds("b", 0, "a")}, "cycle: a, b"},
		{"after itself", []diagnose.Rule{finds("a", 0, "a")}, "cycle: a"},
		{"after nothing that is", []diagnose.Rule{finds("a", 0, "b")}, "a comes after b, which is no code"},
		{"in order", []diagnose.Rule{finds("b", 0, "a"), finds("a", 0)}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			err := diagnose.Check(section(c.rules...))
			if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want %q", err, c.says)
			}
		})
	}
}

// A rule runs after those that it names, wherever they stand in the section, and sees those alone.
func TestPrecedence(t *testing.T) {
	t.Parallel()
	last := unless("last", []diagnose.Code{"first"})
	last.Fallback = true
	beyond := unless("beyond", nil, "last")
	for _, c := range []struct {
		name  string
		rules []diagnose.Rule
		want  string
	}{
		{
			"what is named is seen",
			[]diagnose.Rule{unless("second", []diagnose.Code{"first"}, "first"), finds("first", 0)},
			"first",
		},
		{
			"what is not named is not seen",
			[]diagnose.Rule{finds("first", 0), unless("second", []diagnose.Code{"first"})},
			"first second",
		},
		{"a fallback sees all", []diagnose.Rule{last, finds("first", 0)}, "first"},
		{"but what comes after it", []diagnose.Rule{beyond, last}, "last beyond"},
		{
			"rules of one code see each other",
			[]diagnose.Rule{finds("first", 0), unless("first", []diagnose.Code{"first"})},
			"first",
		},
		{"a symptom that something explains", []diagnose.Rule{finds("b", diagnose.Symptom, "a"), finds("a", 0)}, "a (b)"},
		{"a symptom that nothing explains", []diagnose.Rule{finds("a", 0), finds("b", diagnose.Symptom)}, "a b"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := &facts.Snapshot{Time: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)}
			d := diagnose.New(s, section(c.rules...)).Explain(diagnose.Target{Host: "a.example"})
			var got []string
			for _, f := range d.Causes {
				got = append(got, string(f.Code))
			}
			for _, f := range d.Notes {
				got = append(got, "("+string(f.Code)+")")
			}
			if text := strings.Join(got, " "); text != c.want {
				t.Errorf("found %s, want %s", text, c.want)
			}
		})
	}
}

func TestNewPanicsOnACycle(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("made an Explainer of rules without an order")
		}
	}()
	diagnose.New(&facts.Snapshot{}, section(slices.Concat([]diagnose.Rule{finds("a", 0, "a")})...))
}
