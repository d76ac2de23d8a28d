// Package convergence measures how long the edge takes to become what a bundle asks for, and holds that against
// a baseline that is kept with the suite.
//
// A time has two parts: what the components impose, which is the same on every machine, and work, which a
// slower machine does more slowly. How much slower is measured with one fixed piece of work at every run. It
// knows snapshots and the types of a verdict; it has no I/O but the file of the baseline.
package convergence

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"time"

	"sigs.k8s.io/yaml"

	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// Version is that of the baseline's form.
const Version = 1

// tolerance is the share by which work may exceed the baseline's on an equally fast machine. Runs of one
// machine differ by a third.
const tolerance = 0.5

// Baseline is what a run that passed took.
type Baseline struct {
	Version int `json:"version"`
	// Suite, Kubernetes, Bundle and Measured say of which run it is.
	Suite      string    `json:"suite"`
	Kubernetes string    `json:"kubernetes"`
	Bundle     string    `json:"bundle"`
	Measured   time.Time `json:"measured"`
	// MachineSeconds is what Work took there.
	MachineSeconds float64 `json:"machineSeconds"`
	Times          []Time  `json:"times"`

	digest string
}

// Time is one time of the baseline; see verdict.Time.
type Time struct {
	To                string  `json:"to"`
	Seconds           float64 `json:"seconds"`
	FixedDelaySeconds float64 `json:"imposedSeconds"`
	Tolerance         float64 `json:"tolerance"`
}

// File is where the baseline is in a checkout.
const File = "fixtures/convergence/baseline.yaml"

// Read reads the baseline of a folder like fixtures/convergence. None is no error: then times are measured, and
// compared with nothing.
func Read(dir fs.FS) (Baseline, error) {
	const file = "baseline.yaml"
	raw, err := fs.ReadFile(dir, file)
	if errors.Is(err, fs.ErrNotExist) {
		return Baseline{}, nil
	}
	var b Baseline
	if err == nil {
		err = yaml.UnmarshalStrict(raw, &b)
	}
	if err == nil && b.Version != Version {
		err = fmt.Errorf("it is of version %d, want %d; write it again with `make baseline`", b.Version, Version)
	}
	if err != nil {
		return Baseline{}, fmt.Errorf("read baseline %s: %w", file, err)
	}
	sum := sha256.Sum256(raw)
	b.digest = "sha256:" + hex.EncodeToString(sum[:])
	return b, nil
}

// Yardstick is the baseline as a verdict holds it, without what a run measured.
func (b Baseline) Yardstick() verdict.Convergence {
	c := verdict.Convergence{Baseline: b.digest, Machine: verdict.Machine{BaselineSeconds: b.MachineSeconds}}
	for _, t := range b.Times {
		c.Times = append(c.Times, verdict.Time{
			To: t.To, BaselineSeconds: t.Seconds, FixedDelaySeconds: t.FixedDelaySeconds,
			Tolerance: t.Tolerance,
		})
	}
	return c
}

// Against sets the baseline beside what a run measured, on a machine that did Work in so many seconds.
func (b Baseline) Against(measured []verdict.Time, machine float64) *verdict.Convergence {
	c := b.Yardstick()
	yardsticks := c.Times
	c.Machine.Seconds, c.Times = machine, nil
	for _, to := range verdict.Measures() {
		n := slices.IndexFunc(measured, func(t verdict.Time) bool { return t.To == to })
		if n < 0 {
			continue
		}
		t := verdict.Time{To: to, FixedDelaySeconds: fixedDelay(to)}
		if at := slices.IndexFunc(yardsticks, func(y verdict.Time) bool { return y.To == to }); at >= 0 {
			t = yardsticks[at]
		}
		t.Seconds = measured[n].Seconds
		c.Times = append(c.Times, t)
	}
	return &c
}

// From makes a baseline of a run. It must have proved everything; that it was slower than the baseline before
// is no hindrance.
func From(v *verdict.Verdict) (Baseline, error) {
	if err := v.Validate(); err != nil {
		return Baseline{}, fmt.Errorf("make a baseline: %w", err)
	}
	timeless := *v
	timeless.Convergence = nil
	if result, reasons := verdict.Decide(&timeless); result != verdict.Pass {
		return Baseline{}, fmt.Errorf("make a baseline: the run is no pass but %s: %v; take one that passed", result,
			reasons)
	}
	if v.Catalogue != verdict.Smoke || v.Convergence == nil || v.Convergence.Machine.Seconds <= 0 {
		return Baseline{}, fmt.Errorf("make a baseline: the run has the catalogue %q, and no times; take one of `make e2e`",
			v.Catalogue)
	}
	b := Baseline{
		Version: Version, Suite: v.Suite.Version, Kubernetes: v.Cluster.Kubernetes, Bundle: v.Bundle.Digest,
		Measured:       v.Suite.Finished,
		MachineSeconds: v.Convergence.Machine.Seconds,
	}
	for _, to := range verdict.Measures() {
		n := slices.IndexFunc(v.Convergence.Times, func(t verdict.Time) bool { return t.To == to })
		if n < 0 {
			return Baseline{}, fmt.Errorf("make a baseline: the run did not measure the time to %s; look in its log for why",
				to)
		}
		b.Times = append(b.Times, Time{
			To: to, Seconds: v.Convergence.Times[n].Seconds, FixedDelaySeconds: fixedDelay(to),
			Tolerance: tolerance,
		})
	}
	return b, nil
}

const heading = "# How long the edge took to become what the reference bundle asks for, in a run that passed. " +
	"Written by make baseline; a run holds\n# its own times against these, scaled by how fast its machine is. " +
	"Commit a new one together with what made it slower, and why.\n"

// Write writes the baseline for people to review.
func (b Baseline) Write(file string) error {
	raw, err := yaml.Marshal(b)
	if err != nil {
		return fmt.Errorf("write baseline: %w", err)
	}
	//nolint:gosec // to be committed
	if err := os.WriteFile(file, bytes.Join([][]byte{[]byte(heading), raw}, nil), 0o644); err != nil {
		return fmt.Errorf("write baseline: %w; run this at the top of a checkout of edgeproof", err)
	}
	return nil
}
