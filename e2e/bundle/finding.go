package bundle

import (
	"errors"
	"path/filepath"
	"slices"
)

// Severity says what a finding means for the bundle.
type Severity string

// The severities, with the names that SARIF has for them.
const (
	Wrong    Severity = "error"   // the engine or the API server would refuse it
	Doubtful Severity = "warning" // it works differently from what it seems, or could not be followed from here
	Noted    Severity = "note"    // it is as the bundle wants it, and good to know
)

// Rule names a kind of finding, for those who filter by it.
type Rule string

// The rules.
const (
	Unreadable        Rule = "unreadable"          // what a file says cannot be read or rendered
	ChartMissing      Rule = "chart-not-available" // a chart that cannot be had from here
	ElsewhereSource   Rule = "source-elsewhere"    // it comes from another repository or address
	VariableMissing   Rule = "variable-without-value"
	VariableBent      Rule = "variable-not-text"
	Encrypted         Rule = "encrypted"
	SuspendedObject   Rule = "suspended"
	DefinitionOrder   Rule = "definition-order"
	DefinitionMissing Rule = "kind-without-definition"
	NamespaceMissing  Rule = "namespace-missing"
	AppliedTwice      Rule = "applied-twice"
	OldVersion        Rule = "old-api-version"
	EngineObject      Rule = "engine-object" // an object that only an engine understands which is not played here
)

// Finding is something that whoever promotes the bundle should know. It never holds the value of a Secret.
type Finding struct {
	Severity Severity
	Rule     Rule
	File     string // relative to the bundle's folder
	Line     int    // from 1; 0 when it is not known
	Object   string
	Problem  string
	Remedy   string
	Stage    string // whose folder was being built when it was found; "" where that is not what was going on

	refusal *Error // why Load refuses the bundle; nil when it does not
	text    string // of the object that it is about; its line is that of the finding
}

// keep records an *Error as a finding, so that the rest of the bundle is read. Any other error ends the load.
func (l *load) keep(err error, file, object string) error {
	if err == nil {
		return nil
	}
	var known *Error
	if err = where(err, file, object); l.ctx.Err() != nil || !errors.As(err, &known) {
		return err
	}
	finding := Finding{
		Severity: Wrong, Rule: known.Rule, File: known.File, Object: known.Object,
		Problem: known.Problem, Remedy: known.Remedy, refusal: known,
	}
	if l.building && l.at != nil {
		finding.Stage = l.at.Name
	}
	switch known.Rule {
	case "":
		finding.Rule = Unreadable
	case ChartMissing, ElsewhereSource, VariableMissing:
		finding.Severity = Doubtful
	}
	l.report(finding)
	return nil
}

// report adds a finding once.
func (l *load) report(f Finding) {
	same := func(other Finding) bool {
		return other.Rule == f.Rule && other.File == f.File && other.Object == f.Object && other.Problem == f.Problem
	}
	if !slices.ContainsFunc(l.bundle.Findings, same) {
		l.bundle.Findings = append(l.bundle.Findings, f)
	}
}

// notice reports something that does not stop the bundle.
func (l *load) notice(severity Severity, rule Rule, o Object, problem, remedy string) {
	l.report(Finding{
		Severity: severity, Rule: rule, File: file(o), Object: describe(o.Unstructured), Problem: problem,
		Remedy: remedy,
	})
}

// Complete reports whether all of the bundle was rendered and can be applied to a new cluster as it is: nothing is
// wrong, encrypted, or without a value.
func (b *Bundle) Complete() bool {
	return b.refusal() == nil && len(b.Sealed) == 0 && !slices.ContainsFunc(b.Findings, func(f Finding) bool {
		return f.Severity == Wrong || f.Rule == VariableMissing
	})
}

// Refusal is the error by which Load would refuse the bundle; nil where it would not because of this finding.
func (f Finding) Refusal() error {
	if f.refusal == nil {
		return nil
	}
	return f.refusal
}

// refusal returns the first finding for which a bundle is refused by those who need all of it.
func (b *Bundle) refusal() error {
	for _, f := range b.Findings {
		if f.refusal != nil {
			return f.refusal
		}
	}
	return nil
}

// locate fills in the lines of the findings.
func (l *load) locate() {
	for i, f := range l.bundle.Findings {
		if f.File != "" && f.Line == 0 {
			path := filepath.Join(l.dir, f.File)
			if f.text != "" {
				l.bundle.Findings[i].Line = l.lines.with(path, f.Object, f.text)
			}
			if l.bundle.Findings[i].Line == 0 {
				l.bundle.Findings[i].Line = l.lines.of(path, f.Object)
			}
		}
	}
	l.bundle.lines = l.lines
}
