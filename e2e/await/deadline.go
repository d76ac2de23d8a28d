package await

import (
	"context"
	"time"
)

const (
	// reckoned is how often the time that is left is reckoned on a machine whose speed is known.
	reckoned = time.Second
	// mostStretch bounds how much longer a wait may take than its budget says, however slow the machine is.
	mostStretch = 6
)

// deadline gives a context that ends, by ErrTimeout, when the budget is spent. While the machine is n times
// slower than usual, a second counts for an nth of one.
func (b Budget) deadline(ctx context.Context) (context.Context, context.CancelFunc) {
	if b.Pace == nil {
		return context.WithTimeoutCause(ctx, b.Timeout, ErrTimeout)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	go func() {
		left, last := b.Timeout, time.Now()
		timer := time.NewTimer(min(left, reckoned))
		defer timer.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-timer.C:
			}
			factor := min(max(1, b.Pace.Factor()), mostStretch)
			now := time.Now()
			left -= time.Duration(float64(now.Sub(last)) / factor)
			last = now
			if left <= 0 {
				cancel(ErrTimeout)
				return
			}
			timer.Reset(max(min(left, reckoned), time.Millisecond)) // what is left shrinks by a share only
		}
	}()
	return ctx, func() { cancel(context.Canceled) }
}
