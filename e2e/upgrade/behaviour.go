package upgrade

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/sets"

	"github.com/edgeproof/edgeproof/e2e/verdict"
	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// Behaviour says what the components ask of the provider and of the CAs after a change and did not before, and
// the other way round: what no comparison of manifests can show.
func Behaviour(before, after []api.JournalEntry) []verdict.Change {
	was, is := requests(before), requests(after)
	var names []string
	for name := range is {
		if was[name] != nil {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	var out []verdict.Change
	for _, name := range names {
		if lines := difference(was[name], is[name]); len(lines) > 0 {
			out = append(out, verdict.Change{Subject: "requests of " +
				name, Text: "differ from those before the change", Evidence: lines})
		}
	}
	return out
}

// requests lists the forms of the requests of each component: method and path without ids, the names in the
// query, the answer.
func requests(entries []api.JournalEntry) map[string]sets.Set[string] {
	id := regexp.MustCompile(`[0-9a-f]{32}`)
	version := regexp.MustCompile(`[/ (].*`)
	out := map[string]sets.Set[string]{}
	for _, e := range entries {
		name := version.ReplaceAllString(e.Detail["agent"], "")
		if name == "" || e.Source != api.SourceAPI && e.Source != api.SourceACME {
			continue
		}
		if strings.HasSuffix(e.Outcome, "badNonce") { // the fake CA refuses some at random, as it may
			continue
		}
		line := string(e.Source) + ": " + id.ReplaceAllString(e.Op, "{id}")
		if query, err := url.ParseQuery(e.Detail["query"]); err == nil && len(query) > 0 {
			var fields []string
			for field := range query {
				fields = append(fields, field)
			}
			slices.Sort(fields)
			line += "?" + strings.Join(fields, "&")
		}
		if out[name] == nil {
			out[name] = sets.New[string]()
		}
		out[name].Insert(line + " -> " + e.Outcome)
	}
	return out
}
