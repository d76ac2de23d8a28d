package await_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/edgeproof/edgeproof/e2e/await"
)

// slow is a machine that has another speed in every phase.
type slow func(since time.Duration) float64

type measured struct {
	start time.Time
	slow  slow
}

func (m measured) Factor() float64 { return m.slow(time.Since(m.start)) }

func TestABudgetCountsTimeByTheSpeedOfTheMachine(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		slow slow
		want time.Duration // of a budget of 10 s
	}{
		"as usual":                {func(time.Duration) float64 { return 1 }, 10 * time.Second},
		"faster counts as usual":  {func(time.Duration) float64 { return 0.2 }, 10 * time.Second},
		"four times slower":       {func(time.Duration) float64 { return 4 }, 40 * time.Second},
		"slower than is believed": {func(time.Duration) float64 { return 100 }, 60 * time.Second},
		"slow in the first 8 s only": {func(d time.Duration) float64 {
			return map[bool]float64{
				true:  4,
				false: 1,
			}[d <= 8*time.Second]
		}, 16 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			b := budget()
			b.Pace = measured{time.Now(), tc.slow}
			start := time.Now()
			_, err := await.Until(t.Context(), b, "nothing",
				func(context.Context) await.Answer { return await.Wait("not yet") })
			took := time.Since(start)
			if !errors.Is(err, await.ErrTimeout) || took < tc.want-2*time.Second || took > tc.want+2*time.Second {
				t.Errorf("%s: ended after %s by %v, want %s", name, took, err, tc.want)
			}
		})
	}
}

func TestAPacedWaitEndsWithItsCaller(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		b := budget()
		b.Pace = measured{time.Now(), func(time.Duration) float64 { return 5 }}
		_, err := await.Until(ctx, b, "nothing", func(context.Context) await.Answer { return await.Wait("not yet") })
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("ended by %v, want the caller's deadline", err)
		}
	})
}
