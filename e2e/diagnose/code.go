package diagnose

// Code names one kind of cause. Codes are a stable vocabulary: dashboards and runbooks may refer to them.
type Code string

// Entry documents one code.
type Entry struct {
	Code  Code
	Layer Layer
	// Meaning is one sentence: what is broken in the real world.
	Meaning string
	// Evidence says what the finding is recognized by.
	Evidence string
	// Remedy says what to do about it.
	Remedy string
}

// Unattributed is the code of a failure that no rule explains. It says so rather than guess.
const Unattributed Code = "unattributed"

// Codes lists the vocabulary of the sections in their order, and Unattributed.
func Codes(sections ...Section) []Entry {
	var out []Entry
	for _, s := range sections {
		for _, r := range s.Rules {
			if r.Meaning != "" {
				out = append(out, Entry{r.Code, s.Layer, r.Meaning, r.Evidence, r.Remedy})
			}
		}
	}
	return append(out, Entry{
		Code: Unattributed, Meaning: "the route does not work, and no rule explains why",
		Evidence: "a probe fails while every object looks right", Remedy: "save a snapshot and look at the evidence; a " +
			"rule is missing",
	})
}
