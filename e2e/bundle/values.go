package bundle

import (
	"fmt"
	"maps"
	"strings"

	helmv2 "github.com/fluxcd/helm-controller/api/v2"
	"helm.sh/helm/v4/pkg/chart/loader/archive"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	"helm.sh/helm/v4/pkg/strvals"
	"sigs.k8s.io/yaml"

	helmchart "helm.sh/helm/v4/pkg/chart/v2"
)

// values merges what a HelmRelease sets, as Flux does: each of valuesFrom in order, then the inline values over them.
func (l *load) values(r *release) (map[string]any, error) {
	all := map[string]any{}
	for i, ref := range r.spec.Spec.ValuesFrom {
		text, found, err := l.valuesFrom(r, ref)
		if err != nil {
			return nil, err
		}
		if !found {
			continue
		}
		if ref.TargetPath != "" {
			if err := setPath(all, ref, text); err != nil {
				return nil, &Error{
					Problem: fmt.Sprintf("spec.valuesFrom[%d]: the value does not fit at %s", i, ref.TargetPath),
					Cure:    "correct targetPath, or set literal: true for text with commas, dots or braces", cause: err,
				}
			}
			continue
		}
		var more map[string]any
		if err := yaml.Unmarshal([]byte(text), &more); err != nil {
			return nil, &Error{
				Problem: fmt.Sprintf("spec.valuesFrom[%d]: %s of %s %s is not YAML", i, ref.GetValuesKey(), ref.Kind, ref.Name),
				Cure:    "correct the value, or set targetPath for a single one", cause: err,
			}
		}
		all = loader.MergeMaps(all, more)
	}
	return loader.MergeMaps(all, r.spec.GetValues()), nil
}

// valuesFrom reads one reference from the bundle's own objects, as they stand after substitution.
func (l *load) valuesFrom(r *release, ref helmv2.ValuesReference) (string, bool, error) {
	if ref.Kind != "ConfigMap" && ref.Kind != "Secret" {
		return "", false, &Error{Problem: "spec.valuesFrom: kind " + ref.Kind, Cure: "name a ConfigMap or a Secret"}
	}
	ns := r.object.GetNamespace()
	for _, s := range l.stages {
		o, ok := find(s.Objects, "", ref.Kind, ns, ref.Name)
		if !ok {
			continue
		}
		entries, err := data(o)
		if err != nil {
			return "", false, where(err, file(o), describe(o.Unstructured))
		}
		text, ok := entries[ref.GetValuesKey()]
		if !ok {
			return "", false, &Error{
				Problem: fmt.Sprintf("spec.valuesFrom: %s %s has no key %s", ref.Kind, key(ns, ref.Name), ref.GetValuesKey()),
				Cure:    "set valuesKey to a key that it has",
			}
		}
		return text, true, nil
	}
	if ref.Optional {
		return "", false, nil
	}
	return "", false, &Error{
		Problem: fmt.Sprintf("spec.valuesFrom: %s %s is not in the bundle", ref.Kind, key(ns, ref.Name)),
		Cure:    "add it to the namespace of the HelmRelease, or mark the reference optional",
	}
}

// setPath puts a single value where targetPath says, by the syntax of helm's --set. In quotes it stays text.
func setPath(into map[string]any, ref helmv2.ValuesReference, text string) error {
	if ref.Literal {
		return strvals.ParseLiteralInto(ref.TargetPath+"="+text, into)
	}
	for _, quote := range []string{"'", `"`} {
		if len(text) >= 2 && strings.HasPrefix(text, quote) && strings.HasSuffix(text, quote) {
			return strvals.ParseIntoString(ref.TargetPath+"="+strings.Trim(text, `'"`), into)
		}
	}
	return strvals.ParseInto(ref.TargetPath+"="+text, into)
}

// withValuesFiles makes the chart's defaults those of the named files in it, which replace values.yaml unless they name it too.
func withValuesFiles(chart *helmchart.Chart, template helmv2.HelmChartTemplateSpec) error {
	if len(template.ValuesFiles) == 0 {
		return nil
	}
	merged := map[string]any{}
	used := 0
	for _, name := range template.ValuesFiles {
		content, ok := inChart(chart, name)
		if !ok {
			if template.IgnoreMissingValuesFiles {
				continue
			}
			return &Error{Problem: "spec.chart.spec.valuesFiles: the chart has no file " + name, Cure: "name files of the chart, relative to its folder"}
		}
		var more map[string]any
		if err := yaml.Unmarshal(content, &more); err != nil {
			return because(err, "", "", "spec.chart.spec.valuesFiles: "+name+" of the chart is not YAML", "name a file of values")
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
