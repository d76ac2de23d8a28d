package bundle

import (
	"context"
	"fmt"
	"slices"
	"strings"

	helmv2 "github.com/fluxcd/helm-controller/api/v2"
	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/common/util"
	helmchart "helm.sh/helm/v4/pkg/chart/v2"
	chartutil "helm.sh/helm/v4/pkg/chart/v2/util"
	"helm.sh/helm/v4/pkg/engine"
	helmrelease "helm.sh/helm/v4/pkg/release/v1"
	releaseutil "helm.sh/helm/v4/pkg/release/v1/util"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// renderedChart is what a first install of a chart would apply, in Helm's order.
type renderedChart struct {
	definitions []*unstructured.Unstructured // of crds/
	objects     []*unstructured.Unstructured
	hooks       []Hook
}

// renderChart does what `helm install` does up to the moment at which it would talk to a cluster.
func renderChart(
	ctx context.Context, spec *helmv2.HelmRelease, info Release, chart *helmchart.Chart, values map[string]any,
	capabilities *common.Capabilities,
) (*renderedChart, error) {
	install := spec.GetInstall()
	title := "chart " + chart.Name() + " " + chart.Metadata.Version
	if err := installable(chart, capabilities); err != nil {
		return nil, err
	}
	if spec.Spec.Chart != nil {
		if err := withValuesFiles(chart, spec.Spec.Chart.Spec.ValuesFiles,
			spec.Spec.Chart.Spec.IgnoreMissingValuesFiles); err != nil {
			return nil, err
		}
	}
	if err := chartutil.ProcessDependencies(chart, values); err != nil {
		return nil, because(err, "", "", title+": dependencies", "correct the values that switch subcharts on and off")
	}
	result := &renderedChart{}
	if !install.SkipCRDs && install.CRDs != helmv2.Skip {
		for _, crd := range chart.CRDObjects() {
			objects, err := parse(crd.Filename, string(crd.File.Data))
			if err != nil {
				return nil, err
			}
			result.definitions = append(result.definitions, objects...)
			for _, o := range objects {
				capabilities.APIVersions = append(capabilities.APIVersions, served(o)...)
			}
		}
	}
	options := common.ReleaseOptions{Name: info.Name, Namespace: info.Namespace, Revision: 1, IsInstall: true}
	top, err := util.ToRenderValuesWithSchemaValidation(chart, values, options, capabilities,
		install.DisableSchemaValidation)
	if err != nil {
		return nil, because(err, "", "", title+": values", "correct spec.values after the chart's values.schema.json")
	}
	files, err := engine.Engine{}.RenderWithContext(ctx, chart, top)
	if err != nil {
		return nil, because(err, "", "", title+": render", "correct the values that the template complains of")
	}
	for name := range files {
		if strings.HasSuffix(name, "NOTES.txt") {
			delete(files, name)
		}
	}
	if err := result.sort(files, spec); err != nil {
		return nil, err
	}
	if install.DisableHooks {
		result.hooks = nil
	}
	return result, nil
}

// installable refuses what Helm refuses to install.
func installable(chart *helmchart.Chart, capabilities *common.Capabilities) error {
	title := "chart " + chart.Name() + " " + chart.Metadata.Version
	if kind := chart.Metadata.Type; kind != "" && kind != "application" {
		return &Error{Problem: title + " is of type " + kind +
			", which cannot be installed", Remedy: "name an application chart"}
	}
	if want := chart.Metadata.KubeVersion; want != "" &&
		!chartutil.IsCompatibleRange(want, capabilities.KubeVersion.String()) {
		return &Error{
			Problem: fmt.Sprintf("%s wants Kubernetes %s, and the cluster is %s", title, want,
				capabilities.KubeVersion.Version),
			Remedy: "choose another version of the chart or of Kubernetes",
		}
	}
	for _, dependency := range chart.Metadata.Dependencies {
		if !slices.ContainsFunc(chart.Dependencies(), func(c *helmchart.Chart) bool { return c.Name() == dependency.Name }) {
			return &Error{Problem: title + " lacks its subchart " + dependency.Name, Remedy: "use a packaged chart, which " +
				"brings its subcharts"}
		}
	}
	return nil
}

// sort takes hooks and objects apart and puts both in install order, after the post-renderers had their say.
func (c *renderedChart) sort(files map[string]string, spec *helmv2.HelmRelease) error {
	hooks, manifests, err := releaseutil.SortManifests(files, nil, releaseutil.InstallOrder)
	if err != nil {
		return because(err, "", "", "the chart's output is not YAML", "correct the values that break it")
	}
	var objects []*unstructured.Unstructured
	for _, m := range manifests {
		parsed, err := parse(m.Name, m.Content)
		if err != nil {
			return err
		}
		objects = append(objects, parsed...)
	}
	var rendered []Hook
	for _, h := range hooks {
		parsed, err := parse(h.Path, h.Manifest)
		if err != nil {
			return err
		}
		for _, o := range parsed {
			rendered = append(rendered, hook(h, o))
		}
	}
	objects, rendered, err = postRender(objects, rendered, spec)
	if err != nil {
		return err
	}
	c.objects = append(c.objects, objects...)
	c.hooks = append(c.hooks, rendered...)
	return nil
}

// hook copies Helm's reading of a hook's annotations. Without a policy of deletion Helm deletes before it creates.
func hook(h *helmrelease.Hook, o *unstructured.Unstructured) Hook {
	out := Hook{Object: Object{Unstructured: o}, Weight: h.Weight}
	for _, event := range h.Events {
		out.Events = append(out.Events, event.String())
	}
	for _, policy := range h.DeletePolicies {
		out.DeletePolicies = append(out.DeletePolicies, policy.String())
	}
	if len(out.DeletePolicies) == 0 {
		out.DeletePolicies = []string{helmrelease.HookBeforeHookCreation.String()}
	}
	return out
}

// parse reads the objects of one rendered file, Lists taken apart.
func parse(name, text string) ([]*unstructured.Unstructured, error) {
	parts, err := documents([]byte(text))
	if err != nil {
		return nil, because(err, "", "", name+" renders to what is not YAML", "correct the values that break it")
	}
	var all []*unstructured.Unstructured
	for _, part := range parts {
		if id, problem := identify(part.object); problem != "" {
			return nil, &Error{
				Problem: fmt.Sprintf("%s renders an object (%s) with %s", name, id, problem),
				Remedy:  "correct the values that break it",
			}
		}
		o, err := toObject(part.object)
		if err != nil {
			return nil, because(err, "", "", name, "correct the values that break it")
		}
		if !o.IsList() {
			all = append(all, o)
			continue
		}
		list, err := o.ToList()
		if err != nil {
			return nil, because(err, "", "", name, "correct the list")
		}
		for i := range list.Items {
			all = append(all, &list.Items[i])
		}
	}
	return all, nil
}
