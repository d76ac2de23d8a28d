package verdict

import (
	"fmt"
	"math"
	"slices"
)

// Convergence says how long the edge took to become what the bundle asks for, against a baseline that is kept
// beside the suite.
type Convergence struct {
	// Baseline is the version of the baseline: the digest of its file.
	Baseline string  `json:"baseline"`
	Machine  Machine `json:"machine"`
	Times    []Time  `json:"times"`
}

// Machine compares the machine of the run with that of the baseline by one fixed piece of work for a processor.
type Machine struct {
	Seconds         float64 `json:"seconds"`
	BaselineSeconds float64 `json:"baselineSeconds"`
}

// Factor is how much slower this machine is than that of the baseline; 0 when it was not measured.
func (m Machine) Factor() float64 {
	if m.Seconds <= 0 || m.BaselineSeconds <= 0 {
		return 0
	}
	return m.Seconds / m.BaselineSeconds
}

// What is measured.
const (
	// from a route's making to its application's first answer through the ingress controller
	ToRoute       = "route"
	ToRecord      = "record"      // from the Ingress's making until the provider holds its record
	ToCertificate = "certificate" // from the Certificate's making until it is ready
	ToDetect      = "detect"      // from a fault's injection to its diagnosis: the median of the run
)

// Measures lists what is measured, in the order of reports.
func Measures() []string { return []string{ToRoute, ToRecord, ToCertificate, ToDetect} }

// Time is one measurement. FixedDelaySeconds are the components' own fixed waits in it, which no machine
// shortens; Tolerance is the share by which the rest may exceed the baseline's.
type Time struct {
	To                string  `json:"to" jsonschema:"enum=route,enum=record,enum=certificate,enum=detect"`
	Seconds           float64 `json:"seconds"`
	BaselineSeconds   float64 `json:"baselineSeconds"`
	FixedDelaySeconds float64 `json:"imposedSeconds"`
	Tolerance         float64 `json:"tolerance"`
}

// noise is by how many seconds runs of one bundle on one machine of two cores, busy or not, differ: one
// certificate took 62 to 75 s.
const noise = 15

// Limit is the longest that t may take on a machine that is slower by factor: fixed delays stay, and the rest
// may exceed the baseline's by the tolerance, or by the noise where that is more.
func (t Time) Limit(factor float64) float64 {
	work := max(t.BaselineSeconds-t.FixedDelaySeconds, 0)
	return math.Round((t.FixedDelaySeconds+max(work*(1+t.Tolerance), work+noise)*factor)*1000) / 1000
}

// HasBaseline says that there is a baseline to compare times with.
func (c Convergence) HasBaseline() bool { return c.Baseline != "" }

// Late says in a sentence that t took longer than the baseline allows; it is empty when it did not.
func (c Convergence) Late(t Time) string {
	factor := c.Machine.Factor()
	if factor == 0 {
		return "time to " + t.To + " cannot be compared with the baseline: the machine was not measured"
	}
	limit := t.Limit(factor)
	if t.Seconds <= limit {
		return ""
	}
	return fmt.Sprintf("time to %s was %.1f s, and at most %.1f s are allowed: the baseline's %.1f s, of which %.1f s "+
		"are fixed delays, on a machine %.2f times as slow, and %.0f %% or %d s",
		t.To, t.Seconds, limit, t.BaselineSeconds, t.FixedDelaySeconds, factor, t.Tolerance*100, noise)
}

func (v *Verdict) late() []string {
	if v.Convergence == nil || !v.Convergence.HasBaseline() {
		return nil
	}
	return pick(v.Convergence.Times, func(t Time) (string, bool) {
		said := v.Convergence.Late(t)
		return said,
			said != ""
	})
}

// Detected is the median of the times in which the faults of the run were diagnosed, of those that broke
// something; 0 without one.
func (v *Verdict) Detected() float64 {
	var all []float64
	for _, f := range v.Faults {
		if f.Result == Passed && !f.LooksOnly() {
			all = append(all, f.SecondsToDetect)
		}
	}
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return all[(len(all)-1)/2]
}
