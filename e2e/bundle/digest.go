package bundle

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
)

// digest sums up what would be applied and in which order of stages. Paths, comments and the order of files in a
// folder do not count: JSON has its keys sorted, and the objects of a stage are sorted by identity.
func (b *Bundle) digest() (string, error) {
	type entry struct {
		Object  map[string]any
		Release string
		Events  []string
		Weight  int
	}
	type part struct {
		Name      string
		DependsOn []string
		Suspended bool
		Entries   []entry
	}
	var parts []part
	for _, s := range b.Stages {
		p := part{Name: s.Name, DependsOn: slices.Sorted(slices.Values(s.DependsOn)), Suspended: s.Suspended}
		for _, o := range s.Objects {
			p.Entries = append(p.Entries, entry{Object: o.Object, Release: o.Release})
		}
		for _, h := range s.Hooks {
			p.Entries = append(p.Entries, entry{h.Object.Object, h.Release, h.Events, h.Weight})
		}
		id := func(e entry) string {
			text, _ := identify(e.Object)
			version, _ := e.Object["apiVersion"].(string)
			return strings.Join(append([]string{version, text, e.Release}, e.Events...), "|")
		}
		slices.SortStableFunc(p.Entries, func(a, b entry) int { return strings.Compare(id(a), id(b)) })
		parts = append(parts, p)
	}
	text, err := json.Marshal(parts)
	if err != nil {
		return "", because(err, "", "", "digest", "")
	}
	sum := sha256.Sum256(text)
	return "sha256:" + hex.EncodeToString(sum[:]), nil
}
