// Package evidence puts what was judged and diagnosed into the words of a verdict.
//
// It looks at nothing itself: a snapshot, its explanation and judgements come in, parts of a verdict go out.
package evidence

import (
	"maps"
	"slices"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/criteria"
	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/judge"
	"github.com/edgeproof/edgeproof/e2e/probe"
	"github.com/edgeproof/edgeproof/e2e/verdict"
)

// Findings are the causes of all diagnoses, each once with every host that it breaks, in the order of their objects.
func Findings(diagnoses []diagnose.Diagnosis) []verdict.Finding {
	found := map[string]verdict.Finding{}
	for _, d := range diagnoses {
		for _, f := range d.Causes {
			x := verdict.Finding{
				Layer: string(f.Layer), Code: string(f.Code), Object: f.Object, Summary: f.Summary, Remedy: f.Remedy.Text,
				Command: f.Remedy.Command,
				Hosts:   append(found[f.Object+string(f.Code)].Hosts, d.Host),
			}
			for _, seen := range f.Evidence {
				x.Evidence = append(x.Evidence, seen.Source+": "+seen.Text)
			}
			found[f.Object+string(f.Code)] = x
		}
	}
	var out []verdict.Finding
	for _, name := range slices.Sorted(maps.Keys(found)) {
		out = append(out, found[name])
	}
	return out
}

// Routes is what the external client saw for every host of a target.
func Routes(s *facts.Snapshot, target judge.Target) []verdict.Route {
	var out []verdict.Route
	for _, route := range target.Routes {
		for _, host := range route.Hosts {
			one := target
			one.Routes = []judge.Route{{Source: route.Source, Hosts: []string{host}}}
			out = append(out, routeSeen(s, one, host))
		}
	}
	return out
}

func routeSeen(s *facts.Snapshot, target judge.Target, host string) verdict.Route {
	seen := verdict.Route{
		Host: host, Result: verdict.Passed, Addresses: []string{},
		Target: s.AddressOf(target.Controller),
	}
	if j := criteria.Judge(criteria.Works, criteria.View{Facts: s, Target: target}); !j.Met {
		seen.Result, seen.Reason = verdict.Failed, j.String()
	}
	probe := s.Probes[host]
	if probe.HTTPS != nil && probe.HTTPS.Resolve != nil {
		for _, record := range probe.HTTPS.Resolve.Records {
			seen.Addresses = append(seen.Addresses, record.Address)
		}
	}
	seen.HTTPSStatus, seen.HTTPStatus, seen.RawStatus = status(probe.HTTPS), status(probe.HTTP), status(probe.RawIP)
	if probe.HTTPS != nil && probe.HTTPS.TLS != nil && len(probe.HTTPS.TLS.Chain) > 0 {
		leaf := probe.HTTPS.TLS.Chain[0]
		seen.Certificate = &verdict.Certificate{
			Issuer: leaf.Issuer, Names: leaf.SANs, NotAfter: leaf.NotAfter, Trusted: probe.HTTPS.TLS.Verified,
			Fingerprint: leaf.SHA256,
		}
	}
	return seen
}

func status(r *probe.Report) int {
	if r == nil || r.HTTP == nil {
		return 0
	}
	return r.HTTP.Status
}

// Objects picks the objects that reasons of a judgement name: each begins with "Kind namespace/name: ".
func Objects(reasons []string) []string {
	var objects []string
	for _, reason := range reasons {
		object, _, found := strings.Cut(reason, ": ")
		if found && len(strings.Fields(object)) == 2 {
			objects = append(objects, object)
		}
	}
	return objects
}
