package bundle

import (
	"slices"

	"helm.sh/helm/v4/pkg/chart/common"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// capabilities are what charts see of the cluster: its version, Kubernetes' own APIs, and those of the CRDs seen so
// far.
func (l *load) capabilities() (*common.Capabilities, error) {
	capabilities := common.DefaultCapabilities.Copy()
	if l.opts.KubeVersion != "" {
		version, err := common.ParseKubeVersion(l.opts.KubeVersion)
		if err != nil {
			return nil, because(err, "", "", "Kubernetes version "+l.opts.KubeVersion, "write it as v1.37.2")
		}
		capabilities.KubeVersion = *version
	}
	capabilities.APIVersions = slices.Clone(capabilities.APIVersions)
	for _, s := range l.stages {
		for _, o := range s.Objects {
			capabilities.APIVersions = append(capabilities.APIVersions, served(o.Unstructured)...)
		}
	}
	return capabilities, nil
}

// served lists the APIs that a CRD brings, as Helm names them: group/version and group/version/kind.
func served(o *unstructured.Unstructured) []string {
	kind, ok := defines(o)
	if !ok {
		return nil
	}
	versions, _, _ := unstructured.NestedSlice(o.Object, "spec", "versions")
	var all []string
	for _, v := range versions {
		version, _ := v.(map[string]any)
		if name, _ := version["name"].(string); name != "" && version["served"] == true {
			all = append(all, kind.Group+"/"+name, kind.Group+"/"+name+"/"+kind.Kind)
		}
	}
	return all
}
