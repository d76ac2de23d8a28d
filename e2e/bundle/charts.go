package bundle

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	helmchart "helm.sh/helm/v4/pkg/chart/v2"
)

// ChartRef is what a HelmRelease asks for.
type ChartRef struct {
	Repository string // URL of the repository; oci://… without the chart's name for a registry
	Name       string
	Version    string // exact, or a range such as 1.x; "" means the newest
	Digest     string // of the manifest in a registry; "" where the version says which
}

// Chart is a chart, loaded.
type Chart struct {
	*helmchart.Chart

	Origin string // where it came from: a URL, or module path@version
}

// ChartSource finds charts. Each call returns a chart that its caller may change. A chart that does not exist is an
// *Error without file and object.
type ChartSource interface {
	Chart(ctx context.Context, ref ChartRef) (*Chart, error)
}

// RepositoryThenModules takes a chart from its repository, and where that does not answer from the Go module of the
// component. It remembers for its own life which repositories do not answer. It is safe for concurrent use.
type RepositoryThenModules struct {
	Modules []ModuleChart // the catalogue; see ReadCatalogue
	// Folder holds charts, packaged (name-version.tgz) or unpacked; it comes after the repository and before the modules.
	Folder string
	// Offline asks no repository and downloads nothing.
	Offline bool
	// Download puts a module into the module cache and returns its folder, as gomod.Download does.
	Download func(ctx context.Context, module, version string) (dir string, err error)
	// Cache is a folder in which charts of repositories are kept between runs; "" keeps none.
	Cache string
	// Client asks repositories; the default is http.DefaultClient, which heeds the proxy settings of the environment.
	Client *http.Client
	// Timeout is how long a repository may take to begin an answer; the default is 5 seconds.
	Timeout time.Duration
	// Logf receives which way was chosen and why. It may be nil.
	Logf func(format string, args ...any)

	mu    sync.Mutex
	known map[string]*repository
}

// Chart implements ChartSource.
func (s *RepositoryThenModules) Chart(ctx context.Context, ref ChartRef) (*Chart, error) {
	chart, err := s.repository(ref.Repository).chart(ctx, ref, s.Offline)
	if err == nil {
		s.logf("chart %s %s from %s", ref.Name, chart.Metadata.Version, chart.Origin)
		return chart, nil
	}
	var silent *unreachableError
	if !errors.As(err, &silent) {
		return nil, err
	}
	if ctx.Err() != nil {
		return nil, fmt.Errorf("chart %s: %w", ref.Name, ctx.Err())
	}
	if chart := fromFolder(s.Folder, ref); chart != nil {
		s.logf("chart %s %s from %s", ref.Name, chart.Metadata.Version, chart.Origin)
		return chart, nil
	}
	entry := lookup(s.Modules, ref)
	if entry == nil {
		return nil, &Error{
			Problem: fmt.Sprintf("chart %s: repository %s does not answer (%s), and no Go module is known to hold it", ref.Name,
				ref.Repository, oneLine(silent.Error())),
			Remedy: "let this machine reach the repository, or put the chart into a folder and name it with --charts",
			Rule:   ChartMissing,
			cause:  err,
		}
	}
	chart, err = entry.load(ctx, ref, s.Download)
	if err != nil {
		return nil, err
	}
	s.logf("chart %s %s from %s, since %s does not answer (%s)", ref.Name, chart.Metadata.Version, chart.Origin,
		ref.Repository, oneLine(silent.Error()))
	return chart, nil
}

func (s *RepositoryThenModules) repository(url string) *repository {
	s.mu.Lock()
	defer s.mu.Unlock()
	url = trimURL(url)
	if r := s.known[url]; r != nil {
		return r
	}
	if s.known == nil {
		s.known = map[string]*repository{}
	}
	r := &repository{url: url, cache: s.Cache, client: s.Client, timeout: s.Timeout}
	if r.client == nil {
		r.client = http.DefaultClient
	}
	if r.timeout == 0 {
		r.timeout = 5 * time.Second
	}
	s.known[url] = r
	return r
}

func (s *RepositoryThenModules) logf(format string, args ...any) {
	if s.Logf != nil {
		s.Logf(format, args...)
	}
}
