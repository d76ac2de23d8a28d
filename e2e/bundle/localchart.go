package bundle

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"helm.sh/helm/v4/pkg/chart/loader/archive"
	helmchart "helm.sh/helm/v4/pkg/chart/v2"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
)

// localChart loads a chart of the repository itself, with the charts that it depends on: from its charts folder, from
// their paths, or from their repositories.
func (l *load) localChart(dir string) (*Chart, error) { return l.localChartIn(dir, 0) }

func (l *load) localChartIn(dir string, depth int) (*Chart, error) {
	name := l.scan.name(dir)
	if depth > maxDepth {
		return nil, &Error{Problem: "charts depend on each other in a circle: " + name, Remedy: "take one dependency away"}
	}
	var files []*archive.BufferedFile
	err := l.scan.fs.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		content, err := l.scan.fs.ReadFile(path)
		if err != nil {
			return nil //nolint:nilerr // a link that leads out of the repository, or a file too large: no template
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		files = append(files, buffered(filepath.ToSlash(rel), bytes.TrimPrefix(content, []byte("\ufeff"))))
		return nil
	})
	if err != nil {
		return nil, because(err, "", "", "chart "+name, "make the folder readable")
	}
	chart, err := loader.LoadFiles(files)
	if err != nil {
		return nil, because(err, "", "", "chart "+name, "correct the chart")
	}
	for _, d := range chart.Metadata.Dependencies {
		if slices.ContainsFunc(chart.Dependencies(), func(c *helmchart.Chart) bool { return c.Name() == d.Name }) {
			continue
		}
		below, err := l.dependency(dir, d, depth)
		if err != nil {
			return nil, err
		}
		chart.AddDependency(below.Chart)
	}
	return &Chart{chart, name}, nil
}

func (l *load) dependency(dir string, d *helmchart.Dependency, depth int) (*Chart, error) {
	local, isLocal := strings.CutPrefix(d.Repository, "file://")
	switch {
	case isLocal:
		path, err := l.scan.fs.within(filepath.Join(dir, local))
		if err != nil {
			return nil, because(err, "", "", "chart "+l.scan.name(dir)+": dependency "+d.Name, "keep it inside the repository")
		}
		return l.localChartIn(path, depth+1)
	case strings.HasPrefix(d.Repository, "@"), strings.HasPrefix(d.Repository, "alias:"), d.Repository == "":
		return nil, &Error{
			Problem: "chart " + l.scan.name(dir) + ": dependency " + d.Name +
				" is in a repository known by an alias only", Rule: ChartMissing,
			Remedy: "write the URL of the repository, or commit the charts folder",
		}
	}
	return l.fetch(ChartRef{Repository: d.Repository, Name: d.Name, Version: d.Version})
}
