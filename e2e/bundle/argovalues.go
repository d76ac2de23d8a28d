package bundle

import (
	"fmt"
	"path/filepath"
	"strings"

	helmv2 "github.com/fluxcd/helm-controller/api/v2"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	"helm.sh/helm/v4/pkg/strvals"
	"sigs.k8s.io/yaml"
)

// argoRelease adds the release of a chart as Argo CD renders it: by `helm template`, in the destination's namespace,
// with the values of files, then values, then valuesObject in its place, then parameters.
func (l *load) argoRelease(s *stage, from argoSource, all []argoSource, dir, title string,
	chart func() (*Chart, error),
) error {
	name, namespace := s.object.GetName(), s.namespace
	values := map[string]any{}
	spec := synthetic(name, namespace, false)
	var inChart []string
	if h := from.Helm; h != nil {
		if h.ReleaseName != "" {
			spec.Spec.ReleaseName = h.ReleaseName
		}
		if h.Namespace != "" {
			spec.Spec.TargetNamespace = h.Namespace
		}
		if h.SkipCrds {
			spec.Spec.Install.CRDs = helmv2.Skip
		}
		for _, file := range h.ValueFiles {
			if dir == "" && !strings.HasPrefix(file, "$") {
				inChart = append(inChart, file)
				continue
			}
			more, err := l.valueFile(file, dir, all)
			if err != nil {
				if h.IgnoreMissingValueFiles {
					continue
				}
				if err := l.keep(err, "", ""); err != nil {
					return err
				}
				continue
			}
			values = loader.MergeMaps(values, more)
		}
		more := h.ValuesObject
		if more == nil {
			if err := yaml.Unmarshal([]byte(h.Values), &more); err != nil {
				return because(err, "", "", "helm.values is not YAML", "correct the values")
			}
		}
		values = loader.MergeMaps(values, more)
		for _, p := range h.Parameters {
			set := strvals.ParseInto
			if p.ForceString {
				set = strvals.ParseIntoString
			}
			if err := set(p.Name+"="+p.Value, values); err != nil {
				return &Error{Problem: "helm.parameters: " + p.Name + " does not fit", Remedy: "correct the name", cause: err}
			}
		}
	}
	r := &release{stage: s, object: s.object, values: values, title: title, spec: spec, chart: chart}
	if len(inChart) > 0 {
		r.chart = func() (*Chart, error) {
			got, err := chart()
			if err != nil {
				return nil, err
			}
			return got, withValuesFiles(got.Chart, append([]string{"values.yaml"}, inChart...), true)
		}
	}
	l.releases = append(l.releases, r)
	return nil
}

// valueFile reads a file of values: $name/path counts from the root of the source with that ref, others from the
// chart's folder.
func (l *load) valueFile(file, dir string, all []argoSource) (map[string]any, error) {
	path := filepath.Join(dir, file)
	switch {
	case strings.Contains(file, "://"):
		return nil, &Error{Problem: "helm.valueFiles: " + file +
			" lies elsewhere", Remedy: "put the file into the repository", Rule: ElsewhereSource}
	case strings.HasPrefix(file, "$"):
		name, rest, _ := strings.Cut(strings.TrimPrefix(file, "$"), "/")
		for _, source := range all {
			remote := l.remote()
			if source.Ref == name && remote != "" && repositoryName(remote) != repositoryName(source.RepoURL) {
				return nil, &Error{Problem: "helm.valueFiles: " + file + " lies in " +
					source.RepoURL, Remedy: "put the file into this repository", Rule: ElsewhereSource}
			}
		}
		path = filepath.Join(l.root, rest)
	case strings.HasPrefix(file, "/"):
		path = filepath.Join(l.root, file)
	}
	content, err := l.scan.fs.ReadFile(path)
	if err != nil {
		return nil, &Error{Problem: "helm.valueFiles: " + file + " does not exist", Remedy: "correct the path", cause: err}
	}
	var values map[string]any
	if err := yaml.Unmarshal(content, &values); err != nil {
		return nil, because(err, "", "", fmt.Sprintf("helm.valueFiles: %s is not YAML", file), "correct the file")
	}
	return values, nil
}
