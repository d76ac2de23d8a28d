package bench

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/diagnose/rules"
	"github.com/edgeproof/edgeproof/e2e/explain"
	"github.com/edgeproof/edgeproof/e2e/report"
)

// The files of a case.
const (
	answerFile   = "answer.yaml"
	snapshotFile = "snapshot.json"
)

// entry is one folder of a corpus.
type entry struct {
	name, dir string
	answer    Answer
}

// load reads the answers below a folder, in the order of their names; all errors are returned at once.
func load(dir string) ([]entry, error) {
	var (
		out  []entry
		errs []error
	)
	err := filepath.WalkDir(dir, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.Name() != answerFile || d.IsDir() {
			return err
		}
		e := entry{dir: filepath.Dir(file)}
		if e.name, err = filepath.Rel(dir, e.dir); err != nil {
			return err
		}
		raw, err := os.ReadFile(file) //nolint:gosec // the user names the folder
		if err == nil {
			e.answer, err = ParseAnswer(raw)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("read answer %s: %w", file, err))
		}
		out = append(out, e)
		return nil
	})
	if err == nil && len(out) == 0 {
		err = errors.New("no folder in it has an " + answerFile + "; see README, «Measure a diagnosis»")
	}
	if err != nil {
		return nil, fmt.Errorf("read corpus %s: %w", dir, err)
	}
	slices.SortFunc(out, func(a, b entry) int { return strings.Compare(a.name, b.name) })
	return out, errors.Join(errs...)
}

// diagnosis is that of edgeproof, or the one in a file beside the snapshot.
func (e entry) diagnosis(file string) (diagnose.Diagnosis, error) {
	if file != "" {
		return e.read(filepath.Join(e.dir, file))
	}
	s, err := explain.Load(filepath.Join(e.dir, snapshotFile))
	if err != nil {
		return diagnose.Diagnosis{}, err
	}
	explainer := rules.New(s)
	for _, t := range explainer.Targets() {
		if e.meant(t) {
			return explainer.Explain(t), nil
		}
	}
	return explainer.Explain(diagnose.Target{Host: e.answer.Host}), nil
}

func (e entry) meant(t diagnose.Target) bool {
	return t.Host == e.answer.Host && (e.answer.Ingress == "" || t.Ingress.String() == e.answer.Ingress)
}

// read takes the route's diagnosis from an explanation in JSON.
func (e entry) read(file string) (diagnose.Diagnosis, error) {
	raw, err := os.ReadFile(file) //nolint:gosec // the user names it
	if err != nil {
		return diagnose.Diagnosis{}, fmt.Errorf("read diagnosis: %w", err)
	}
	var x report.Explanation
	if err := json.Unmarshal(raw, &x); err != nil {
		return diagnose.Diagnosis{}, fmt.Errorf("read diagnosis %s: %w", file, err)
	}
	for _, d := range x.Routes {
		if e.meant(d.Target) {
			return d, nil
		}
	}
	return diagnose.Diagnosis{}, fmt.Errorf("read diagnosis %s: its routes do not have host %s", file, e.answer.Host)
}
