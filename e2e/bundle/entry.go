package bundle

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// cluster finds the folder that Flux is pointed at, where path is the root of a repository: by the Kustomization that
// `flux bootstrap` writes, or by the FluxInstance of the operator. A repository of several clusters is refused: which
// one is meant is not ours to choose.
func cluster(dir, root string, fs *confined) (string, error) {
	if dir != root {
		return dir, nil
	}
	if _, err := os.Stat(filepath.Join(dir, ".git")); err != nil {
		return dir, nil //nolint:nilerr // a folder that is its own repository holds what it is to be judged by
	}
	found := map[string]bool{}
	err := fs.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() || info.Size() > 1<<20 ||
			!slices.Contains([]string{".yaml", ".yml"}, filepath.Ext(path)) {
			return err
		}
		content, err := fs.ReadFile(path)
		if err != nil || !strings.Contains(string(content), "flux") {
			return nil //nolint:nilerr // the scan reports it where it matters
		}
		parts, _ := documents(content)
		for _, part := range parts {
			if folder := pointed(part.object); folder != "" && fs.IsDir(filepath.Join(root, folder)) {
				found[filepath.Join(root, folder)] = true
			}
		}
		return nil
	})
	if err != nil {
		return "", because(err, dir, "", "read", "make the folder readable")
	}
	delete(found, dir)
	var entries []string
	for entry := range found {
		entries = append(entries, entry)
	}
	slices.Sort(entries)
	switch len(entries) {
	case 0:
		return dir, nil
	case 1:
		return fs.within(entries[0])
	}
	names := make([]string, len(entries))
	for i, entry := range entries {
		names[i], _ = filepath.Rel(root, entry)
	}
	return "", &Error{
		File: dir, Problem: "the repository has several clusters: " + strings.Join(names, ", "),
		Remedy: "name the folder of one of them",
	}
}

// pointed is the folder that an object points Flux at: the one that brings everything else.
func pointed(object map[string]any) string {
	o := &unstructured.Unstructured{Object: object}
	version, name := o.GetAPIVersion(), o.GetName()
	switch {
	case strings.HasPrefix(version, "kustomize.toolkit.fluxcd.io/") && o.GetKind() == "Kustomization" &&
		name == o.GetNamespace():
		folder, _, _ := unstructured.NestedString(object, "spec", "path")
		return folder
	case strings.HasPrefix(version, "fluxcd.controlplane.io/") && o.GetKind() == "FluxInstance":
		folder, _, _ := unstructured.NestedString(object, "spec", "sync", "path")
		return folder
	}
	return ""
}
