package externaldns

import (
	"regexp"
	"slices"
	"strings"
)

// Filter says which domains external-dns takes (endpoint/domain_filter.go). It is asked for zones and for names
// alike: with the provider cloudflare a zone that does not pass is left out with all its names, and without a
// line in the log.
type Filter struct {
	// Include and Exclude are domains, with all that is below them; one with a leading dot is only what is below.
	// A star has no meaning: "*.example.org" is the wildcard's own name.
	Include, Exclude []string
	// Pattern and Not replace them where one is given.
	Pattern, Not *regexp.Regexp
	// exclusionOnly says that Pattern does not count beside Not, as before 0.21.
	exclusionOnly bool
}

func readFilter(f flags, exclusionOnly bool) Filter {
	return Filter{
		Include: domains(f.all("domain-filter")), Exclude: domains(f.all("exclude-domains")),
		Pattern: f.pattern("regex-domain-filter"), Not: f.pattern("regex-domain-exclusion"),
		exclusionOnly: exclusionOnly,
	}
}

// domains are filters as they count: an empty one does not.
func domains(filters []string) []string {
	var out []string
	for _, filter := range filters {
		if domain := plain(strings.TrimSpace(filter)); domain != "" {
			out = append(out, domain)
		}
	}
	return out
}

func plain(domain string) string { return strings.ToLower(strings.TrimSuffix(domain, ".")) }

// Zones are the zones that the included domains stand for, once each: the one above a leading dot, and none for
// a star, which matches no name.
func (f Filter) Zones() []string {
	var out []string
	for _, domain := range f.Include {
		if domain = strings.TrimPrefix(domain, "."); domain != "" && !strings.Contains(domain, "*") &&
			!slices.Contains(out, domain) {
			out = append(out, domain)
		}
	}
	return out
}

// Matches reports whether a name, or a zone, passes.
func (f Filter) Matches(name string) bool {
	name = plain(name)
	within := func(filter string) bool {
		if strings.HasPrefix(filter, ".") {
			return strings.HasSuffix(name, filter)
		}
		return name == filter || strings.HasSuffix(name, "."+filter)
	}
	switch {
	case f.Not != nil && f.Not.MatchString(name):
		return false
	case f.Not != nil && f.exclusionOnly:
		return true
	case f.Pattern != nil:
		return f.Pattern.MatchString(name)
	case f.Not != nil:
		return true
	}
	return (len(f.Include) == 0 || slices.ContainsFunc(f.Include, within)) && !slices.ContainsFunc(f.Exclude, within)
}

// Plain reports whether domains to include are all that the filter has, so that one more lets a name through.
func (f Filter) Plain() bool { return f.Pattern == nil && f.Not == nil && len(f.Exclude) == 0 }

// FilterFlags are the settings of the filter, written as flags.
func (c Config) FilterFlags() []string {
	var out []string
	for _, flag := range []string{"domain-filter", "exclude-domains", "regex-domain-filter", "regex-domain-exclusion"} {
		for _, value := range c.Values(flag) {
			out = append(out, "--"+flag+"="+value)
		}
	}
	return out
}
