package externaldns

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// flags are the settings of external-dns by flag and by variable, as kingpin, its parser, takes them: a flag
// goes before its variable, EXTERNAL_DNS_ and the flag's name in capitals; a flag that may be repeated has one
// value a line in its variable (github.com/alecthomas/kingpin v2.4.0 envar.go, flags.go).
type flags struct {
	given map[string][]string
	env   *environment
}

func readFlags(env *environment) flags {
	f := flags{given: map[string][]string{}, env: env}
	words := env.words()
	for i, word := range words {
		name, ok := strings.CutPrefix(word, "--")
		if !ok {
			continue
		}
		name, value, assigned := strings.Cut(name, "=")
		inverted, isInverted := strings.CutPrefix(name, "no-")
		switch {
		case assigned:
		case i+1 < len(words) && !strings.HasPrefix(words[i+1], "-"):
			value = words[i+1]
		case isInverted:
			name, value = inverted, "false"
		default:
			value = "true"
		}
		f.given[name] = append(f.given[name], value)
	}
	return f
}

// variableOf is the variable that stands for a flag.
func variableOf(flag string) string {
	return "EXTERNAL_DNS_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// all are the values of a flag.
func (f flags) all(flag string) []string {
	if values := f.given[flag]; len(values) > 0 {
		return values
	}
	v, ok := f.env.lookup(variableOf(flag))
	if !ok || v.Value == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(strings.ReplaceAll(v.Value, "\r\n", "\n"), "\n"), "\n")
}

// last is the last value of a flag, "" when it is not given.
func (f flags) last(flag string) string {
	values := f.all(flag)
	if len(values) == 0 {
		return ""
	}
	return values[len(values)-1]
}

// or is the last value of a flag, or its default.
func (f flags) or(flag, standard string) string {
	if len(f.all(flag)) == 0 {
		return standard
	}
	return f.last(flag)
}

func (f flags) on(flag string) bool {
	on, err := strconv.ParseBool(f.last(flag))
	return err == nil && on
}

func (f flags) duration(flag string, standard time.Duration) time.Duration {
	if d, err := time.ParseDuration(f.last(flag)); err == nil {
		return d
	}
	return standard
}

// pattern is a regular expression, nil when it is not given. external-dns does not start with one that does not
// compile.
func (f flags) pattern(flag string) *regexp.Regexp {
	text := f.last(flag)
	if text == "" {
		return nil
	}
	out, err := regexp.Compile(text)
	if err != nil {
		return nil
	}
	return out
}
