package criteria_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/edgeproof/edgeproof/e2e/criteria"
)

func TestIDsAreUniqueAndWellFormed(t *testing.T) {
	t.Parallel()
	seen := map[criteria.ID]bool{}
	texts := map[string]criteria.ID{}
	for _, c := range criteria.All() {
		if !criteria.WellFormed(string(c.ID)) {
			t.Errorf("%q is not a well-formed id", c.ID)
		}
		if seen[c.ID] {
			t.Errorf("%s is registered twice", c.ID)
		}
		seen[c.ID] = true
		if c.Text == "" {
			t.Errorf("%s has no text", c.ID)
		}
		if other, ok := texts[c.Text]; ok {
			t.Errorf("%s has the text of %s", c.ID, other)
		}
		texts[c.Text] = c.ID
		if c.Family().Title() == string(c.Family()) {
			t.Errorf("%s is of a family without a title", c.ID)
		}
	}
}

func TestFamiliesAreTogetherAndInOrder(t *testing.T) {
	t.Parallel()
	var inFamilies []criteria.ID
	for _, f := range criteria.Families() {
		last := 0
		for _, c := range criteria.Of(f) {
			number, err := strconv.Atoi(strings.TrimPrefix(string(c.ID), string(f)+"-"))
			if err != nil || number <= last {
				t.Errorf("%s comes after number %d of its family", c.ID, last)
			}
			last = number
			inFamilies = append(inFamilies, c.ID)
		}
	}
	for n, c := range criteria.All() {
		if inFamilies[n] != c.ID {
			t.Errorf("%s is not beside the rest of its family", c.ID)
		}
	}
}

func TestLookup(t *testing.T) {
	t.Parallel()
	if c, ok := criteria.Lookup("DW-4"); !ok || c.ID != "DW-4" {
		t.Errorf("Lookup(DW-4) = %v, %v", c, ok)
	}
	for _, orphan := range []criteria.ID{"", "DW-0", "DW-9", "dw-1", "XX-1", "DW-1 "} {
		if c, ok := criteria.Lookup(orphan); ok {
			t.Errorf("Lookup(%q) found %v", orphan, c)
		}
	}
}

func TestWellFormed(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]bool{
		"DW-1": true, "ZZ-10": true,
		"": false, "DW": false, "DW-": false, "DW-0": false, "dw-1": false, "DW-1\n": false, "DWX-1": false, "slow": false,
	} {
		if got := criteria.WellFormed(s); got != want {
			t.Errorf("WellFormed(%q) = %v, want %v", s, got, want)
		}
		if f := criteria.ID(s).Family(); (f != "") != want {
			t.Errorf("ID(%q).Family() = %q", s, f)
		}
	}
}
