package timeline

import (
	"net/url"
	"strings"
	"time"

	"github.com/edgeproof/edgeproof/e2e/verdict"
	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// pause is the longest silence within which the same, seen again, is the same entry. Those that look again and
// again do so every second or two.
const pause = 4 * time.Second

// fold turns a journal into entries. The same question with the same answer within a short while makes one
// entry, with its last time and a count: what is of interest is when the answer changed.
func fold(seen []api.JournalEntry, names map[string]string) []verdict.Entry {
	var out []verdict.Entry
	last := map[verdict.Entry]int{} // by what is alike, the place in out
	for _, j := range seen {
		e, ok := inWords(j, names)
		if !ok {
			continue
		}
		alike := e
		alike.Time = time.Time{}
		at, before := last[alike]
		if before {
			was := &out[at]
			if end := latest(was.Time, was.Until); j.Time.Sub(end) <= pause {
				was.Count, was.Until = max(was.Count, 1)+1, latest(end, j.Time.UTC())
				continue
			}
		}
		last[alike] = len(out)
		out = append(out, e)
	}
	return out
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// inWords is an entry of the journal as a reader wants it; false for what says nothing of the edge.
func inWords(j api.JournalEntry, names map[string]string) (verdict.Entry, bool) {
	e := verdict.Entry{Time: j.Time.UTC()}
	switch j.Source {
	case api.SourceAPI:
		e.Source, e.Failed = verdict.SourceAPI, !strings.HasPrefix(j.Outcome, "2")
		method, path, _ := strings.Cut(j.Op, " ")
		e.Subject = path
		switch about, zone := j.Detail["about"], j.Detail["zone"]; {
		case about != "":
			e.Subject = "record " + about
		case zone != "":
			e.Subject = "zone " + zone
		}
		e.Text = who(j, names) + ": " + method + ": " + j.Outcome
	case api.SourceDNS:
		question, name, _ := strings.Cut(j.Op, " ")
		e.Source, e.Subject = verdict.SourceDNS, strings.TrimSuffix(name, ".")
		e.Text = who(j, names) + ": " + question + ": " + j.Outcome
		if answer := j.Detail["answer"]; answer != "" && question != "NS" {
			e.Text += " " + answer
		}
		e.Failed = unanswered(question, j.Outcome)
	case api.SourceACME:
		e.Source, e.Subject = verdict.SourceACME, or(j.Detail["names"], "Let's Encrypt "+j.Detail["authority"])
		e.Text = j.Op + ": " + strings.ReplaceAll(j.Outcome, "urn:ietf:params:acme:error:", "")
		if problem := j.Detail["problem"]; problem != "" {
			e.Text += ": " + problem
		}
		e.Failed = strings.HasPrefix(j.Outcome, "4") || strings.HasPrefix(j.Outcome, "5") ||
			strings.Contains(j.Outcome, "invalid")
	case api.SourceProbe:
		e.Source = verdict.SourceProbe
		_, address, _ := strings.Cut(j.Op, " ")
		e.Subject, e.Text = address, j.Outcome
		if u, err := url.Parse(address); err == nil && u.Host != "" {
			e.Subject, e.Text = u.Host, u.Scheme+": "+j.Outcome
		}
		e.Failed = !strings.HasPrefix(j.Outcome, "2") && !strings.HasPrefix(j.Outcome, "3")
		if at := j.Detail["address"]; at != "" && e.Failed {
			e.Text += " at " + at
		}
	case api.SourceControl:
		e.Source, e.Subject, e.Text = verdict.SourcePhase, "fake internet", j.Op+": "+j.Outcome
	default:
		return e, false
	}
	if fault := j.Detail["fault"]; fault != "" {
		e.Text += " (made by " + fault + ")"
	}
	e.Subject, e.Text = bounded(e.Subject), bounded(e.Text)
	return e, true
}

// unanswered says whether an answer keeps a client from going on. That there is no CAA record, and no proof, is
// how it should be.
func unanswered(question, outcome string) bool {
	switch {
	case strings.HasPrefix(outcome, "NOERROR"):
		return false
	case strings.HasPrefix(outcome, "NXDOMAIN"):
		return question == "A" || question == "AAAA" || question == "CNAME"
	}
	return true
}

// who names the client: the suite, the fake internet's own, or a pod.
func who(j api.JournalEntry, names map[string]string) string {
	switch {
	case j.Client == "control":
		return "edgeproof"
	case j.Client == "127.0.0.1", j.Client == "::1":
		return "the internet"
	case names[j.Client] != "":
		return names[j.Client]
	}
	agent, _, _ := strings.Cut(j.Detail["agent"], "/")
	return or(agent, or(j.Client, "somebody"))
}

func or(s, otherwise string) string {
	if strings.TrimSpace(s) == "" {
		return otherwise
	}
	return s
}
