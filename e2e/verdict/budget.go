package verdict

import (
	"math"
	"time"
)

// Budget compares the wall time of a run with the fixed component delays on its critical path.
type Budget struct {
	WallSeconds       float64 `json:"wallSeconds"`
	FixedDelaySeconds float64 `json:"imposedSeconds"`
	// Ratio is wall over fixed delays, to three decimals; 0 when there was none, since then there is no ratio.
	Ratio float64 `json:"ratio"`
}

// NewBudget compares wall time with fixed delays.
func NewBudget(wall, fixed time.Duration) Budget {
	b := Budget{WallSeconds: Seconds(wall), FixedDelaySeconds: Seconds(fixed)}
	if fixed > 0 {
		b.Ratio = math.Round(wall.Seconds()/fixed.Seconds()*1000) / 1000
	}
	return b
}

// WithinGoal reports whether the ratio was measured and is at most BudgetGoal.
func (b Budget) WithinGoal() bool { return b.Ratio > 0 && b.Ratio <= BudgetGoal }

// Seconds is d in seconds to the millisecond, the precision of every duration in a verdict.
func Seconds(d time.Duration) float64 {
	return math.Round(d.Seconds()*1000) / 1000
}
