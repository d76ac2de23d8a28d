package judge

import (
	"slices"
	"strings"

	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"

	"github.com/edgeproof/edgeproof/e2e/edge"
	cm "github.com/edgeproof/edgeproof/e2e/edge/certmanager"
	"github.com/edgeproof/edgeproof/e2e/facts"
)

// each calls judge for every Ingress of the target, and says which are not there.
func each(s *facts.Snapshot, t Target, judge func(j *Judgement, r Route, i *edge.Route)) Judgement {
	var j Judgement
	if len(t.Routes) == 0 {
		j.never("target: names no Ingress: there is no route to judge")
	}
	for _, r := range t.Routes {
		if i, ok := s.Ingress(r.Ingress); ok {
			judge(&j, r, edge.FromIngress(i))
		} else {
			j.lacks("Ingress %s: not found", r.Ingress)
		}
	}
	return j
}

// asksForTLS judges DW-3: the TLS block, its hosts and Secret, and an issuer.
func asksForTLS(s *facts.Snapshot, t Target) Judgement {
	return each(s, t, func(j *Judgement, r Route, i *edge.Route) {
		before := len(j.Reasons)
		tlsBlock(j, r, i)
		if i.Issuer() == (cm.Reference{}) {
			j.never("Ingress %s: has no annotation %s: cert-manager does nothing for it", r.Ingress,
				certmanager.IngressClusterIssuerNameAnnotationKey)
		}
		if len(j.Reasons) == before {
			j.saw("Ingress %s: TLS for %s in Secret %s by %s", r.Ingress, strings.Join(i.TLSHosts(), ", "),
				strings.Join(i.TLSSecrets(), ", "), i.Issuer())
		}
	})
}

func tlsBlock(j *Judgement, r Route, i *edge.Route) {
	if len(i.TLS) == 0 {
		j.never("Ingress %s: has no TLS block: HTTPS is served with the controller's default certificate", r.Ingress)
		return
	}
	for n, block := range i.TLS {
		if block.Secret == "" {
			j.never("Ingress %s: TLS block %d names no Secret", r.Ingress, n+1)
		}
		if len(block.Hosts) == 0 {
			j.never("Ingress %s: TLS block %d names no host", r.Ingress, n+1)
		}
	}
	for _, host := range i.RuleHosts() {
		if !edge.AnyCovers(i.TLSHosts(), host) {
			j.never("Ingress %s: host %s is in no TLS block, which has %s", r.Ingress, host, orNone(i.TLSHosts()))
		}
	}
}

// ingressComplete judges WF-5: hosts, and all that DW-3 asks for.
func ingressComplete(s *facts.Snapshot, t Target) Judgement {
	j := each(s, t, func(j *Judgement, r Route, i *edge.Route) {
		hosts := i.RuleHosts()
		if len(hosts) == 0 {
			j.never("Ingress %s: has no rule with a host: there is no name to publish", r.Ingress)
		}
		for _, host := range r.Hosts {
			if !slices.Contains(hosts, host) {
				j.never("Ingress %s: has no rule for host %s, only for %s", r.Ingress, host, orNone(hosts))
			}
		}
	})
	// What is not found is not said twice.
	if tls := asksForTLS(s, t); len(tls.Reasons) == 0 || len(j.Reasons) == 0 {
		j.take(tls)
	}
	return j
}

// namesProduction judges BL-4: the production issuer, by name, and the TLS hosts.
func namesProduction(s *facts.Snapshot, t Target) Judgement {
	return each(s, t, func(j *Judgement, r Route, i *edge.Route) {
		before := len(j.Reasons)
		name := i.Annotations[certmanager.IngressClusterIssuerNameAnnotationKey]
		switch other := i.Annotations[certmanager.IngressIssuerNameAnnotationKey]; {
		case other != "":
			j.never("Ingress %s: asks the Issuer %s of its namespace; it must ask the ClusterIssuer %s", r.Ingress, other,
				t.Production.Name)
		case name == "":
			j.never("Ingress %s: has no annotation %s: it must be %s", r.Ingress,
				certmanager.IngressClusterIssuerNameAnnotationKey, t.Production.Name)
		case name != t.Production.Name:
			j.never("Ingress %s: asks the ClusterIssuer %s; it must ask %s", r.Ingress, name, t.Production.Name)
		}
		for _, host := range r.Hosts {
			if !edge.AnyCovers(i.TLSHosts(), host) {
				j.never("Ingress %s: names host %s in no TLS block", r.Ingress, host)
			}
		}
		if len(j.Reasons) == before {
			j.saw("Ingress %s: asks ClusterIssuer %s for %s", r.Ingress, name, strings.Join(i.TLSHosts(), ", "))
		}
	})
}

func orNone(list []string) string {
	if len(list) == 0 {
		return "none"
	}
	return strings.Join(list, ", ")
}
