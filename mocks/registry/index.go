package registry

import (
	"fmt"
	"slices"
	"time"

	"github.com/Masterminds/semver/v3"
	chart "helm.sh/helm/v4/pkg/chart/v2"
	"sigs.k8s.io/yaml"
)

// index is the index.yaml of a Helm repository: https://helm.sh/docs/topics/chart_repository/#the-index-file
//
// Helm's own type is in a package that also brings its plugins, a WebAssembly runtime among them, and would
// double this program. The tests read the index with that package.
type index struct {
	APIVersion string             `json:"apiVersion"`
	Entries    map[string][]entry `json:"entries"`
	Generated  time.Time          `json:"generated"`
}

// entry is one version of a chart.
type entry struct {
	*chart.Metadata

	URLs    []string  `json:"urls"`
	Created time.Time `json:"created"`
	Digest  string    `json:"digest"`
}

func newIndex() *index {
	return &index{APIVersion: "v1", Entries: map[string][]entry{}}
}

// add lists a version of a chart whose archive is beside the index; the newest version comes first.
func (i *index) add(metadata *chart.Metadata, file, digest string, now time.Time) error {
	version, err := semver.NewVersion(metadata.Version)
	if err != nil {
		return fmt.Errorf("version %q of chart %s: %w", metadata.Version, metadata.Name, err)
	}
	entries := i.Entries[metadata.Name]
	at := slices.IndexFunc(entries, func(e entry) bool {
		listed, err := semver.NewVersion(e.Version)
		return err == nil && version.GreaterThan(listed)
	})
	if at < 0 {
		at = len(entries)
	}
	i.Entries[metadata.Name] = slices.Insert(entries, at,
		entry{Metadata: metadata, URLs: []string{file}, Created: now, Digest: digest})
	i.Generated = now
	return nil
}

func (i *index) encode() ([]byte, error) {
	return yaml.Marshal(i)
}
