package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/pflag"
	"sigs.k8s.io/yaml"

	"github.com/edgeproof/edgeproof/e2e/run"
)

// readFlags say how a repository is read; they are shared by the commands that read one.
type readFlags struct {
	charts, varsFrom       string
	offline                bool
	vars, include, exclude []string
}

// bind registers them.
func (f *readFlags) bind(flags *pflag.FlagSet) {
	flags.StringArrayVar(&f.vars, "var", nil, "NAME=VALUE of a post-build variable; may be repeated")
	flags.StringVar(&f.varsFrom, "vars-from", "", "file of variables: YAML or NAME=VALUE lines")
	flags.StringArrayVar(&f.include, "include", nil, "object that is part of the edge too: Kind/name or "+
		"Kind/namespace/name, with stars")
	flags.StringArrayVar(&f.exclude, "exclude", nil, "object that is not part of the edge")
	flags.StringVar(&f.charts, "charts", "", "folder of charts, packaged or unpacked, for repositories that do not "+
		"answer")
	flags.BoolVar(&f.offline, "offline", false, "read the bundle without network")
}

func (f *readFlags) reading() (run.Reading, error) {
	variables, err := f.variables()
	return run.Reading{
		Variables: variables, Include: f.include, Exclude: f.exclude, Charts: f.charts,
		Offline: f.offline,
	}, err
}

// variables reads the file and then the flags, which win.
func (f *readFlags) variables() (map[string]string, error) {
	all := map[string]string{}
	if f.varsFrom != "" {
		text, err := os.ReadFile(f.varsFrom)
		if err != nil {
			return nil, fmt.Errorf("read --vars-from: %w", err)
		}
		var values map[string]any
		if err := yaml.Unmarshal(text, &values); err == nil && values != nil {
			for name, value := range values {
				all[name] = fmt.Sprint(value)
			}
		} else {
			for n, line := range strings.Split(string(text), "\n") {
				if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
					continue
				}
				name, value, ok := strings.Cut(strings.TrimPrefix(line, "export "), "=")
				if !ok {
					return nil, fmt.Errorf("read --vars-from %s: line %d has no =; write NAME=VALUE lines or YAML", f.varsFrom, n+1)
				}
				all[strings.TrimSpace(name)] = strings.Trim(strings.TrimSpace(value), `"'`)
			}
		}
	}
	for _, pair := range f.vars {
		name, value, ok := strings.Cut(pair, "=")
		if !ok {
			return nil, fmt.Errorf("--var %s: write NAME=VALUE", pair)
		}
		all[name] = value
	}
	return all, nil
}
