package routing

import "testing"

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
