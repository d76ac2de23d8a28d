package judge

import (
	"slices"
	"strings"

	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	networking "k8s.io/api/networking/v1"

	"github.com/edgeproof/edgeproof/e2e/facts"
)

// each calls judge for every Ingress of the target, and says which are not there.
func each(s *facts.Snapshot, t Target, judge func(j *Judgement, r Route, i *networking.Ingress)) Judgement {
	var j Judgement
	if len(t.Routes) == 0 {
		j.never("target: names no Ingress: there is no route to judge")
	}
	for _, r := range t.Routes {
		if i, ok := s.Ingress(r.Ingress); ok {
			judge(&j, r, i)
		} else {
			j.lacks("Ingress %s: not found", r.Ingress)
		}
	}
	return j
}

// asksForTLS judges DW-3: the TLS block, its hosts and Secret, and an issuer.
func asksForTLS(s *facts.Snapshot, t Target) Judgement {
	return each(s, t, func(j *Judgement, r Route, i *networking.Ingress) {
		before := len(j.Reasons)
		tlsBlock(j, r, i)
		if issuerOf(i) == "" {
			j.never("Ingress %s: has no annotation %s: cert-manager does nothing for it", r.Ingress, certmanager.IngressClusterIssuerNameAnnotationKey)
		}
		if len(j.Reasons) == before {
			j.saw("Ingress %s: TLS for %s in Secret %s by %s", r.Ingress, strings.Join(tlsHosts(i), ", "), strings.Join(tlsSecrets(i), ", "), issuerOf(i))
		}
	})
}

func tlsBlock(j *Judgement, r Route, i *networking.Ingress) {
	if len(i.Spec.TLS) == 0 {
		j.never("Ingress %s: has no TLS block: HTTPS is served with the controller's default certificate", r.Ingress)
		return
	}
	for n, block := range i.Spec.TLS {
		if block.SecretName == "" {
			j.never("Ingress %s: TLS block %d names no Secret", r.Ingress, n+1)
		}
		if len(block.Hosts) == 0 {
			j.never("Ingress %s: TLS block %d names no host", r.Ingress, n+1)
		}
	}
	for _, host := range ruleHosts(i) {
		if !covers(tlsHosts(i), host) {
			j.never("Ingress %s: host %s is in no TLS block, which has %s", r.Ingress, host, orNone(tlsHosts(i)))
		}
	}
}

// ingressComplete judges WF-5: hosts, and all that DW-3 asks for.
func ingressComplete(s *facts.Snapshot, t Target) Judgement {
	j := each(s, t, func(j *Judgement, r Route, i *networking.Ingress) {
		hosts := ruleHosts(i)
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
	return each(s, t, func(j *Judgement, r Route, i *networking.Ingress) {
		before := len(j.Reasons)
		name := i.Annotations[certmanager.IngressClusterIssuerNameAnnotationKey]
		switch other := i.Annotations[certmanager.IngressIssuerNameAnnotationKey]; {
		case other != "":
			j.never("Ingress %s: asks the Issuer %s of its namespace; it must ask the ClusterIssuer %s", r.Ingress, other, t.Production.Name)
		case name == "":
			j.never("Ingress %s: has no annotation %s: it must be %s", r.Ingress, certmanager.IngressClusterIssuerNameAnnotationKey, t.Production.Name)
		case name != t.Production.Name:
			j.never("Ingress %s: asks the ClusterIssuer %s; it must ask %s", r.Ingress, name, t.Production.Name)
		}
		for _, host := range r.Hosts {
			if !covers(tlsHosts(i), host) {
				j.never("Ingress %s: names host %s in no TLS block", r.Ingress, host)
			}
		}
		if len(j.Reasons) == before {
			j.saw("Ingress %s: asks ClusterIssuer %s for %s", r.Ingress, name, strings.Join(tlsHosts(i), ", "))
		}
	})
}

// issuerOf is the issuer that an Ingress names, of whatever kind; "" for none.
func issuerOf(i *networking.Ingress) string {
	if name := i.Annotations[certmanager.IngressClusterIssuerNameAnnotationKey]; name != "" {
		return "ClusterIssuer " + name
	}
	if name := i.Annotations[certmanager.IngressIssuerNameAnnotationKey]; name != "" {
		return "Issuer " + name
	}
	return ""
}

func ruleHosts(i *networking.Ingress) []string {
	var out []string
	for _, rule := range i.Spec.Rules {
		if rule.Host != "" && !slices.Contains(out, rule.Host) {
			out = append(out, rule.Host)
		}
	}
	return out
}

func tlsHosts(i *networking.Ingress) []string {
	var out []string
	for _, block := range i.Spec.TLS {
		out = append(out, block.Hosts...)
	}
	return out
}

func tlsSecrets(i *networking.Ingress) []string {
	var out []string
	for _, block := range i.Spec.TLS {
		out = append(out, block.SecretName)
	}
	return out
}

// covers reports whether the names, as those of a certificate, fit the host: a wildcard stands for exactly one label
// (RFC 6125 section 6.4.3).
func covers(names []string, host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	for _, name := range names {
		name = strings.ToLower(strings.TrimSuffix(name, "."))
		if name == host {
			return true
		}
		if parent, ok := strings.CutPrefix(name, "*."); ok {
			if label, rest, found := strings.Cut(host, "."); found && rest == parent && label != "" {
				return true
			}
		}
	}
	return false
}

func orNone(list []string) string {
	if len(list) == 0 {
		return "none"
	}
	return strings.Join(list, ", ")
}
