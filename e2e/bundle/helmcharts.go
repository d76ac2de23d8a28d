package bundle

import (
	"bytes"
	"fmt"
	"path/filepath"
	"slices"

	helmv2 "github.com/fluxcd/helm-controller/api/v2"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	kustypes "sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/yaml"
)

// inflated begins the names of the files in memory that charts of a kustomization render to.
const inflated = ".helm-chart-"

// helmCharts renders the charts of a kustomization as `kustomize build --enable-helm` does, to files in memory that
// take their place among its resources, so that its patches apply to them. No helm is executed.
func (l *load) helmCharts(dir, file string, content map[string]any) ([]string, error) {
	text, err := yaml.Marshal(map[string]any{"helmCharts": content["helmCharts"], "helmGlobals": content["helmGlobals"]})
	if err != nil {
		return nil, because(err, l.scan.name(file), "", "helmCharts", "correct the field")
	}
	var list struct {
		HelmCharts  []kustypes.HelmChart  `json:"helmCharts"`
		HelmGlobals *kustypes.HelmGlobals `json:"helmGlobals"`
	}
	if err := yaml.Unmarshal(text, &list); err != nil {
		return nil, because(err, l.scan.name(file), "", "helmCharts", "correct the field")
	}
	var names []string
	for i, chart := range list.HelmCharts {
		home := "charts"
		if list.HelmGlobals != nil && list.HelmGlobals.ChartHome != "" {
			home = list.HelmGlobals.ChartHome
		}
		namespace, _ := content["namespace"].(string)
		rendered, err := l.helmChart(dir, home, namespace, chart)
		if err != nil {
			info := Release{
				Name: chart.ReleaseName, Namespace: chart.Namespace, Chart: chart.Name, Version: chart.Version,
				Missing: oneLine(err.Error()), Source: l.scan.name(file) + ": Kustomization helmCharts",
			}
			l.at.Releases = append(l.at.Releases, info)
			if err := l.keep(err, l.scan.name(file), ""); err != nil {
				return nil, err
			}
			continue
		}
		name := fmt.Sprintf("%s%d.yaml", inflated, i)
		l.scan.fs.replaced[filepath.Join(dir, name)] = rendered
		names = append(names, name)
	}
	return names, nil
}

func (l *load) helmChart(dir, home, namespace string, from kustypes.HelmChart) ([]byte, error) {
	chart, err := l.localOrFetched(filepath.Join(dir, home, from.Name), from)
	if err != nil {
		return nil, err
	}
	values := map[string]any{}
	files := from.AdditionalValuesFiles
	if from.ValuesFile != "" {
		files = append([]string{from.ValuesFile}, files...)
	}
	for _, name := range files {
		content, err := l.scan.fs.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return nil, because(err, "", "", "helmCharts: "+name, "keep the file inside the repository")
		}
		var more map[string]any
		if err := yaml.Unmarshal(content, &more); err != nil {
			return nil, because(err, "", "", "helmCharts: "+name+" is not YAML", "correct the file")
		}
		values = loader.MergeMaps(values, more)
	}
	switch from.ValuesMerge {
	case "replace":
		values = from.ValuesInline
	case "merge":
		values = loader.MergeMaps(from.ValuesInline, values)
	default:
		values = loader.MergeMaps(values, from.ValuesInline)
	}
	if from.Namespace != "" {
		namespace = from.Namespace
	}
	if from.ReleaseName == "" {
		from.ReleaseName = from.Name
	}
	spec := synthetic(from.ReleaseName, namespace, false)
	if !from.IncludeCRDs {
		spec.Spec.Install.CRDs = helmv2.Skip
	}
	capabilities, err := l.capabilities()
	if err != nil {
		return nil, err
	}
	for _, version := range from.ApiVersions {
		capabilities.APIVersions = append(capabilities.APIVersions, version)
	}
	info := Release{Name: from.ReleaseName, Namespace: namespace}
	rendered, err := renderChart(l.ctx, spec, info, chart.Chart, values, capabilities)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	objects := append(rendered.definitions, rendered.objects...)
	for _, hook := range rendered.hooks {
		test := slices.Contains(hook.Events, "test")
		if !from.SkipHooks && (!test || !from.SkipTests) {
			objects = append(objects, hook.Unstructured)
		}
	}
	for _, o := range objects {
		if o.GetNamespace() == "" && namespace != "" {
			if yes, known := l.scopes.namespaced(o.GroupVersionKind().GroupKind()); yes && known {
				o.SetNamespace(namespace)
			}
		}
		text, err := yaml.Marshal(o.Object)
		if err != nil {
			return nil, because(err, "", "", "helmCharts: "+from.Name, "correct the values")
		}
		out.WriteString("---\n")
		out.Write(text)
	}
	return out.Bytes(), nil
}

func (l *load) localOrFetched(dir string, from kustypes.HelmChart) (*Chart, error) {
	if l.scan.fs.Exists(filepath.Join(dir, "Chart.yaml")) {
		return l.localChart(dir)
	}
	repository := from.Repo
	if repository == "" {
		return nil, &Error{Problem: "helmCharts: chart " + from.Name +
			" has no repo and is not in the repository", Remedy: "set repo"}
	}
	return l.fetch(ChartRef{Repository: repository, Name: from.Name, Version: from.Version})
}
