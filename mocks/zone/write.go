package zone

import (
	"time"

	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// Create adds a record.
func (s *Store) Create(zone api.ID, c Change) (*Record, error) {
	out, err := s.Apply(zone, Batch{Posts: []Change{c}})
	if err != nil {
		return nil, err
	}
	return out.Posts[0], nil
}

// Patch changes the given fields of a record and keeps the others.
func (s *Store) Patch(zone, record api.ID, c Change) (*Record, error) {
	c.ID = record
	out, err := s.Apply(zone, Batch{Patches: []Change{c}})
	if err != nil {
		return nil, err
	}
	return out.Patches[0], nil
}

// Put replaces a record; fields that are not given go back to their defaults.
func (s *Store) Put(zone, record api.ID, c Change) (*Record, error) {
	c.ID = record
	out, err := s.Apply(zone, Batch{Puts: []Change{c}})
	if err != nil {
		return nil, err
	}
	return out.Puts[0], nil
}

// Delete removes a record and returns what it was.
func (s *Store) Delete(zone, record api.ID) (*Record, error) {
	out, err := s.Apply(zone, Batch{Deletes: []api.ID{record}})
	if err != nil {
		return nil, err
	}
	return out.Deletes[0], nil
}

// Apply does a batch as one transaction. The plan's limit on operations is CheckBatch's business, because
// only the batch route has it.
func (s *Store) Apply(zone api.ID, b Batch) (*Outcome, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.byID[zone]
	if t == nil {
		return nil, refuseUnknownZone()
	}
	x := &transaction{table: t, now: s.clock()}
	out, err := x.run(b)
	if err == nil {
		err = x.checkDelegations()
	}
	if err != nil {
		x.rollBack()
		return nil, err
	}
	for _, step := range x.steps {
		if step.old != nil {
			t.remember(step.old, x.now, s.history)
		}
	}
	t.forget(x.now, s.history)
	if len(x.steps) > 0 {
		t.version++
		s.touch()
	}
	return out, nil
}

// CheckBatch refuses a batch with more operations than the plan takes. The limits are documented, the
// refusal's code and words are not.
func CheckBatch(z *api.Zone, operations int) error {
	if limit := z.Plan.MaxBatch; limit > 0 && operations > limit {
		return refuse(Unverified, CodeBatchLimit, "Batch has %d operations, exceeding the limit of %d.", operations, limit)
	}
	return nil
}

// step is one replacement that was made: old left, new came; either may be nil.
type step struct{ old, new *Record }

type transaction struct {
	table *table
	now   time.Time
	steps []step
}

func (x *transaction) run(b Batch) (*Outcome, error) {
	out := &Outcome{}
	for _, id := range b.Deletes {
		old := x.table.byID[id]
		if old == nil {
			return nil, refuseUnknownRecord()
		}
		x.swap(old, nil)
		out.Deletes = append(out.Deletes, old)
	}
	if err := x.update(b.Patches, true, &out.Patches); err != nil {
		return nil, err
	}
	if err := x.update(b.Puts, false, &out.Puts); err != nil {
		return nil, err
	}
	for i := range b.Posts {
		r, err := b.Posts[i].resolve(x.table.zone, nil, false, x.now)
		if err != nil {
			return nil, err
		}
		r.ID = api.NewID()
		x.table.seq++
		r.seq = x.table.seq
		if limit := x.table.zone.Plan.MaxRecords; limit > 0 && len(x.table.byID) >= limit {
			return nil, refuse(Reported, CodeQuota, "Record quota exceeded.")
		}
		if err := x.table.conflicts(r); err != nil {
			return nil, err
		}
		x.swap(nil, r)
		out.Posts = append(out.Posts, r)
	}
	return out, nil
}

func (x *transaction) update(changes []Change, keep bool, out *[]*Record) error {
	for i := range changes {
		old := x.table.byID[changes[i].ID]
		if old == nil {
			return refuseUnknownRecord()
		}
		r, err := changes[i].resolve(x.table.zone, old, keep, x.now)
		if err != nil {
			return err
		}
		if err := x.table.conflicts(r); err != nil {
			return err
		}
		x.swap(old, r)
		*out = append(*out, r)
	}
	return nil
}

// checkDelegations refuses a transaction that leaves a DS on a name without NS: Cloudflare wants the NS first and, to
// delete, last [ISS 2024-07: octodns-cloudflare#102 and #103]. The zone's own name may have one [ISS 2025-05:
// dnscontrol#3569]. Code and words are not known.
func (x *transaction) checkDelegations() error {
	for _, step := range x.steps {
		for _, r := range []*Record{step.old, step.new} {
			if r == nil || r.Type != "DS" && r.Type != "NS" || r.Name == x.table.zone.Name {
				continue
			}
			if n := x.table.names[r.Name]; n != nil && n.has("DS") && !n.has("NS") {
				return refuse(Unverified, CodeDSWithoutNS, "DS records need NS records of the same name.")
			}
		}
	}
	return nil
}

func (x *transaction) swap(old, r *Record) {
	x.table.swap(old, r)
	x.steps = append(x.steps, step{old, r})
}

func (x *transaction) rollBack() {
	for i := len(x.steps) - 1; i >= 0; i-- {
		x.table.swap(x.steps[i].new, x.steps[i].old)
	}
}

// swap takes old out of every index and puts r in.
func (t *table) swap(old, r *Record) {
	if old != nil {
		delete(t.byID, old.ID)
		t.order.remove(old)
	}
	// The new record first: a name that keeps a record must not vanish in between.
	if r != nil {
		if old != nil && old.Name == r.Name {
			t.replace(old, r)
		} else {
			t.link(r)
		}
		t.byID[r.ID] = r
		t.order.insert(r)
	}
	if old != nil && (r == nil || old.Name != r.Name) {
		t.unlink(old)
	}
}

// replace puts r in the place of the record with the same ID and name.
func (t *table) replace(old, r *Record) {
	n := t.names[r.Name]
	fresh := make([]*Record, len(n.records))
	for i, have := range n.records {
		if have.ID == old.ID {
			have = r
		}
		fresh[i] = have
	}
	n.records = fresh
}
