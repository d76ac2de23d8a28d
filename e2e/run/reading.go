package run

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"

	"al.essio.dev/pkg/shellescape"

	"github.com/edgeproof/edgeproof/e2e/bundle"
	"github.com/edgeproof/edgeproof/e2e/bundle/survey"
	"github.com/edgeproof/edgeproof/e2e/supply"
	"github.com/edgeproof/edgeproof/e2e/supply/gomod"
	"github.com/edgeproof/edgeproof/fixtures"
)

// Reading says how a repository is read, beyond what it says itself.
type Reading struct {
	Variables map[string]string // post-build variables
	// objects that are, or are not, part of the edge: Kind/name or Kind/namespace/name, with stars
	Include, Exclude []string
	Charts           string // folder of charts, for repositories that do not answer
	Offline          bool   // use no network
}

// Bundle is how the bundle is rendered for a version of Kubernetes.
func (r Reading) Bundle(kubeVersion string, logf func(string, ...any)) (bundle.Options, error) {
	catalogue, err := bundle.ReadCatalogue(fixtures.Sub("charts"))
	if err != nil {
		return bundle.Options{}, err
	}
	cache, err := supply.CacheDir()
	if err != nil {
		return bundle.Options{}, err
	}
	charts := &bundle.RepositoryThenModules{
		Modules: catalogue, Download: gomod.Download, Cache: filepath.Join(cache, "charts"), Folder: r.Charts,
		Offline: r.Offline, Logf: logf,
	}
	if r.Offline {
		charts.Download = gomod.Cached
	}
	return bundle.Options{Charts: charts, KubeVersion: kubeVersion, Variables: r.Variables}, nil
}

// Survey is what is taken for the edge.
func (r Reading) Survey() survey.Options {
	return survey.Options{Include: r.Include, Exclude: r.Exclude}
}

// arguments are the flags that say the same.
func (r Reading) arguments() []string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(r.Variables)) {
		all = append(all, fmt.Sprintf("--var=%s=%s", name, r.Variables[name]))
	}
	for _, pattern := range r.Include {
		all = append(all, "--include="+pattern)
	}
	for _, pattern := range r.Exclude {
		all = append(all, "--exclude="+pattern)
	}
	if r.Charts != "" {
		all = append(all, "--charts="+r.Charts)
	}
	if r.Offline {
		all = append(all, "--offline")
	}
	return all
}

// command is the same as the value of a variable of make.
func (r Reading) command() string { return shellescape.QuoteCommand(r.arguments()) }
