package diagnose

import "slices"

// Code names one kind of cause. Codes are a stable vocabulary: dashboards and runbooks may refer to them.
type Code string

// Entry documents one code.
type Entry struct {
	Code  Code
	Layer Layer
	// Meaning is one sentence: what is broken in the real world.
	Meaning string
	// Evidence says what the finding is recognised by.
	Evidence string
	// Remedy says what cures it.
	Remedy string
}

// Unattributed is the code of a failure that no rule explains. It says so rather than guess.
const Unattributed Code = "unattributed"

// Codes lists the vocabulary in the order of the chain.
func Codes() []Entry {
	return slices.Concat(credentialCodes(), routingCodes(), dnsCodes(), certificateCodes(), []Entry{{
		Code: Unattributed, Meaning: "the route does not work, and no rule explains why",
		Evidence: "a probe fails while every object looks right", Remedy: "save a snapshot and look at the evidence; a rule is missing",
	}})
}

// Describe finds the documentation of a code.
func Describe(c Code) (Entry, bool) {
	for _, e := range Codes() {
		if e.Code == c {
			return e, true
		}
	}
	return Entry{}, false
}
