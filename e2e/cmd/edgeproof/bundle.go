package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"sigs.k8s.io/yaml"

	"github.com/edgeproof/edgeproof/e2e/bundle"
	"github.com/edgeproof/edgeproof/e2e/bundle/survey"
	"github.com/edgeproof/edgeproof/e2e/kubernetes"
	"github.com/edgeproof/edgeproof/e2e/run"
	"github.com/edgeproof/edgeproof/e2e/supply"
	"github.com/edgeproof/edgeproof/e2e/supply/gomod"
	"github.com/edgeproof/edgeproof/fixtures"
)

// bundleFlags are those of the command bundle.
type bundleFlags struct {
	output, charts, varsFrom string
	all, offline             bool
	vars, include, exclude   []string
}

func newBundle() *cobra.Command {
	var f bundleFlags
	const short = "Show which objects of a repository form the edge, without a cluster"
	cmd := &cobra.Command{
		Use:   "bundle PATH",
		Short: short,
		Long: short + `.

PATH is the folder that the engine is pointed at: of one cluster, of Argo CD's Applications, or of a Kustomization. It is rendered
as its engine renders it. What is printed is the edge that was found in it, what stands in for what a clone of the repository cannot
have, what is left out, and what is wrong, with file and line. Nothing that the bundle brings is executed.`,
		Example: `  edgeproof bundle clusters/production
  edgeproof bundle clusters/production --var SECRET_DOMAIN=example.org
  edgeproof bundle clusters/production -o sarif > edgeproof.sarif
  edgeproof bundle apps --charts vendor/charts --offline`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			options, err := f.options()
			if err != nil {
				return err
			}
			s, err := survey.Read(cmd.Context(), args[0], options, survey.Options{Include: f.include, Exclude: f.exclude})
			if err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			switch f.output {
			case "text":
				return s.WriteText(out, f.all)
			case "json":
				encoder := json.NewEncoder(out)
				encoder.SetIndent("", "  ")
				return encoder.Encode(s)
			case "sarif":
				return s.WriteSARIF(out, run.Version())
			}
			return fmt.Errorf("output %q: write text, json or sarif", f.output)
		},
	}
	flags := cmd.Flags()
	flags.StringVarP(&f.output, "output", "o", "text", "text, json or sarif")
	flags.BoolVar(&f.all, "all", false, "show findings that are not about the edge too")
	flags.StringArrayVar(&f.vars, "var", nil, "NAME=VALUE of a post-build variable; may be repeated")
	flags.StringVar(&f.varsFrom, "vars-from", "", "file of variables: YAML or NAME=VALUE lines")
	flags.StringArrayVar(&f.include, "include", nil, "object that is part of the edge too: Kind/name or Kind/namespace/name, with stars")
	flags.StringArrayVar(&f.exclude, "exclude", nil, "object that is not part of the edge")
	flags.StringVar(&f.charts, "charts", "", "folder of charts, packaged or unpacked, for repositories that do not answer")
	flags.BoolVar(&f.offline, "offline", false, "use no network")
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions([]string{"text", "json", "sarif"}, cobra.ShellCompDirectiveNoFileComp)) // the flag is there
	return cmd
}

func (f *bundleFlags) options() (bundle.Options, error) {
	variables, err := f.variables()
	if err != nil {
		return bundle.Options{}, err
	}
	cache, err := supply.CacheDir()
	if err != nil {
		return bundle.Options{}, err
	}
	charts := &bundle.RepositoryThenModules{Cache: filepath.Join(cache, "charts"), Folder: f.charts, Offline: f.offline, Download: gomod.Download}
	if f.offline {
		charts.Download = gomod.Cached
	}
	if charts.Modules, err = bundle.ReadCatalogue(fixtures.Sub("charts")); err != nil {
		return bundle.Options{}, err
	}
	return bundle.Options{Charts: charts, KubeVersion: kubernetes.Default().Version, Variables: variables}, nil
}

// variables reads the file and then the flags, which win.
func (f *bundleFlags) variables() (map[string]string, error) {
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
