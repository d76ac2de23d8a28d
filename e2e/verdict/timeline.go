package verdict

import "time"

// Source says who saw an entry of the time line.
type Source string

// The sources of the time line.
const (
	SourceEvent Source = "event" // a Kubernetes event
	SourceAPI   Source = "api"   // a request to the provider's API
	SourceDNS   Source = "dns"   // a question to the public DNS
	SourceACME  Source = "acme"  // a step at a CA
	SourceProbe Source = "probe" // an external client
	SourcePhase Source = "phase" // the suite itself: a phase or a spec begins or ends, a fault goes in or out
)

// Entry is one thing that happened, on the one clock of the run (UTC).
type Entry struct {
	// ID is unique in the verdict; criteria, faults and upgrades cite it.
	ID      string    `json:"id" jsonschema:"minLength=1"`
	Time    time.Time `json:"time"`
	Source  Source    `json:"source"`
	Subject string    `json:"subject"`
	Text    string    `json:"text" jsonschema:"minLength=1"`
	Failed  bool      `json:"failed,omitempty"`
	// Until is the end of what lasted, or the last time of what happened again alike; Count is how often, absent
	// for once.
	Until time.Time `json:"until,omitzero"`
	Count int       `json:"count,omitempty"`
}

// Cited lists the entries of the time line with these ids, in the time line's order.
func (v *Verdict) Cited(ids []string) []Entry {
	want := map[string]bool{}
	for _, id := range ids {
		want[id] = true
	}
	var out []Entry
	for _, e := range v.Timeline {
		if want[e.ID] {
			out = append(out, e)
		}
	}
	return out
}
