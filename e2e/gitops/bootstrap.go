package gitops

import (
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/edgeproof/edgeproof/e2e/edge/flux"
)

// gitRepository is what `flux bootstrap` makes for a repository.
func gitRepository(ref flux.Ref, url, branch string) *unstructured.Unstructured {
	return object(flux.SourceGroup+"/v1", ref, map[string]any{
		"interval": "1m0s", "url": url, "ref": map[string]any{"branch": branch},
	})
}

// rootKustomization is what `flux bootstrap` makes for the folder that it is given.
func rootKustomization(source flux.Ref, path string) *unstructured.Unstructured {
	ref := flux.Ref{Kind: flux.Kustomization, Namespace: source.Namespace, Name: source.Name}
	return object(flux.KustomizeGroup+"/v1", ref, map[string]any{
		"interval": "10m0s", "path": path, "prune": true,
		"sourceRef": map[string]any{"kind": source.Kind, "name": source.Name},
	})
}

func object(apiVersion string, ref flux.Ref, spec map[string]any) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": apiVersion, "kind": ref.Kind,
		"metadata": map[string]any{"namespace": ref.Namespace, "name": ref.Name}, "spec": spec,
	}}
}
