package facts

import (
	"slices"

	"k8s.io/apimachinery/pkg/types"
)

// Part names one kind of fact. A snapshot lists the parts that were requested, so that "not there" is never
// confused with "not read".
type Part string

// The parts, in the order in which a chain of causes is read.
const (
	Version             Part = "version"
	Namespaces          Part = "namespaces"
	Pods                Part = "pods"
	Deployments         Part = "deployments"
	DaemonSets          Part = "daemonsets"
	StatefulSets        Part = "statefulsets"
	ConfigMaps          Part = "configmaps" // that external-dns takes settings from
	Nodes               Part = "nodes"
	NetworkPolicies     Part = "networkpolicies"
	ResourceQuotas      Part = "resourcequotas"
	Extensions          Part = "extensions" // objects of other projects' kinds that a route may depend on
	Services            Part = "services"
	EndpointSlices      Part = "endpointslices"
	IngressClasses      Part = "ingressclasses"
	Ingresses           Part = "ingresses"
	GatewayAPI          Part = "gatewayapi"   // all of its kinds
	TraefikKinds        Part = "traefik"      // IngressRoute and what it refers to
	DNSEndpoints        Part = "dnsendpoints" // of external-dns
	Secrets             Part = "secrets"
	Events              Part = "events"
	ClusterIssuers      Part = "clusterissuers"
	Issuers             Part = "issuers"
	Certificates        Part = "certificates"
	CertificateRequests Part = "certificaterequests"
	Orders              Part = "orders"
	Challenges          Part = "challenges"
	Webhooks            Part = "webhooks"
	Delivery            Part = "delivery" // GitOps engines' objects, and what was changed by hand in what they deliver
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
		Version, Namespaces, Pods, Deployments, DaemonSets, StatefulSets, ConfigMaps, Nodes, NetworkPolicies,
		ResourceQuotas, Extensions, Services, EndpointSlices, IngressClasses, Ingresses, GatewayAPI, TraefikKinds,
		DNSEndpoints, Secrets, Events,
		ClusterIssuers, Issuers, Certificates, CertificateRequests, Orders, Challenges, Webhooks, Delivery, Tokens,
		Journal, Provider,
		DNS, Domains,
		ClusterDNS, Probes, Logs,
	}
}

// complete adds the parts without which the wanted ones cannot be collected, and drops doubles. Nothing wanted
// means all.
func complete(scope Scope) []Part {
	if len(scope.Parts) == 0 {
		return All()
	}
	out := slices.Clone(scope.Parts)
	wanted := func(parts ...Part) bool {
		return slices.ContainsFunc(parts, func(p Part) bool { return slices.Contains(scope.Parts, p) })
	}
	if wanted(Logs) {
		out = append(out, Pods) // to know whose
	}
	if wanted(Tokens) {
		out = append(out, ClusterIssuers, Issuers, Deployments, DaemonSets, StatefulSets) // to know which
	}
	if wanted(Deployments, Tokens) {
		out = append(out, ConfigMaps) // to know how they are set up
	}
	if len(scope.Hosts) == 0 && wanted(DNS, Domains, Probes) {
		out = append(out, Ingresses, GatewayAPI, TraefikKinds, DNSEndpoints, Services) // to know the hosts
	}
	if wanted(Probes) {
		out = append(out, Services, Ingresses) // to know the raw address
		if scope.Controller == (types.NamespacedName{}) {
			out = append(out, Pods)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
