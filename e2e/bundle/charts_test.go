package bundle_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	chartutil "helm.sh/helm/v4/pkg/chart/v2/util"

	"github.com/edgeproof/edgeproof/e2e/bundle"
)

// chartServer is a repository with versions of the chart small, and a count of what it was asked.
func chartServer(t *testing.T, versions ...string) (*httptest.Server, *atomic.Int32) {
	t.Helper()
	dir := t.TempDir()
	text := "apiVersion: v1\nentries:\n  small:\n"
	for _, version := range versions {
		chart, err := small().Chart(t.Context(), bundle.ChartRef{})
		if err != nil {
			t.Fatal(err)
		}
		chart.Metadata.Version = version
		path, err := chartutil.Save(chart.Chart, dir)
		if err != nil {
			t.Fatal(err)
		}
		text += fmt.Sprintf("  - {name: small, version: %s, urls: [%s]}\n", version, filepath.Base(path))
	}
	text += "  broken:\n  - {name: broken, version: 1.0.0, digest: \"" + strings.Repeat("0", 64) + "\", urls: [small-" +
		versions[0] + ".tgz]}\n"
	if err := os.WriteFile(filepath.Join(dir, "index.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var asked atomic.Int32
	files := http.FileServer(http.Dir(dir))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		files.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server, &asked
}

func TestChartFromItsRepository(t *testing.T) {
	t.Parallel()
	server, asked := chartServer(t, "1.9.0", "1.10.0", "2.0.0", "2.1.0-rc.1")
	cache := t.TempDir()
	for _, c := range []struct{ want, got string }{
		{"1.9.0", "1.9.0"}, {"v1.9.0", "1.9.0"}, {"1.x", "1.10.0"}, {"", "2.0.0"}, {">=2.0.0-0", "2.1.0-rc.1"},
	} {
		source := &bundle.RepositoryThenModules{Cache: cache}
		chart, err := source.Chart(t.Context(), bundle.ChartRef{Repository: server.URL +
			"/", Name: "small", Version: c.want})
		if err != nil {
			t.Fatal(err)
		}
		if chart.Metadata.Version != c.got {
			t.Errorf("version %q gave %s, want %s", c.want, chart.Metadata.Version, c.got)
		}
	}
	before := asked.Load()
	chart, err := (&bundle.RepositoryThenModules{Cache: cache, Client: unplugged()}).Chart(t.Context(),
		bundle.ChartRef{Repository: server.URL, Name: "small", Version: "1.9.0"})
	if err != nil || asked.Load() != before {
		t.Errorf("the cache was not used: %v, %d questions more", err, asked.Load()-before)
	} else if !strings.Contains(chart.Origin, "cached") {
		t.Errorf("origin %q does not say that it is the cache", chart.Origin)
	}
}

func TestChartThatItsRepositoryLacks(t *testing.T) {
	t.Parallel()
	server, _ := chartServer(t, "1.9.0")
	for _, c := range []struct{ name, version, want string }{
		{"large", "1.0.0", "has no chart large"},
		{"small", "3.0.0", `has no version "3.0.0"`},
		{"small", "not a range", "has no version"},
		{"broken", "1.0.0", "digests differ"},
	} {
		// A module is at hand, and must not be asked: the repository has answered.
		source := &bundle.RepositoryThenModules{
			Modules: []bundle.ModuleChart{{
				Chart: c.name, Repositories: []string{server.URL}, Module: "example.org/m",
				Versions: map[string]string{c.version: "v1"},
			}},
			Download: func(context.Context, string, string) (string, error) { return "", errors.New("asked for a module") },
		}
		_, err := source.Chart(t.Context(), bundle.ChartRef{Repository: server.URL, Name: c.name, Version: c.version})
		expect(t, err, "", "", c.want)
	}
}

func TestChartFromItsModule(t *testing.T) {
	t.Parallel()
	tree := write(t, files(small()))
	if err := os.Rename(filepath.Join(tree, "Chart.yaml"), filepath.Join(tree, "Chart.template.yaml")); err != nil {
		t.Fatal(err)
	}
	silent := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter,
		_ *http.Request,
	) {
		http.Error(w, "blocked", http.StatusForbidden)
	}))
	t.Cleanup(silent.Close)
	portal := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_,
			_ = fmt.Fprint(w, "<html>please log in</html>")
	}))
	t.Cleanup(portal.Close)
	mute := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	t.Cleanup(mute.Close)
	for name, url := range map[string]string{
		"refused": silent.URL, "a page instead of an index": portal.URL,
		"no answer in time": mute.URL, "no network": "https://charts.example.org",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log []string
			var asked string
			source := &bundle.RepositoryThenModules{
				Modules: []bundle.ModuleChart{{
					Chart: "small", Repositories: []string{url + "/"}, Module: "example.org/m", Path: ".", AnyVersion: true,
					Stamp:      true,
					Versions:   map[string]string{"1.0.0": "v1.0.0", "1.1.0": "v1.1.0"},
					ChartFiles: []string{"Chart.yaml", "Chart.template.yaml"},
				}},
				Download: func(_ context.Context, module, version string) (string, error) {
					asked = module + "@" + version
					return tree, nil
				},
				Timeout: 50 * time.Millisecond,
				Logf:    func(format string, args ...any) { log = append(log, fmt.Sprintf(format, args...)) },
			}
			if name == "no network" {
				source.Client = unplugged()
			}
			for _, c := range []struct{ want, got string }{{"1.0.0", "v1.0.0"}, {"1.x", "v1.1.0"}, {"7.8.9", "v7.8.9"}} {
				chart, err := source.Chart(t.Context(), bundle.ChartRef{Repository: url, Name: "small", Version: c.want})
				if err != nil {
					t.Fatal(err)
				}
				if chart.Metadata.Version != c.got || chart.Metadata.AppVersion != c.got || asked != "example.org/m@"+c.got ||
					chart.Origin != asked {
					t.Errorf("%s gave chart %s, app %s from %s, want %s", c.want, chart.Metadata.Version, chart.Metadata.AppVersion,
						asked, c.got)
				}
			}
			if !slices.ContainsFunc(log, func(line string) bool { return strings.Contains(line, "does not answer") }) {
				t.Errorf("the log does not say why a module was taken: %q", log)
			}
		})
	}
}

func TestChartThatNobodyHas(t *testing.T) {
	t.Parallel()
	tree := write(t, files(small()))
	entry := bundle.ModuleChart{
		Chart: "small", Repositories: []string{"https://charts.example.org"},
		Module: "example.org/m", Path: ".", Versions: map[string]string{"1.2.3": "v5", "4.0.0": "v6"},
	}
	for _, c := range []struct {
		name, chart, version string
		download             error
		want                 string
	}{
		{"not in the catalogue", "large", "1.0.0", nil, "no Go module is known"},
		{"a version that is not in it", "small", "2.0.0", nil, "no version of module example.org/m"},
		{"a module that holds another version", "small", "4.0.0", nil, "holds chart small 1.2.3, not small 4.0.0"},
		{"a module that cannot be had", "small", "1.2.3", errors.New("proxy says no"), "proxy says no"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			source := &bundle.RepositoryThenModules{
				Modules: []bundle.ModuleChart{entry}, Client: unplugged(),
				Download: func(context.Context, string, string) (string, error) { return tree, c.download },
			}
			_, err := source.Chart(t.Context(), bundle.ChartRef{
				Repository: "https://charts.example.org", Name: c.chart,
				Version: c.version,
			})
			expect(t, err, "", "", c.want)
		})
	}
}

// The catalogue of the project: every version it promises must be in the module it names.
func TestCatalogueKeepsItsPromises(t *testing.T) {
	t.Parallel()
	catalogue, err := bundle.ReadCatalogue(os.DirFS(charts))
	if err != nil {
		t.Fatal(err)
	}
	source := modules(t)
	for _, entry := range catalogue {
		for version := range entry.Versions {
			chart, err := source.Chart(t.Context(), bundle.ChartRef{
				Repository: entry.Repositories[0], Name: entry.Chart,
				Version: version,
			})
			if err != nil {
				t.Error(err)
				continue
			}
			if strings.TrimPrefix(chart.Metadata.Version, "v") != version {
				t.Errorf("chart %s %s has version %s", entry.Chart, version, chart.Metadata.Version)
			}
		}
	}
}

func TestCatalogueIsChecked(t *testing.T) {
	t.Parallel()
	for name, content := range map[string]string{
		"unknown field": "chart: a\nmodul: b\n", "missing module": "chart: a\nrepositories: [b]\npath: c\nversions: " +
			"{1.0.0: v1}\n",
		"a path out of the module": "chart: a\nrepositories: [b]\nmodule: m\npath: ../c\nversions: {1.0.0: v1}\n",
	} {
		_, err := bundle.ReadCatalogue(fstest.MapFS{"a.yaml": {Data: []byte(content)}})
		if err == nil || !strings.Contains(err.Error(), "a.yaml") {
			t.Errorf("%s: got %v, want an error that names the file", name, err)
		}
	}
	if _, err := bundle.ReadCatalogue(fstest.MapFS{}); err == nil {
		t.Error("an empty catalogue was read")
	}
}

// What Helm refuses to install, and values that a chart's schema refuses, are refused with the object's name.
func TestChartsThatCannotBeInstalled(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		chart files
		more  string
		want  string
	}{
		{
			"a library",
			files{"Chart.yaml": "apiVersion: v2\nname: small\nversion: 1.0.0\ntype: library\n"},
			"",
			"of type library",
		},
		{"another Kubernetes", files{"Chart.yaml": "apiVersion: v2\nname: small\nversion: 1.0.0\nkubeVersion: " +
			"\">=1.99.0\"\n"}, "", "wants Kubernetes >=1.99.0"},
		{"a missing subchart", files{"Chart.yaml": "apiVersion: v2\nname: small\nversion: 1.0.0\ndependencies: [{name: " +
			"sub, version: 1.0.0, repository: \"https://x\"}]\n"}, "", "lacks its subchart sub"},
		{
			"values against the schema",
			files{"values.schema.json": `{"properties": {"color": {"type": "string"}}}`},
			"  values: {color: 1}\n", "schema",
		},
		{"a failing template", files{"templates/x.yaml": `{{ fail "no colour" }}`}, "", "no colour"},
		{"a template that gives no YAML", files{"templates/x.yaml": "a: [\n"}, "", "not YAML"},
		{"a template that gives no object", files{"templates/x.yaml": "a: b\n"}, "", "no kind"},
		{"an object that the API server refuses", files{"templates/x.yaml": "apiVersion: v1\nkind: Service\nmetadata: " +
			"{name: s}\nspec: {ports: [{port: http}]}\n"}, "", "would refuse it"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			chart := small()
			for name, content := range c.chart {
				chart[name] = content
			}
			_, err := bundle.Load(t.Context(), write(t, files{"h.yaml": helmOf("r", c.more)}),
				bundle.Options{Charts: chart, KubeVersion: kubernetes})
			var refused *bundle.Error
			if !errors.As(err, &refused) || refused.File != "h.yaml" ||
				!strings.HasPrefix(refused.Object, "HelmRelease flux-system/r") || refused.Remedy == "" ||
				!strings.Contains(refused.Problem, c.want) {
				t.Errorf("got %#v, want one of h.yaml and its HelmRelease, with a remedy and %q", err, c.want)
			}
		})
	}
}
