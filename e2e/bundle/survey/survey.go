package survey

import (
	"cmp"
	"context"
	"path/filepath"
	"slices"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/bundle"
	"github.com/edgeproof/edgeproof/e2e/standin"
)

// Version is the version of the survey's JSON.
const Version = "edgeproof/v1alpha1"

// Survey is what was found in a bundle.
type Survey struct {
	APIVersion string    `json:"apiVersion"`
	Path       string    `json:"path"`
	Root       string    `json:"root"`
	Engines    []string  `json:"engines"`
	Stages     int       `json:"stages"`
	Edge       Edge      `json:"edge"`
	StandIns   StandIns  `json:"standIns"`
	LeftOut    LeftOut   `json:"leftOut"`
	Findings   []Finding `json:"findings"`
	Variables  []Missing `json:"variables"`
	Images     []string  `json:"images"`
	// Refused is why the edge cannot be judged; "" where it can.
	Refused string `json:"refused,omitempty"`

	bundle *bundle.Bundle
	chosen *selection
}

// StandIns are what takes the place of what cannot be had.
type StandIns struct {
	Secrets      []standin.Secret `json:"secrets"`
	Applications []Application    `json:"applications"`
	Namespaces   []Backing        `json:"namespaces"`
	Services     []Backing        `json:"services"`
	Classes      []Backing        `json:"classes"`
}

// LeftOut is what is not part of the edge.
type LeftOut struct {
	Objects  int            `json:"objects"`
	ByKind   map[string]int `json:"byKind"`
	Releases []string       `json:"releases"`
	List     []Left         `json:"list"`
}

// Left is one object that is left out.
type Left struct {
	Object string `json:"object"`
	File   string `json:"file"`
	Line   int    `json:"line"`
}

// Finding is one of the bundle's findings, with its place in the repository.
type Finding struct {
	Severity string `json:"severity"`
	Rule     string `json:"rule"`
	File     string `json:"file,omitempty"` // from the root of the repository
	Line     int    `json:"line,omitempty"`
	Object   string `json:"object,omitempty"`
	Problem  string `json:"problem"`
	Remedy   string `json:"remedy,omitempty"`
	// Edge says that it is about an object of the edge, or about none that could be determined.
	Edge bool `json:"edge"`
}

// Missing is a variable without a value.
type Missing struct {
	Name  string   `json:"name"`
	Value string   `json:"value"`
	From  []string `json:"from,omitempty"`
	Used  []string `json:"usedIn"`
}

// Read reads the bundle at path and surveys it.
func Read(ctx context.Context, path string, read bundle.Options, options Options) (*Survey, error) {
	if read.Value == nil {
		read.Value = standin.Variable
	}
	b, err := bundle.Read(ctx, path, read)
	if err != nil {
		return nil, err
	}
	return Of(b, options), nil
}

// Of surveys a bundle.
func Of(b *bundle.Bundle, options Options) *Survey {
	s := &Survey{
		APIVersion: Version, Path: b.Path, Root: b.Root, Stages: len(b.Stages), bundle: b, chosen: choose(b, options),
		Engines: []string{}, Variables: []Missing{}, Findings: []Finding{},
	}
	var objects []bundle.Object
	s.LeftOut.ByKind, s.LeftOut.Releases, s.LeftOut.List = map[string]int{}, []string{}, []Left{}
	releases := map[string]bool{}
	for i, o := range s.chosen.objects {
		if s.chosen.why[i] != "" {
			objects = append(objects, o)
			releases[o.Release] = true
			continue
		}
		s.LeftOut.Objects++
		s.LeftOut.ByKind[o.GetKind()]++
		file, line := s.position(o, "")
		s.LeftOut.List = append(s.LeftOut.List, Left{label(o), file, line})
	}
	for _, stage := range b.Stages {
		for _, r := range stage.Releases {
			if _, known := programOfChart(r.Chart); !releases[r.Namespace+"/"+r.Name] && (!known || r.Missing == "") {
				s.LeftOut.Releases = append(s.LeftOut.Releases, r.Namespace+"/"+r.Name)
			}
		}
	}
	s.engines()
	s.edge(objects)
	s.standIns()
	s.backing()
	s.classes()
	s.findings()
	for _, v := range b.Missing {
		s.Variables = append(s.Variables, Missing{v.Name, v.Value, v.From, v.UsedIn})
	}
	s.images()
	if err := s.Refusal(); err != nil {
		s.Refused = err.Error()
	}
	return s
}

// Bundle is the edge alone, to be installed.
func (s *Survey) Bundle() (*bundle.Bundle, error) { return s.only(func(int) bool { return true }) }

// only is the bundle with those objects of the edge that are wanted.
func (s *Survey) only(want func(i int) bool) (*bundle.Bundle, error) {
	wanted := map[any]bool{}
	for _, i := range s.chosen.chosen() {
		if want(i) {
			wanted[s.chosen.objects[i].Unstructured] = true
		}
	}
	return s.bundle.Only(func(o bundle.Object) bool { return wanted[o.Unstructured] })
}

func (s *Survey) engines() {
	add := func(name string) {
		if !slices.Contains(s.Engines, name) {
			s.Engines = append(s.Engines, name)
		}
	}
	for _, o := range s.bundle.Flux {
		switch o.GroupVersionKind().Group {
		case "argoproj.io":
			add("Argo CD")
		case "helm.cattle.io":
			add("k3s Helm controller")
		default:
			add("Flux")
		}
	}
	if len(s.Engines) == 0 {
		add("Kustomize")
	}
}

// file makes a name that is relative to the bundle relative to the repository.
func (s *Survey) file(name string) string {
	if rel, err := filepath.Rel(s.Root, filepath.Join(s.Path, name)); err == nil && name != "" &&
		!strings.HasPrefix(rel, "..") {
		return filepath.ToSlash(rel)
	}
	return name
}

func (s *Survey) position(o bundle.Object, text string) (string, int) {
	name, line := s.bundle.Position(o, text)
	return s.file(name), line
}

func (s *Survey) findings() {
	about := map[string]bool{} // objects of the edge, as findings name them; and what requested them
	files := map[string]bool{}
	for _, i := range s.chosen.chosen() {
		name, object, _ := strings.Cut(s.chosen.objects[i].Source, ": ")
		about[object], files[name] = true, true
		o := s.chosen.objects[i]
		about[o.GetKind()+" "+o.GetNamespace()+"/"+o.GetName()] = true
		about[o.GetKind()+" "+o.GetName()] = true
	}
	for _, c := range s.Edge.Components {
		about[c.Object] = true
	}
	for _, f := range s.bundle.Findings {
		if f.Rule == bundle.DefinitionMissing && !s.edgeUses(f) {
			continue // what uses it is left out
		}
		s.Findings = append(s.Findings, Finding{
			Severity: string(f.Severity), Rule: string(f.Rule), File: s.file(f.File), Line: f.Line, Object: f.Object,
			Problem: f.Problem, Remedy: f.Remedy, Edge: about[f.Object] || f.Object == "" && files[f.File],
		})
	}
	s.Findings = append(s.Findings, s.filters()...)
	s.Findings = append(s.Findings, s.unread()...)
	rank := map[string]int{"error": 0, "warning": 1, "note": 2}
	slices.SortStableFunc(s.Findings, func(a, b Finding) int {
		if a.Edge != b.Edge {
			if a.Edge {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(rank[a.Severity], rank[b.Severity]), strings.Compare(a.File, b.File),
			cmp.Compare(a.Line, b.Line))
	})
}

// edgeUses reports whether an object of the edge is of a kind that a finding says nothing defines.
func (s *Survey) edgeUses(f bundle.Finding) bool {
	for _, i := range s.chosen.chosen() {
		gvk := s.chosen.objects[i].GroupVersionKind()
		if strings.Contains(f.Problem, " "+gvk.Kind+"."+gvk.Group+" ") {
			return true
		}
	}
	return false
}

func (s *Survey) images() {
	s.Images = []string{}
	only, err := s.Bundle()
	if err != nil {
		return
	}
	for _, i := range only.Images() {
		s.Images = append(s.Images, i.Reference)
	}
}
