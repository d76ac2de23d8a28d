package diagnose

import "testing"

// Every rule finds a documented code of its own layer, and every documented code has a rule.
func TestRulesAndCodes(t *testing.T) {
	t.Parallel()
	found := map[Code]bool{Unattributed: true}
	for _, r := range rules() {
		found[r.code] = true
		if e, ok := Describe(r.code); !ok || e.Layer != r.layer {
			t.Errorf("rule %s of layer %s: documented in %q", r.code, r.layer, e.Layer)
		}
		for _, l := range r.blocks {
			if l == r.layer {
				t.Errorf("rule %s: blocks its own layer", r.code)
			}
		}
	}
	for _, e := range Codes() {
		if !found[e.Code] {
			t.Errorf("code %s: no rule finds it", e.Code)
		}
	}
}

func TestDistance(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"abc", "abc", 0}, {"alpha", "aplha", 2}, {"www", "ww", 1}, {"abc", "abcdef", 3}} {
		if got := distance(c.a, c.b, 2); got != c.want {
			t.Errorf("%q to %q: %d, want %d", c.a, c.b, got, c.want)
		}
	}
}
