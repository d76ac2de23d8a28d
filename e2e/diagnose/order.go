package diagnose

import (
	"fmt"
	"slices"
	"strings"
)

// step is a rule in its place, with the codes of its layer whose findings it sees.
type step struct {
	Rule
	layer Layer
	sees  map[Code]bool
}

// order puts the rules of each layer into an order in which each comes after those that it names. Rules that name no
// order between them keep that of the section.
func order(sections []Section) ([]step, error) {
	var out []step
	for _, section := range sections {
		codes := codesOf(section)
		before, err := predecessors(section, codes)
		if err != nil {
			return nil, err
		}
		for done := []Code{}; len(done) < len(codes); {
			next := slices.IndexFunc(codes, func(c Code) bool {
				return !slices.Contains(done, c) &&
					!slices.ContainsFunc(before[c], func(b Code) bool { return !slices.Contains(done, b) })
			})
			if next < 0 {
				return nil, fmt.Errorf(
					"order the rules of layer %s: the After of these form a cycle: %s",
					section.Layer,
					join(codes, done),
				)
			}
			code := codes[next]
			sees := map[Code]bool{code: true}
			for _, b := range before[code] {
				sees[b] = true
			}
			for _, r := range section.Rules {
				if r.Code == code {
					out = append(out, step{r, section.Layer, sees})
				}
			}
			done = append(done, code)
		}
	}
	return out, nil
}

// codesOf lists the codes of a section once each, in its order.
func codesOf(section Section) []Code {
	var out []Code
	for _, r := range section.Rules {
		if !slices.Contains(out, r.Code) {
			out = append(out, r.Code)
		}
	}
	return out
}

// predecessors are by code those that its rules come after, the implied ones of fallbacks among them.
func predecessors(section Section, codes []Code) (map[Code][]Code, error) {
	named, fallback := map[Code][]Code{}, map[Code]bool{}
	for _, r := range section.Rules {
		for _, a := range r.After {
			if !slices.Contains(codes, a) {
				return nil, fmt.Errorf(
					"order the rules of layer %s: %s comes after %s, which is no code of the layer",
					section.Layer,
					r.Code,
					a,
				)
			}
			named[r.Code] = append(named[r.Code], a)
		}
		fallback[r.Code] = fallback[r.Code] || r.Fallback
	}
	out := map[Code][]Code{}
	for _, c := range codes {
		out[c] = slices.Clone(named[c])
		for _, other := range codes {
			if fallback[c] && !fallback[other] && !reaches(named, other, c, nil) && !slices.Contains(out[c], other) {
				out[c] = append(out[c], other)
			}
		}
	}
	return out, nil
}

// reaches reports whether a code comes, by what is named, directly or not after another.
func reaches(named map[Code][]Code, from, to Code, seen []Code) bool {
	return from == to || slices.ContainsFunc(named[from], func(next Code) bool {
		return !slices.Contains(seen, next) && reaches(named, next, to, append(seen, from))
	})
}

func join(codes, without []Code) string {
	var out []string
	for _, c := range codes {
		if !slices.Contains(without, c) {
			out = append(out, string(c))
		}
	}
	return strings.Join(out, ", ")
}
