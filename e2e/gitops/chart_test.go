package gitops

import (
	"bytes"
	"context"
	"testing"

	"helm.sh/helm/v4/pkg/chart/common"
	helmchart "helm.sh/helm/v4/pkg/chart/v2"
	"helm.sh/helm/v4/pkg/chart/v2/loader"

	"github.com/edgeproof/edgeproof/e2e/bundle"
)

// fixed is a source of one chart, whose file has no version, as that of a component's module.
type fixed struct{}

func (fixed) Chart(_ context.Context, ref bundle.ChartRef) (*bundle.Chart, error) {
	c := &helmchart.Chart{
		Metadata: &helmchart.Metadata{APIVersion: "v2", Name: ref.Name, Version: ref.Version},
		Raw: []*common.File{
			{Name: "templates/b.yaml", Data: []byte("b: 1")},
			{Name: "Chart.yaml", Data: []byte("version: v0.0.0")},
			{Name: "values.yaml", Data: []byte("a: 1")},
		},
	}
	return &bundle.Chart{Chart: c}, nil
}

func TestPackedChartLoads(t *testing.T) {
	t.Parallel()
	archive, err := ChartsOf(fixed{})(t.Context(), "https://charts.example.com", "edge", "1.2.3")
	if err != nil {
		t.Fatal(err)
	}
	c, err := loader.LoadArchive(bytes.NewReader(archive))
	if err != nil {
		t.Fatal(err)
	}
	if c.Metadata.Version != "1.2.3" || c.Values["a"] == nil || len(c.Templates) != 1 {
		t.Errorf("loaded %+v with %d templates", c.Metadata, len(c.Templates))
	}
}
