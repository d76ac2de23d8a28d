// Package networkpolicy knows what NetworkPolicies let through:
// https://kubernetes.io/docs/concepts/services-networking/network-policies/
//
// It reads Kubernetes types, and does no I/O. It must not know who wants to reach whom, nor whether the cluster's
// network enforces policies at all.
package networkpolicy

import (
	"net/netip"
	"slices"

	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// Peer is one end of a connection.
type Peer struct {
	Namespace       string
	NamespaceLabels map[string]string // without the name of the namespace, which is a label by itself
	Labels          map[string]string
	Address         string
}

// Port is where a connection goes to: a number, 0 when it is not known, and the name that the pod gives it.
type Port struct {
	Number int32
	Name   string
}

// Denies are the policies that together let no connection through from one pod to another: first the one that lets
// something else through, where there is one. None is returned when the connection is let through.
func Denies(policies []networking.NetworkPolicy, from, to Peer, port Port) []*networking.NetworkPolicy {
	if out := ingress(policies, from, to, port); out != nil {
		return out
	}
	return egress(policies, from, to, port)
}

// ingress are the policies of the target's namespace that deny.
func ingress(policies []networking.NetworkPolicy, from, to Peer, port Port) []*networking.NetworkPolicy {
	var out []*networking.NetworkPolicy
	for i := range policies {
		p := &policies[i]
		if !applies(p, to, networking.PolicyTypeIngress) {
			continue
		}
		for _, rule := range p.Spec.Ingress {
			if anyPeer(p.Namespace, rule.From, from) && anyPort(rule.Ports, port) {
				return nil
			}
		}
		out = append(out, p)
	}
	return ordered(out)
}

// egress are the policies of the source's namespace that deny.
func egress(policies []networking.NetworkPolicy, from, to Peer, port Port) []*networking.NetworkPolicy {
	var out []*networking.NetworkPolicy
	for i := range policies {
		p := &policies[i]
		if !applies(p, from, networking.PolicyTypeEgress) {
			continue
		}
		for _, rule := range p.Spec.Egress {
			if anyPeer(p.Namespace, rule.To, to) && anyPort(rule.Ports, port) {
				return nil
			}
		}
		out = append(out, p)
	}
	return ordered(out)
}

// ordered puts the policies that let something through first.
func ordered(policies []*networking.NetworkPolicy) []*networking.NetworkPolicy {
	slices.SortStableFunc(policies, func(a, b *networking.NetworkPolicy) int {
		return min(1, len(b.Spec.Ingress)+len(b.Spec.Egress)) - min(1, len(a.Spec.Ingress)+len(a.Spec.Egress))
	})
	return policies
}

// applies reports whether a policy isolates a pod in a direction. Without types it is one of Ingress, and of Egress
// when it has rules for that.
func applies(p *networking.NetworkPolicy, pod Peer, direction networking.PolicyType) bool {
	if p.Namespace != pod.Namespace || !selects(&p.Spec.PodSelector, pod.Labels) {
		return false
	}
	if len(p.Spec.PolicyTypes) == 0 {
		return direction == networking.PolicyTypeIngress || len(p.Spec.Egress) > 0
	}
	return slices.Contains(p.Spec.PolicyTypes, direction)
}

func anyPeer(namespace string, peers []networking.NetworkPolicyPeer, pod Peer) bool {
	return len(peers) == 0 || slices.ContainsFunc(peers, func(p networking.NetworkPolicyPeer) bool {
		if p.IPBlock != nil {
			return within(p.IPBlock, pod.Address)
		}
		if p.NamespaceSelector == nil && pod.Namespace != namespace {
			return false
		}
		if p.NamespaceSelector != nil && !selects(p.NamespaceSelector, pod.namespaceLabels()) {
			return false
		}
		return p.PodSelector == nil || selects(p.PodSelector, pod.Labels)
	})
}

func (p Peer) namespaceLabels() map[string]string {
	out := map[string]string{core.LabelMetadataName: p.Namespace}
	for name, value := range p.NamespaceLabels {
		out[name] = value
	}
	return out
}

func selects(selector *meta.LabelSelector, of map[string]string) bool {
	s, err := meta.LabelSelectorAsSelector(selector)
	return err == nil && s.Matches(labels.Set(of))
}

// within reports whether an address is in a block; one that is not known is.
func within(block *networking.IPBlock, address string) bool {
	at, err := netip.ParseAddr(address)
	if err != nil {
		return true
	}
	in := func(cidr string) bool {
		prefix, err := netip.ParsePrefix(cidr)
		return err == nil && prefix.Contains(at)
	}
	return in(block.CIDR) && !slices.ContainsFunc(block.Except, in)
}

func anyPort(ports []networking.NetworkPolicyPort, port Port) bool {
	return len(ports) == 0 || slices.ContainsFunc(ports, func(p networking.NetworkPolicyPort) bool {
		switch {
		case p.Protocol != nil && *p.Protocol != core.ProtocolTCP:
			return false
		case p.Port == nil:
			return true
		case p.Port.Type == intstr.String:
			return p.Port.StrVal == port.Name || port.Name == "" && port.Number == 0
		case port.Number == 0:
			return true
		case p.EndPort != nil:
			return port.Number >= p.Port.IntVal && port.Number <= *p.EndPort
		}
		return p.Port.IntVal == port.Number
	})
}
