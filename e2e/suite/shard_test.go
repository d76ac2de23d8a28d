package suite

import (
	"fmt"
	"slices"
	"testing"

	"github.com/edgeproof/edgeproof/e2e/fault"
	"github.com/edgeproof/edgeproof/e2e/verdict"
)

func TestShardsDivideTheFaults(t *testing.T) {
	t.Parallel()
	var list []fault.Fault
	for n := range 60 {
		list = append(list, fault.Fault{
			ID: fmt.Sprintf("f%02d", n), Alone: n%3 == 0,
			Within: []fault.Within{fault.AtOnce, fault.NextSync, fault.NextIssuance}[n%5%3],
		})
	}
	for _, of := range []int{1, 2, 3, 4, 7} {
		var all []string
		for index := 1; index <= of; index++ {
			mine := share(list, verdict.Shard{Index: index, Of: of})
			again := slices.Clone(list)
			slices.Reverse(again)
			if !slices.Equal(ids(mine), ids(share(again, verdict.Shard{Index: index, Of: of}))) && of > 1 {
				t.Errorf("shard %d/%d hangs on the order in which the faults are read", index, of)
			}
			if len(mine) == 0 {
				t.Errorf("shard %d/%d has nothing to do", index, of)
			}
			all = append(all, ids(mine)...)
		}
		slices.Sort(all)
		if !slices.Equal(all, ids(list)) {
			t.Errorf("%d shards do %v", of, all)
		}
	}
}

func TestShardsHaveAsMuchToDo(t *testing.T) {
	t.Parallel()
	var list []fault.Fault
	for n := range 60 {
		list = append(list, fault.Fault{ID: fmt.Sprintf("f%02d", n), Alone: true, Within: fault.NextSync})
	}
	least, most := 1<<30, 0
	for index := 1; index <= 4; index++ {
		load := 0
		if index == 1 {
			load = secondsOfCriteria
		}
		for _, f := range share(list, verdict.Shard{Index: index, Of: 4}) {
			load += secondsOf(f)
		}
		least, most = min(least, load), max(most, load)
	}
	if most-least > secondsOfIssuance {
		t.Errorf("the shards have between %d and %d seconds to do", least, most)
	}
}
