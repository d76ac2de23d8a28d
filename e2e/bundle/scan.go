package bundle

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/api/konfig"
	kustypes "sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/yaml"
)

const maxDepth = 32 // folders that include folders

// scanner walks what a build would read, before the build: it names the file at fault, which Kustomize often does not,
// and it keeps Kustomize from fetching anything, since that would fetch over the network or run git. An entry that
// cannot be followed is kept as a finding and taken off the list in memory, so that the rest of the folder is built.
type scanner struct {
	fs   *confined
	base string // the bundle's folder, to which names in findings are relative
	seen map[string]bool
	// claimed are folders to leave out where a folder without a kustomization is read
	claimed map[string]bool
	// keep records an *Error; what it returns ends the scan.
	keep func(err error, file, object string) error
	// charts renders the helmCharts of a kustomization to files; nil where the engine does not.
	charts func(dir, file string, content map[string]any) ([]string, error)
	// chart takes a folder that is a chart, where the folder above it has no kustomization; nil where the engine would
	// not.
	chart func(dir string)
	// lenient passes over files without an object: whose rules hold for the bundle's own folder is not known.
	lenient func(file string)
	schemas bool // a kustomization brings a schema of its own
	// generated records what an exec generator would make, which is never run.
	generated func(dir, file string, generator map[string]any)
}

func (s *scanner) name(path string) string {
	if rel, err := filepath.Rel(s.base, path); err == nil {
		return filepath.ToSlash(rel)
	}
	return path
}

// folder checks a folder that has a kustomization, or prepares one as Flux does: of all YAML files below, where a
// folder with a kustomization of its own counts as one.
func (s *scanner) folder(dir string, depth int) error {
	if s.seen[dir] {
		return nil
	}
	s.seen[dir] = true
	if depth > maxDepth {
		return &Error{
			File: s.name(dir), Problem: fmt.Sprintf("folders include each other %d deep", depth),
			Remedy: "break the cycle in the resources of their kustomizations",
		}
	}
	file, err := s.kustomization(dir)
	if err != nil {
		return err
	}
	if file == "" {
		return s.bare(dir, depth)
	}
	content, err := s.read(file)
	if err != nil {
		return err
	}
	changed, err := s.references(dir, file, content, depth)
	if err != nil || !changed {
		return err
	}
	text, err := yaml.Marshal(content)
	if err != nil {
		return because(err, s.name(file), "", "write", "correct the file")
	}
	s.fs.replaced[file] = text
	return nil
}

// read reads a kustomization file.
func (s *scanner) read(file string) (map[string]any, error) {
	data, err := s.fs.ReadFile(file)
	if err != nil {
		return nil, because(err, s.name(file), "", "read", "make the file readable and keep it inside the repository")
	}
	content := map[string]any{}
	if err := yaml.Unmarshal(data, &content); err != nil {
		return nil, because(err, s.name(file), "", "not YAML", "correct the file")
	}
	if kind, _ := content["kind"].(string); kind != "" && kind != "Kustomization" && kind != "Component" {
		return nil, &Error{
			File: s.name(file), Object: kind, Problem: "a file of this name holds a Kustomization, not a " + kind,
			Remedy: "rename the file, or correct its kind",
		}
	}
	if version, _ := content["apiVersion"].(string); version != "" &&
		!strings.HasPrefix(version, "kustomize.config.k8s.io/") {
		return nil, &Error{
			File: s.name(file), Object: "Kustomization", Problem: "apiVersion " + version + " is not one of Kustomize's own",
			Remedy: "use kustomize.config.k8s.io/v1beta1 here, and keep Flux Kustomizations in a file of another name",
		}
	}
	return content, nil
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
		return "", &Error{File: s.name(dir), Problem: "more than one kustomization file", Remedy: "keep only " +
			filepath.Base(found[0])}
	}
	return strings.Join(found, ""), nil
}

// references checks all that a kustomization names, and reports whether it changed the content. Where Kustomize would
// take a file's content or a pair key=file, both are handled.
func (s *scanner) references(dir, file string, content map[string]any, depth int) (changed bool, err error) {
	if s.generators(dir, file, content) {
		changed = true
	}
	_, schema := content["openapi"]
	s.schemas = s.schemas || schema
	for _, field := range []string{
		"resources", "bases", "components", "crds", "configurations", "generators",
		"transformers", "validators",
	} {
		entries, ok := content[field].([]any)
		if !ok {
			continue
		}
		var followed []any
		for _, entry := range entries {
			text, ok := entry.(string)
			if ok && !strings.Contains(text, "\n") {
				if refused := s.reference(dir, file, field, text, depth); refused != nil {
					if errors.Is(refused, errEmptied) {
						changed = true
						continue
					}
					if err := s.keep(refused, s.name(file), ""); err != nil {
						return false, err
					}
					changed = true
					continue
				}
			}
			followed = append(followed, entry)
		}
		content[field] = followed
	}
	for _, field := range []string{
		"patches", "patchesStrategicMerge", "patchesJson6902", "replacements", "openapi",
		"configMapGenerator", "secretGenerator",
	} {
		for _, entry := range filesIn(content[field]) {
			if remote(entry) {
				return changed, s.isRemote(file, field, entry)
			}
		}
	}
	if _, charts := content["helmCharts"]; charts {
		return true, s.helmCharts(dir, file, content)
	}
	return changed, nil
}

// errEmptied is a folder of which nothing is left: Kustomize refuses an empty one.
var errEmptied = errors.New("nothing is left of it")

// emptied reports whether the scan took everything off a kustomization.
func (s *scanner) emptied(dir string) bool {
	file, err := s.kustomization(dir)
	if err != nil || s.fs.replaced[file] == nil {
		return false
	}
	var content kustypes.Kustomization
	return yaml.Unmarshal(s.fs.replaced[file], &content) == nil && nothing(content)
}

// helmCharts puts rendered files in the place of helmCharts, where the engine renders them.
func (s *scanner) helmCharts(dir, file string, content map[string]any) error {
	if s.charts == nil {
		err := s.keep(&Error{
			Problem: "helmCharts: Flux does not render charts from a kustomization",
			Remedy:  "use a HelmRelease",
		}, s.name(file), "")
		delete(content, "helmCharts")
		return err
	}
	names, err := s.charts(dir, file, content)
	if err != nil {
		return err
	}
	resources, _ := content["resources"].([]any)
	for _, name := range names {
		resources = append(resources, name)
	}
	content["resources"] = resources
	delete(content, "helmCharts")
	delete(content, "helmGlobals")
	return nil
}

// generators takes those off the list that Kustomize would have to execute a program for.
func (s *scanner) generators(dir, file string, content map[string]any) (changed bool) {
	for _, field := range []string{"generators", "transformers", "validators"} {
		entries, _ := content[field].([]any)
		left := slices.DeleteFunc(slices.Clone(entries), func(entry any) bool {
			name, _ := entry.(string)
			text := []byte(name)
			if !strings.Contains(name, "\n") {
				var err error
				if text, err = s.fs.ReadFile(filepath.Join(dir, name)); err != nil {
					return false
				}
			}
			var object map[string]any
			if yaml.Unmarshal(text, &object) != nil || !executes(object) {
				return false
			}
			if s.generated != nil {
				s.generated(dir, file, object)
			}
			return true
		})
		if len(left) != len(entries) {
			content[field], changed = left, true
		}
	}
	return changed
}

// executes reports whether a plugin is a program or a container.
func executes(object map[string]any) bool {
	version, _ := object["apiVersion"].(string)
	metadata, _ := object["metadata"].(map[string]any)
	annotations, _ := metadata["annotations"].(map[string]any)
	_, function := annotations["config.kubernetes.io/function"]
	return function || version != "" && version != "builtin"
}

func (s *scanner) reference(dir, file, field, entry string, depth int) error {
	if remote(entry) {
		return s.isRemote(file, field, entry)
	}
	path := filepath.Join(dir, entry)
	info, err := os.Lstat(path)
	if err == nil && !s.fs.Exists(path) {
		err = fmt.Errorf("it lies outside of %s", s.fs.root)
		if s.fs.ignores(path) {
			err = errors.New(".sourceignore leaves it out of what Flux gets")
		}
	}
	if errors.Is(err, os.ErrNotExist) {
		return &Error{
			File: s.name(file), Problem: fmt.Sprintf("%s: %s does not exist", field, entry),
			Remedy: "create it, or take it off the list", cause: err,
		}
	}
	const inside = "keep everything that the bundle needs inside its repository"
	if err != nil {
		return because(err, s.name(file), "", field+": "+entry, inside)
	}
	if info.IsDir() || s.fs.IsDir(path) {
		resolved, err := s.fs.within(path)
		if err != nil {
			return because(err, s.name(file), "", field+": "+entry, inside)
		}
		if own, err := s.kustomization(resolved); err != nil || own == "" {
			if err != nil {
				return err
			}
			return &Error{
				File: s.name(file), Problem: fmt.Sprintf("%s: folder %s has no kustomization.yaml", field, entry),
				Remedy: "add one, or list the files of the folder",
			}
		}
		if err := s.folder(resolved, depth+1); err != nil {
			return err
		}
		if s.emptied(resolved) {
			return errEmptied
		}
		return nil
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
		return because(err, s.name(path), "", "read", "make the file readable and smaller, and keep it inside the "+
			"repository")
	}
	parts, err := documents(data)
	if err != nil {
		return because(err, s.name(path), "", "not YAML", "correct the file; `kubectl apply --dry-run=client -f` shows the "+
			"same fault")
	}
	for _, part := range parts {
		name, problem := identify(part.object)
		if problem != "" {
			return &Error{
				File: s.name(path), Object: name, Problem: fmt.Sprintf("document that begins at line %d: %s", part.line, problem),
				Remedy: "give every object apiVersion, kind and metadata.name",
			}
		}
	}
	return nil
}

// bare replaces the missing kustomization of a folder in memory.
func (s *scanner) bare(dir string, depth int) error {
	var resources []string
	files := 0
	err := s.fs.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err != nil || path == dir {
			return err
		}
		if info.IsDir() {
			if strings.HasPrefix(info.Name(), ".") || s.claimed[path] {
				return filepath.SkipDir
			}
			own, err := s.kustomization(path)
			if err != nil {
				return err
			}
			if own == "" {
				if s.chart == nil || !s.fs.Exists(filepath.Join(path, "Chart.yaml")) {
					return nil
				}
				files++
				s.chart(path)
				return filepath.SkipDir
			}
			files++
			if err := s.folder(path, depth+1); err != nil {
				return errors.Join(s.keep(err, s.name(own), ""), filepath.SkipDir)
			}
			if !s.emptied(path) {
				resources = append(resources, path)
			}
			return filepath.SkipDir
		}
		if ext := filepath.Ext(path); strings.HasPrefix(info.Name(), ".") || ext != ".yaml" && ext != ".yml" {
			return nil
		}
		files++
		if s.lenient != nil && s.without(path) {
			s.lenient(path)
			return nil
		}
		if err := s.manifest(path); err != nil {
			return s.keep(err, s.name(path), "")
		}
		resources = append(resources, path)
		return nil
	})
	if err != nil {
		var known *Error
		if errors.As(err, &known) {
			return err
		}
		return because(err, s.name(dir), "", "read", "make the folder readable")
	}
	if files == 0 {
		return &Error{
			File: s.name(dir), Problem: "the folder holds no kustomization.yaml and no YAML file",
			Remedy: "name the folder of a bundle",
		}
	}
	return s.generate(dir, resources)
}

// without reports whether a file is YAML that does not even try to be an object, as a file of values.
func (s *scanner) without(path string) bool {
	content, err := s.fs.ReadFile(path)
	if err != nil || regexp.MustCompile(`(?m)^(apiVersion|kind|metadata):`).Match(content) {
		return false
	}
	var value any
	if yaml.Unmarshal(content, &value) != nil {
		return false
	}
	_, text := value.(string)
	return !text && value != nil
}

// generate writes a kustomization of resources, in memory.
func (s *scanner) generate(dir string, resources []string) error {
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
		File: s.name(file), Problem: fmt.Sprintf("%s: %s lies elsewhere, and a bundle is judged by what it holds", field,
			entry),
		Remedy: "vendor it into the bundle's repository", Rule: ElsewhereSource,
	}
}
