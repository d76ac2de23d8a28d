package suite

import (
	"slices"
	"testing"

	"github.com/edgeproof/edgeproof/e2e/fault"
	"github.com/edgeproof/edgeproof/e2e/verdict"
)

func ids(list []fault.Fault) []string {
	var out []string
	for _, f := range list {
		out = append(out, f.ID)
	}
	return out
}

func TestTheOrderOfFaultsIsTheSeeds(t *testing.T) {
	t.Parallel()
	list := []fault.Fault{{ID: "a"}, {ID: "b", Alone: true}, {ID: "c"}, {ID: "d", Alone: true}, {ID: "e"}, {ID: "f"}}
	if first, again := ids(inOrder(list, 7)), ids(inOrder(list, 7)); !slices.Equal(first, again) {
		t.Errorf("one seed gave %v and %v", first, again)
	}
	orders := map[string]bool{}
	for seed := range uint64(20) {
		order := inOrder(list, seed)
		orders[ids(order)[0]] = true
		if order[3].Alone || !order[4].Alone || !order[5].Alone {
			t.Errorf("seed %d: %v, want those that run alone last", seed, ids(order))
		}
	}
	if len(orders) < 3 {
		t.Errorf("twenty seeds let only %d of four faults begin", len(orders))
	}
}

func TestTheSmallCatalogueIsAPartOfTheFull(t *testing.T) {
	t.Parallel()
	list := []fault.Fault{{ID: "a", Smoke: true}, {ID: "b"}, {ID: "c", Alone: true}}
	if got := ids((Config{Faults: list, Catalogue: verdict.Smoke}).selected()); !slices.Equal(got, []string{"a"}) {
		t.Errorf("smoke: %v", got)
	}
	if got := ids((Config{Faults: list, Catalogue: verdict.Full}).selected()); !slices.Equal(got,
		[]string{"a", "b", "c"}) {
		t.Errorf("full: %v", got)
	}
}
