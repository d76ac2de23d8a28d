package bundle

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/fluxcd/pkg/sourceignore"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// rootLevels is how far above a bundle the root of its repository is looked for.
const rootLevels = 4

// workTree returns the root of the source that dir lies in: its Git work tree, or the folder of its .sourceignore. A
// folder that was taken out of its repository has neither: then the root is the nearest folder below which the
// Kustomizations and charts of dir find their paths. For an entry of the usual layout, clusters/NAME, the parent of
// clusters is asked first.
func workTree(dir string) string {
	for at := dir; at != filepath.Dir(at); at = filepath.Dir(at) {
		for _, mark := range []string{".git", sourceignore.IgnoreFile} {
			if _, err := os.Stat(filepath.Join(at, mark)); err == nil {
				return at
			}
		}
	}
	paths, whole := sourcePaths(dir)
	if len(paths) == 0 && !whole {
		return dir
	}
	var places []string
	if slices.Contains([]string{"clusters", "cluster"}, filepath.Base(filepath.Dir(dir))) {
		places = append(places, filepath.Dir(filepath.Dir(dir)))
	}
	for at, n := dir, 0; n <= rootLevels && at != filepath.Dir(at); at, n = filepath.Dir(at), n+1 {
		places = append(places, at)
	}
	for _, at := range places {
		missing := func(path string) bool { return !confine(at).IsDir(filepath.Join(at, path)) }
		if !slices.ContainsFunc(paths, missing) && (!whole || at != dir && hasManifests(at)) {
			return at
		}
	}
	return dir
}

// hasManifests reports whether a folder itself holds something to apply.
func hasManifests(dir string) bool {
	names, _ := filepath.Glob(filepath.Join(dir, "*.y*ml"))
	return len(names) > 0
}

// sourcePaths lists the paths that the Flux objects in the files of a folder take from a Git repository: those of
// Kustomizations, and of charts. Whole reports that one of them takes all of the repository that brought it.
func sourcePaths(dir string) (paths []string, whole bool) {
	var names []string
	for _, pattern := range []string{"*.y*ml", "*/*.y*ml"} {
		found, _ := filepath.Glob(filepath.Join(dir, pattern))
		names = append(names, found...)
	}
	for _, name := range names {
		content, err := confine(dir).ReadFile(name)
		if err != nil || !strings.Contains(string(content), fluxSuffix) {
			continue
		}
		parts, _ := documents(content)
		for _, part := range parts {
			path, all := sourcePath(&unstructured.Unstructured{Object: part.object})
			whole = whole || all
			if path != "" {
				paths = append(paths, path)
			}
		}
	}
	return paths, whole
}

// sourcePath is the path of one object; whole where it has none and its source is the one that brought the bundle.
func sourcePath(o *unstructured.Unstructured) (path string, whole bool) {
	version, _ := o.Object["apiVersion"].(string)
	group, _, _ := strings.Cut(version, "/")
	text := func(fields ...string) string {
		found, _, _ := unstructured.NestedString(o.Object, fields...)
		return found
	}
	switch group {
	case "kustomize" + fluxSuffix:
		path = filepath.Clean("./" + text("spec", "path"))
		source := text("spec", "sourceRef", "namespace")
		if source == "" {
			source = text("metadata", "namespace")
		}
		whole = path == "." && text("spec", "sourceRef", "name") == source
	case "helm" + fluxSuffix:
		if text("spec", "chart", "spec", "sourceRef", "kind") == "GitRepository" {
			path = filepath.Clean("./" + text("spec", "chart", "spec", "chart"))
		}
	}
	if path == "." || !filepath.IsLocal(path) {
		path = ""
	}
	return path, whole
}
