package traefik

import (
	"fmt"
	"slices"
	"strings"
)

// Call is one matcher of a rule: Host(`a.example.com`).
type Call struct {
	Name    string
	Args    []string
	Negated bool
}

// Calls reads the matchers of a rule, in their order, whatever joins them.
func Calls(rule string) []Call {
	var out []Call
	for at := 0; at < len(rule); {
		open := strings.IndexByte(rule[at:], '(')
		if open < 0 {
			break
		}
		before := rule[at : at+open]
		name := before[strings.LastIndexFunc(before, func(r rune) bool { return !letter(r) })+1:]
		at += open + 1
		if name == "" {
			continue // a bracket that groups
		}
		rest := strings.TrimSpace(strings.TrimSuffix(before, name))
		args, length := arguments(rule[at:])
		at += length
		out = append(out, Call{Name: name, Args: args, Negated: strings.HasSuffix(rest, "!")})
	}
	return out
}

func letter(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }

// arguments reads quoted words up to the closing bracket, and returns how long they are.
func arguments(text string) ([]string, int) {
	var out []string
	for at := 0; at < len(text); at++ {
		switch c := text[at]; c {
		case ')':
			return out, at + 1
		case '`', '"':
			end := strings.IndexByte(text[at+1:], c)
			if end < 0 {
				return out, len(text)
			}
			out = append(out, text[at+1:at+1+end])
			at += end + 1
		}
	}
	return out, len(text)
}

// Hosts are the hosts that a rule takes, and the first path that it asks for, "/" for any.
func Hosts(rule string) (hosts []string, path string) {
	path = "/"
	for _, c := range Calls(rule) {
		switch {
		case c.Negated:
		case c.Name == "Host" || c.Name == "HostSNI" || c.Name == "HostHeader":
			for _, host := range c.Args {
				if host = strings.ToLower(host); host != "*" && !slices.Contains(hosts, host) {
					hosts = append(hosts, host)
				}
			}
		case (c.Name == "Path" || c.Name == "PathPrefix") && path == "/" && len(c.Args) > 0 &&
			!strings.Contains(c.Args[0], "{"):
			path = c.Args[0]
		}
	}
	return hosts, path
}

// OldSyntax says what in a rule is of Traefik v2 and that v3 does not take or does not match, "" for nothing
// (pkg/muxer/http/matcher.go; https://doc.traefik.io/traefik/migrate/v2-to-v3-details/#router-rule-matchers).
func OldSyntax(rule string) string {
	for _, c := range Calls(rule) {
		switch {
		case slices.Contains([]string{"Headers", "HeadersRegexp", "HostHeader"}, c.Name):
			return c.Name + " is " + map[string]string{
				"Headers": "Header", "HeadersRegexp": "HeaderRegexp", "HostHeader": "Host",
			}[c.Name] + " in v3"
		case slices.Contains([]string{"Host", "HostSNI", "Path", "PathPrefix", "Method", "ClientIP", "HostRegexp"},
			c.Name) &&
			len(c.Args) > 1:
			return fmt.Sprintf("%s takes one value in v3, and has %d: join several by ||", c.Name, len(c.Args))
		case slices.Contains([]string{"HostRegexp", "Path", "PathPrefix", "HostSNIRegexp"}, c.Name) && braces(c.Args):
			return c.Name + " has a {name:pattern} of v2: v3 takes a regular expression of Go, in PathRegexp for paths"
		}
	}
	return ""
}

func braces(args []string) bool {
	return slices.ContainsFunc(args, func(a string) bool {
		_, inner, open := strings.Cut(a, "{")
		name, _, shut := strings.Cut(inner, "}")
		return open && shut && strings.IndexFunc(name, letter) == 0
	})
}
