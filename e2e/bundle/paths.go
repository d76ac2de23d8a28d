package bundle

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	kustomizev1 "github.com/fluxcd/kustomize-controller/api/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// resolve finds spec.path: below the bundle, or below a folder above it up to the repository's root. Flux knows only the root of the
// source; which folder that is, a path on a disk does not tell.
func (l *load) resolve(folder, source string) (string, error) {
	for at := l.dir; ; at = filepath.Dir(at) {
		path := filepath.Join(at, folder)
		if resolved, err := l.scan.fs.within(path); err == nil && l.scan.fs.IsDir(path) {
			return resolved, nil
		}
		if at == l.scan.fs.root || at == filepath.Dir(at) {
			return "", &Error{
				Problem: fmt.Sprintf("spec.path %q is no folder of the bundle or its repository", folder),
				Cure:    fmt.Sprintf("correct the path; if %s is another repository, put its content into this one", source),
			}
		}
	}
}

// claim keeps folders that Kustomizations of a bundle without a kustomization.yaml point to out of its root stage. Flux itself would
// apply them twice; that nobody means.
func (l *load) claim() error {
	own, err := l.scan.kustomization(l.dir)
	if err != nil || own != "" {
		return err
	}
	l.scan.claimed = map[string]bool{}
	err = l.scan.fs.Walk(l.dir, func(path string, info os.FileInfo, err error) error {
		if ext := filepath.Ext(path); err != nil || info.IsDir() || ext != ".yaml" && ext != ".yml" {
			return err
		}
		content, err := l.scan.fs.ReadFile(path)
		if err != nil {
			return nil //nolint:nilerr // the scan says so, with the file's name
		}
		parts, _ := documents(content)
		for _, part := range parts {
			if version, _ := part.object["apiVersion"].(string); strings.HasPrefix(version, kustomizev1.GroupVersion.Group+"/") {
				folder, _, _ := unstructured.NestedString(part.object, "spec", "path")
				if dir, err := l.resolve(folder, ""); err == nil && dir != l.dir {
					l.scan.claimed[dir] = true
				}
			}
		}
		return nil
	})
	if err != nil {
		return because(err, l.scan.name(l.dir), "", "read", "make the folder readable")
	}
	return nil
}
