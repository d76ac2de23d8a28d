package report

import (
	"fmt"

	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// changes says of each change of the bundle what became of it.
func (t *terminal) changes(v *verdict.Verdict) {
	if len(v.Upgrades) > 0 {
		t.title("Upgrade under traffic")
	}
	for _, u := range v.Upgrades {
		sent, lost := 0, 0
		for _, p := range u.Probes {
			sent, lost = sent+p.Sent, lost+p.Failed
		}
		// What speaks against it stands under the decision.
		t.item(u.Result(), fmt.Sprintf("%s: %d of %s failed", u.Direction, lost, counted(sent, "probe")), sec(u.Seconds))
	}
}

// next says what to do: the remedy of each finding, and a command where one can help.
func (t *terminal) next(v *verdict.Verdict) {
	again := reproductions(v)
	if len(v.Findings)+len(again) > 0 {
		t.title("What to do next")
	}
	for _, f := range v.Findings {
		t.wrap("    ", oneLine(f.Object+": "+f.Summary), "      ")
		if f.Remedy != "" {
			t.wrap("      ", "remedy: "+oneLine(f.Remedy), "        ")
		}
		if f.Command != "" {
			t.out.WriteString("      $ " + oneLine(f.Command) + "\n") // whole, to be copied
		}
	}
	for _, command := range again {
		t.out.WriteString("    again: " + oneLine(command) + "\n")
	}
}
