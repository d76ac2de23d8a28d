package suite

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/formatter"
	"github.com/onsi/ginkgo/v2/types"
	"github.com/onsi/gomega"

	"github.com/edgeproof/edgeproof/e2e/bundle"
	"github.com/edgeproof/edgeproof/e2e/fault"
	"github.com/edgeproof/edgeproof/e2e/progress"
	"github.com/edgeproof/edgeproof/e2e/testbed"
	"github.com/edgeproof/edgeproof/e2e/upgrade"
	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// timeout bounds the specs as a whole; each wait inside has a budget of its own.
const timeout = time.Hour

// Config is what is judged, and how.
type Config struct {
	// Testbed is set up, with the bundle and the applications installed.
	Testbed *testbed.Testbed
	Started time.Time // when the run began: what was before is no part of its time line

	Faults    []fault.Fault // all that there are; Catalogue and Shard pick those that are run
	Catalogue verdict.Catalogue
	Shard     verdict.Shard

	// Candidate is to take the place of the installed bundle, which is then the baseline; nil where nothing is to
	// be changed.
	Candidate *Version
	// Sabotages are spoiled copies of the candidate, which are tried and nothing else, and Render how one is rendered.
	Sabotages []upgrade.Sabotage
	Render    func(ctx context.Context, folder string) (*bundle.Bundle, error)

	Focus  string // only specs whose text matches this regular expression
	Labels string // only specs whose labels match this filter of Ginkgo's
	Seed   int64  // of the order of the faults

	Log    *progress.Log // one step a spec; nil: nothing
	Output io.Writer     // Ginkgo's own report in text; nil: nothing
}

// Version is a bundle, and the ingress controller that the platform has with it.
type Version struct {
	*bundle.Bundle

	Traefik string
}

func (v Version) content() verdict.Content { return verdict.Content{Path: v.Path, Digest: v.Digest} }

// Validate refuses what Ginkgo would end the process for.
func (c Config) Validate() error {
	if _, err := types.ParseLabelFilter(c.Labels); err != nil {
		return fmt.Errorf("--labels %q: %w", c.Labels, err)
	}
	if _, err := regexp.Compile(c.Focus); err != nil {
		return fmt.Errorf("--focus %q: %w; give a regular expression", c.Focus, err)
	}
	return nil
}

// ginkgo is the configuration as Ginkgo has it.
func (c Config) ginkgo() (types.SuiteConfig, types.ReporterConfig) {
	suite, reporter := GinkgoConfiguration()
	suite.RandomSeed, suite.LabelFilter, suite.Timeout = c.Seed, c.Labels, timeout
	if c.Focus != "" {
		suite.FocusStrings = []string{c.Focus}
	}
	reporter.Verbose, reporter.NoColor = true, true
	return suite, reporter
}

// Run has Ginkgo run the specs and returns its report. Specs that fail are no error. Ginkgo keeps its suite in
// globals, so a process runs one; it ends early, and in order, when the process is interrupted.
func Run(c Config) (types.Report, error) {
	if err := c.Validate(); err != nil {
		return types.Report{}, err
	}
	stdout := formatter.ColorableStdOut
	defer func() { formatter.ColorableStdOut = stdout }()
	formatter.ColorableStdOut = c.Output
	if c.Output == nil {
		formatter.ColorableStdOut = io.Discard
	}
	var report *types.Report
	gomega.RegisterFailHandler(Fail)
	Build(c)
	ReportAfterSuite("report", func(r Report) { report = &r })
	suite, reporter := c.ginkgo()
	RunSpecs(unjudged{}, Name, suite, reporter)
	if report == nil {
		return types.Report{}, errors.New("run the specs: Ginkgo ended without a report; see its log")
	}
	return *report, nil
}

// unjudged hears from Ginkgo that specs failed. The report says so too.
type unjudged struct{}

// Fail does nothing.
func (unjudged) Fail() {}

// planned picks the faults whose specs the focus and the labels leave in.
func planned(c Config, faults []fault.Fault) []fault.Fault {
	return slices.DeleteFunc(slices.Clone(faults), func(f fault.Fault) bool {
		if c.Labels != "" && !labelsOf(f).MatchesLabelFilter(c.Labels) {
			return true
		}
		text := strings.Join([]string{Name, containerName, specOf(f)}, " ")
		matches, err := regexp.MatchString(c.Focus, text)
		return err != nil || !matches
	})
}

// FromGinkgo fills in what Ginkgo's own flags say, for a suite that `go test` runs.
func (c Config) FromGinkgo() Config {
	suite, _ := GinkgoConfiguration()
	c.Seed, c.Labels, c.Focus, c.Output = suite.RandomSeed, suite.LabelFilter, strings.Join(suite.FocusStrings, "|"),
		os.Stdout
	return c
}
