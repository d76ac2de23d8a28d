package facts

import (
	"context"
	"sync"
	"time"
)

// Shared lets many callers share one look. Each caller gets a look that began after its call, and all who call
// while one is being taken share the next. After each look there is a rest as long as the look: what is looked
// at gets at least half of the time, however many look.
type Shared[T any] struct {
	// Take takes one look. It is never called twice at the same time.
	Take func(context.Context) T

	mu      sync.Mutex
	waiting []chan T
	busy    bool
}

// Look returns a look begun after the call; false when ctx ends before it is there.
func (s *Shared[T]) Look(ctx context.Context) (look T, there bool) {
	mine := make(chan T, 1)
	s.mu.Lock()
	s.waiting = append(s.waiting, mine)
	if !s.busy {
		s.busy = true
		go s.serve(context.WithoutCancel(ctx)) // for all who wait, not for the one who came first
	}
	s.mu.Unlock()
	select {
	case look = <-mine:
		return look, true
	case <-ctx.Done():
		return look, false
	}
}

// serve looks as long as somebody waits.
func (s *Shared[T]) serve(ctx context.Context) {
	for {
		s.mu.Lock()
		served := s.waiting
		s.waiting = nil
		if len(served) == 0 {
			s.busy = false
			s.mu.Unlock()
			return
		}
		s.mu.Unlock()
		began := time.Now()
		look := s.Take(ctx)
		for _, one := range served {
			one <- look
		}
		time.Sleep(time.Since(began))
	}
}
