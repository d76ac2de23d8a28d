// Package explain looks at a cluster, or at a snapshot of one, and reports what is wrong with its routes and
// what to do about it.
//
// It knows where facts come from and which routes are meant. What the facts mean is for package diagnose, how
// it reads for package report. It only reads: a cluster is the same after it as before.
package explain

import (
	"context"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/diagnose/rules"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/lifecycle"
	"github.com/edgeproof/edgeproof/e2e/report"
)

// The ends of an explanation that could be given. Whoever cannot look returns an error.
const (
	Healthy = 0 // every route works, and nothing prevents its next renewal
	Faulty  = 1 // a fault was found
	Blind   = 2 // no fault was found, and too little could be read to exclude one
)

// Options are the user's options.
type Options struct {
	// Target is a host, or an object by its kind: ingress/NAMESPACE/NAME, or ingress/NAME, and so for the other kinds
	// that describe routes and those that routes depend on. All means every route instead.
	Target string
	All    bool
	// Namespace bounds which routes are meant; what they depend on is looked at wherever it is.
	Namespace string
	// Output is one of report.ExplanationFormats.
	Output string
	Style  report.Style
	// Snapshot is a file to explain instead of a cluster; Save is one to write.
	Snapshot, Save string

	Kubeconfig, Context string // as kubectl takes them
	// Internet is where DNS, provider and probes go: live, fake (that of a cluster made by edgeproof), or auto.
	Internet string
	// Resolver is the public DNS resolver to query; that of this machine unless set.
	Resolver string
	// AskCloudflare allows the cluster's own token to be used for reading zones and records.
	AskCloudflare bool
	// Timeout bounds all of the looking; a minute unless set.
	Timeout time.Duration
	// FailOn are the kinds of lifecycle notes that count as a fault: eol, advisory.
	FailOn []string
}

// Run explains, and returns how it ended.
func Run(ctx context.Context, o Options, out io.Writer) (int, error) {
	write, err := o.writer()
	if err != nil {
		return Blind, err
	}
	want, err := o.wanted()
	if err != nil {
		return Blind, err
	}
	s, want, err := o.snapshot(ctx, want)
	if err != nil {
		return Blind, err
	}
	explainer := rules.New(s)
	targets, err := want.choose(explainer)
	if err != nil {
		return Blind, err
	}
	routes := make([]diagnose.Diagnosis, 0, len(targets))
	for _, t := range targets {
		routes = append(routes, explainer.Explain(t))
	}
	e := report.Explain(s, routes)
	own, err := lifecycle.Own()
	if err != nil {
		return Blind, err
	}
	e.Lifecycle = own.Notes(s.Time, s.Kubernetes, images(s))
	code := end(e)
	if code == Healthy && len(lifecycle.Only(e.Lifecycle, o.FailOn)) > 0 {
		code = Faulty
	}
	return code, write(out, e)
}

// images are those of the workloads that were seen.
func images(s *facts.Snapshot) []string {
	var out []string
	for _, w := range s.AllWorkloads() {
		for _, c := range w.Template.Spec.Containers {
			out = append(out, c.Image)
		}
	}
	return out
}

func end(e *report.Explanation) int {
	switch {
	case e.Healthy:
		return Healthy
	case e.Found():
		return Faulty
	}
	return Blind
}

// Internets are the values of Options.Internet.
func Internets() []string { return []string{"auto", "live", "fake"} }

// writer checks what can be checked before anything is touched.
func (o Options) writer() (report.ExplanationWriter, error) {
	if err := o.checkInternet(); err != nil {
		return nil, err
	}
	if err := lifecycle.CheckKinds(o.FailOn); err != nil {
		return nil, err
	}
	if o.Snapshot != "" && o.Save != "" {
		return nil, errors.New("explain a snapshot and save it: the snapshot is already a file; leave out --save or " +
			"--snapshot")
	}
	return report.ExplanationWriterOf(o.Output, o.Style)
}

func oneOf(words []string) string {
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// snapshot reads or collects the facts, and completes the target with the context's namespace.
func (o Options) snapshot(ctx context.Context, want wanted) (*facts.Snapshot, wanted, error) {
	if o.Snapshot != "" {
		s, err := Load(o.Snapshot)
		return s, want.in("default"), err
	}
	if o.Save != "" {
		if err := writable(o.Save); err != nil {
			return nil, want, err
		}
	}
	ctx, cancel := o.bounded(ctx)
	defer cancel()
	s, want, err := o.look(ctx, want)
	if err == nil && o.Save != "" {
		s, err = save(o.Save, s)
	}
	return s, want, err
}
