// Package commandline reads the flags of a container's command line as most programs of the edge take them:
// --name=value, --name value, or --name alone. It knows forms only. It must not know a program's flags: its own
// package does.
package commandline

import (
	"slices"
	"strings"

	core "k8s.io/api/core/v1"
)

// Flags are the values of flags by name, in lower case and without dashes, in their order. A flag alone is "true".
type Flags map[string][]string

// Read reads a command line.
func Read(line []string) Flags {
	out := Flags{}
	for i, word := range line {
		name, ok := strings.CutPrefix(word, "--")
		if !ok || name == "" {
			continue
		}
		name, value, given := strings.Cut(name, "=")
		switch {
		case given:
		case i+1 < len(line) && !strings.HasPrefix(line[i+1], "-"):
			value = line[i+1]
		default:
			value = "true"
		}
		name = strings.ToLower(name)
		out[name] = append(out[name], value)
	}
	return out
}

// OfPod reads the command lines of all containers of a pod.
func OfPod(pod core.PodSpec) Flags {
	out := Flags{}
	for i := range pod.Containers {
		for name, values := range Read(slices.Concat(pod.Containers[i].Command, pod.Containers[i].Args)) {
			out[name] = append(out[name], values...)
		}
	}
	return out
}

// Last is the last value of a flag, "" when it is not given.
func (f Flags) Last(name string) string {
	values := f[strings.ToLower(name)]
	if len(values) == 0 {
		return ""
	}
	return values[len(values)-1]
}
