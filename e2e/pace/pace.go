// Package pace measures during a run how slow the machine is, so that budgets count time by the work that the machine
// can do in it. It knows the machine and must not know what the run does.
package pace

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// Pace is the measured speed of the machine.
type Pace struct {
	mu   sync.Mutex
	took []time.Duration // the last measurements, the latest last
}

const (
	// every is the time between two measurements: a piece costs a two-hundredth of one core.
	every = 5 * time.Second
	// kept is how many measurements make the factor: a single one may be an outlier.
	kept = 3
	// reference is the duration of a piece on the idle two-core machine on which the budgets were measured.
	reference = 25 * time.Millisecond
)

// Start measures until ctx ends.
func Start(ctx context.Context) *Pace {
	p := &Pace{}
	go func() {
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			start := time.Now()
			Work(numbers)
			p.note(time.Since(start))
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
		}
	}()
	return p
}

func (p *Pace) note(took time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.took = append(p.took, took)
	p.took = p.took[max(0, len(p.took)-kept):]
}

// Factor is how many times slower than the reference machine this one is at the moment, at least 1.
func (p *Pace) Factor() float64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.took) == 0 {
		return 1
	}
	sorted := slices.Sorted(slices.Values(p.took))
	return max(1, float64(sorted[len(sorted)/2])/float64(reference))
}

// numbers is how many numbers a piece sorts: enough for the scheduler to run other processes in between.
const numbers = 1 << 18

// Work is the fixed piece of work by which machines are compared: it sorts and hashes the same numbers each
// time, which needs a core, its caches and memory, as the components do. A change of it invalidates every
// baseline of times.
func Work(numbers int) [sha256.Size]byte {
	dice := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same numbers each time are the point
	list := make([]uint32, numbers)
	for n := range list {
		list[n] = dice.Uint32()
	}
	slices.Sort(list)
	sum := sha256.New()
	for _, x := range list {
		_, _ = sum.Write(binary.LittleEndian.AppendUint32(nil, x)) // never an error
	}
	return [sha256.Size]byte(sum.Sum(nil))
}
