package criteria

// All lists every criterion in the order of the specification.
func All() []Criterion {
	return []Criterion{
		dw1(), dw2(), dw3(), dw4(), dw5(),
		wf1(), wf2(), wf3(), wf4(), wf5(), wf6(), wf7(),
		vc1(), vc2(), vc3(), vc4(), vc5(),
		fp1(), fp2(), fp3(), fp4(), fp5(), fp6(),
		gr1(),
		bl1(), bl2(), bl3(), bl4(), bl5(),
		ab4(),
		dl1(), dl2(), dl3(),
	}
}

// The criteria that other packages refer to by what they say.
const (
	// IssuersReady is that both issuers are ready.
	IssuersReady ID = "DW-2"
	// Works is that every route works for an external client, by name.
	Works ID = "DW-4"
	// FromNothing is that the bundle is delivered on a new cluster, and Promotes that a new revision of it is.
	FromNothing ID = "DL-2"
	Promotes    ID = "DL-3"
	// RawAddress is the pattern of tests that use the raw address only.
	RawAddress ID = "FP-4"
)

// Lookup finds a criterion by id. The second result is false for an orphan.
func Lookup(id ID) (Criterion, bool) {
	for _, c := range All() {
		if c.ID == id {
			return c, true
		}
	}
	return Criterion{}, false
}
