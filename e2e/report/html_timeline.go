package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// The measures of the time line's picture, in CSS pixels.
const (
	laneName = 18 // the line with a lane's name
	laneRow  = 11 // one of the rows in which marks that are close stand below each other
	laneRows = 3
	spanRow  = 17
	spanRows = 9 // as many as are drawn beside each other; later ones lie over these
	axisRow  = 20
)

// linked is how many entries are linked from one place; the whole list is in the verdict's own part of the time line.
const linked = 6

// lane is all that one source saw.
type lane struct {
	Source           verdict.Source
	Title            string
	Y, TextY, Height int
	Odd              bool
}

// mark is an entry in the picture. X and Until are percent.
type entryMark struct {
	Entry, Class, X, Until, Title string
	Y                             int
	Failed                        bool
}

// lasting is something that lasted, in the suite's own lane.
type lasting struct {
	Entry, Class, X, Width, Title, Label string
	Y                                    int
}

// row is an entry in words.
type row struct {
	verdict.Entry
	Anchor, At, Lane, Again string
	Seconds                 string
}

// citing is what one verdict rests on.
type citing struct {
	ID, Title, Span, From, To, Entries string
	Result                             verdict.Result
	Fine                               bool // it passed
	Rows                               []row
	Marks                              []entryMark
	Ticks                              []tick
}

// clock is the time line as the page shows it.
type clock struct {
	Start         time.Time
	From, Seconds string // in seconds since Start
	Count         int
	Left          string
	Height, AxisY int
	Lanes         []lane
	Spans         []lasting
	Marks         []entryMark
	Ticks         []tick
	Legend        []legend
	Rows          []row
	Views         []citing
	Folded        string // what stands over the views that passed, when they are folded away

	rows map[string]row
}

type legend struct{ Class, Title string }

// sources are the lanes from top to bottom.
func sources() []lane {
	return []lane{
		{Source: verdict.SourcePhase, Title: "suite"},
		{Source: verdict.SourceEvent, Title: "Kubernetes"},
		{Source: verdict.SourceAPI, Title: "provider’s API"},
		{Source: verdict.SourceDNS, Title: "DNS"},
		{Source: verdict.SourceACME, Title: "ACME"},
		{Source: verdict.SourceProbe, Title: "external probes"},
	}
}

// newClock draws the time line; nil when there is none.
func newClock(v *verdict.Verdict) *clock {
	if len(v.Timeline) == 0 {
		return nil
	}
	c := &clock{Start: v.Suite.Started, Count: len(v.Timeline), rows: map[string]row{}}
	if c.Start.IsZero() {
		c.Start = v.Timeline[0].Time
	}
	if v.Omitted > 0 {
		c.Left = fmt.Sprintf("%d more were left out for size", v.Omitted)
	}
	from, to := c.since(v.Timeline[0].Time), 0.0
	for _, e := range v.Timeline {
		to = max(to, c.since(e.Time), c.since(e.Until))
	}
	to = max(to, from+1)
	c.From, c.Seconds, c.Ticks = short(from), short(to-from), ticks(from, to, 8)
	c.lanes(v.Timeline)
	c.draw(v.Timeline, from, to)
	c.cite(v)
	return c
}

func (c *clock) since(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return t.Sub(c.Start).Seconds()
}

// lanes places the lanes: that of the suite is as high as there is beside each other.
func (c *clock) lanes(entries []verdict.Entry) {
	beside := 0
	for _, e := range entries {
		if e.Source == verdict.SourcePhase && beside < spanRows {
			beside = max(beside, c.row(entries, e)+1)
		}
	}
	y := 0
	for n, l := range sources() {
		l.Y, l.TextY, l.Odd = y, y+13, n%2 == 1
		l.Height = laneName + laneRow*laneRows + 4
		if l.Source == verdict.SourcePhase {
			l.Height = laneName + spanRow*beside + 4
		}
		y += l.Height
		c.Lanes = append(c.Lanes, l)
		c.Legend = append(c.Legend, legend{string(l.Source), l.Title})
	}
	c.Legend = append(c.Legend[1:], legend{"failed", "failed, refused or not there"})
	c.Height, c.AxisY = y+axisRow, y+14
}

// row is the row of what lasted: the first in which nothing before it still lasts.
func (c *clock) row(entries []verdict.Entry, of verdict.Entry) int {
	var ends [spanRows]time.Time
	for _, e := range entries {
		if e.Source != verdict.SourcePhase {
			continue
		}
		at := slices.IndexFunc(ends[:], func(end time.Time) bool { return !end.After(e.Time) })
		if at < 0 {
			at = spanRows - 1
		}
		if e.ID == of.ID {
			return at
		}
		if e.Until.After(ends[at]) { //nolint:gosec // G602: a row that there is
			ends[at] = e.Until //nolint:gosec // likewise
		}
	}
	return 0
}

// draw makes a mark and a row of each entry.
func (c *clock) draw(entries []verdict.Entry, from, to float64) {
	count := map[verdict.Source]int{}
	for _, e := range entries {
		at := slices.IndexFunc(c.Lanes, func(l lane) bool { return l.Source == e.Source })
		if at < 0 {
			at = 0
		}
		r := c.inWords(e, c.Lanes[at].Title)
		c.Rows = append(c.Rows, r)
		c.rows[e.ID] = r
		x := percent(c.since(e.Time)-from, to-from)
		title := r.At + " " + e.Subject + ": " + e.Text
		if e.Source == verdict.SourcePhase {
			s := lasting{Entry: r.Anchor, X: x, Width: "0.2", Title: title, Label: label(e.Subject), Y: laneName +
				spanRow*c.row(entries, e), Class: "phase"}
			if strings.HasPrefix(e.Subject, "fault ") {
				s.Class = "fault"
			}
			if e.Failed {
				s.Class += " failed"
			}
			if length := c.since(e.Until) - c.since(e.Time); length > 0 {
				s.Width = percent(length, to-from)
			}
			c.Spans = append(c.Spans, s)
			continue
		}
		m := markOf(r, x, c.Lanes[at].Y+laneName+laneRow/2+laneRow*(count[e.Source]%laneRows))
		if !e.Until.IsZero() {
			m.Until = percent(c.since(e.Until)-from, to-from)
		}
		count[e.Source]++
		c.Marks = append(c.Marks, m)
	}
}

// label is what fits into a span.
func label(subject string) string {
	_, name, found := strings.Cut(subject, " ")
	if !found {
		return subject
	}
	return name
}

func markOf(r row, x string, y int) entryMark {
	m := entryMark{Entry: r.Anchor, Class: string(r.Source), X: x, Y: y, Title: r.At + " " + r.Subject + ": " +
		r.Text, Failed: r.Failed}
	if r.Failed {
		m.Class += " failed"
	}
	return m
}

func (c *clock) inWords(e verdict.Entry, lane string) row {
	s := c.since(e.Time)
	r := row{Entry: e, Anchor: fmt.Sprintf("e%d", len(c.Rows)+1), At: offset(s), Lane: lane, Seconds: short(s)}
	switch {
	case e.Count > 1:
		r.Again = fmt.Sprintf("%d times, until %s", e.Count, offset(c.since(e.Until)))
	case !e.Until.IsZero():
		r.Again = "until " + offset(c.since(e.Until))
	}
	return r
}

// cited lists the entries with these ids, the first most of them; all when most is 0.
func (c *clock) cited(ids []string, most int) []row {
	if c == nil {
		return nil
	}
	var out []row
	for _, id := range ids {
		if r, there := c.rows[id]; there {
			out = append(out, r)
		}
	}
	slices.SortStableFunc(out, func(a, b row) int { return a.Time.Compare(b.Time) })
	if most > 0 && len(out) > most {
		out = out[:most]
	}
	return out
}

// rests finds the part that lists these entries, "" for none.
func (c *clock) rests(ids []string) string {
	rows := c.cited(ids, 0)
	if len(rows) == 0 {
		return ""
	}
	entries := anchors(rows)
	at := slices.IndexFunc(c.Views, func(x citing) bool { return x.Entries == entries })
	if at < 0 {
		return ""
	}
	return c.Views[at].ID
}

func anchors(rows []row) string {
	out := make([]string, 0, len(rows))
	for _, r := range rows {
		out = append(out, r.Anchor)
	}
	return strings.Join(out, " ")
}

// cite makes the part of each verdict: what failed first, then the journey, then the faults.
func (c *clock) cite(v *verdict.Verdict) {
	var journey []string
	for _, x := range v.Criteria {
		if x.Result == verdict.Passed {
			journey = union(journey, x.Cites)
			continue
		}
		c.view(string(x.ID)+" "+strings.ReplaceAll(x.Text, "`", ""), x.Result, x.Cites)
	}
	c.view("the journey: from the bundle to a route that works", verdict.Passed, journey)
	for _, f := range v.Faults {
		c.view("fault "+f.ID+": "+or(f.Title, "no title"), f.Result, f.Cites)
	}
	for _, u := range v.Upgrades {
		c.view(string(u.Direction), u.Result(), u.Cites)
	}
	slices.SortStableFunc(c.Views, func(a, b citing) int {
		first := func(x citing) int {
			if x.Result == verdict.Passed {
				return 1
			}
			return 0
		}
		return first(a) - first(b)
	})
	for n := range c.Views {
		c.Views[n].ID, c.Views[n].Fine = fmt.Sprintf("v%d", n+1), c.Views[n].Result == verdict.Passed
	}
	if fine := len(slices.DeleteFunc(slices.Clone(c.Views), func(x citing) bool { return !x.Fine })); fine > longList {
		c.Folded = fmt.Sprintf("%d that passed", fine)
	}
}

func (c *clock) view(title string, result verdict.Result, ids []string) {
	rows := c.cited(ids, 0)
	if len(rows) == 0 {
		return
	}
	from, to := c.since(rows[0].Time), 0.0
	for _, r := range rows {
		to = max(to, c.since(r.Time))
		if r.Count == 0 { // what was seen again and again says nothing by its end
			to = max(to, c.since(r.Until))
		}
	}
	air := max(0.03*(to-from), 0.1) // so that no mark stands on the edge
	out := citing{
		Title: title, Result: result, Rows: rows, From: short(from), To: short(to), Entries: anchors(rows),
		Span: offset(from) + " to " + offset(to), Ticks: ticks(from-air, to+air, 5),
	}
	for n, r := range rows {
		if r.Source != verdict.SourcePhase {
			out.Marks = append(out.Marks, markOf(r, percent(c.since(r.Time)-from+air, to-from+2*air), 8+9*(n%3)))
		}
	}
	c.Views = append(c.Views, out)
}
