package dns

import (
	"fmt"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/externaldns"
)

const hostnameSource diagnose.Code = "hostname-source-excludes-host"

func hostnameSourceRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:    hostnameSource,
		Meaning: "an annotation of the Ingress tells external-dns not to take the host from its rules",
		Evidence: "the annotation ingress-hostname-source is annotation-only and the annotation hostname does not name " +
			"the host, or its value is unknown, by which every host is left out; nothing is logged, and policy sync " +
			"deletes the record",
		Remedy: "remove the annotation, or name the host in the annotation hostname",
		After:  []diagnose.Code{sourceExcludes},
		Find:   findHostnameSource,
	}}
}

func findHostnameSource(r *diagnose.Route) []diagnose.Finding {
	s := r.Sync
	if !s.Runs() || r.Source == nil || naming(r).state == right || r.Has(sourceExcludes) {
		return nil
	}
	why := s.Config.Selection.HostNotRead(r.Source, r.Host)
	if why == "" {
		return nil
	}
	value, _ := s.Annotation(r.Source, externaldns.HostnameSource)
	annotation := s.Config.Selection.Prefix + externaldns.HostnameSource
	return diagnose.One(
		r.Source.String(),
		fmt.Sprintf("the annotation %s: %s keeps external-dns from publishing %s: %s", annotation, value, r.Host, why),
		r.Annotate("remove the annotation, or name the host in the annotation hostname", annotation+"-"),
		diagnose.Fact(r.Source.String(), "annotation %s: %s", annotation, value),
	)
}
