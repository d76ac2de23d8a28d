package bundle

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/api/konfig"
	"sigs.k8s.io/yaml"
)

const maxDepth = 32 // folders that include folders

// scanner walks what a build would read, before the build: it names the file at fault, which Kustomize often does not, and it keeps
// Kustomize from fetching anything, since that would fetch over the network or run git.
type scanner struct {
	fs   *confined
	base string // the bundle's folder, to which names in errors are relative
	seen map[string]bool
	// claimed are folders to leave out where a folder without a kustomization is read
	claimed map[string]bool
}

func (s *scanner) name(path string) string {
	if rel, err := filepath.Rel(s.base, path); err == nil {
		return filepath.ToSlash(rel)
	}
	return path
}

// folder checks a folder that has a kustomization, or prepares one as Flux does: of all YAML files below, where a folder with a
// kustomization of its own counts as one.
func (s *scanner) folder(dir string, depth int) error {
	if s.seen[dir] {
		return nil
	}
	s.seen[dir] = true
	if depth > maxDepth {
		return &Error{File: s.name(dir), Problem: fmt.Sprintf("folders include each other %d deep", depth), Cure: "break the cycle in the resources of their kustomizations"}
	}
	file, err := s.kustomization(dir)
	if err != nil {
		return err
	}
	if file == "" {
		return s.bare(dir, depth)
	}
	data, err := s.fs.ReadFile(file)
	if err != nil {
		return because(err, s.name(file), "", "read", "make the file readable and keep it inside the repository")
	}
	var content map[string]any
	if err := yaml.Unmarshal(data, &content); err != nil {
		return because(err, s.name(file), "", "not YAML", "correct the file")
	}
	if kind, _ := content["kind"].(string); kind != "" && kind != "Kustomization" && kind != "Component" {
		return &Error{File: s.name(file), Object: kind, Problem: "a file of this name holds a Kustomization, not a " + kind, Cure: "rename the file, or correct its kind"}
	}
	if version, _ := content["apiVersion"].(string); version != "" && !strings.HasPrefix(version, "kustomize.config.k8s.io/") {
		return &Error{
			File: s.name(file), Object: "Kustomization", Problem: "apiVersion " + version + " is not one of Kustomize's own",
			Cure: "use kustomize.config.k8s.io/v1beta1 here, and keep Flux Kustomizations in a file of another name",
		}
	}
	if _, charts := content["helmCharts"]; charts {
		return &Error{File: s.name(file), Problem: "helmCharts: Flux does not render charts from a kustomization", Cure: "use a HelmRelease"}
	}
	return s.references(dir, file, content, depth)
}

// kustomization returns the kustomization file of dir, or "".
func (s *scanner) kustomization(dir string) (string, error) {
	var found []string
	for _, name := range konfig.RecognizedKustomizationFileNames() {
		if path := filepath.Join(dir, name); s.fs.Exists(path) && !s.fs.IsDir(path) {
			found = append(found, path)
		}
	}
	if len(found) > 1 {
		return "", &Error{File: s.name(dir), Problem: "more than one kustomization file", Cure: "keep only " + filepath.Base(found[0])}
	}
	return strings.Join(found, ""), nil
}

// references checks all that a kustomization names. Where Kustomize would take a file's content or a pair key=file, both are handled.
func (s *scanner) references(dir, file string, content map[string]any, depth int) error {
	for _, field := range []string{"resources", "bases", "components", "crds", "configurations", "generators", "transformers", "validators"} {
		for _, entry := range stringsIn(content[field]) {
			if strings.Contains(entry, "\n") {
				continue // an inline object
			}
			if err := s.reference(dir, file, field, entry, depth); err != nil {
				return err
			}
		}
	}
	for _, field := range []string{"patches", "patchesStrategicMerge", "patchesJson6902", "replacements", "openapi", "configMapGenerator", "secretGenerator"} {
		for _, entry := range filesIn(content[field]) {
			if remote(entry) {
				return s.isRemote(file, field, entry)
			}
		}
	}
	return nil
}

func (s *scanner) reference(dir, file, field, entry string, depth int) error {
	if remote(entry) {
		return s.isRemote(file, field, entry)
	}
	path := filepath.Join(dir, entry)
	info, err := os.Lstat(path)
	if err == nil && !s.fs.Exists(path) {
		err = fmt.Errorf("it lies outside of %s", s.fs.root)
	}
	if errors.Is(err, os.ErrNotExist) {
		return &Error{File: s.name(file), Problem: fmt.Sprintf("%s: %s does not exist", field, entry), Cure: "create it, or take it off the list", cause: err}
	}
	if err != nil {
		return because(err, s.name(file), "", field+": "+entry, "keep everything that the bundle needs inside its repository")
	}
	if info.IsDir() || s.fs.IsDir(path) {
		resolved, err := s.fs.within(path)
		if err != nil {
			return because(err, s.name(file), "", field+": "+entry, "keep everything that the bundle needs inside its repository")
		}
		if own, err := s.kustomization(resolved); err != nil || own == "" {
			if err != nil {
				return err
			}
			return &Error{File: s.name(file), Problem: fmt.Sprintf("%s: folder %s has no kustomization.yaml", field, entry), Cure: "add one, or list the files of the folder"}
		}
		return s.folder(resolved, depth+1)
	}
	if field != "resources" && field != "bases" {
		return nil
	}
	return s.manifest(path)
}

// manifest checks that a file holds Kubernetes objects.
func (s *scanner) manifest(path string) error {
	data, err := s.fs.ReadFile(path)
	if err != nil {
		return because(err, s.name(path), "", "read", "make the file readable and smaller, and keep it inside the repository")
	}
	parts, err := documents(data)
	if err != nil {
		return because(err, s.name(path), "", "not YAML", "correct the file; `kubectl apply --dry-run=client -f` shows the same fault")
	}
	for _, part := range parts {
		name, problem := identify(part.object)
		if problem != "" {
			return &Error{
				File: s.name(path), Object: name, Problem: fmt.Sprintf("document that begins at line %d: %s", part.line, problem),
				Cure: "give every object apiVersion, kind and metadata.name",
			}
		}
		if _, encrypted := part.object["sops"]; encrypted {
			return &Error{File: s.name(path), Object: name, Problem: "encrypted with SOPS, and no key is at hand", Cure: "leave Secrets out of the bundle; the suite puts its own in place"}
		}
	}
	return nil
}

// bare replaces the missing kustomization of a folder in memory.
func (s *scanner) bare(dir string, depth int) error {
	var resources []string
	err := s.fs.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err != nil || path == dir {
			return err
		}
		if info.IsDir() {
			if strings.HasPrefix(info.Name(), ".") || s.claimed[path] {
				return filepath.SkipDir
			}
			own, err := s.kustomization(path)
			if err != nil || own == "" {
				return err
			}
			resources = append(resources, path)
			if err := s.folder(path, depth+1); err != nil {
				return err
			}
			return filepath.SkipDir
		}
		if ext := filepath.Ext(path); strings.HasPrefix(info.Name(), ".") || ext != ".yaml" && ext != ".yml" {
			return nil
		}
		resources = append(resources, path)
		return s.manifest(path)
	})
	if err != nil {
		var known *Error
		if errors.As(err, &known) {
			return err
		}
		return because(err, s.name(dir), "", "read", "make the folder readable")
	}
	if len(resources) == 0 {
		return &Error{File: s.name(dir), Problem: "the folder holds no kustomization.yaml and no YAML file", Cure: "name the folder of a bundle"}
	}
	slices.Sort(resources)
	lines := []string{"apiVersion: kustomize.config.k8s.io/v1beta1", "kind: Kustomization", "resources:"}
	for _, path := range resources {
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return because(err, s.name(path), "", "", "")
		}
		lines = append(lines, fmt.Sprintf("  - %q", "./"+filepath.ToSlash(rel)))
	}
	s.fs.replaced[filepath.Join(dir, konfig.DefaultKustomizationFileName())] = []byte(strings.Join(lines, "\n") + "\n")
	return nil
}

func (s *scanner) isRemote(file, field, entry string) error {
	return &Error{
		File: s.name(file), Problem: fmt.Sprintf("%s: %s lies elsewhere, and a bundle is judged by what it holds", field, entry),
		Cure: "vendor it into the bundle's repository",
	}
}
