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
	// patience is how long an external client waits for an answer, as the user of a browser would.
	patience = 5 * time.Second
	// atOnce bounds the probes under way. Where so many hang, the next waits for one of them.
	atOnce = 25
	// plotted is how many answered probes are kept for a plot; every failed one is kept.
	plotted = 500
)

// ExternalClient is a client on the internet. Its error is of the call to it; the result of the probe is in the
// report.
type ExternalClient interface {
	Probe(ctx context.Context, req probe.Request) (probe.Report, error)
}

// Probing probes hosts as an external client, one after the other, until it is stopped. Each probe resolves the
// name and sends an HTTPS request.
type Probing struct {
	client ExternalClient
	hosts  []string
	expect map[string]int // the status that each host answers with

	stop context.CancelFunc
	done sync.WaitGroup

	mu     sync.Mutex
	probes []sample
	unsent []string // errors of probes that could not be sent
}

// sample is one probe of one host.
type sample struct {
	at     time.Time
	host   string
	report probe.Report
}

// StartProbing probes every host once, so that an earlier failure is not blamed on the change, and then keeps probing.
func StartProbing(ctx context.Context, c ExternalClient, hosts []string, every time.Duration) (*Probing, error) {
	p := &Probing{client: c, hosts: hosts, expect: map[string]int{}}
	for _, host := range hosts {
		report, err := p.probe(ctx, host)
		switch {
		case err != nil:
			return nil, fmt.Errorf("probe %s: %w", host, err)
		case !report.OK || report.HTTP.Status >= http.StatusInternalServerError:
			return nil, fmt.Errorf("probe %s before the change: it fails already: %s", host, outcome(report))
		}
		p.expect[host] = report.HTTP.Status
	}
	ctx, p.stop = context.WithCancel(ctx)
	p.done.Go(func() { p.loop(ctx, every) })
	return p, nil
}

func (p *Probing) probe(ctx context.Context, host string) (probe.Report, error) {
	return p.client.Probe(ctx, probe.Request{URL: "https://" + host + "/", TimeoutMillis: int(patience.Milliseconds())})
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
			report, err := p.probe(context.WithoutCancel(ctx), host) // one that was sent counts, whatever it meets
			p.mu.Lock()
			defer p.mu.Unlock()
			if err != nil {
				p.unsent = append(p.unsent, fmt.Sprintf("%s at %s: %v", host, at.UTC().Format(time.TimeOnly), err))
				return
			}
			p.probes = append(p.probes, sample{at, host, report})
		})
	}
}

// Stop ends the probing and waits for the outstanding answers.
func (p *Probing) Stop() {
	p.stop()
	p.done.Wait()
}

// Unsent lists the errors of probes that could not be sent: nothing is known of the edge at those times.
func (p *Probing) Unsent() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.unsent)
}

// Met is when a client first received a certificate of this serial from the host; zero when none did.
func (p *Probing) Met(host, serial string) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	var first time.Time
	for _, s := range p.probes {
		tls := s.report.TLS
		if s.host == host && tls != nil && len(tls.Chain) > 0 && tls.Chain[0].Serial == serial &&
			(first.IsZero() || s.at.Before(first)) {
			first = s.at
		}
	}
	return first
}

// Results counts the probes and keeps points of them, at seconds since the change began.
func (p *Probing) Results(began time.Time) ([]verdict.Probe, []verdict.ProbePoint) {
	p.mu.Lock()
	defer p.mu.Unlock()
	slices.SortFunc(p.probes, func(a, b sample) int { return a.at.Compare(b.at) })
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
	nth := max(1, (2*len(p.probes)+plotted-1)/plotted)
	// of each alike: thinned together, some would have no point
	points, answered := []verdict.ProbePoint{}, map[*verdict.Probe]int{}
	for _, s := range p.probes {
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

// points splits a probe into the DNS query and the HTTPS request. Where the name does not resolve, both failed.
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
		resolved.Error = outcome(r)
	}
	if !answered.OK {
		answered.Error = outcome(r)
		if r.OK {
			answered.Error += fmt.Sprintf(", before %d", expect)
		}
	}
	return []verdict.ProbePoint{resolved, answered}
}

// outcome is the result of a probe, in one line.
func outcome(r probe.Report) string {
	if r.OK && r.HTTP != nil {
		return fmt.Sprintf("status %d", r.HTTP.Status)
	}
	return fmt.Sprintf("%s: %s: %s", r.Failed, r.Class, r.Error)
}
