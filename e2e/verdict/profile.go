package verdict

import "github.com/edgeproof/edgeproof/e2e/criteria"

// Profile says what a run could judge.
type Profile string

// Live is a cluster that exists, which a run only looks at: nothing is installed or broken there, so neither
// the order of an installation nor any fault can be shown, and its internet is the real one. Such a verdict
// promotes nothing.
const Live Profile = "live"

// Judges reports whether runs of the profile judge criteria of a family.
func (p Profile) Judges(f criteria.Family) bool {
	return p != Live || f != criteria.SafeWorkflow && f != criteria.FailurePattern && f != criteria.Delivery
}
