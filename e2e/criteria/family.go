package criteria

import "slices"

// Family groups criteria of one kind. It is the part of an ID before the dash.
type Family string

// The families.
const (
	DoneWhen            Family = "DW"
	SafeWorkflow        Family = "WF"
	VerificationCommand Family = "VC"
	FailurePattern      Family = "FP"
	Guardrail           Family = "GR"
	Baseline            Family = "BL"
	AnyBundle           Family = "AB"
	Delivery            Family = "DL"
)

// Title is the family's name for people. An unknown family is its own title.
func (f Family) Title() string {
	if title, ok := map[Family]string{
		DoneWhen:            "Done when",
		SafeWorkflow:        "Safe workflow",
		VerificationCommand: "Verification commands",
		FailurePattern:      "Common failure patterns",
		Guardrail:           "Guardrail",
		Baseline:            "Baseline",
		AnyBundle:           "Any bundle",
		Delivery:            "Delivery",
	}[f]; ok {
		return title
	}
	return string(f)
}

// Families lists every family in the order of All.
func Families() []Family {
	var out []Family
	for _, c := range All() {
		if !slices.Contains(out, c.Family()) {
			out = append(out, c.Family())
		}
	}
	return out
}

// Of lists the criteria of one family in order; none when the family is unknown.
func Of(f Family) []Criterion {
	return slices.DeleteFunc(All(), func(c Criterion) bool { return c.Family() != f })
}

// InTurn lists what a run judges, in the order in which it does: the order of the workflow is a part of the
// contract, and what waits for an issuance comes after what does not. Families without a turn of their own come last.
func InTurn() []Criterion {
	turns := []Family{Delivery, SafeWorkflow, Baseline, DoneWhen, VerificationCommand, Guardrail}
	turn := func(c Criterion) int {
		if n := slices.Index(turns, c.Family()); n >= 0 {
			return n
		}
		return len(turns)
	}
	out := slices.DeleteFunc(All(), func(c Criterion) bool { return c.Check == nil })
	slices.SortStableFunc(out, func(a, b Criterion) int { return turn(a) - turn(b) })
	return out
}
