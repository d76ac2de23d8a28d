package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// The JUnit dialect that GitHub's and GitLab's viewers share: testsuites, testsuite, testcase with classname,
// name, time and file, and at most one of failure, error and skipped. Flaky and unsupported have no place in it
// and appear as skipped with their name, so that a viewer does not show more green than was proved.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Errors   int          `xml:"errors,attr"`
		Skipped  int          `xml:"skipped,attr"`
		Time     seconds      `xml:"time,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name      string      `xml:"name,attr"`
		Tests     int         `xml:"tests,attr"`
		Failures  int         `xml:"failures,attr"`
		Errors    int         `xml:"errors,attr"`
		Skipped   int         `xml:"skipped,attr"`
		Time      seconds     `xml:"time,attr"`
		Timestamp string      `xml:"timestamp,attr,omitempty"`
		Cases     []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Class   string     `xml:"classname,attr"`
		Name    string     `xml:"name,attr"`
		Time    seconds    `xml:"time,attr"`
		File    string     `xml:"file,attr,omitempty"`
		Failure *junitText `xml:"failure"`
		Error   *junitText `xml:"error"`
		Skipped *junitText `xml:"skipped"`
		Output  string     `xml:"system-out,omitempty"`
	}
	junitText struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr,omitempty"`
		Text    string `xml:",chardata"`
	}
	seconds float64
)

// MarshalXMLAttr writes three decimals: some viewers do not read exponents.
func (s seconds) MarshalXMLAttr(name xml.Name) (xml.Attr, error) {
	return xml.Attr{Name: name, Value: fmt.Sprintf("%.3f", float64(s))}, nil
}

// JUnit writes junit.xml: a suite of the specs, one of the faults, one of the upgrades, and one with a single
// error when the suite could not run or finish. The text of a failure holds its reason and the objects it
// names.
func JUnit(w io.Writer, v *verdict.Verdict) error {
	out := junitSuites{Name: "edgeproof"}
	suites := []junitSuite{
		{Name: "specs", Cases: specCases(v)},
		{Name: "faults", Cases: faultCases(v)},
		{Name: "upgrades", Cases: upgradeCases(v)},
		{Name: "run", Cases: runCases(v)},
	}
	for _, s := range suites {
		if len(s.Cases) == 0 && s.Name != "specs" {
			continue
		}
		if !v.Suite.Started.IsZero() {
			s.Timestamp = v.Suite.Started.UTC().Format(time.RFC3339)
		}
		for _, c := range s.Cases {
			s.Tests++
			s.Time += c.Time
			switch {
			case c.Failure != nil:
				s.Failures++
			case c.Error != nil:
				s.Errors++
			case c.Skipped != nil:
				s.Skipped++
			}
		}
		out.Tests, out.Failures, out.Errors, out.Skipped = out.Tests+s.Tests, out.Failures+s.Failures, out.Errors+
			s.Errors, out.Skipped+s.Skipped
		out.Time += s.Time
		out.Suites = append(out.Suites, s)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return fmt.Errorf("write junit: %w", err)
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(out); err != nil {
		return fmt.Errorf("write junit: %w", err)
	}
	if _, err := io.WriteString(w, "\n"); err != nil {
		return fmt.Errorf("write junit: %w", err)
	}
	return nil
}

func specCases(v *verdict.Verdict) []junitCase {
	var out []junitCase
	for _, s := range v.Specs.List {
		c := junitCase{Class: "edgeproof", Name: oneLine(s.Name), Time: seconds(s.Seconds), File: clean(s.File)}
		if len(s.Criteria) > 0 {
			ids := make([]string, len(s.Criteria))
			for i, id := range s.Criteria {
				ids[i] = string(id)
			}
			c.Class += "." + strings.Join(ids, "+")
		}
		c.Output = clean(strings.Join(s.Evidence, "\n"))
		reason := s.Reason
		for _, a := range attempts(s) {
			reason += "\nattempt: " + a
		}
		c.end(s.Result, s.Finished, again(reason, s.Reproduce), s.Objects)
		out = append(out, c)
	}
	return out
}

func faultCases(v *verdict.Verdict) []junitCase {
	var out []junitCase
	for _, f := range v.Faults {
		c := junitCase{
			Class: "edgeproof.fault." + oneLine(f.Layer), Name: oneLine(f.ID + " " + f.Title),
			Time: seconds(f.SecondsToDetect),
		}
		c.end(f.Result, true, again(f.Reason, f.Reproduce), f.Objects)
		out = append(out, c)
	}
	return out
}

func upgradeCases(v *verdict.Verdict) []junitCase {
	var out []junitCase
	for _, u := range v.Upgrades {
		c := junitCase{Class: "edgeproof.upgrade", Name: oneLine(string(u.Direction) + " from " + u.From.Path + " to " +
			u.To.Path), Time: seconds(u.Seconds)}
		c.end(u.Result(), u.Unfinished == "", again(strings.Join(u.Objections(), "\n"), u.Reproduce), nil)
		out = append(out, c)
	}
	return out
}

// again adds to a reason the command that shows it again.
func again(reason, command string) string {
	if command == "" {
		return reason
	}
	return reason + "\nagain: " + oneLine(command)
}

func runCases(v *verdict.Verdict) []junitCase {
	if v.Error == nil {
		return nil
	}
	text := errorText(v.Error)
	return []junitCase{{
		Class: "edgeproof.run", Name: oneLine(v.Error.Operation),
		Error: &junitText{Message: head(text), Type: "error", Text: text},
	}}
}

func (c *junitCase) end(r verdict.Result, finished bool, reason string, objects []string) {
	text := because(reason, objects)
	t := &junitText{Message: head(text), Type: string(r), Text: text}
	switch {
	case !finished:
		c.Error = &junitText{Message: "did not finish: " + head(text), Type: "unfinished", Text: text}
	case r == verdict.Passed:
	case r == verdict.Failed:
		c.Failure = t
	default:
		c.Skipped = &junitText{Message: string(r) + ": " + head(text)}
	}
}
