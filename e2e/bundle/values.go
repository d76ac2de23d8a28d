package bundle

import (
	"errors"
	"fmt"
	"maps"
	"strings"

	helmv2 "github.com/fluxcd/helm-controller/api/v2"
	"github.com/fluxcd/pkg/chartutil"
	"github.com/go-logr/logr"
	"helm.sh/helm/v4/pkg/chart/loader/archive"
	helmchart "helm.sh/helm/v4/pkg/chart/v2"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	"sigs.k8s.io/yaml"
)

// values has Flux merge what a HelmRelease sets: each of valuesFrom in order, then the inline values over them, except
// where a targetPath wins over both.
func (l *load) values(r *release) (map[string]any, error) {
	inline, refs := r.spec.GetValues(), r.spec.Spec.ValuesFrom
	for {
		values, err := chartutil.ChartValuesFromReferences(l.ctx, logr.Discard(), reader{stages: l.stages},
			r.object.GetNamespace(), inline, refs...)
		if err == nil {
			return values, nil
		}
		at, refused := l.valuesRefused(refs, err)
		if at < 0 {
			return nil, refused
		}
		if err := l.keep(refused, file(r.object), describe(r.object.Unstructured)); err != nil {
			return nil, err
		}
		refs = append(append([]helmv2.ValuesReference{}, refs[:at]...), refs[at+1:]...)
	}
}

// valuesRefused puts the library's error into words, and says which reference can be left out: one to a Secret that is
// not there.
func (l *load) valuesRefused(refs []helmv2.ValuesReference, err error) (at int, refused error) {
	var known *Error
	if errors.As(err, &known) {
		return -1, known
	}
	var fault *chartutil.ErrValuesReference
	if !errors.As(err, &fault) {
		return -1, because(err, "", "", "spec.valuesFrom", "correct the reference")
	}
	at = -1
	for i, ref := range refs {
		if ref.Kind == fault.Kind && ref.Name == fault.Name.Name && ref.GetValuesKey() == fault.Key {
			at = i
			break
		}
	}
	field := fmt.Sprintf("spec.valuesFrom[%d]", max(at, 0))
	name := fault.Kind + " " + key(fault.Name.Namespace, fault.Name.Name)
	// The texts of the causes may quote a value.
	switch {
	case errors.Is(fault, chartutil.ErrResourceNotFound):
		rule := Rule("")
		if l.sealed(fault.Kind, fault.Name.Namespace, fault.Name.Name) || fault.Kind == "Secret" {
			rule = VariableMissing
		}
		return at, &Error{
			Problem: "spec.valuesFrom: " + name + " is not in the bundle", Rule: rule,
			Remedy: "add it to the namespace of the HelmRelease, or mark the reference optional",
		}
	case errors.Is(fault, chartutil.ErrKeyNotFound):
		return -1, &Error{Problem: "spec.valuesFrom: " + name + " has no key " +
			fault.Key, Remedy: "set valuesKey to a key that it has"}
	case errors.Is(fault, chartutil.ErrUnsupportedRefKind):
		return -1, &Error{Problem: "spec.valuesFrom: kind " + fault.Kind, Remedy: "name a ConfigMap or a Secret"}
	case errors.Is(fault, chartutil.ErrValueMerge):
		target := ""
		if at >= 0 {
			target = refs[at].TargetPath
		}
		return -1, &Error{
			Problem: field + ": the value does not fit at " + target,
			Remedy:  "correct targetPath, or set literal: true for text with commas, dots or braces", cause: err,
		}
	}
	return -1, &Error{
		Problem: fmt.Sprintf("%s: %s of %s %s is not YAML", field, fault.Key, fault.Kind, fault.Name.Name),
		Remedy:  "correct the value, or set targetPath for a single one", cause: err,
	}
}

// withValuesFiles makes the chart's defaults those of the named files in it, which replace values.yaml unless they
// name it too.
func withValuesFiles(chart *helmchart.Chart, files []string, ignoreMissing bool) error {
	if len(files) == 0 {
		return nil
	}
	merged := map[string]any{}
	used := 0
	for _, name := range files {
		content, ok := inChart(chart, name)
		if !ok {
			if ignoreMissing {
				continue
			}
			return &Error{Problem: "spec.chart.spec.valuesFiles: the chart has no file " +
				name, Remedy: "name files of the chart, relative to its folder"}
		}
		var more map[string]any
		if err := yaml.Unmarshal(content, &more); err != nil {
			return because(err, "", "", "spec.chart.spec.valuesFiles: "+name+
				" of the chart is not YAML", "name a file of values")
		}
		merged = loader.MergeMaps(merged, more)
		used++
	}
	if used > 0 {
		chart.Values = maps.Clone(merged)
	}
	return nil
}

func inChart(chart *helmchart.Chart, name string) ([]byte, bool) {
	name = strings.TrimPrefix(name, "./")
	for _, file := range chart.Raw {
		if file.Name == name {
			return file.Data, true
		}
	}
	return nil, false
}

// buffered is the form in which Helm loads the files of a chart.
func buffered(name string, content []byte) *archive.BufferedFile {
	return &archive.BufferedFile{Name: name, Data: content}
}
