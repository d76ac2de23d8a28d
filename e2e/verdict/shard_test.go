package verdict_test

import (
	"testing"

	"github.com/edgeproof/edgeproof/e2e/verdict"
)

func TestParseShard(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]verdict.Shard{"": {}, "1/1": {Index: 1, Of: 1}, "2/4": {Index: 2, Of: 4}} {
		got, err := verdict.ParseShard(in)
		if err != nil || got != want || got.String() != in {
			t.Errorf("%q: %+v %q, %v", in, got, got, err)
		}
	}
	for _, in := range []string{"0/4", "5/4", "2", "a/b", "2/", "-1/3", "1/0"} {
		if got, err := verdict.ParseShard(in); err == nil {
			t.Errorf("%q: read as %+v, want an error", in, got)
		}
	}
}
