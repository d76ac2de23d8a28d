package judge_test

import (
	"strings"
	"testing"

	"github.com/edgeproof/edgeproof/e2e/await"
	"github.com/edgeproof/edgeproof/e2e/judge"
)

func TestConclude(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name       string
		note       func(*judge.Judgement)
		met, final bool
		state      await.State
	}{
		{"nothing was seen", func(*judge.Judgement) {}, false, false, await.Pending},
		{"seen", func(j *judge.Judgement) { j.Saw("Secret a/b: there") }, true, false, await.Met},
		{"not yet", func(j *judge.Judgement) { j.Saw("a"); j.Lacks("Secret a/b: not found") }, false, false, await.Pending},
		{"never", func(j *judge.Judgement) { j.Never("Secret a/b: is wrong") }, false, true, await.Failed},
		{"taken from another", func(j *judge.Judgement) {
			other := judge.Judgement{Evidence: []string{"seen"}}
			other.Never("no")
			j.Take(other)
		}, false, true, await.Failed},
	} {
		j := judge.Judgement{ID: "XX-1"}
		c.note(&j)
		j = j.Conclude()
		if j.Met != c.met || j.Final != c.final || j.Answer().State != c.state {
			t.Errorf("%s: %+v answers %v", c.name, j, j.Answer().State)
		}
	}
}

func TestShort(t *testing.T) {
	t.Parallel()
	if got := judge.Short(" a\n  b "); got != "a b" {
		t.Errorf("Short: %q", got)
	}
	long := strings.Repeat("é", 200) + "end"
	if got := judge.Short(long); len(got) > 310 || !strings.HasSuffix(got, "end") || !strings.Contains(got, "…") {
		t.Errorf("Short of a long text: %q", got)
	}
}

// TestSettled: what failed permanently is not waited for, but what is merely not there yet beside it is.
func TestSettled(t *testing.T) {
	t.Parallel()
	part := func(never bool) judge.Judgement {
		var j judge.Judgement
		j.Lacks("a: not there yet")
		if never {
			j.Never("a: never")
		}
		return j
	}
	for name, c := range map[string]struct {
		parts []judge.Judgement
		want  bool
	}{
		"pending":                  {[]judge.Judgement{part(false)}, false},
		"lost":                     {[]judge.Judgement{part(true)}, true},
		"one lost, one pending":    {[]judge.Judgement{part(true), part(false)}, false},
		"one lost, one in order":   {[]judge.Judgement{part(true), {Evidence: []string{"b"}}}, true},
		"all in order, or nothing": {[]judge.Judgement{{Evidence: []string{"b"}}}, true},
	} {
		var j judge.Judgement
		for _, p := range c.parts {
			j.Take(p)
		}
		if j := j.Conclude(); j.Settled() != c.want {
			t.Errorf("%s: settled %v, want %v: %+v", name, j.Settled(), c.want, j)
		}
	}
}
