package facts

import "slices"

// Part names one kind of fact. A snapshot says which parts it was asked for, so that "not there" is never confused with "not looked".
type Part string

// The parts, in the order in which a chain of causes is read.
const (
	Version             Part = "version"
	Namespaces          Part = "namespaces"
	Pods                Part = "pods"
	Deployments         Part = "deployments"
	Services            Part = "services"
	EndpointSlices      Part = "endpointslices"
	IngressClasses      Part = "ingressclasses"
	Ingresses           Part = "ingresses"
	Secrets             Part = "secrets"
	Events              Part = "events"
	ClusterIssuers      Part = "clusterissuers"
	Issuers             Part = "issuers"
	Certificates        Part = "certificates"
	CertificateRequests Part = "certificaterequests"
	Orders              Part = "orders"
	Challenges          Part = "challenges"
	Webhooks            Part = "webhooks"
	Tokens              Part = "tokens"
	Journal             Part = "journal"
	Provider            Part = "provider"
	DNS                 Part = "dns"
	Domains             Part = "domains"
	ClusterDNS          Part = "clusterdns"
	Probes              Part = "probes"
	Logs                Part = "logs"
)

// All lists every part.
func All() []Part {
	return []Part{
		Version, Namespaces, Pods, Deployments, Services, EndpointSlices, IngressClasses, Ingresses, Secrets, Events,
		ClusterIssuers, Issuers, Certificates, CertificateRequests, Orders, Challenges, Webhooks, Tokens, Journal, Provider, DNS, Domains,
		ClusterDNS, Probes, Logs,
	}
}

// complete adds the parts without which the wanted ones cannot be collected, and drops doubles. Nothing wanted means all.
func complete(wanted []Part, hosts bool) []Part {
	if len(wanted) == 0 {
		return All()
	}
	out := slices.Clone(wanted)
	if slices.Contains(out, Logs) {
		out = append(out, Pods) // to know whose
	}
	if !hosts && (slices.Contains(out, DNS) || slices.Contains(out, Probes)) {
		out = append(out, Ingresses) // to know the hosts
	}
	if slices.Contains(out, Probes) {
		out = append(out, Services, Ingresses) // to know the raw address
	}
	slices.Sort(out)
	return slices.Compact(out)
}
