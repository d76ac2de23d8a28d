package bundle

import (
	"fmt"
	"strings"

	sourcev1 "github.com/fluxcd/source-controller/api/v1"
)

// chartRef says which chart a release wants, or why that cannot be followed.
func (l *load) chartRef(r *release) (ChartRef, error) {
	spec := r.spec.Spec
	if spec.ChartRef != nil {
		return ChartRef{}, &Error{
			Problem: fmt.Sprintf("spec.chartRef to %s %s is not supported", spec.ChartRef.Kind, spec.ChartRef.Name),
			Cure:    "use spec.chart with a HelmRepository of type default (https)",
		}
	}
	if spec.Chart == nil || spec.Chart.Spec.Chart == "" {
		return ChartRef{}, &Error{Problem: "no chart", Cure: "set spec.chart.spec.chart and its sourceRef"}
	}
	source := spec.Chart.Spec.SourceRef
	if source.Kind != sourcev1.HelmRepositoryKind {
		return ChartRef{}, &Error{
			Problem: fmt.Sprintf("a chart from %s %s is not supported", source.Kind, source.Name),
			Cure:    "use a HelmRepository of type default (https)",
		}
	}
	ns := source.Namespace
	if ns == "" {
		ns = r.object.GetNamespace()
	}
	found, ok := find(l.bundle.Flux, sourcev1.GroupVersion.Group, sourcev1.HelmRepositoryKind, ns, source.Name)
	if !ok {
		return ChartRef{}, &Error{Problem: "HelmRepository " + key(ns, source.Name) + " is not in the bundle", Cure: "add it, or correct spec.chart.spec.sourceRef"}
	}
	repository, err := decode[sourcev1.HelmRepository](found)
	if err != nil {
		return ChartRef{}, where(err, file(found), describe(found.Unstructured))
	}
	if repository.Spec.Type == sourcev1.HelmRepositoryTypeOCI || strings.HasPrefix(repository.Spec.URL, sourcev1.OCIRepositoryPrefix) {
		return ChartRef{}, &Error{
			File: file(found), Object: describe(found.Unstructured), Problem: "a chart repository of type oci is not supported",
			Cure: "use the project's https repository, with type default",
		}
	}
	return ChartRef{Repository: repository.Spec.URL, Name: spec.Chart.Spec.Chart, Version: spec.Chart.Spec.Version}, nil
}
