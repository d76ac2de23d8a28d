package bundle

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	kustomizev1 "github.com/fluxcd/kustomize-controller/api/v1"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// resolve finds spec.path, which counts from the root of its source: the repository. A bundle that is not in the
// repository it was written for (a copy, or one among several) is its own root, or has it above: so the folders from
// the bundle upwards come next.
func (l *load) resolve(folder, source string) (string, error) {
	places := []string{l.root}
	for at := l.dir; at != l.root && at != filepath.Dir(at); at = filepath.Dir(at) {
		places = append(places, at)
	}
	if strings.Trim(path.Clean("/"+folder), "/") == "" {
		places = places[:1]
	}
	for _, at := range places {
		path := filepath.Join(at, folder)
		if resolved, err := l.scan.fs.within(path); err == nil && l.scan.fs.IsDir(path) {
			return resolved, nil
		}
	}
	return "", &Error{
		Problem: fmt.Sprintf("spec.path %q is no folder of the bundle or its repository", folder),
		Remedy:  fmt.Sprintf("correct the path; if %s is another repository, put its content into this one", source),
	}
}

// foreign refuses a Kustomization whose source is another repository.
func (l *load) foreign(s *stage) error {
	ref := s.spec.Spec.SourceRef
	ns := ref.Namespace
	if ns == "" {
		ns = s.object.GetNamespace()
	}
	url, other := l.elsewhere(ref.Kind, ns, ref.Name, s.spec.Spec.Path)
	if !other {
		return nil
	}
	return &Error{
		Problem: fmt.Sprintf("its source, %s %s, is another repository (%s), so nothing of it is rendered", ref.Kind,
			key(ns, ref.Name), url),
		Remedy: "put what the edge needs of it into this repository, or leave it out", Rule: ElsewhereSource,
	}
}

// elsewhere reports whether a source of Flux is another repository than the one that is read. What a checkout is a
// checkout of is known by its remote; without one, a source is its own unless the bundle declares it and it has
// nothing in common with the bundle.
func (l *load) elsewhere(kind, namespace, name, folder string) (url string, other bool) {
	source, declared := find(l.bundle.Flux, sourcev1.GroupVersion.Group, kind, namespace, name)
	if !declared {
		return "", false
	}
	url, _, _ = unstructured.NestedString(source.Object, "spec", "url")
	if remote := l.remote(); remote != "" && url != "" {
		return url, repositoryName(remote) != repositoryName(url)
	}
	if l.ownSource(namespace, name) || repositoryName(url) == filepath.Base(l.root) {
		return url, false
	}
	if strings.Trim(path.Clean("/"+folder), "/") == "" {
		return url, true
	}
	_, err := l.resolve(folder, "")
	return url, err != nil
}

// ownSource reports whether a source is the one that brought the bundle itself: what `flux bootstrap` and the operator
// call it, or the source of a Kustomization that points at the bundle's own folder.
func (l *load) ownSource(namespace, name string) bool {
	if name == namespace {
		return true
	}
	return slices.ContainsFunc(l.stages, func(s *stage) bool {
		if s.spec == nil || s.spec.Spec.SourceRef.Name != name {
			return false
		}
		dir, err := l.resolve(s.spec.Spec.Path, "")
		return err == nil && dir == l.dir && strings.Trim(path.Clean("/"+s.spec.Spec.Path), "/") != ""
	})
}

// remote is the address that the repository was cloned from, or "".
func (l *load) remote() string {
	text, err := os.ReadFile(filepath.Join(l.root, ".git", "config"))
	if err != nil {
		return ""
	}
	found := regexp.MustCompile(`(?s)\[remote "origin"\][^\[]*?\burl\s*=\s*(\S+)`).FindSubmatch(text)
	if found == nil {
		return ""
	}
	return string(found[1])
}

// repositoryName reduces the address of a repository to owner/name, in whichever way it is written.
func repositoryName(address string) string {
	address = strings.TrimSuffix(strings.TrimRight(strings.ToLower(address), "/"), ".git")
	parts := strings.FieldsFunc(address, func(r rune) bool { return r == '/' || r == ':' })
	return strings.Join(parts[max(0, len(parts)-2):], "/")
}

// claim keeps folders that Kustomizations of a bundle without a kustomization.yaml point to out of its root stage.
// Flux itself would apply them twice, which is never meant.
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
		if err != nil || !strings.Contains(string(content), kustomizev1.GroupVersion.Group) {
			return nil //nolint:nilerr // the scan says so, with the file's name
		}
		parts, _ := documents(content)
		for _, part := range parts {
			if version, _ := part.object["apiVersion"].(string); strings.HasPrefix(version, kustomizev1.GroupVersion.Group+
				"/") {
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
