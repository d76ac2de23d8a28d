package bundle

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"
	"helm.sh/helm/v4/pkg/chart/loader/archive"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	"sigs.k8s.io/yaml"
)

// ModuleChart says in which Go module a chart lies: one file of fixtures/charts.
type ModuleChart struct {
	Chart        string            `json:"chart"`
	Repositories []string          `json:"repositories"` // URLs whose chart of this name is the one meant
	Module       string            `json:"module"`       // module path
	Path         string            `json:"path"`         // of the chart's folder in the module
	Versions     map[string]string `json:"versions"`     // version of the chart to version of the module
	// versions not listed are the module's own, with a v in front
	AnyVersion bool `json:"anyVersion,omitempty"`
	// set version and appVersion of the chart to the module's version
	Stamp      bool     `json:"stamp,omitempty"`
	ChartFiles []string `json:"chartFiles,omitempty"` // names under which the tree may hold Chart.yaml
}

// ReadCatalogue reads all *.yaml files of a folder, each one ModuleChart.
func ReadCatalogue(from fs.FS) ([]ModuleChart, error) {
	names, err := fs.Glob(from, "*.yaml")
	if err != nil {
		return nil, fmt.Errorf("read the catalogue of charts: %w", err)
	}
	var all []ModuleChart
	for _, name := range names {
		text, err := fs.ReadFile(from, name)
		if err != nil {
			return nil, fmt.Errorf("read the catalogue of charts: %w", err)
		}
		var entry ModuleChart
		if err := yaml.UnmarshalStrict(text, &entry); err != nil {
			return nil, because(err, name, "", "not an entry of the catalogue of charts", "correct the field")
		}
		if entry.Chart == "" || len(entry.Repositories) == 0 || entry.Module == "" || !filepath.IsLocal(entry.Path) ||
			len(entry.Versions) == 0 {
			return nil, &Error{
				File: name, Problem: "chart, repositories, module, path or versions is missing",
				Remedy: "name all five; path is relative to the module",
			}
		}
		all = append(all, entry)
	}
	if len(all) == 0 {
		return nil, &Error{Problem: "the catalogue of charts is empty", Remedy: "name the folder fixtures/charts"}
	}
	return all, nil
}

func lookup(all []ModuleChart, ref ChartRef) *ModuleChart {
	for i, entry := range all {
		ours := func(url string) bool { return trimURL(url) == trimURL(ref.Repository) }
		if entry.Chart == ref.Name && slices.ContainsFunc(entry.Repositories, ours) {
			return &all[i]
		}
	}
	return nil
}

// choose returns the newest of versions that fits want: an exact version, a range, or "" for any. Versions that are no
// semantic versions never fit, and pre-releases only where the range names one.
func choose(want string, versions []string) (string, error) {
	if slices.Contains(versions, want) {
		return want, nil
	}
	if want == "" {
		want = "*"
	}
	fits, err := semver.NewConstraint(want)
	if err != nil {
		return "", fmt.Errorf("version %q: %w", want, err)
	}
	var best *semver.Version
	name := ""
	for _, text := range versions {
		if version, err := semver.NewVersion(text); err == nil && fits.Check(version) &&
			(best == nil || version.GreaterThan(best)) {
			best, name = version, text
		}
	}
	if best == nil {
		return "", fmt.Errorf("no version fits %q", want)
	}
	return name, nil
}

// load takes the chart out of its module.
func (m *ModuleChart) load(ctx context.Context, ref ChartRef,
	download func(context.Context, string, string) (string, error),
) (*Chart, error) {
	known := slices.Sorted(maps.Keys(m.Versions))
	module := ""
	version, err := choose(ref.Version, known)
	if err == nil {
		module = m.Versions[version]
	} else if exact, exactErr := semver.StrictNewVersion(strings.TrimPrefix(ref.Version, "v")); m.AnyVersion &&
		exactErr == nil {
		version = exact.String()
		module = "v" + version
	} else {
		return nil, &Error{
			Problem: fmt.Sprintf("chart %s %s: its repository does not answer, and no version of module %s is known to hold it",
				ref.Name, ref.Version, m.Module),
			Remedy: "choose one of " + strings.Join(known, ", ") +
				", or add the version to fixtures/charts", cause: err, Rule: ChartMissing,
		}
	}
	if download == nil {
		return nil, errors.New("no way to download modules was given")
	}
	dir, err := download(ctx, m.Module, module)
	if err != nil {
		refused := because(err, "", "", fmt.Sprintf("chart %s %s", ref.Name, version), "let this machine reach the chart's "+
			"repository or a Go module proxy")
		refused.Rule = ChartMissing
		return nil, refused
	}
	files, err := m.files(filepath.Join(dir, filepath.FromSlash(m.Path)))
	if err != nil {
		return nil, because(err, "", "", fmt.Sprintf("chart %s %s in %s@%s", ref.Name, version, m.Module, module),
			"correct path in fixtures/charts")
	}
	chart, err := loader.LoadFiles(files)
	if err != nil {
		return nil, because(err, "", "", fmt.Sprintf("chart %s %s in %s@%s", ref.Name, version, m.Module, module),
			"correct fixtures/charts")
	}
	if m.Stamp {
		chart.Metadata.Version, chart.Metadata.AppVersion = module, module
	}
	if got := strings.TrimPrefix(chart.Metadata.Version, "v"); chart.Name() != ref.Name || got != version {
		return nil, &Error{
			Problem: fmt.Sprintf("%s@%s holds chart %s %s, not %s %s", m.Module, module, chart.Name(), got, ref.Name, version),
			Remedy:  "correct versions in fixtures/charts",
		}
	}
	return &Chart{chart, m.Module + "@" + module}, nil
}

// files reads a chart's folder, with Chart.yaml under whichever name the tree has it.
func (m *ModuleChart) files(dir string) ([]*archive.BufferedFile, error) {
	names := m.ChartFiles
	if len(names) == 0 {
		names = []string{"Chart.yaml"}
	}
	var all []*archive.BufferedFile
	chartFile := ""
	for _, name := range names {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			chartFile = name
			break
		}
	}
	if chartFile == "" {
		return nil, fmt.Errorf("%s has none of %s", dir, strings.Join(names, ", "))
	}
	root := os.DirFS(dir)
	err := fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		switch {
		case name == chartFile:
			name = "Chart.yaml"
		case slices.Contains(names, name), path.Base(name) == ".helmignore":
			return nil
		}
		all = append(all, buffered(name, content))
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", dir, err)
	}
	return all, nil
}
