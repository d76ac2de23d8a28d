package facts_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/edgeproof/edgeproof/e2e/facts"
)

func TestSharedServesAllWhoWaitWithOneLook(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var taken atomic.Int32
		shared := &facts.Shared[time.Time]{Take: func(context.Context) time.Time {
			taken.Add(1)
			begun := time.Now()
			time.Sleep(time.Second)
			return begun
		}}
		var all sync.WaitGroup
		for n := range 10 {
			all.Go(func() {
				time.Sleep(time.Duration(n) * 100 * time.Millisecond) // the first begins one, the others wait for the next
				called := time.Now()
				if begun, _ := shared.Look(t.Context()); begun.Before(called) {
					t.Errorf("called at %s, got a look begun at %s", called, begun)
				}
			})
		}
		all.Wait()
		time.Sleep(2 * time.Second) // the rest after the last look
		if taken.Load() != 2 {
			t.Errorf("%d looks for ten calls during one, want 2", taken.Load())
		}
	})
}

// TestSharedRests: what is looked at gets as much time as the look took.
func TestSharedRests(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		shared := &facts.Shared[time.Time]{Take: func(context.Context) time.Time {
			begun := time.Now()
			time.Sleep(3 * time.Second)
			return begun
		}}
		first, _ := shared.Look(t.Context())
		second, _ := shared.Look(t.Context())
		if apart := second.Sub(first); apart != 6*time.Second {
			t.Errorf("looks of 3s begun %s apart, want a rest of 3s between them", apart)
		}
		time.Sleep(4 * time.Second) // the rest after the look
	})
}

func TestSharedDoesNotHoldWhoGoesAway(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		shared := &facts.Shared[time.Time]{Take: func(context.Context) time.Time {
			time.Sleep(time.Second)
			return time.Now()
		}}
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if _, there := shared.Look(ctx); there {
			t.Error("a look for one who had gone")
		}
		if _, there := shared.Look(t.Context()); !there {
			t.Error("the one who stays was not served")
		}
		time.Sleep(2 * time.Second) // the rest after the look
	})
}
