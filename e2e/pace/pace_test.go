package pace

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestFactorIsTheMedianOfTheLatest(t *testing.T) {
	t.Parallel()
	p := &Pace{}
	if p.Factor() != 1 {
		t.Errorf("before any measurement: %g, want 1", p.Factor())
	}
	for n, tc := range []struct {
		took time.Duration
		want float64
	}{
		{reference / 2, 1},     // faster than the reference counts as one
		{8 * reference, 8},     // of two the slower
		{reference, 1},         // one moment is forgotten by the median
		{4 * reference, 4},     // of 8, 1, 4
		{6 * reference, 4},     // of 1, 4, 6
		{reference, 4},         // of 4, 6, 1
		{reference, 1},         // of 6, 1, 1
		{reference * 3 / 2, 1}, // of 1, 1, 1.5
	} {
		p.note(tc.took)
		if got := p.Factor(); got != tc.want {
			t.Errorf("measurement %d: factor %g, want %g", n, got, tc.want)
		}
	}
}

func TestStartMeasuresUntilItsContextEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := Start(t.Context())
		time.Sleep(3 * every)
		synctest.Wait()
		p.mu.Lock()
		defer p.mu.Unlock()
		if len(p.took) != kept {
			t.Errorf("%d measurements, want %d", len(p.took), kept)
		}
	})
}

func TestAPieceIsTheSameWorkEachTime(t *testing.T) {
	t.Parallel()
	first := Work(numbers)
	if again := Work(numbers); first != again {
		t.Errorf("two pieces differ: %x, %x", first, again)
	}
}
