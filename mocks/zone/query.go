package zone

import (
	"cmp"
	"slices"
	"strings"

	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// Match filters one text field. Letter case does not count [DOC].
type Match struct {
	Exact, Contains, StartsWith, EndsWith string
	Present, Absent                       bool
}

func (m Match) set() bool { return m != Match{} }

func (m Match) holds(text string) bool {
	folded := strings.ToLower(text)
	switch {
	case m.Present && text == "", m.Absent && text != "":
		return false
	case m.Exact != "" && !strings.EqualFold(m.Exact, text),
		m.Contains != "" && !strings.Contains(folded, strings.ToLower(m.Contains)),
		m.StartsWith != "" && !strings.HasPrefix(folded, strings.ToLower(m.StartsWith)),
		m.EndsWith != "" && !strings.HasSuffix(folded, strings.ToLower(m.EndsWith)):
		return false
	}
	return true
}

// TagMatch filters by the tag of one name. Letter case does not count [DOC].
type TagMatch struct {
	Name   string
	Value  Match // the zero value fits any value, and a tag without one
	Absent bool  // no tag of the name may be there
}

func (m TagMatch) holds(tags []string) bool {
	has := slices.ContainsFunc(tags, func(tag string) bool {
		name, value, _ := strings.Cut(tag, ":")
		return strings.EqualFold(name, m.Name) && m.Value.holds(value)
	})
	return has != m.Absent
}

// Query selects records of a zone.
type Query struct {
	Name    Match
	Content Match
	Comment Match
	Type    string // exact; "" is any
	Proxied *bool
	Tags    []TagMatch
	AnyTag  bool   // one of Tags is enough
	Search  string // anywhere in name, content, comment or tags; must hold whatever Any says [DOC]
	Any     bool   // one filter that holds is enough; otherwise all must

	Order      string // name, type, content, ttl, proxied; "" is type, then name, then newest first
	Descending bool
	Offset     int // records to skip
	Limit      int // records to return at most; 0 is all
}

// List returns the selected records and how many there are in all pages together. A page of the default
// order, with or without a type filter, costs the same in a small and in a huge zone; so does a name filter.
func (s *Store) List(zone api.ID, q Query) (page []*Record, total int, err error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	t := s.byID[zone]
	if t == nil {
		return nil, 0, refuseUnknownZone()
	}
	if q.plain() {
		page, total = t.ranked(q)
		return page, total, nil
	}
	found := t.scan(q)
	q.sort(found)
	from := min(max(q.Offset, 0), len(found))
	until := len(found)
	if q.Limit > 0 {
		until = min(from+q.Limit, until)
	}
	return found[from:until], len(found), nil
}

// Record finds one record.
func (s *Store) Record(zone, record api.ID) (*Record, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	t := s.byID[zone]
	if t == nil {
		return nil, refuseUnknownZone()
	}
	if r := t.byID[record]; r != nil {
		return r, nil
	}
	return nil, refuseUnknownRecord()
}

// Len is the number of records in a zone.
func (s *Store) Len(zone api.ID) int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if t := s.byID[zone]; t != nil {
		return len(t.byID)
	}
	return 0
}

// plain: nothing but a type filter, in the index's own order.
func (q *Query) plain() bool {
	return !q.Name.set() && !q.Content.set() && !q.Comment.set() && q.Proxied == nil && len(q.Tags) == 0 &&
		q.Search == "" && (q.Order == "" || q.Order == "type")
}

func (t *table) ranked(q Query) (page []*Record, total int) {
	from, until := t.order.span(q.Type)
	total = until - from
	skip := min(max(q.Offset, 0), total)
	count := total - skip
	if q.Limit > 0 {
		count = min(q.Limit, count)
	}
	if !q.Descending {
		return t.order.between(from+skip, from+skip+count), total
	}
	page = t.order.between(until-skip-count, until-skip)
	slices.Reverse(page)
	return page, total
}

// scan collects what matches, in index order.
func (t *table) scan(q Query) []*Record {
	var candidates []*Record
	switch {
	case !q.Any && q.Name.Exact != "":
		if n := t.names[Canonical(q.Name.Exact)]; n != nil {
			candidates = slices.Clone(n.records)
			slices.SortFunc(candidates, compare)
		}
		q.Name.Exact = "" // done, and in canonical form
	case !q.Any:
		candidates = t.order.between(t.order.span(q.Type))
	default:
		candidates = t.order.between(0, t.order.size)
	}
	return slices.DeleteFunc(candidates, func(r *Record) bool { return !q.holds(r) })
}

func (q *Query) holds(r *Record) bool {
	if q.Search != "" && !q.searchHolds(r) {
		return false
	}
	checks := [...]struct {
		asked bool
		holds func() bool
	}{
		{q.Name.set(), func() bool { return q.Name.holds(r.Name) }},
		{q.Type != "", func() bool { return q.Type == r.Type }},
		{q.Content.set(), func() bool { return q.Content.holds(r.Content) }},
		{q.Comment.set(), func() bool { return q.Comment.holds(r.Comment) }},
		{q.Proxied != nil, func() bool { return *q.Proxied == r.Proxied }},
		{len(q.Tags) > 0, func() bool { return q.tagsHold(r) }},
	}
	asked := false
	for _, c := range checks {
		if !c.asked {
			continue
		}
		asked = true
		if holds := c.holds(); holds == q.Any {
			return holds
		}
	}
	return !asked || !q.Any
}

func (q *Query) tagsHold(r *Record) bool {
	if q.AnyTag {
		return slices.ContainsFunc(q.Tags, func(m TagMatch) bool { return m.holds(r.Tags) })
	}
	return !slices.ContainsFunc(q.Tags, func(m TagMatch) bool { return !m.holds(r.Tags) })
}

func (q *Query) searchHolds(r *Record) bool {
	m := Match{Contains: q.Search}
	return m.holds(r.Name) || m.holds(r.Content) || m.holds(r.Comment) || slices.ContainsFunc(r.Tags, m.holds)
}

func (q *Query) sort(found []*Record) {
	var by func(a, b *Record) int
	switch q.Order {
	case "name":
		by = func(a, b *Record) int { return cmp.Compare(a.Name, b.Name) }
	case "content":
		by = func(a, b *Record) int { return cmp.Compare(a.Content, b.Content) }
	case "ttl":
		by = func(a, b *Record) int { return cmp.Compare(a.TTL, b.TTL) }
	case "proxied":
		by = func(a, b *Record) int { return cmp.Compare(flag(a.Proxied), flag(b.Proxied)) }
	}
	if by != nil {
		slices.SortStableFunc(found, by)
	}
	if q.Descending {
		slices.Reverse(found)
	}
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}
