package report

import (
	"fmt"
	"math"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// The height of a plot of probes, and of the part that holds points.
const (
	plotHeight = 150
	plotTop    = 20
	plotDepth  = 104
)

// change is an upgrade or a rollback as the page shows it.
type change struct {
	verdict.Upgrade
	Against []string
	Plots   []plot
	Table   []promise
	Seen    []row
}

// promise is one thing that must not happen while a bundle is changed, and what was seen of it.
type promise struct {
	What     string
	Compared string
	Result   verdict.Result
	Seen     []string
}

// plot is what the probes of one host met, second by second.
type plot struct {
	Host, Says string
	Height     int
	Ticks      []tick
	Edges      []tick
	Scale      []tick
	Lapses     []gap
	Points     []point
}

type gap struct{ X, Width, Title string }

type point struct {
	X, Y, Kind, Title string
	OK                bool
}

func newChange(u verdict.Upgrade, c *clock) change {
	out := change{Upgrade: u, Seen: c.cited(u.Cites, linked), Table: promises(u)}
	for _, o := range u.Objections() {
		out.Against = append(out.Against, strings.TrimPrefix(o, string(u.Direction)+": "))
	}
	var hosts []string
	for _, p := range u.Probes {
		hosts = union(hosts, []string{p.Host})
	}
	for _, host := range hosts {
		out.Plots = append(out.Plots, plotOf(u, host))
	}
	return out
}

func plotOf(u verdict.Upgrade, host string) plot {
	p := plot{Host: host, Height: plotHeight}
	var says []string
	for _, x := range u.Probes {
		if x.Host == host {
			says = append(says, fmt.Sprintf("%d of %d %s probes failed", x.Failed, x.Sent, x.Kind))
		}
	}
	from, to, slowest := 0.0, u.Seconds, 1.0
	for _, x := range u.Points {
		if x.Host == host {
			from, to = min(from, x.At), max(to, x.At)
			slowest = max(slowest, x.Milliseconds)
		}
	}
	p.Says = strings.Join(says, ", ")
	p.Ticks = ticks(from, to, 6)
	for n := range p.Ticks {
		p.Ticks[n].Y = short(plotHeight - 6)
	}
	p.Edges = []tick{{X: percent(-from, to-from), Text: "begins"}, {X: percent(u.Seconds-from, to-from), Text: "ready"}}
	// A probe that takes 1 s and one that takes 1 ms are both of interest, so the scale is that of decades.
	height := func(ms float64) string {
		return short(plotTop + plotDepth*(1-math.Log10(1+max(ms, 0))/math.Log10(1+slowest)))
	}
	for ms := 1.0; ms < slowest; ms *= 10 {
		p.Scale = append(p.Scale, tick{Y: height(ms), Text: short(ms) + " ms"})
	}
	for _, x := range u.Points {
		if x.Host == host {
			p.Points = append(p.Points, point{
				X: percent(x.At-from, to-from), Y: height(x.Milliseconds), Kind: string(x.Kind), OK: x.OK,
				Title: fmt.Sprintf("%s %s: %s", offset(x.At), x.Kind, x.Error),
			})
		}
	}
	for _, l := range u.Lapses {
		p.Lapses = append(p.Lapses, gap{
			X: percent(l.At-from, to-from), Width: percent(max(l.Seconds, 0.1), to-from),
			Title: l.Issuer + " was not ready: " + l.Message,
		})
	}
	return p
}

// promises lists what must not happen with what was seen of it. The rule of the result is in package verdict.
func promises(u verdict.Upgrade) []promise {
	all := []promise{
		{What: "a DNS record is deleted and created again", Compared: counted(u.Compared.Records, "record")},
		{What: "a registry owner changes", Compared: counted(u.Compared.Records, "record")},
		{What: "a certificate is issued again without a reason", Compared: counted(u.Compared.Certificates, "certificate")},
		{What: "an issuer is not ready", Compared: counted(u.Compared.Issuers, "issuer")},
		{What: "a definition or a stored version is lost", Compared: counted(u.Compared.Definitions, "definition")},
		{What: "a certificate from before is not renewed", Compared: or(u.Renewal.Certificate, "none")},
	}
	for _, r := range u.Recreated {
		all[0].Seen = append(all[0].Seen, fmt.Sprintf("%s %s: gone for %s", r.Type, r.Name,
			sec(r.Created.Sub(r.Deleted).Seconds())))
	}
	for _, o := range u.Owners {
		all[1].Seen = append(all[1].Seen, fmt.Sprintf("%s %s: from %q to %q", o.Type, o.Name, o.Before, o.After))
	}
	for _, c := range u.Reissued {
		if strings.TrimSpace(c.Reason) == "" {
			all[2].Seen = append(all[2].Seen, fmt.Sprintf("%s: serial %s, before %s", c.Certificate, c.SerialAfter,
				c.SerialBefore))
		}
	}
	for _, l := range u.Lapses {
		all[3].Seen = append(all[3].Seen, fmt.Sprintf("%s: not ready for %s at %s: %s", l.Issuer, sec(l.Seconds),
			offset(l.At), l.Message))
	}
	all[4].Seen = u.Lost
	if r := u.Renewal; !r.Done || !r.Served {
		all[5].Seen = []string{or(r.Reason, "it was not renewed, or no client received the new one")}
	}
	works := promise{
		What:     "something stops working, such as the record or certificate of a new host",
		Compared: "the edge after the change", Result: verdict.Passed, Seen: u.Broken,
	}
	switch {
	case len(u.Broken) > 0:
		works.Result = verdict.Failed
	case u.Unfinished != "":
		works.Result, works.Seen = verdict.Skipped, []string{"it did not finish"}
	}
	for n := range all {
		switch {
		case len(all[n].Seen) > 0:
			all[n].Result = verdict.Failed
		case strings.HasPrefix(all[n].Compared, "0 ") || all[n].Compared == "none":
			all[n].Result, all[n].Seen = verdict.Skipped, []string{"nothing was compared"}
		default:
			all[n].Result = verdict.Passed
		}
	}
	return append(all, works)
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
