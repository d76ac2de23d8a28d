// Package journal keeps what every mock of the fake internet saw: one clock,
// one sequence, a bounded ring in memory.
//
// It knows the shape of an entry and nothing of those who write or read it. It
// must never be given a secret: writers put fingerprints where a token stood.
package journal

import (
	"context"
	"maps"
	"strings"
	"sync"
	"time"

	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// Recorder is all that a mock needs to know of the journal.
type Recorder interface{ Record(api.JournalEntry) }

// match reports whether the filter chooses the entry.
func match(f api.JournalFilter, e *api.JournalEntry) bool {
	if e.Seq <= f.After || (f.Source != "" && e.Source != f.Source) || (f.Client != "" && e.Client != f.Client) {
		return false
	}
	if f.Contains == "" {
		return true
	}
	want := strings.ToLower(f.Contains)
	if strings.Contains(strings.ToLower(e.Op), want) || strings.Contains(strings.ToLower(e.Outcome), want) {
		return true
	}
	for _, v := range e.Detail {
		if strings.Contains(strings.ToLower(v), want) {
			return true
		}
	}
	return false
}

// Journal is a bounded ring of entries. It is safe for concurrent use.
type Journal struct {
	mu      sync.Mutex
	ring    []api.JournalEntry
	last    uint64        // Seq of the newest entry, 0 when there is none
	first   uint64        // Seq of the oldest entry that Clear has left, at least 1
	waiting chan struct{} // closed, and forgotten, by the next Record; nil while no reader waits
}

// New returns a journal of the newest capacity entries (at least one).
func New(capacity int) *Journal {
	return &Journal{ring: make([]api.JournalEntry, max(capacity, 1)), first: 1}
}

// maxText bounds every text of an entry, in bytes, so that the ring is bounded
// in memory too, whatever paths and names clients send.
const maxText = 2048

func bounded(text string) string {
	if len(text) <= maxText {
		return text
	}
	return strings.ToValidUTF8(text[:maxText], "") + "…"
}

// bound cuts what is too long. The writer's map stays as it is.
func bound(e *api.JournalEntry) {
	e.Client, e.Op, e.Outcome = bounded(e.Client), bounded(e.Op), bounded(e.Outcome)
	copied := false
	for name, text := range e.Detail {
		if len(text) <= maxText {
			continue
		}
		if !copied {
			e.Detail, copied = maps.Clone(e.Detail), true
		}
		e.Detail[name] = bounded(text)
	}
}

// Record appends an entry, gives it its Seq, and wakes those who wait. Texts of
// more than 2 KiB are cut.
func (j *Journal) Record(e api.JournalEntry) {
	bound(&e)
	j.mu.Lock()
	defer j.mu.Unlock()
	if e.Time.IsZero() {
		e.Time = time.Now()
	}
	j.last++
	e.Seq = j.last
	j.ring[(e.Seq-1)%uint64(len(j.ring))] = e
	if j.waiting != nil {
		close(j.waiting)
		j.waiting = nil
	}
}

// Entries returns what the filter chooses among the entries that it still has, oldest first; never nil.
func (j *Journal) Entries(f api.JournalFilter) []api.JournalEntry {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.entries(f)
}

func (j *Journal) entries(f api.JournalFilter) []api.JournalEntry {
	found := []api.JournalEntry{}
	for seq := max(j.oldest(), f.After+1); seq <= j.last; seq++ {
		e := &j.ring[(seq-1)%uint64(len(j.ring))]
		if !match(f, e) {
			continue
		}
		found = append(found, *e)
		if f.Limit > 0 && len(found) == f.Limit {
			break
		}
	}
	return found
}

// oldest is the Seq of the oldest entry that is still there.
func (j *Journal) oldest() uint64 {
	if size := uint64(len(j.ring)); j.last > size {
		return max(j.first, j.last-size+1)
	}
	return j.first
}

// Wait returns the entries after the given Seq that the filter chooses, as soon
// as there is one. When ctx ends first it returns an empty list and ctx's error.
func (j *Journal) Wait(ctx context.Context, after uint64, f api.JournalFilter) ([]api.JournalEntry, error) {
	f.After = max(f.After, after)
	for {
		j.mu.Lock()
		found, seen := j.entries(f), j.last
		if len(found) > 0 {
			j.mu.Unlock()
			return found, nil
		}
		if j.waiting == nil {
			j.waiting = make(chan struct{})
		}
		woken := j.waiting
		j.mu.Unlock()
		f.After = max(f.After, seen) // what was looked at once is not looked at again
		select {
		case <-woken:
		case <-ctx.Done():
			return found, ctx.Err()
		}
	}
}

// Last returns the Seq of the newest entry, 0 before the first.
func (j *Journal) Last() uint64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.last
}

// Dropped counts the entries that the ring, being full, has let go of since New or Clear.
func (j *Journal) Dropped() uint64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.oldest() - j.first
}

// Clear forgets all entries. Seq goes on, so that a reader's position stays good.
func (j *Journal) Clear() {
	j.mu.Lock()
	defer j.mu.Unlock()
	clear(j.ring)
	j.first = j.last + 1
}
