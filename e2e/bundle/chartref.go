package bundle

import (
	"fmt"
	"path"
	"strings"

	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// chartOf finds the chart that a HelmRelease of Flux wants, or says why that cannot be followed.
func (l *load) chartOf(r *release) (*Chart, error) {
	spec := r.spec.Spec
	if ref := spec.ChartRef; ref != nil {
		ns := ref.Namespace
		if ns == "" {
			ns = r.object.GetNamespace()
		}
		switch ref.Kind {
		case sourcev1.OCIRepositoryKind:
			return l.chartOfOCI(ns, ref.Name)
		case sourcev1.HelmChartKind:
			found, ok := find(l.bundle.Flux, sourcev1.GroupVersion.Group, sourcev1.HelmChartKind, ns, ref.Name)
			if !ok {
				return nil, notThere(ref.Kind, ns, ref.Name, "spec.chartRef")
			}
			chart, err := decode[sourcev1.HelmChart](found)
			if err != nil {
				return nil, where(err, file(found), describe(found.Unstructured))
			}
			source := chart.Spec.SourceRef
			return l.chartFrom(source.Kind, ns, source.Name, chart.Spec.Chart, chart.Spec.Version)
		}
		return nil, &Error{
			Problem: fmt.Sprintf("spec.chartRef to %s %s: what it makes is known on a cluster only", ref.Kind, ref.Name),
			Rule:    ChartMissing,
			Remedy:  "use an OCIRepository or a HelmChart",
		}
	}
	if spec.Chart == nil || spec.Chart.Spec.Chart == "" {
		return nil, &Error{Problem: "no chart", Remedy: "set spec.chart.spec.chart and its sourceRef"}
	}
	source := spec.Chart.Spec.SourceRef
	ns := source.Namespace
	if ns == "" {
		ns = r.object.GetNamespace()
	}
	return l.chartFrom(source.Kind, ns, source.Name, spec.Chart.Spec.Chart, spec.Chart.Spec.Version)
}

func notThere(kind, namespace, name, field string) error {
	return &Error{Problem: kind + " " + key(namespace, name) + " is not in the bundle", Remedy: "add it, or correct " +
		field}
}

// chartFrom finds a chart by name in a HelmRepository, or by path in a repository.
func (l *load) chartFrom(kind, namespace, name, chart, version string) (*Chart, error) {
	switch kind {
	case sourcev1.HelmRepositoryKind:
	case sourcev1.GitRepositoryKind, sourcev1.BucketKind:
		if url, other := l.elsewhere(kind, namespace, name, chart); other {
			return nil, &Error{
				Problem: fmt.Sprintf("chart %s lies in another repository (%s)", chart, url), Rule: ChartMissing,
				Remedy: "take it from a chart repository, or put it into this one",
			}
		}
		restore, err := l.asSource(kind, namespace, name)
		if err != nil {
			return nil, err
		}
		defer restore()
		dir, err := l.resolve(chart, kind+" "+name)
		if err != nil {
			return nil, err
		}
		return l.localChart(dir)
	default:
		return nil, &Error{Problem: fmt.Sprintf("a chart from %s %s", kind, name), Remedy: "name a HelmRepository, a " +
			"GitRepository or a Bucket"}
	}
	found, ok := find(l.bundle.Flux, sourcev1.GroupVersion.Group, sourcev1.HelmRepositoryKind, namespace, name)
	if !ok {
		return nil, notThere("HelmRepository", namespace, name, "spec.chart.spec.sourceRef")
	}
	repository, err := decode[sourcev1.HelmRepository](found)
	if err != nil {
		return nil, where(err, file(found), describe(found.Unstructured))
	}
	return l.fetch(ChartRef{Repository: repository.Spec.URL, Name: chart, Version: version})
}

// asSource has the repository seen as a source of Flux sees it, which may leave out other files than the bundle's own
// source does.
func (l *load) asSource(kind, namespace, name string) (restore func(), err error) {
	before := l.scan.fs.ignored
	ignore := ""
	if source, ok := find(l.bundle.Flux, sourcev1.GroupVersion.Group, kind, namespace, name); ok {
		ignore, _, _ = unstructured.NestedString(source.Object, "spec", "ignore")
	}
	if err := l.scan.fs.ignore(ignore); err != nil {
		return nil, because(err, "", "", kind+" "+name, "correct the file")
	}
	return func() { l.scan.fs.ignored = before }, nil
}

// chartOfOCI finds the chart that an OCIRepository names whole: its last part is the chart's name.
func (l *load) chartOfOCI(namespace, name string) (*Chart, error) {
	found, ok := find(l.bundle.Flux, sourcev1.GroupVersion.Group, sourcev1.OCIRepositoryKind, namespace, name)
	if !ok {
		return nil, notThere("OCIRepository", namespace, name, "spec.chartRef")
	}
	repository, err := decode[sourcev1.OCIRepository](found)
	if err != nil {
		return nil, where(err, file(found), describe(found.Unstructured))
	}
	ref := ociChart(repository.Spec.URL)
	if at := repository.Spec.Reference; at != nil {
		switch {
		case at.Digest != "":
			ref.Version, ref.Digest = at.Tag, at.Digest
		case at.SemVer != "":
			ref.Version = at.SemVer
		default:
			ref.Version = at.Tag
		}
	}
	return l.fetch(ref)
}

// ociChart splits the address of a chart in a registry.
func ociChart(address string) ChartRef {
	address = trimURL(address)
	return ChartRef{
		Repository: "oci://" + path.Dir(strings.TrimPrefix(address, sourcev1.OCIRepositoryPrefix)),
		Name:       path.Base(address),
	}
}

// chartName is what a HelmRelease calls its chart, for those to whom that must do.
func (l *load) chartName(r *release) string {
	if chart := r.spec.Spec.Chart; chart != nil {
		return path.Base(chart.Spec.Chart)
	}
	ref := r.spec.Spec.ChartRef
	if ref == nil {
		return ""
	}
	ns := ref.Namespace
	if ns == "" {
		ns = r.object.GetNamespace()
	}
	if found, ok := find(l.bundle.Flux, sourcev1.GroupVersion.Group, ref.Kind, ns, ref.Name); ok {
		for _, field := range []string{"chart", "url"} {
			if text, _, _ := unstructured.NestedString(found.Object, "spec", field); text != "" {
				return path.Base(text)
			}
		}
	}
	return ref.Name
}
