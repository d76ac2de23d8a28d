package verdict

import (
	"fmt"
	"slices"
	"strings"
)

// Objections says in whole sentences why the change must not be made; nil when nothing speaks against it. What
// was not looked at speaks against it too.
func (u Upgrade) Objections() []string {
	var out []string
	say := func(format string, args ...any) {
		out = append(out, fmt.Sprintf("%s: ", u.Direction)+fmt.Sprintf(format, args...))
	}
	if u.Unfinished != "" {
		say("it did not finish: %s", u.Unfinished)
	}
	if u.From.Digest == u.To.Digest {
		say("both bundles have the digest %q, so nothing was changed", u.To.Digest)
	}
	u.outages(say)
	u.records(say)
	u.certificates(say)
	u.cluster(say)
	return out
}

// Result is Passed when nothing speaks against the change.
func (u Upgrade) Result() Result {
	switch {
	case len(u.Objections()) == 0:
		return Passed
	case u.Unfinished != "":
		return Skipped
	}
	return Failed
}

type sayer func(format string, args ...any)

// outages holds the probes against the error budget, and their counts against the points that are kept of them.
func (u Upgrade) outages(say sayer) {
	if u.ErrorBudget < 0 || u.ErrorBudget > ErrorBudget {
		say("its error budget is %v, and at most %v is allowed", u.ErrorBudget, ErrorBudget)
	}
	var hosts []string
	asked, failed := map[string]int{}, map[string]int{}
	for _, p := range u.Points {
		if !p.OK {
			failed[p.Host+string(p.Kind)]++
		}
	}
	for _, p := range u.Probes {
		what := p.Host + string(p.Kind)
		asked[what]++
		if !slices.Contains(hosts, p.Host) {
			hosts = append(hosts, p.Host)
		}
		switch share := float64(p.Failed) / float64(max(p.Sent, 1)); {
		case p.Sent <= 0 || p.Failed < 0 || p.Failed > p.Sent:
			say("%d of %d %s probes of %s are counted as failed, which says nothing", p.Failed, p.Sent, p.Kind, p.Host)
		case share > u.ErrorBudget:
			say("%d of %d %s probes of %s failed (%.2f %%), and the error budget is %.2f %%", p.Failed, p.Sent, p.Kind, p.Host,
				share*100, u.ErrorBudget*100)
		}
		if failed[what] != p.Failed {
			say("%d %s probes of %s are counted as failed, and %d are listed", p.Failed, p.Kind, p.Host, failed[what])
		}
	}
	for _, host := range hosts {
		for _, kind := range []ProbeKind{ProbeDNS, ProbeHTTPS} {
			if n := asked[host+string(kind)]; n != 1 {
				say("the %s probes of %s are counted %d times, want once", kind, host, n)
			}
		}
	}
	if len(hosts) == 0 {
		say("no host was probed while the bundle was changed")
	}
}

func (u Upgrade) records(say sayer) {
	if u.Compared.Records == 0 {
		say("no record was compared with its state before the change")
	}
	for _, r := range u.Recreated {
		say("the %s record of %s was deleted and created again", r.Type, r.Name)
	}
	for _, o := range u.Owners {
		say("the registry owner of the %s record of %s changed from %q to %q", o.Type, o.Name, o.Before, o.After)
	}
}

func (u Upgrade) certificates(say sayer) {
	if u.Compared.Certificates == 0 {
		say("no certificate was compared with its state before the change")
	}
	for _, c := range u.Reissued {
		if strings.TrimSpace(c.Reason) == "" {
			say("%s was issued again without a reason (serial %s, before %s)", c.Certificate, c.SerialAfter, c.SerialBefore)
		}
	}
	switch r := u.Renewal; {
	case r.Certificate == "":
		say("no certificate issued before it was to be renewed after it")
	case !r.Done:
		say("%s, issued before it, was not renewed after it: %s", r.Certificate, r.Reason)
	case r.SerialAfter == "" || r.SerialAfter == r.SerialBefore:
		say("%s is called renewed, and its serial is %q as before", r.Certificate, r.SerialBefore)
	case !r.Served:
		say("%s was renewed, and no external client met the new leaf", r.Certificate)
	}
}

func (u Upgrade) cluster(say sayer) {
	if u.Compared.Issuers == 0 {
		say("no issuer was watched")
	}
	for _, l := range u.Lapses {
		say("%s was not ready for %.1f s: %s", l.Issuer, l.Seconds, l.Message)
	}
	if u.Compared.Definitions == 0 {
		say("no CustomResourceDefinition was compared with its state before the change")
	}
	for _, x := range u.Lost {
		say("%s is lost", x)
	}
	for _, x := range u.Broken {
		say("%s", x)
	}
}

// Untried says which changes of the bundle were to be shown and were not.
func (v *Verdict) Untried() []string {
	if v.Baseline == nil {
		return nil
	}
	var out []string
	for _, way := range []struct {
		direction Direction
		from, to  string
	}{{Forward, v.Baseline.Digest, v.Bundle.Digest}, {Rollback, v.Bundle.Digest, v.Baseline.Digest}} {
		shown := slices.ContainsFunc(v.Upgrades, func(u Upgrade) bool {
			return u.Direction == way.direction && u.From.Digest == way.from && u.To.Digest == way.to
		})
		if !shown {
			out = append(out, fmt.Sprintf("the %s between these two bundles was not tried", way.direction))
		}
	}
	return out
}
