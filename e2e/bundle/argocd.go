package bundle

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	fluxkustomize "github.com/fluxcd/pkg/apis/kustomize"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

const (
	argoGroup    = "argoproj.io"
	syncWaveMark = "argocd.argoproj.io/sync-wave"
)

// argo is the dialect of Argo CD: Applications and ApplicationSets.
// https://argo-cd.readthedocs.io/en/stable/user-guide/application-specification/
type argo struct{}

func (argo) takes(kind schema.GroupVersionKind) bool {
	return kind.Group == argoGroup && slices.Contains([]string{"Application", "ApplicationSet", "AppProject"}, kind.Kind)
}

func (argo) place(l *load, s *stage, o Object) error {
	if l.already(o) {
		return nil
	}
	l.argo = true
	switch o.GetKind() {
	case "Application":
		return l.application(s, o)
	case "ApplicationSet":
		return l.applicationSet(s, o)
	}
	return nil
}

// application is the part of an Application that decides what is applied.
type application struct {
	Spec struct {
		Source      *argoSource  `json:"source"`
		Sources     []argoSource `json:"sources"`
		Destination struct {
			Namespace string `json:"namespace"`
			Server    string `json:"server"`
			Name      string `json:"name"`
		} `json:"destination"`
		SyncPolicy struct {
			SyncOptions              []string `json:"syncOptions"`
			ManagedNamespaceMetadata struct {
				Labels map[string]string `json:"labels"`
			} `json:"managedNamespaceMetadata"`
		} `json:"syncPolicy"`
	} `json:"spec"`
}

// argoSource is one of the places that an Application takes its objects from.
type argoSource struct {
	RepoURL        string `json:"repoURL"`
	Path           string `json:"path"`
	Chart          string `json:"chart"`
	TargetRevision string `json:"targetRevision"`
	Ref            string `json:"ref"`
	Helm           *struct {
		ReleaseName             string         `json:"releaseName"`
		Namespace               string         `json:"namespace"`
		Values                  string         `json:"values"`
		ValuesObject            map[string]any `json:"valuesObject"`
		ValueFiles              []string       `json:"valueFiles"`
		IgnoreMissingValueFiles bool           `json:"ignoreMissingValueFiles"`
		Parameters              []struct {
			Name        string `json:"name"`
			Value       string `json:"value"`
			ForceString bool   `json:"forceString"`
		} `json:"parameters"`
		SkipCrds bool `json:"skipCrds"`
	} `json:"helm"`
	Kustomize *struct {
		NamePrefix        string                `json:"namePrefix"`
		NameSuffix        string                `json:"nameSuffix"`
		Namespace         string                `json:"namespace"`
		Images            []string              `json:"images"`
		CommonLabels      map[string]string     `json:"commonLabels"`
		CommonAnnotations map[string]string     `json:"commonAnnotations"`
		Components        []string              `json:"components"`
		Patches           []fluxkustomize.Patch `json:"patches"`
	} `json:"kustomize"`
	Directory *struct {
		Recurse bool   `json:"recurse"`
		Include string `json:"include"`
		Exclude string `json:"exclude"`
	} `json:"directory"`
	Plugin map[string]any `json:"plugin"`
}

// application adds the stage of an Application. Sync waves of sibling Applications order their stages.
func (l *load) application(s *stage, o Object) error {
	spec, err := decode[application](o)
	if err != nil {
		return err
	}
	child := &stage{
		Stage: Stage{Name: o.GetName(), SyncWaves: true}, key: "Application " +
			key(o.GetNamespace(), o.GetName()), parent: s, object: o,
		namespace: spec.Spec.Destination.Namespace,
	}
	child.build = func(s *stage) error { return l.buildApplication(s, spec) }
	for _, other := range l.stages {
		if other.parent == s && other.object.Unstructured != nil && other.object.GetKind() == "Application" &&
			wave(other.object) < wave(o) {
			child.after = append(child.after, other.key)
		} else if other.parent == s && other.object.Unstructured != nil && !other.done && wave(other.object) > wave(o) {
			other.after = append(other.after, child.key)
		}
	}
	l.stageOf(child)
	return nil
}

// wave is the sync wave of an object; 0 where it names none.
func wave(o Object) int {
	n, err := strconv.Atoi(o.GetAnnotations()[syncWaveMark])
	if err != nil {
		return 0
	}
	return n
}

func (l *load) buildApplication(s *stage, app *application) error {
	s.DependsOn = append(s.DependsOn, s.parent.Name)
	for _, k := range s.after {
		if name := l.byKey[k].Name; !slices.Contains(s.DependsOn, name) {
			s.DependsOn = append(s.DependsOn, name)
		}
	}
	to := app.Spec.Destination
	if to.Server != "" && !strings.HasPrefix(to.Server, "https://kubernetes.default.svc") &&
		!strings.HasPrefix(to.Server, "{{") {
		l.notice(Noted, EngineObject, s.object, "its destination is the cluster "+to.Server+
			"; it is read as if that were the one under test",
			"leave it out with --exclude if it is another one")
	}
	sources := app.Spec.Sources
	if app.Spec.Source != nil && len(sources) == 0 {
		sources = []argoSource{*app.Spec.Source}
	}
	if slices.Contains(app.Spec.SyncPolicy.SyncOptions, "CreateNamespace=true") && to.Namespace != "" &&
		!l.hasNamespace(to.Namespace) {
		namespace := Object{Unstructured: &unstructured.Unstructured{Object: map[string]any{
			"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": to.Namespace},
		}}, Source: s.object.Source}
		mark(namespace, app.Spec.SyncPolicy.ManagedNamespaceMetadata.Labels, nil)
		s.Objects = append(s.Objects, namespace)
	}
	if len(sources) == 0 {
		return &Error{Problem: "no spec.source and no spec.sources", Remedy: "name where its objects come from"}
	}
	for i, source := range sources {
		if err := l.keep(l.source(s, source, sources), file(s.object), describe(s.object.Unstructured)); err != nil {
			return fmt.Errorf("source %d: %w", i, err)
		}
	}
	return nil
}

// source reads one source as Argo CD does: a chart, a chart's folder, a kustomization, or a directory of manifests.
func (l *load) source(s *stage, from argoSource, all []argoSource) error {
	switch {
	case from.Plugin != nil:
		l.notice(Doubtful, EngineObject, s.object, "a plugin renders this source: it is not run, and the source is read "+
			"without it", "commit what the plugin makes")
	case from.Chart != "":
		ref := ChartRef{Repository: from.RepoURL, Name: from.Chart, Version: from.TargetRevision}
		if !strings.Contains(ref.Repository, "://") {
			ref.Repository = "oci://" + ref.Repository
		}
		return l.argoRelease(s, from, all, "", ref.Name, func() (*Chart, error) { return l.fetch(ref) })
	case from.Path == "" && from.Ref != "":
		return nil // it only brings files of values
	case strings.HasPrefix(from.RepoURL, "oci://"):
		ref := withVersion(ociChart(from.RepoURL), from.TargetRevision)
		return l.argoRelease(s, from, all, "", ref.Name, func() (*Chart, error) { return l.fetch(ref) })
	}
	dir, err := l.argoPath(from)
	if err != nil {
		return err
	}
	if s.Path == "" {
		s.Path = l.scan.name(dir)
	}
	if l.scan.fs.Exists(filepath.Join(dir, "Chart.yaml")) {
		return l.argoRelease(s, from, all, dir, filepath.Base(dir), func() (*Chart, error) { return l.localChart(dir) })
	}
	own, err := l.scan.kustomization(dir)
	if err != nil {
		return err
	}
	if dir == l.dir {
		return nil // an Application that names the folder that it lies in, as app-of-apps do
	}
	if own == "" {
		if err := l.directory(dir, from); err != nil {
			return err
		}
	} else if err := l.scan.folder(dir, 0); err != nil {
		return err
	}
	built, err := l.scan.build(dir, from.settings())
	if err != nil {
		return err
	}
	objects, err := l.objects(built, s, nil, false)
	if err != nil {
		return err
	}
	if k := from.Kustomize; k != nil {
		for _, o := range objects {
			mark(o, k.CommonLabels, k.CommonAnnotations)
		}
	}
	return l.add(s, objects)
}

// argoPath finds the folder of a source. Whether a repository is the one that is read is known by its remote; without
// one, a folder that is there is taken for the one that is meant.
func (l *load) argoPath(from argoSource) (string, error) {
	refused := &Error{
		Problem: fmt.Sprintf("its source is another repository (%s, path %s), so nothing of it is rendered", from.RepoURL,
			from.Path),
		Remedy: "put what the edge needs of it into this repository, or leave it out", Rule: ElsewhereSource,
	}
	if remote := l.remote(); remote != "" && repositoryName(remote) != repositoryName(from.RepoURL) {
		return "", refused
	}
	dir, err := l.resolve(from.Path, from.RepoURL)
	if err != nil {
		return "", refused
	}
	return dir, nil
}

// settings puts what an Application changes in a build into the words of a Flux Kustomization.
func (from argoSource) settings() *unstructured.Unstructured {
	k := from.Kustomize
	if k == nil {
		return nil
	}
	spec := map[string]any{"namePrefix": k.NamePrefix, "nameSuffix": k.NameSuffix, "targetNamespace": k.Namespace}
	var images, patches, components []any
	for _, image := range k.Images {
		// [name=]image[:tag|@digest]
		name, to, renamed := strings.Cut(image, "=")
		if !renamed {
			to = name
		}
		entry := map[string]any{}
		if at, digest, ok := strings.Cut(to, "@"); ok {
			to, entry["digest"] = at, digest
		} else if i := strings.LastIndex(to, ":"); i > strings.LastIndex(to, "/") {
			entry["newTag"] = to[i+1:]
			to = to[:i]
		}
		entry["name"] = name
		if renamed {
			entry["newName"] = to
		} else {
			entry["name"] = to
		}
		images = append(images, entry)
	}
	for _, patch := range k.Patches {
		if entry, err := runtime.DefaultUnstructuredConverter.ToUnstructured(&patch); err == nil {
			patches = append(patches, entry)
		}
	}
	for _, component := range k.Components {
		components = append(components, component)
	}
	for field, list := range map[string][]any{"images": images, "patches": patches, "components": components} {
		if len(list) > 0 {
			spec[field] = list
		}
	}
	for field, value := range spec {
		if value == "" {
			delete(spec, field)
		}
	}
	return &unstructured.Unstructured{Object: map[string]any{"spec": spec}}
}

// directory prepares a folder of manifests: those of the folder alone unless recurse is set, without files that hold
// no object.
func (l *load) directory(dir string, from argoSource) error {
	var resources []string
	recurse, include, exclude := false, "", ""
	if d := from.Directory; d != nil {
		recurse, include, exclude = d.Recurse, d.Include, d.Exclude
	}
	err := l.scan.fs.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err != nil || path == dir {
			return err
		}
		if info.IsDir() {
			if !recurse || strings.HasPrefix(info.Name(), ".") {
				return filepath.SkipDir
			}
			return nil
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil || !slices.Contains([]string{".yaml", ".yml", ".json"}, filepath.Ext(path)) {
			return err
		}
		if exclude != "" && globs(exclude, rel) || include != "" && !globs(include, rel) {
			return nil
		}
		content, err := l.scan.fs.ReadFile(path)
		if err != nil {
			return l.keep(because(err, l.scan.name(path), "", "read", "make the file readable and smaller"), "", "")
		}
		if text := string(content); !strings.Contains(text, "apiVersion:") || !strings.Contains(text, "kind:") {
			return nil // Argo CD passes over what is no manifest
		}
		if err := l.scan.manifest(path); err != nil {
			return l.keep(err, "", "")
		}
		resources = append(resources, path)
		return nil
	})
	if err != nil {
		return because(err, l.scan.name(dir), "", "read", "make the folder readable")
	}
	l.scan.seen[dir] = true
	return l.scan.generate(dir, resources)
}

// globs matches one of {a,b}, or a pattern, against a path or its last part.
func globs(pattern, path string) bool {
	for _, p := range strings.Split(strings.Trim(pattern, "{}"), ",") {
		p = strings.TrimPrefix(strings.TrimSpace(p), "**/")
		for _, text := range []string{path, filepath.Base(path)} {
			if ok, err := filepath.Match(p, text); err == nil && ok {
				return true
			}
		}
	}
	return false
}
