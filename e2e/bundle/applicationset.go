package bundle

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig/v3"
	"sigs.k8s.io/yaml"
)

// applicationSet is the part of an ApplicationSet that is read.
// https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/Generators/
type applicationSet struct {
	Spec struct {
		GoTemplate bool            `json:"goTemplate"`
		Generators []argoGenerator `json:"generators"`
		Template   map[string]any  `json:"template"`
	} `json:"spec"`
}

type argoGenerator struct {
	List *struct {
		Elements []map[string]any `json:"elements"`
	} `json:"list"`
	Clusters *struct {
		Values map[string]any `json:"values"`
	} `json:"clusters"`
	Git *struct {
		RepoURL     string `json:"repoURL"`
		Directories []struct {
			Path    string `json:"path"`
			Exclude bool   `json:"exclude"`
		} `json:"directories"`
		Files []struct {
			Path    string `json:"path"`
			Exclude bool   `json:"exclude"`
		} `json:"files"`
		Values map[string]any `json:"values"`
	} `json:"git"`
	Matrix *struct {
		Generators []argoGenerator `json:"generators"`
	} `json:"matrix"`
	Merge *struct {
		MergeKeys  []string        `json:"mergeKeys"`
		Generators []argoGenerator `json:"generators"`
	} `json:"merge"`
}

// applicationSet adds the Applications that an ApplicationSet makes. Of clusters there is one: the one under test.
func (l *load) applicationSet(s *stage, o Object) error {
	spec, err := decode[applicationSet](o)
	if err != nil {
		return err
	}
	text, err := yaml.Marshal(map[string]any{
		"apiVersion": argoGroup + "/v1alpha1", "kind": "Application",
		"metadata": spec.Spec.Template["metadata"], "spec": spec.Spec.Template["spec"],
	})
	if err != nil {
		return because(err, "", "", "spec.template", "correct the template")
	}
	fill := fasttemplate
	if spec.Spec.GoTemplate {
		fill = gotemplate
	}
	for _, generator := range spec.Spec.Generators {
		members, err := l.members(o, generator, 0)
		if err != nil {
			return err
		}
		for _, member := range members {
			filled, err := fill(string(text), member)
			if err != nil {
				return because(err, "", "", "spec.template", "correct the template")
			}
			var content map[string]any
			if err := yaml.Unmarshal([]byte(filled), &content); err != nil {
				return because(err, "", "", "spec.template is no longer YAML when it is filled in", "correct the template")
			}
			made, err := toObject(content)
			if err != nil || made.GetName() == "" {
				return &Error{
					Problem: "spec.template: an Application without a name", Remedy: "set spec.template.metadata.name",
					cause: err,
				}
			}
			if made.GetNamespace() == "" {
				made.SetNamespace(o.GetNamespace())
			}
			if err := l.add(s, []Object{{Unstructured: made, Source: file(o)}}); err != nil {
				return err
			}
		}
	}
	return nil
}

// members gives the parameters that a generator makes.
func (l *load) members(o Object, g argoGenerator, depth int) ([]map[string]any, error) {
	switch {
	case depth > maxDepth:
		return nil, &Error{Problem: "generators within generators", Remedy: "use fewer"}
	case g.List != nil:
		return g.List.Elements, nil
	case g.Clusters != nil:
		name := l.clusterName(o)
		return []map[string]any{{
			"name": name, "nameNormalized": normalized(name), "server": "https://kubernetes.default.svc",
			"values":   g.Clusters.Values,
			"metadata": map[string]any{"labels": map[string]any{}, "annotations": map[string]any{}},
		}}, nil
	case g.Git != nil:
		return l.gitMembers(g)
	case g.Matrix != nil:
		return l.matrix(o, g.Matrix.Generators, depth)
	case g.Merge != nil && len(g.Merge.Generators) > 0:
		return l.merged(o, g, depth)
	}
	l.notice(Doubtful, EngineObject, o, "a generator that asks something other than this repository: what it makes is "+
		"not read",
		"use a list or a git generator to have it judged")
	return nil, nil
}

// clusterName is what the one cluster is called. Its Secret, which names it, is in no repository; but where a template
// makes paths of the name, the repository has files for it: then it is the first name that they allow.
func (l *load) clusterName(o Object) string {
	for _, text := range texts(o.Object["spec"]) {
		before, after, found := strings.Cut(strings.NewReplacer("{{ name }}", "{{name}}", "{{.name}}", "{{name}}",
			"{{ .name }}", "{{name}}").Replace(text), "{{name}}")
		if !found || strings.Contains(after, "{{") || strings.Contains(before, "{{") || !strings.Contains(text, "/") ||
			strings.Contains(text, "://") {
			continue
		}
		if strings.HasPrefix(before, "$") {
			_, before, _ = strings.Cut(before, "/") // the root of the source with that ref
		}
		names, err := filepath.Glob(filepath.Join(l.root, before) + "*" + after)
		if strings.HasSuffix(before, "/") {
			names, err = filepath.Glob(filepath.Join(l.root, before, "*") + after)
		}
		if err != nil {
			continue
		}
		for _, name := range names {
			name = strings.TrimSuffix(strings.TrimPrefix(name, filepath.Join(l.root, before)), after)
			if name = strings.Trim(name, "/"); name != "" && !strings.Contains(name, "/") {
				return name
			}
		}
	}
	return "in-cluster"
}

func (l *load) matrix(o Object, generators []argoGenerator, depth int) ([]map[string]any, error) {
	all := []map[string]any{{}}
	for _, g := range generators {
		members, err := l.members(o, g, depth+1)
		if err != nil {
			return nil, err
		}
		var crossed []map[string]any
		for _, a := range all {
			for _, b := range members {
				if len(crossed) >= maxMembers {
					return nil, &Error{Problem: fmt.Sprintf("more than %d Applications", maxMembers), Remedy: "use fewer"}
				}
				both := maps.Clone(a)
				maps.Copy(both, b)
				crossed = append(crossed, both)
			}
		}
		all = crossed
	}
	return all, nil
}

func (l *load) merged(o Object, g argoGenerator, depth int) ([]map[string]any, error) {
	all, err := l.members(o, g.Merge.Generators[0], depth+1)
	if err != nil {
		return nil, err
	}
	for _, below := range g.Merge.Generators[1:] {
		members, err := l.members(o, below, depth+1)
		if err != nil {
			return nil, err
		}
		for i, a := range all {
			for _, b := range members {
				same := func(key string) bool { return fmt.Sprint(a[key]) == fmt.Sprint(b[key]) }
				if !slices.ContainsFunc(g.Merge.MergeKeys, func(key string) bool { return !same(key) }) {
					all[i] = maps.Clone(a)
					maps.Copy(all[i], b)
				}
			}
		}
	}
	return all, nil
}

const maxMembers = 1000 // Applications of one ApplicationSet

func (l *load) gitMembers(g argoGenerator) ([]map[string]any, error) {
	if remote := l.remote(); remote != "" && repositoryName(remote) != repositoryName(g.Git.RepoURL) {
		return nil, &Error{Problem: "its generator reads another repository (" + g.Git.RepoURL +
			")", Remedy: "leave it out", Rule: ElsewhereSource}
	}
	found := map[string]bool{} // paths, from the root
	for _, d := range g.Git.Directories {
		l.matches(d.Path, !d.Exclude, true, found)
	}
	for _, f := range g.Git.Files {
		l.matches(f.Path, !f.Exclude, false, found)
	}
	var all []map[string]any
	for _, at := range slices.Sorted(maps.Keys(found)) {
		if !found[at] {
			continue
		}
		if len(all) >= maxMembers {
			return nil, &Error{Problem: fmt.Sprintf("more than %d Applications", maxMembers), Remedy: "use fewer"}
		}
		member := map[string]any{}
		dir := at
		if len(g.Git.Files) > 0 {
			content, err := l.scan.fs.ReadFile(filepath.Join(l.root, at))
			if err == nil {
				err = yaml.Unmarshal(content, &member)
			}
			if err != nil {
				return nil, because(err, "", "", "the generator's file "+at, "correct the file")
			}
			dir = path.Dir(at)
		}
		segments := strings.Split(dir, "/")
		of := map[string]any{
			"path": dir, "basename": path.Base(dir), "basenameNormalized": normalized(path.Base(dir)),
			"filename": path.Base(at),
		}
		list := make([]any, len(segments))
		for i, segment := range segments {
			list[i] = segment
		}
		of["segments"] = list
		member["path"] = of
		if g.Git.Values != nil {
			member["values"] = g.Git.Values
		}
		all = append(all, member)
	}
	return all, nil
}

// matches notes the folders or files of the repository that a pattern takes in or leaves out. ** is any number of
// folders.
func (l *load) matches(pattern string, in, folders bool, found map[string]bool) {
	wanted := regexp.QuoteMeta(strings.Trim(pattern, "/"))
	wanted = strings.NewReplacer(`\*\*/`, `(?:.*/)?`, `\*\*`, `.*`, `\*`, `[^/]*`, `\?`, `[^/]`).Replace(wanted)
	expression, err := regexp.Compile("^" + wanted + "$")
	if err != nil {
		return
	}
	_ = l.scan.fs.Walk(l.root, func(at string, info os.FileInfo, err error) error {
		if err != nil {
			return nil //nolint:nilerr // what cannot be read does not match
		}
		if info.IsDir() && strings.HasPrefix(info.Name(), ".") && at != l.root {
			return filepath.SkipDir
		}
		rel, err := filepath.Rel(l.root, at)
		if err == nil && info.IsDir() == folders && expression.MatchString(filepath.ToSlash(rel)) {
			if _, known := found[filepath.ToSlash(rel)]; in || known {
				found[filepath.ToSlash(rel)] = in
			}
		}
		return nil
	})
}

func normalized(name string) string {
	return regexp.MustCompile(`[^a-z0-9.-]`).ReplaceAllString(strings.ToLower(name), "-")
}

// fasttemplate fills in {{name}}, {{path.basename}}, {{path[0]}}; what it does not know stays.
func fasttemplate(text string, member map[string]any) (string, error) {
	flat := map[string]string{}
	flatten("", member, flat)
	if of, ok := member["path"].(map[string]any); ok {
		flat["path"] = fmt.Sprint(of["path"])
		if segments, ok := of["segments"].([]any); ok {
			for i, segment := range segments {
				flat["path["+strconv.Itoa(i)+"]"] = fmt.Sprint(segment)
			}
		}
	}
	return regexp.MustCompile(`\{\{\s*([^{}]+?)\s*\}\}`).ReplaceAllStringFunc(text, func(found string) string {
		if value, ok := flat[strings.TrimSpace(strings.Trim(found, "{}"))]; ok {
			return value
		}
		return found
	}), nil
}

func flatten(prefix string, value any, into map[string]string) {
	object, ok := value.(map[string]any)
	if !ok {
		if prefix != "" {
			into[prefix] = fmt.Sprint(value)
		}
		return
	}
	for name, below := range object {
		flatten(strings.TrimPrefix(prefix+"."+name, "."), below, into)
	}
}

// gotemplate fills in by Go's templates, which an ApplicationSet with goTemplate uses.
func gotemplate(text string, member map[string]any) (string, error) {
	functions := sprig.TxtFuncMap()
	delete(functions, "env")
	delete(functions, "expandenv")
	delete(functions, "getHostByName")
	functions["normalize"] = normalized
	functions["slugify"] = func(args ...any) string { return normalized(fmt.Sprint(args[len(args)-1])) }
	functions["toYaml"] = func(value any) (string, error) {
		out, err := yaml.Marshal(value)
		return string(bytes.TrimSpace(out)), err
	}
	parsed, err := template.New("").Funcs(functions).Parse(text)
	if err != nil {
		return "", fmt.Errorf("parse the template: %w", err)
	}
	out := &bounded{}
	if err := parsed.Execute(out, member); err != nil {
		return "", fmt.Errorf("execute the template: %w", err)
	}
	return strings.ReplaceAll(out.String(), "<no value>", ""), nil
}
