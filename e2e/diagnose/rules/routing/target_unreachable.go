package routing

import (
	"fmt"
	"net"
	"slices"
	"strings"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/edge/cloudflare"
	"github.com/edgeproof/edgeproof/e2e/edge/traefik"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/probe"
)

const targetUnreachable diagnose.Code = "published-address-unreachable"

func targetUnreachableRule() []diagnose.Rule {
	return []diagnose.Rule{{
		Code:    targetUnreachable,
		Meaning: "the name leads to an address that was published, and nothing listens there",
		Evidence: "the probe by name is refused or times out at the address of the annotation target, or at a " +
			"fixed address of " +
			"Traefik's flags that no node and no Service has",
		Remedy:   "publish the address of the ingress controller, or forward ports 80 and 443 to it",
		After:    []diagnose.Code{staleIngressStatus, traefikDown},
		Fallback: true,
		Kind:     diagnose.Symptom,
		Find:     findTargetUnreachable,
	}}
}

// findTargetUnreachable finds an address that somebody chose and that leads nowhere: by the annotation of the route,
// or by Traefik's flags.
func findTargetUnreachable(r *diagnose.Route) []diagnose.Finding {
	rep := r.HTTPS
	if r.Source == nil || rep == nil || rep.Failed != probe.StepConnect || !publicly(r, rep) {
		return nil
	}
	addresses := reached(r, rep)
	tunnel := func(name string) bool { return strings.HasSuffix(name, cloudflare.TunnelDomain) }
	if slices.ContainsFunc(r.Answers.Resolver.Names, tunnel) || slices.ContainsFunc(r.Published, tunnel) {
		return nil // which the proxy alone can serve: see the layer of DNS
	}
	if slices.ContainsFunc(addresses, diagnose.Unreachable) || len(r.Index.ByHost[r.Host]) > 1 {
		return nil // an address of a private network, or that of another route: see the layer of DNS
	}
	if targets, ok := r.Sync.Config.Selection.Targets(r.Source.Annotations); ok {
		if !leadsTo(targets, addresses) {
			return nil // the record is not as the annotation wants it
		}
		annotation := r.Sync.Config.Selection.Prefix + "target"
		return diagnose.One(
			r.Source.String(),
			fmt.Sprintf("the annotation publishes %s for %s, and nothing is reached there: %s",
				diagnose.List(targets), r.Host, rep.Class),
			r.Annotate(
				"publish an address that leads to the ingress controller, or remove the annotation",
				annotation+"-",
			),
			diagnose.Fact(
				r.Source.String(),
				"annotation %s: %s",
				annotation,
				diagnose.List(targets),
			),
			diagnose.Probed(rep),
			diagnose.Fact("probe "+rep.Request.URL, "addresses %s", diagnose.List(addresses)),
		)
	}
	fixed := r.Traefik.Config.Value(traefik.EndpointAddress)
	if r.Foreign || fixed == "" || !slices.Contains(r.Published, fixed) {
		return nil
	}
	if r.RawIP != nil && r.RawIP.Request.Address == fixed && r.RawIP.Failed != probe.StepConnect {
		return nil
	}
	evidence := []diagnose.Evidence{
		diagnose.Fact(r.Traefik.String(), "--%s=%s", traefik.EndpointAddress, fixed), diagnose.Probed(rep),
	}
	why := "nothing listens there"
	if r.Index.Looked(facts.Nodes, "") && len(r.Index.Snapshot.Nodes) > 0 {
		of := nodeOf(r, fixed)
		if of != "" {
			why = "it is that of Node " + of + ", where nothing listens"
		} else {
			why = "no node has it"
			evidence = append(evidence, diagnose.Fact("Nodes", "addresses %s", diagnose.List(nodeAddresses(r))))
		}
	}
	return diagnose.One(
		r.Traefik.String(),
		fmt.Sprintf("Traefik publishes the fixed address %s, and %s", fixed, why),
		diagnose.Remedy{
			Text: fmt.Sprintf(
				"publish an address that leads to Traefik's pods: change --%s to the address of a node that runs "+
					"one, or "+
					"use --%s=NAMESPACE/SERVICE",
				traefik.EndpointAddress,
				traefik.PublishedService,
			),
			Command: r.Traefik.Kubectl("edit"),
		},
		evidence...)
}

// leadsTo reports whether targets are names, or all of the addresses are among them.
func leadsTo(targets, addresses []string) bool {
	return slices.ContainsFunc(targets, func(t string) bool { return net.ParseIP(t) == nil }) ||
		!slices.ContainsFunc(addresses, func(a string) bool { return !slices.Contains(targets, a) })
}

// reached are the addresses that a probe by name was led to.
func reached(r *diagnose.Route, rep *probe.Report) []string {
	if rep.Resolve == nil {
		return r.Answers.Resolver.Addresses
	}
	var out []string
	for _, a := range rep.Resolve.Records {
		out = append(out, a.Address)
	}
	return out
}

func nodeOf(r *diagnose.Route, address string) string {
	for i := range r.Index.Snapshot.Nodes {
		for _, a := range r.Index.Snapshot.Nodes[i].Status.Addresses {
			if a.Address == address {
				return r.Index.Snapshot.Nodes[i].Name
			}
		}
	}
	return ""
}

func nodeAddresses(r *diagnose.Route) []string {
	const enough = 12
	var out []string
	for i := range r.Index.Snapshot.Nodes {
		for _, a := range r.Index.Snapshot.Nodes[i].Status.Addresses {
			if strings.HasSuffix(string(a.Type), "IP") && len(out) < enough {
				out = append(out, a.Address)
			}
		}
	}
	return out
}
