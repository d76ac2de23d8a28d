package upgrade

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/edgeproof/edgeproof/e2e/probe"
	"github.com/edgeproof/edgeproof/e2e/verdict"
)

const (
	// Interval is the time between two probes: five a second, whatever the number of hosts.
	Interval = time.Second / 5
	// patience is how long a client outside waits for an answer, as somebody at a browser would.
	patience = 5 * time.Second
	// atOnce bounds the probes under way. Where so many hang, the next waits for one of them.
	atOnce = 25
	// plotted is how many answered probes are kept for a plot; every failed one is kept.
	plotted = 500
)

// Outside is a client on the internet. Its error is of the way to it; what the internet said stands in the report.
type Outside interface {
	Probe(ctx context.Context, req probe.Request) (probe.Report, error)
}

// Probing asks hosts from outside, one after the other, until it is stopped. Each probe resolves the name and asks over HTTPS.
type Probing struct {
	outside Outside
	hosts   []string
	expect  map[string]int // the status that each host answers with

	stop context.CancelFunc
	done sync.WaitGroup

	mu     sync.Mutex
	asked  []sample
	unsent []string // what kept probes from being sent
}

// sample is one probe of one host.
type sample struct {
	at     time.Time
	host   string
	report probe.Report
}

// StartProbing asks every host once, since nothing that is broken already may be blamed on a change, and then goes on asking.
func StartProbing(ctx context.Context, o Outside, hosts []string, every time.Duration) (*Probing, error) {
	p := &Probing{outside: o, hosts: hosts, expect: map[string]int{}}
	for _, host := range hosts {
		report, err := p.ask(ctx, host)
		switch {
		case err != nil:
			return nil, fmt.Errorf("ask %s from outside: %w", host, err)
		case !report.OK || report.HTTP.Status >= http.StatusInternalServerError:
			return nil, fmt.Errorf("ask %s from outside: it does not work before anything is changed: %s", host, said(report))
		}
		p.expect[host] = report.HTTP.Status
	}
	ctx, p.stop = context.WithCancel(ctx)
	p.done.Go(func() { p.loop(ctx, every) })
	return p, nil
}

func (p *Probing) ask(ctx context.Context, host string) (probe.Report, error) {
	return p.outside.Probe(ctx, probe.Request{URL: "https://" + host + "/", TimeoutMillis: int(patience.Milliseconds())})
}

func (p *Probing) loop(ctx context.Context, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	slots := make(chan struct{}, atOnce)
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		select {
		case <-ctx.Done():
			return
		case slots <- struct{}{}:
		}
		host, at := p.hosts[n%len(p.hosts)], time.Now()
		p.done.Go(func() {
			defer func() { <-slots }()
			report, err := p.ask(context.WithoutCancel(ctx), host) // one that was sent counts, whatever it meets
			p.mu.Lock()
			defer p.mu.Unlock()
			if err != nil {
				p.unsent = append(p.unsent, fmt.Sprintf("%s at %s: %v", host, at.UTC().Format(time.TimeOnly), err))
				return
			}
			p.asked = append(p.asked, sample{at, host, report})
		})
	}
}

// Stop ends the asking and waits for the answers that are still to come.
func (p *Probing) Stop() {
	p.stop()
	p.done.Wait()
}

// Unsent says what kept probes from being sent: then nothing is known of the edge at those moments.
func (p *Probing) Unsent() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.unsent)
}

// Met is when a client first met a certificate of this serial at the host; zero when none did.
func (p *Probing) Met(host, serial string) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	var first time.Time
	for _, s := range p.asked {
		tls := s.report.TLS
		if s.host == host && tls != nil && len(tls.Chain) > 0 && tls.Chain[0].Serial == serial && (first.IsZero() || s.at.Before(first)) {
			first = s.at
		}
	}
	return first
}

// Results counts what was asked and keeps points of it, at seconds since the change began.
func (p *Probing) Results(began time.Time) ([]verdict.Probe, []verdict.ProbePoint) {
	p.mu.Lock()
	defer p.mu.Unlock()
	slices.SortFunc(p.asked, func(a, b sample) int { return a.at.Compare(b.at) })
	counts := map[string]*verdict.Probe{}
	probes := make([]verdict.Probe, 0, 2*len(p.hosts))
	for _, host := range p.hosts {
		for _, kind := range []verdict.ProbeKind{verdict.ProbeDNS, verdict.ProbeHTTPS} {
			probes = append(probes, verdict.Probe{Host: host, Kind: kind})
		}
	}
	for n := range probes {
		counts[probes[n].Host+string(probes[n].Kind)] = &probes[n]
	}
	nth := max(1, (2*len(p.asked)+plotted-1)/plotted)
	points, answered := []verdict.ProbePoint{}, map[*verdict.Probe]int{} // of each alike: thinned together, some would have no point
	for _, s := range p.asked {
		for _, point := range s.points(p.expect[s.host], began) {
			count := counts[point.Host+string(point.Kind)]
			count.Sent++
			if !point.OK {
				count.Failed++
			} else if answered[count]++; answered[count]%nth != 0 {
				continue
			}
			points = append(points, point)
		}
	}
	return probes, points
}

// points takes a probe apart into the question to the DNS and the one over HTTPS. Where the name does not resolve, both failed.
func (s sample) points(expect int, began time.Time) []verdict.ProbePoint {
	r := s.report
	point := verdict.ProbePoint{At: verdict.Seconds(s.at.Sub(began)), Host: s.host}
	resolved, answered := point, point
	resolved.Kind, answered.Kind = verdict.ProbeDNS, verdict.ProbeHTTPS
	answered.Milliseconds = r.Millis
	if r.Resolve != nil {
		resolved.Milliseconds = r.Resolve.Millis
		answered.Milliseconds -= r.Resolve.Millis
	}
	resolved.OK = r.Resolve != nil && r.Failed != probe.StepResolve
	answered.OK = r.OK && r.HTTP != nil && r.HTTP.Status == expect
	if !resolved.OK {
		resolved.Error = said(r)
	}
	if !answered.OK {
		answered.Error = said(r)
		if r.OK {
			answered.Error += fmt.Sprintf(", before %d", expect)
		}
	}
	return []verdict.ProbePoint{resolved, answered}
}

// said is what came of a probe, in one line.
func said(r probe.Report) string {
	if r.OK && r.HTTP != nil {
		return fmt.Sprintf("status %d", r.HTTP.Status)
	}
	return fmt.Sprintf("%s: %s: %s", r.Failed, r.Class, r.Error)
}
