package upgrade

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/edgeproof/edgeproof/e2e/probe"
	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// visitor answers probes: with answer, after n probes of a host.
type visitor struct {
	mu     sync.Mutex
	probed map[string]int
	answer func(host string, n int) (probe.Report, error)
}

func (c *visitor) Probe(_ context.Context, req probe.Request) (probe.Report, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	host := strings.TrimSuffix(strings.TrimPrefix(req.URL, "https://"), "/")
	if c.probed == nil {
		c.probed = map[string]int{}
	}
	c.probed[host]++
	return c.answer(host, c.probed[host])
}

func (c *visitor) count(host string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.probed[host]
}

func works(serial string) probe.Report {
	return probe.Report{
		OK: true, Millis: 9, Resolve: &probe.Resolution{Millis: 2}, HTTP: &probe.Answer{Status: 200},
		TLS: &probe.Handshake{Chain: []probe.Certificate{{Serial: serial}}},
	}
}

// until waits for a condition that another goroutine brings about.
func until(t *testing.T, what string, met func() bool) {
	t.Helper()
	deadline := time.NewTimer(10 * time.Second)
	defer deadline.Stop()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !met() {
		select {
		case <-deadline.C:
			t.Fatalf("%s: not in time", what)
		case <-tick.C:
		}
	}
}

func TestProbing(t *testing.T) {
	t.Parallel()
	c := &visitor{answer: func(host string, n int) (probe.Report, error) {
		switch {
		case host == "a" && n == 3:
			return probe.Report{
				Failed: probe.StepResolve, Class: probe.ClassNXDomain, Error: "no such name",
				Resolve: &probe.Resolution{},
			}, nil
		case host == "b" && n == 2:
			r := works("1")
			r.HTTP.Status = 404
			return r, nil
		case host == "b" && n == 4:
			return probe.Report{
				Failed: probe.StepConnect, Class: probe.ClassRefused, Error: "refused",
				Resolve: &probe.Resolution{},
			}, nil
		case host == "b" && n > 4:
			return works("2"), nil
		}
		return works("1"), nil
	}}
	began := time.Now()
	p, err := StartProbing(t.Context(), c, []string{"a", "b"}, time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	until(t, "probes", func() bool { return c.count("b") > 6 })
	p.Stop()
	probes, points := p.Results(began)
	failed := map[string]string{}
	for _, point := range points {
		if !point.OK {
			failed[point.Host+" "+string(point.Kind)] += point.Error + "\n"
		}
	}
	want := map[string]struct {
		n    int
		says string
	}{
		"a dns": {1, "resolve: nxdomain: no such name\n"}, "a https": {1, "resolve: nxdomain: no such name\n"},
		"b dns": {0, ""}, "b https": {2, "status 404, before 200\nconnect: refused: refused\n"},
	}
	if len(probes) != len(want) {
		t.Fatalf("counted %+v", probes)
	}
	for _, probe := range probes {
		what := probe.Host + " " + string(probe.Kind)
		if probe.Failed != want[what].n || failed[what] != want[what].says || probe.Sent != c.count(probe.Host)-1 {
			t.Errorf("%s: %+v of %d probes, and %q", what, probe, c.count(probe.Host), failed[what])
		}
	}
	if met := p.Met("b", "2"); met.Before(began) || !p.Met("a", "2").IsZero() {
		t.Errorf("the new leaf was met at b %v, at a %v", met, p.Met("a", "2"))
	}
}

func TestProbingRefusesWhatIsBrokenBefore(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]func(string, int) (probe.Report, error){
		"fails already": func(string, int) (probe.Report, error) {
			return probe.Report{Failed: probe.StepTLS, Class: probe.ClassExpired}, nil
		},
		"no way out": func(string, int) (probe.Report, error) { return probe.Report{}, errors.New("no way out") },
	} {
		_, err := StartProbing(t.Context(), &visitor{answer: answer}, []string{"a"}, time.Millisecond)
		if err == nil || !strings.Contains(err.Error(), "probe a") || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A probe that could not be sent is no failure of the edge, and must not be forgotten either.
func TestProbesThatAreNotSent(t *testing.T) {
	t.Parallel()
	c := &visitor{answer: func(_ string, n int) (probe.Report, error) {
		if n > 1 {
			return probe.Report{}, errors.New("the API server is away")
		}
		return works("1"), nil
	}}
	p, err := StartProbing(t.Context(), c, []string{"a"}, time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	until(t, "probes", func() bool { return len(p.Unsent()) > 2 })
	p.Stop()
	probes, points := p.Results(time.Now())
	if probes[0].Sent != 0 || len(points) != 0 || !strings.Contains(p.Unsent()[0], "the API server is away") {
		t.Errorf("%+v, %+v, %v", probes, points, p.Unsent())
	}
}

// Many probes are thinned out for a plot; those that failed stay.
func TestPointsAreBounded(t *testing.T) {
	t.Parallel()
	p := &Probing{hosts: []string{"a", "b", "c", "d"}, expect: map[string]int{"a": 200, "b": 200, "c": 200, "d": 200}}
	began := time.Now()
	for n := range 5000 {
		report := works("1")
		if n%500 == 0 {
			report = probe.Report{Failed: probe.StepConnect, Resolve: &probe.Resolution{}}
		}
		for i, host := range p.hosts {
			if i > 0 {
				report = works("1")
			}
			p.probes = append(p.probes, sample{began.Add(time.Duration(n)*time.Second + time.Duration(i)), host, report})
		}
	}
	probes, points := p.Results(began)
	failed, of := 0, map[string]int{}
	for _, point := range points {
		of[point.Host+string(point.Kind)]++
		if !point.OK {
			failed++
		}
	}
	if probes[1] != (verdict.Probe{Host: "a", Kind: verdict.ProbeHTTPS, Sent: 5000, Failed: 10}) || failed != 10 ||
		len(points) > plotted+10 || len(points) < plotted/2 {
		t.Errorf("%+v with %d points, of which %d failed", probes, len(points), failed)
	}
	for _, probe := range probes { // probes in turn must not be thinned in step
		if n := of[probe.Host+string(probe.Kind)]; n < plotted/len(probes)/2 {
			t.Errorf("%s of %s has %d points of %d", probe.Kind, probe.Host, n, len(points))
		}
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// unplugged is a client without a network: charts come from Go modules.
func unplugged() *http.Client {
	return &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) {
		return nil,
			errors.New("no network in this test")
	})}
}
