package upgrade

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"sigs.k8s.io/yaml"
)

// Sabotage is a candidate that must be blocked: another bundle, spoilt in one way. See fixtures/bundles/sabotaged.
type Sabotage struct {
	ID        string  `json:"-"` // name of its file
	Title     string  `json:"title"`
	Story     string  `json:"story"`
	Patches   []Patch `json:"patches"`
	Objection string  `json:"objection"` // what the objections must contain
}

// Patch replaces a text of a file.
type Patch struct {
	File string `json:"file"`
	From string `json:"from"`
	To   string `json:"to"`
	All  bool   `json:"all,omitempty"` // it may occur there more than once
}

// LoadSabotages reads all *.yaml files of a folder.
func LoadSabotages(from fs.FS) ([]Sabotage, error) {
	names, err := fs.Glob(from, "*.yaml")
	if err != nil || len(names) == 0 {
		return nil, errors.Join(errors.New("read sabotaged candidates: there are none"), err)
	}
	var out []Sabotage
	for _, name := range names {
		raw, err := fs.ReadFile(from, name)
		if err != nil {
			return nil, fmt.Errorf("read sabotaged candidate: %w", err)
		}
		s := Sabotage{ID: strings.TrimSuffix(name, ".yaml")}
		if err := yaml.UnmarshalStrict(raw, &s); err != nil {
			return nil, fmt.Errorf("read sabotaged candidate %s: %w", name, err)
		}
		if s.Title == "" || s.Story == "" || s.Objection == "" || len(s.Patches) == 0 {
			return nil, fmt.Errorf("read sabotaged candidate %s: give title, story, patches and objection", name)
		}
		out = append(out, s)
	}
	return out, nil
}

// Write copies a bundle to an empty folder and spoils the copy. A patch that does not match is an error: the
// candidate would be unchanged.
func (s Sabotage) Write(candidate, to string) error {
	if err := os.CopyFS(to, os.DirFS(candidate)); err != nil {
		return fmt.Errorf("copy %s: %w", candidate, err)
	}
	for _, p := range s.Patches {
		if !filepath.IsLocal(p.File) {
			return fmt.Errorf("sabotage %s: %s is outside of the candidate", s.ID, p.File)
		}
		file := filepath.Join(to, p.File)
		raw, err := os.ReadFile(file) // #nosec G304 -- below the copy
		if err != nil {
			return fmt.Errorf("sabotage %s: %w", s.ID, err)
		}
		if n := strings.Count(string(raw), p.From); n == 0 || n > 1 && !p.All {
			return fmt.Errorf("sabotage %s: %q occurs %d times in %s; correct the patch", s.ID, p.From, n, p.File)
		}
		//nolint:gosec // below the copy
		if err := os.WriteFile(file, []byte(strings.ReplaceAll(string(raw), p.From, p.To)), 0o600); err != nil {
			return fmt.Errorf("sabotage %s: %w", s.ID, err)
		}
	}
	return nil
}
