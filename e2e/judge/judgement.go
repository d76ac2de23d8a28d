package judge

import (
	"fmt"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/await"
)

// Judgement is what a snapshot, or a command's output, says of one criterion.
type Judgement struct {
	ID  string `json:"id"`
	Met bool   `json:"met"`
	// Final says that the criterion failed permanently: waiting changes nothing, only an action does.
	Final bool `json:"final,omitempty"`
	// Reasons say why it is not met. Each names its object first.
	Reasons []string `json:"reasons,omitempty"`
	// Evidence is what speaks for it.
	Evidence []string `json:"evidence,omitempty"`
	// TooEarly says what goes wrong when a step of the workflow is done before this one; set on an unmet step.
	TooEarly string `json:"tooEarly,omitempty"`

	// pending counts the reasons that time may remove and that stand beside no reason of the same part that it does not.
	pending int
}

// Settled reports whether waiting shows nothing more: it is met, or all that is missing is missing permanently. A
// judgement that has failed may not be settled, while other parts of it are still under way.
func (j Judgement) Settled() bool { return j.Met || j.Final && j.pending == 0 }

// Answer is the judgement as an answer of an expectation.
func (j Judgement) Answer() await.Answer {
	switch {
	case j.Met:
		return await.Done("%s: %s", j.ID, strings.Join(j.Evidence, "; "))
	case j.Final:
		return await.Fail("%s: %s", j.ID, strings.Join(j.Reasons, "; "))
	default:
		return await.Wait("%s: %s", j.ID, strings.Join(j.Reasons, "; "))
	}
}

// String is the judgement for a person, one line a reason.
func (j Judgement) String() string {
	lines := []string{fmt.Sprintf("%s is met", j.ID)}
	if !j.Met {
		lines[0] = fmt.Sprintf("%s is not met", j.ID)
		for _, r := range j.Reasons {
			lines = append(lines, "  - "+r)
		}
		if j.TooEarly != "" {
			lines = append(lines, "  "+j.TooEarly)
		}
	}
	for _, e := range j.Evidence {
		lines = append(lines, "  seen: "+e)
	}
	return strings.Join(lines, "\n")
}

// Lacks notes a reason that time may remove.
func (j *Judgement) Lacks(format string, args ...any) {
	j.Reasons = append(j.Reasons, fmt.Sprintf(format, args...))
	j.pending++
}

// Never notes a reason that time does not remove.
func (j *Judgement) Never(format string, args ...any) {
	j.Reasons = append(j.Reasons, fmt.Sprintf(format, args...))
	j.Final = true
}

// Saw notes what speaks for the criterion.
func (j *Judgement) Saw(format string, args ...any) {
	j.Evidence = append(j.Evidence, fmt.Sprintf(format, args...))
}

// Take adds what the judgement of a part found. A part that has failed permanently is not waited for.
func (j *Judgement) Take(other Judgement) {
	j.Reasons = append(j.Reasons, other.Reasons...)
	j.Evidence = append(j.Evidence, other.Evidence...)
	j.Final = j.Final || other.Final
	if !other.Final {
		j.pending += other.pending
	}
}

// Conclude decides: met without a reason against it, and with something seen for it. A criterion that nothing
// speaks for is not met, so that an empty snapshot never passes.
func (j *Judgement) Conclude() Judgement {
	if len(j.Reasons) == 0 && len(j.Evidence) == 0 {
		j.Lacks("nothing was there to judge")
	}
	j.Met = len(j.Reasons) == 0
	j.Final = j.Final && !j.Met
	return *j
}

// Short cuts a text for a reason.
func Short(text string) string {
	const head, tail = 180, 120
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > head+tail {
		text = strings.ToValidUTF8(text[:head], "") + "…" + strings.ToValidUTF8(text[len(text)-tail:], "")
	}
	return text
}
