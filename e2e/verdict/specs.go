package verdict

import "github.com/edgeproof/edgeproof/e2e/criteria"

// Specs counts the specs and lists them. Planned is what the suite set out to run after its filters; Finished
// is what came to an end of its own, whatever the end. Filtered counts the specs that a focus or a label filter
// left out; they are not planned.
type Specs struct {
	Planned     int    `json:"planned"`
	Finished    int    `json:"finished"`
	Passed      int    `json:"passed"`
	Failed      int    `json:"failed"`
	Skipped     int    `json:"skipped"`
	Flaky       int    `json:"flaky"`
	Unsupported int    `json:"unsupported"`
	Filtered    int    `json:"filtered"`
	List        []Spec `json:"list"`
}

// Spec is one spec of the suite.
type Spec struct {
	Name     string        `json:"name" jsonschema:"minLength=1"`
	Criteria []criteria.ID `json:"criteria"`
	Result   Result        `json:"result"`
	// Finished is false when the spec was interrupted or never started.
	Finished bool    `json:"finished"`
	Seconds  float64 `json:"seconds"`
	Attempts int     `json:"attempts"`
	// History holds each attempt, the first one first, when there was more than one.
	History  []Attempt `json:"history,omitempty"`
	Reason   string    `json:"reason,omitempty"`
	Objects  []string  `json:"objects,omitempty"`
	Evidence []string  `json:"evidence,omitempty"`
	// File is relative to the project and Line is in it: where the spec, or its failure, is written.
	File string `json:"file,omitempty"`
	Line int    `json:"line,omitempty"`
	// Reproduce is a command that does it again.
	Reproduce string `json:"reproduce,omitempty"`
}

// Attempt is one try of a spec that was tried more than once.
type Attempt struct {
	Result  Result  `json:"result"`
	Seconds float64 `json:"seconds,omitempty"`
	Reason  string  `json:"reason,omitempty"`
}

// Tally counts the list. Planned and filtered come from the runner, which knows what it set out to do.
func Tally(planned, filtered int, list []Spec) Specs {
	s := Specs{Planned: planned, Filtered: filtered, List: list}
	for _, spec := range list {
		if spec.Finished {
			s.Finished++
		}
		switch spec.Result {
		case Passed:
			s.Passed++
		case Failed:
			s.Failed++
		case Skipped:
			s.Skipped++
		case Flaky:
			s.Flaky++
		case Unsupported:
			s.Unsupported++
		}
	}
	return s
}
