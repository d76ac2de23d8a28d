package verdict

import (
	"math"
	"time"
)

// Budget compares the wall time of a run with the waits that the components impose on its critical path.
type Budget struct {
	WallSeconds    float64 `json:"wallSeconds"`
	ImposedSeconds float64 `json:"imposedSeconds"`
	// Ratio is wall over imposed, to three decimals; 0 when nothing was imposed, since nothing can be said then.
	Ratio float64 `json:"ratio"`
}

// NewBudget measures wall against imposed.
func NewBudget(wall, imposed time.Duration) Budget {
	b := Budget{WallSeconds: Seconds(wall), ImposedSeconds: Seconds(imposed)}
	if imposed > 0 {
		b.Ratio = math.Round(wall.Seconds()/imposed.Seconds()*1000) / 1000
	}
	return b
}

// WithinGoal reports whether the ratio was measured and is at most BudgetGoal.
func (b Budget) WithinGoal() bool { return b.Ratio > 0 && b.Ratio <= BudgetGoal }

// Seconds is d in seconds to the millisecond, the precision of every duration in a verdict.
func Seconds(d time.Duration) float64 {
	return math.Round(d.Seconds()*1000) / 1000
}
