package suite

import (
	"cmp"
	"slices"

	"github.com/edgeproof/edgeproof/e2e/fault"
	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// What a shard's work takes, in seconds on 2 cores as measured: the criteria, and a fault by what it waits for
// to be seen and removed. They only balance the shards; what matters is that every machine divides the faults
// in the same way.
const (
	secondsOfCriteria = 130
	secondsAtOnce     = 12
	secondsOfSync     = 75
	secondsOfIssuance = 90

	sideways = 8 // faults of single routes run side by side, and cost a part of that
)

func secondsOf(f fault.Fault) int {
	seconds := map[fault.Within]int{
		fault.AtOnce: secondsAtOnce, fault.NextSync: secondsOfSync,
		fault.NextIssuance: secondsOfIssuance,
	}[f.Within]
	if !f.Alone {
		seconds /= sideways
	}
	return seconds
}

// share picks the faults of a shard: the longest first, each goes to the shard that has the least to do.
func share(faults []fault.Fault, shard verdict.Shard) []fault.Fault {
	if shard.Of <= 1 {
		return faults
	}
	sorted := slices.Clone(faults)
	slices.SortFunc(sorted, func(a, b fault.Fault) int {
		return cmp.Or(cmp.Compare(secondsOf(b), secondsOf(a)), cmp.Compare(a.ID, b.ID))
	})
	loads := make([]int, shard.Of)
	loads[0] = secondsOfCriteria
	var mine []fault.Fault
	for _, f := range sorted {
		least := 0
		for n, load := range loads {
			if load < loads[least] {
				least = n
			}
		}
		loads[least] += secondsOf(f)
		if least == shard.Index-1 {
			mine = append(mine, f)
		}
	}
	return mine
}
