package survey

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/bundle"
)

// WriteText writes the survey for people. Findings that are not about the edge are counted, unless all is set or there
// is no edge.
func (s *Survey) WriteText(w io.Writer, all bool) error {
	all = all || s.Edge.Objects == 0
	p := &printer{w: w}
	p.line("bundle %s (%s, %d stages)", s.Path, strings.Join(s.Engines, ", "), s.Stages)
	p.section("edge: %d objects, %d routes, %d certificates", s.Edge.Objects, len(s.Edge.Routes), s.Edge.Certificates)
	for _, c := range s.Edge.Components {
		what := c.Image
		if c.Missing != "" {
			what = "not rendered: " + c.Missing
		}
		p.line("  %-14s %s  %s  (%s:%d)", c.Name, c.Object, what, c.File, c.Line)
	}
	for _, d := range s.Edge.ExternalDNS {
		proxied := ""
		if d.Proxied {
			proxied = ", proxied by default"
		}
		p.line("  %s: %s, zones %s, sources %s%s", d.Object, d.Provider, list(d.Zones, "any"), list(d.Sources, "none"),
			proxied)
		for _, filter := range d.Filters {
			p.line("    takes only %s", filter)
		}
		for _, credential := range d.Credentials {
			p.line("    credential %s", credential)
		}
	}
	for _, i := range s.Edge.Issuers {
		p.line("  %s: %s by %s", i.Object, i.Directory, list(i.Solvers, "no solver"))
	}
	for _, r := range s.Edge.Routes {
		p.line("  %s: %s to %s  (%s:%d)", r.Object, list(r.Hosts, "any host"), list(r.Services, "no Service"), r.File,
			r.Line)
	}
	p.section("stand-ins: %d Secrets, %d applications, %d namespaces, %d Services", len(s.StandIns.Secrets),
		len(s.StandIns.Applications), len(s.StandIns.Namespaces), len(s.StandIns.Services))
	for _, secret := range s.StandIns.Secrets {
		keys := make([]string, len(secret.Keys))
		for i, key := range secret.Keys {
			keys[i] = key.Name + " (" + string(key.Purpose) + ")"
		}
		p.line("  Secret %s/%s: %s; %s", secret.Namespace, secret.Name, list(keys, "no key is known"), secret.Reason)
	}
	for _, app := range s.StandIns.Applications {
		p.line("  %s: %s", app.Object, list(app.Images, "no image"))
	}
	for _, n := range s.StandIns.Classes {
		p.line("  %s: of %s  (%s:%d)", n.Object, n.For, n.File, n.Line)
	}
	for _, n := range slices.Concat(s.StandIns.Namespaces, s.StandIns.Services) {
		p.line("  %s: nothing in the bundle makes it, and %s needs it  (%s:%d)", n.Object, n.For, n.File, n.Line)
	}
	if len(s.Variables) > 0 {
		p.section("variables without a value: %d; give them by --var NAME=VALUE or --vars-from FILE", len(s.Variables))
		for _, v := range s.Variables {
			from := ""
			if len(v.From) > 0 {
				from = ", from " + strings.Join(v.From, " or ")
			}
			p.line("  %s: read as %s%s (%d files)", v.Name, v.Value, from, len(v.Used))
		}
	}
	p.section("left out: %d objects, %d releases", s.LeftOut.Objects, len(s.LeftOut.Releases))
	kinds := slices.SortedFunc(maps.Keys(s.LeftOut.ByKind),
		func(a, b string) int { return s.LeftOut.ByKind[b] - s.LeftOut.ByKind[a] })
	var counts []string
	for _, kind := range kinds {
		counts = append(counts, fmt.Sprintf("%d %s", s.LeftOut.ByKind[kind], kind))
	}
	if len(counts) > 0 {
		p.line("  %s", strings.Join(counts, ", "))
	}
	s.writeFindings(p, all)
	if s.Refused != "" {
		p.section("a run would refuse it: %s", s.Refused)
	}
	p.section("images: %d", len(s.Images))
	for _, image := range s.Images {
		p.line("  %s", image)
	}
	return p.err
}

func (s *Survey) writeFindings(p *printer, all bool) {
	p.section("findings: %d", len(s.Findings))
	rest := map[string]int{}
	for _, f := range s.Findings {
		if !all && (!f.Edge || f.Severity == string(bundle.Noted)) {
			rest[f.Severity]++
			continue
		}
		place := f.File
		if f.Line > 0 {
			place += fmt.Sprintf(":%d", f.Line)
		}
		p.line("  %s: %s: %s: %s; %s", place, f.Severity, f.Object, f.Problem, f.Remedy)
	}
	for _, severity := range slices.Sorted(maps.Keys(rest)) {
		p.line("  and %d of severity %s beyond the edge or for information: --all shows them", rest[severity], severity)
	}
}

func list(items []string, none string) string {
	if len(items) == 0 {
		return none
	}
	return strings.Join(items, ", ")
}

// printer writes lines and keeps the first error.
type printer struct {
	w   io.Writer
	err error
}

func (p *printer) line(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, strings.TrimRight(format, "\n")+"\n", args...)
	}
}

func (p *printer) section(format string, args ...any) { p.line("\n"+format, args...) }
