package gitops

import (
	"archive/tar"
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"slices"

	"helm.sh/helm/v4/pkg/chart/common"
	helmchart "helm.sh/helm/v4/pkg/chart/v2"
	"sigs.k8s.io/yaml"

	"github.com/edgeproof/edgeproof/e2e/bundle"
)

// ChartsOf returns the archives of the charts that a source has.
func ChartsOf(source bundle.ChartSource) Charts {
	return func(ctx context.Context, repository, name, version string) ([]byte, error) {
		c, err := source.Chart(ctx, bundle.ChartRef{Repository: repository, Name: name, Version: version})
		if err != nil {
			return nil, err
		}
		return packChart(c.Chart)
	}
}

// packChart writes the archive of a chart. Unlike that of `helm package` it is the same whenever it is written:
// what is published once is not replaced by other content.
func packChart(c *helmchart.Chart) ([]byte, error) {
	metadata, err := yaml.Marshal(c.Metadata)
	if err != nil {
		return nil, fmt.Errorf("encode Chart.yaml of %s: %w", c.Name(), err)
	}
	files := []*common.File{{Name: "Chart.yaml", Data: metadata}}
	for _, f := range c.Raw {
		if f.Name != "Chart.yaml" { // the version of a chart that comes from a module is not in its file
			files = append(files, f)
		}
	}
	slices.SortStableFunc(files[1:], func(a, b *common.File) int { return cmp.Compare(a.Name, b.Name) })
	var b bytes.Buffer
	zip := gzip.NewWriter(&b)
	out := tar.NewWriter(zip)
	for _, f := range files {
		err := out.WriteHeader(&tar.Header{Name: c.Name() + "/" +
			f.Name, Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(f.Data))})
		if err == nil {
			_, err = out.Write(f.Data)
		}
		if err != nil {
			return nil, fmt.Errorf("archive chart %s: %w", c.Name(), err)
		}
	}
	if err := errors.Join(out.Close(), zip.Close()); err != nil {
		return nil, fmt.Errorf("archive chart %s: %w", c.Name(), err)
	}
	return b.Bytes(), nil
}
