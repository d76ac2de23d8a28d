package survey

import (
	"fmt"
	"strings"

	"golang.org/x/net/publicsuffix"

	"github.com/edgeproof/edgeproof/e2e/bundle"
	"github.com/edgeproof/edgeproof/e2e/edge/externaldns"
	"github.com/edgeproof/edgeproof/e2e/standin"
)

// The rules of findings about hosts.
const (
	FilterMatchesNothing bundle.Rule = "domain-filter-matches-nothing"
	HostNotPublic        bundle.Rule = "host-not-public"
)

// filters finds what external-dns is restricted to in vain, and hosts that no public DNS can have.
func (s *Survey) filters() []Finding {
	var all []Finding
	add := func(o bundle.Object, rule bundle.Rule, text, problem, remedy string) {
		file, line := s.position(o, text)
		all = append(all, Finding{
			Severity: string(bundle.Doubtful), Rule: string(rule), File: file, Line: line, Object: label(o),
			Problem: problem, Remedy: remedy, Edge: true,
		})
	}
	sources := settings(s.chosen.objects)
	for _, i := range s.chosen.chosen() {
		o := s.chosen.objects[i]
		if pod, ok := standin.PodOf(o); ok {
			config, _ := externaldns.Read(o.GetNamespace(), pod, sources)
			for _, zone := range config.Filter.Include {
				if strings.Contains(zone, "*") {
					add(o, FilterMatchesNothing, zone, fmt.Sprintf("--domain-filter=%s matches no name: external-dns knows no star",
						zone), "write the zone, or .zone for the names below it")
				}
			}
		}
		if !isRoute(o) {
			continue
		}
		for _, host := range hosts(o) {
			if _, err := publicsuffix.EffectiveTLDPlusOne(strings.TrimPrefix(host, "*.")); err != nil {
				add(o, HostNotPublic, host, fmt.Sprintf("host %s has no registrable domain, so no zone can hold it", host),
					"use a name below a domain of yours")
			}
		}
	}
	return all
}
