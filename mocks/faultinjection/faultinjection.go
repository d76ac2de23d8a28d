// Package faultinjection makes the fake internet fail on purpose: rules that meet HTTP
// requests or DNS questions and change what is answered, each with an id, a
// count and an end, and with dice that fall the same way in every run.
//
// It knows how failures look: statuses, problems, rcodes, broken connections,
// and asks mocks/cloudflare for its envelope. It knows nothing of what the
// handlers it wraps would have answered.
package faultinjection

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/journal"
)

// maxRules bounds the rules of a set.
const maxRules = 1000

// active is a rule at work.
type active struct {
	rule api.FaultRule
	seen uint64
	hits uint64
	ends time.Time
	dice *rand.Rand
	gone chan struct{} // closed when the rule is cleared or has expired
}

// spent: a rule that has used up its Times meets nothing.
func (a *active) spent() bool { return a.rule.Times > 0 && a.hits >= uint64(a.rule.Times) }

// Set holds rules. The first that fits, in the order of their adding, counts.
// It is safe for concurrent use.
type Set struct {
	seed    uint64
	journal journal.Recorder
	now     func() time.Time
	empty   atomic.Bool // spares the lock while nothing is wrong

	mu    sync.Mutex
	rules []*active
	made  int
}

// New returns an empty set. The seed makes probabilities repeat: a rule of the
// same id hits the same of its requests in every run. The journal, which may be
// nil, gets the HTTP requests that never reach their handler.
func New(seed uint64, j journal.Recorder) *Set {
	s := &Set{seed: seed, journal: j, now: time.Now}
	s.empty.Store(true)
	return s
}

// Add takes a rule and returns it with its id.
func (s *Set) Add(r api.FaultRule) (api.FaultRule, error) {
	if err := r.Check(); err != nil {
		return r, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire()
	if len(s.rules) >= maxRules {
		return r, fmt.Errorf("add rule: there are %d already: clear some", maxRules)
	}
	if r.ID == "" {
		s.made++
		r.ID = "fault-" + strconv.Itoa(s.made)
	}
	if s.find(r.ID) >= 0 {
		return r, fmt.Errorf("add rule %q: there is one of that id: clear it first", r.ID)
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(r.ID))
	a := &active{
		rule: r,
		gone: make(chan struct{}),
		dice: rand.New(rand.NewPCG(s.seed, h.Sum64())), //nolint:gosec // repeatable on purpose
	}
	if r.Seconds > 0 {
		a.ends = s.now().Add(time.Duration(r.Seconds * float64(time.Second)))
	}
	s.rules = append(s.rules, a)
	s.empty.Store(false)
	return r, nil
}

func (s *Set) find(id string) int {
	return slices.IndexFunc(s.rules, func(a *active) bool { return a.rule.ID == id })
}

// List returns the rules at work, in the order of their adding.
func (s *Set) List() []api.FaultState {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire()
	out := make([]api.FaultState, 0, len(s.rules))
	for _, a := range s.rules {
		out = append(out, api.FaultState{FaultRule: a.rule, Seen: a.seen, Hits: a.hits, Ends: a.ends})
	}
	return out
}

// Clear ends a rule and returns what became of it; false when there is none.
func (s *Set) Clear(id string) (api.FaultState, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire()
	at := s.find(id)
	if at < 0 {
		return api.FaultState{}, false
	}
	a := s.rules[at]
	s.rules = slices.Delete(s.rules, at, at+1)
	close(a.gone)
	s.empty.Store(len(s.rules) == 0)
	return api.FaultState{FaultRule: a.rule, Seen: a.seen, Hits: a.hits, Ends: a.ends}, true
}

// ClearAll ends all rules and returns how many there were.
func (s *Set) ClearAll() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := len(s.rules)
	for _, a := range s.rules {
		close(a.gone)
	}
	s.rules = nil
	s.empty.Store(true)
	return n
}

// expire drops the rules whose time is over. A rule that has used up its Times
// stays listed, with its counts, and meets nothing.
func (s *Set) expire() {
	now := s.now()
	s.rules = slices.DeleteFunc(s.rules, func(a *active) bool {
		over := !a.ends.IsZero() && !now.Before(a.ends)
		if over {
			close(a.gone)
		}
		return over
	})
	s.empty.Store(len(s.rules) == 0)
}

// hit is a rule that struck.
type hit struct {
	id   string
	do   api.Effect
	gone <-chan struct{}
}

// strike finds the first rule that fits and hits.
func (s *Set) strike(fits func(*api.FaultRule) bool) (hit, bool) {
	if s.empty.Load() {
		return hit{}, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire()
	for _, a := range s.rules {
		if a.spent() || !fits(&a.rule) {
			continue
		}
		a.seen++
		if a.seen <= uint64(a.rule.Skip) { //nolint:gosec // Skip is not negative
			continue
		}
		if p := a.rule.Probability; p > 0 && p < 1 && a.dice.Float64() >= p {
			continue
		}
		a.hits++
		return hit{id: a.rule.ID, do: a.rule.Do, gone: a.gone}, true
	}
	return hit{}, false
}
