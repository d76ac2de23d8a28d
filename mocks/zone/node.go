package zone

import (
	"slices"
	"time"
)

// node is one name of a zone: its records and what lies below it. A name exists while it owns a record or
// an existing name lies below it (RFC 8020); names that only exist for the latter are empty non-terminals.
type node struct {
	records []*Record
	past    []Version // recently replaced or deleted, oldest first
	below   int       // names right below this one that exist
}

func (n *node) exists() bool { return n != nil && (len(n.records) > 0 || n.below > 0) }

// has reports whether the name owns a record of the type.
func (n *node) has(typ string) bool {
	return slices.ContainsFunc(n.records, func(r *Record) bool { return r.Type == typ })
}

// link adds r to its name and makes the names between it and the apex exist.
func (t *table) link(r *Record) {
	n := t.node(r.Name)
	existed := n.exists()
	if n.records == nil {
		n.records = make([]*Record, 0, 1)
	}
	at := len(n.records)
	for at > 0 && n.records[at-1].seq > r.seq {
		at-- // a record that came back or took another name keeps its age
	}
	if at == len(n.records) {
		n.records = append(n.records, r)
	} else {
		n.records = slices.Insert(slices.Clone(n.records), at, r)
	}
	if !existed {
		t.raise(r.Name)
	}
}

func (t *table) unlink(r *Record) {
	n := t.names[r.Name]
	for i, have := range n.records {
		if have.ID == r.ID {
			// A new slice: readers of the DNS side may hold the old one.
			n.records = append(append(make([]*Record, 0, len(n.records)-1), n.records[:i]...), n.records[i+1:]...)
			break
		}
	}
	if !n.exists() {
		t.lower(r.Name)
	}
	t.drop(r.Name)
}

func (t *table) node(name string) *node {
	n := t.names[name]
	if n == nil {
		n = &node{}
		t.names[name] = n
	}
	return n
}

// raise records at the names above that name exists now.
func (t *table) raise(name string) {
	for name != t.zone.Name {
		name = parent(name)
		n := t.node(name)
		existed := n.exists()
		n.below++
		if existed {
			return
		}
	}
}

// lower records at the names above that name no longer exists.
func (t *table) lower(name string) {
	for name != t.zone.Name {
		name = parent(name)
		n := t.names[name]
		n.below--
		if n.exists() {
			return
		}
		t.drop(name)
	}
}

// drop forgets a name of which nothing is left.
func (t *table) drop(name string) {
	if n := t.names[name]; n != nil && !n.exists() && len(n.past) == 0 {
		delete(t.names, name)
	}
}

// past is one entry of the table's history queue.
type past struct {
	name  string
	until time.Time
}

// remember keeps a superseded version for the name servers that lag behind.
func (t *table) remember(r *Record, until time.Time, keep time.Duration) {
	if keep <= 0 {
		return
	}
	n := t.node(r.Name)
	n.past = append(n.past, Version{Record: r, From: r.Modified, Until: until})
	t.history = append(t.history, past{name: r.Name, until: until})
}

// forget drops the versions that no name server asks for any more, oldest first, and the oldest of too many.
func (t *table) forget(now time.Time, keep time.Duration) {
	cut := 0
	for cut < len(t.history) {
		h := t.history[cut]
		if len(t.history)-cut <= maxHistory && now.Sub(h.until) <= keep {
			break
		}
		cut++
		if n := t.names[h.name]; n != nil && len(n.past) > 0 {
			n.past = n.past[1:]
			t.drop(h.name)
		}
	}
	if cut == len(t.history) {
		t.history = nil
		return
	}
	t.history = t.history[cut:]
}
