package fault

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
)

// Expect is the diagnosis that must be made while the fault is in. No cause means that the fault only looks
// like one: the route works, and the diagnosis must say so.
type Expect struct {
	// Causes must be named, all of them and no others; the first is the root cause.
	Causes []Cause `json:"causes,omitempty"`
	// Clear are the layers that must be shown not to be at fault, Blocked those that must be said to wait for another.
	Clear   []diagnose.Layer `json:"clear,omitempty"`
	Blocked []diagnose.Layer `json:"blocked,omitempty"`
	// Notes must be among the notes.
	Notes []diagnose.Code `json:"notes,omitempty"`
}

// Cause is one expected finding.
type Cause struct {
	Code  diagnose.Code  `json:"code"`
	Layer diagnose.Layer `json:"layer"`
	// Object must be a part of the finding's object; empty accepts any.
	Object string `json:"object,omitempty"`
}

// Healthy says that nothing is expected to be wrong.
func (e Expect) Healthy() bool { return len(e.Causes) == 0 }

// Named lists the expected causes as "layer/code".
func (e Expect) Named() []string {
	out := make([]string, 0, len(e.Causes))
	for _, c := range e.Causes {
		out = append(out, string(c.Layer)+"/"+string(c.Code))
	}
	return out
}

// Unmet says what a diagnosis lacks of what is expected, or has beyond it; nil when it is the expected one.
func (e Expect) Unmet(d diagnose.Diagnosis) []string {
	var out []string
	lacks := func(ok bool, format string, args ...any) {
		if !ok {
			out = append(out, fmt.Sprintf(format, args...))
		}
	}
	lacks(d.Healthy == e.Healthy(), "healthy is %t, want %t", d.Healthy, e.Healthy())
	for n, c := range e.Causes {
		at := slices.IndexFunc(d.Causes, c.names)
		lacks(at >= 0, "no cause %s of layer %s at %q", c.Code, c.Layer, c.Object)
		lacks(n > 0 || at <= 0, "%s is cause %d, want it to be the root cause", c.Code, at+1)
	}
	for _, f := range d.Causes {
		lacks(slices.ContainsFunc(e.Causes, func(c Cause) bool { return c.names(f) }), "cause %s of layer %s at %s is none",
			f.Code, f.Layer, f.Object)
	}
	for state, layers := range map[diagnose.State][]diagnose.Layer{diagnose.Clear: e.Clear, diagnose.Blocked: e.Blocked} {
		for _, layer := range layers {
			lacks(stateOf(d, layer) == state, "layer %s is %s, want %s", layer, stateOf(d, layer), state)
		}
	}
	for _, note := range e.Notes {
		lacks(slices.ContainsFunc(d.Notes, func(f diagnose.Finding) bool { return f.Code == note }), "no note %s", note)
	}
	slices.Sort(out)
	return out
}

func (c Cause) names(f diagnose.Finding) bool {
	return f.Code == c.Code && f.Layer == c.Layer && strings.Contains(f.Object, c.Object)
}

func stateOf(d diagnose.Diagnosis, layer diagnose.Layer) diagnose.State {
	for _, link := range d.Chain {
		if link.Layer == layer {
			return link.State
		}
	}
	return diagnose.Unknown
}

// code is the form of a diagnosis's codes.
const code = `^[a-z0-9]+(-[a-z0-9]+)*$`

func (e Expect) validate(p *problems) {
	codes := regexp.MustCompile(code)
	broken := map[diagnose.Layer]bool{}
	for n, c := range e.Causes {
		p.that(codes.MatchString(string(c.Code)), "expect.causes[%d].code %q: give a code of package diagnose", n, c.Code)
		p.layer(c.Layer, "expect.causes[%d].layer", n)
		broken[c.Layer] = true
	}
	for n, layer := range e.Clear {
		p.layer(layer, "expect.clear[%d]", n)
		p.that(!broken[layer], "expect.clear[%d]: a cause lies in layer %s", n, layer)
	}
	for n, layer := range e.Blocked {
		p.layer(layer, "expect.blocked[%d]", n)
		p.that(!broken[layer], "expect.blocked[%d]: a cause lies in layer %s", n, layer)
		p.that(!slices.Contains(e.Clear, layer), "expect.blocked[%d]: layer %s is also among clear", n, layer)
	}
	for n, note := range e.Notes {
		p.that(codes.MatchString(string(note)), "expect.notes[%d] %q: give a code of package diagnose", n, note)
	}
	p.that(len(e.Causes) <= 2, "expect.causes: %d; a fault has one, or two at once", len(e.Causes))
	p.that(!e.Healthy() || len(e.Blocked) == 0, "expect.blocked: nothing is blocked where nothing is broken")
}
