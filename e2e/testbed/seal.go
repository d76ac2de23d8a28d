package testbed

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/edgeproof/edgeproof/e2e/node"
	"github.com/edgeproof/edgeproof/e2e/probe"
)

// sealRules drops and counts what tries to leave the cluster: packets of pods (forward) and of the node itself
// (output) for anything but the cluster's own networks. Answers on connections that begin outside the cluster
// (kubectl) pass. Addresses of TEST-NET-3 that no Service has are refused as an unassigned public address would
// be; that is the internet's answer to a wrong DNS record, not an escape, and is counted separately. It runs
// before kube-proxy's own filter rules and after its address translation. Sources and destinations of dropped
// packets are recorded, up to 128 of them.
const sealRules = `table inet edgeproof
delete table inet edgeproof
table inet edgeproof {
  counter escaped {}
  counter unassigned {}
  set senders4 { type ipv4_addr . ipv4_addr . inet_proto . inet_service; size 128; flags dynamic; counter; }
  set senders6 { type ipv6_addr . ipv6_addr . inet_proto . inet_service; size 128; flags dynamic; counter; }
  chain judge {
    ct state established,related accept
    ip daddr { 10.244.0.0/16, 10.96.0.0/16, 127.0.0.0/8, 224.0.0.0/4 } accept
    ip6 daddr { ::1, fe80::/10, ff00::/8 } accept
    fib daddr type local accept
    ip daddr 203.0.113.0/24 counter name unassigned reject
    meta l4proto { tcp, udp } update @senders4 { ip saddr . ip daddr . meta l4proto . th dport }
    meta l4proto { tcp, udp } update @senders6 { ip6 saddr . ip6 daddr . meta l4proto . th dport }
    counter name escaped drop
  }
  chain forward { type filter hook forward priority filter - 5; policy accept; jump judge; }
  chain output { type filter hook output priority filter - 5; policy accept; jump judge; }
}
`

// sealProbe is an address that is not assigned: TEST-NET-2, RFC 5737.
const sealProbe = "198.51.100.1"

// sealNode seals the node and shows that the seal works: a packet to an external address must be counted. The counters
// are then reset to zero.
func (s *Testbed) sealNode(ctx context.Context) error {
	if _, err := node.Idempotent(ctx, s.Node, "bash", "-c", "nft -f - <<'RULES'\n"+sealRules+"RULES"); err != nil {
		return fmt.Errorf("seal the node: %w", err)
	}
	// The kernel reports a dropped packet to its sender as not permitted: the command's own failure is expected.
	if _, err := node.Idempotent(ctx, s.Node, "bash", "-c", "echo probe 2>/dev/null >/dev/udp/"+sealProbe+
		"/9 || exit 0"); err != nil {
		return fmt.Errorf("try the seal: %w", err)
	}
	return s.sealHeld(ctx, "the node")
}

// trySealFromAPod sends the same from a pod, whose packets take another way through the kernel.
func (s *Testbed) trySealFromAPod(ctx context.Context) error {
	if err := s.Internet.Probe(ctx, probe.Request{URL: "http://" + sealProbe + "/", TimeoutMillis: 300},
		nil); err != nil {
		return fmt.Errorf("try the seal from a pod: %w", err)
	}
	return s.sealHeld(ctx, "a pod")
}

// sealHeld checks that a packet was counted, and sets the counters to zero.
func (s *Testbed) sealHeld(ctx context.Context, from string) error {
	packets, _, err := s.readSeal(ctx)
	if err != nil {
		return err
	}
	if packets == 0 {
		return fmt.Errorf("try the seal: a packet of %s to %s was neither dropped nor counted", from, sealProbe)
	}
	const again = "nft reset counters table inet edgeproof; nft flush set inet edgeproof senders4; nft flush set inet " +
		"edgeproof senders6"
	if _, err := node.Idempotent(ctx, s.Node, "bash", "-ec", again); err != nil {
		return fmt.Errorf("reset the seal's counters: %w", err)
	}
	return nil
}

// Dropped is what tried to leave the cluster since it was sealed, and was dropped. Senders says of TCP and UDP
// who sent how many packets where to, the most first: "pod cert-manager/cert-manager-7d4 to 192.0.2.1:443/tcp:
// 3 packets". A pod that is gone is its address.
type Dropped struct {
	Packets uint64
	Senders []string
}

// Dropped reads what tried to leave the cluster since it was sealed.
func (s *Testbed) Dropped(ctx context.Context) (Dropped, error) {
	packets, streams, err := s.readSeal(ctx)
	if err != nil || len(streams) == 0 {
		return Dropped{Packets: packets}, err
	}
	owners, err := s.addressOwners(ctx)
	if err != nil {
		return Dropped{}, fmt.Errorf("find out who sent the packets that the seal dropped: %w", err)
	}
	slices.SortStableFunc(streams, func(a, b stream) int { return cmp.Compare(b.packets, a.packets) })
	dropped := Dropped{Packets: packets}
	for _, x := range streams {
		from := cmp.Or(owners[x.from], x.from)
		noun := "packets"
		if x.packets == 1 {
			noun = "packet"
		}
		dropped.Senders = append(dropped.Senders, fmt.Sprintf("%s to %s/%s: %d %s", from, net.JoinHostPort(x.to, x.port),
			x.protocol, x.packets, noun))
	}
	return dropped, nil
}

// addressOwners names whom an address in the cluster belongs to.
func (s *Testbed) addressOwners(ctx context.Context) (map[string]string, error) {
	var pods corev1.PodList
	if err := s.Client.List(ctx, &pods); err != nil {
		return nil, fmt.Errorf("list pods: %w", err)
	}
	owners := map[string]string{}
	for _, pod := range pods.Items {
		for _, ip := range pod.Status.PodIPs {
			if pod.Spec.HostNetwork {
				owners[ip.IP] = "the node"
				continue
			}
			owners[ip.IP] = "pod " + pod.Namespace + "/" + pod.Name
		}
	}
	return owners, nil
}

// stream is the packets of one sender to one port of one receiver.
type stream struct {
	from, to, protocol, port string
	packets                  uint64
}

func (s *Testbed) readSeal(ctx context.Context) (packets uint64, streams []stream, err error) {
	out, err := node.Idempotent(ctx, s.Node, "nft", "--json", "list", "table", "inet", "edgeproof")
	if err != nil {
		return 0, nil, fmt.Errorf("read the seal's counter: %w", err)
	}
	return readSeal(out)
}

// readSeal reads nft's JSON (libnftables-json(5)): how many packets were dropped, and of whom.
func readSeal(out []byte) (packets uint64, streams []stream, err error) {
	type counter struct {
		Name    string `json:"name"`
		Packets uint64 `json:"packets"`
	}
	var listing struct {
		Nftables []struct {
			Counter *counter `json:"counter"`
			Set     *struct {
				Elements []struct {
					Element struct {
						Value struct {
							Parts []json.RawMessage `json:"concat"`
						} `json:"val"`
						Counter counter `json:"counter"`
					} `json:"elem"`
				} `json:"elem"`
			} `json:"set"`
		} `json:"nftables"`
	}
	if err := json.Unmarshal(out, &listing); err != nil {
		return 0, nil, fmt.Errorf("read the seal's counter: %w", err)
	}
	found := false
	for _, entry := range listing.Nftables {
		if entry.Counter != nil && entry.Counter.Name == "escaped" {
			packets, found = entry.Counter.Packets, true
		}
		if entry.Set == nil {
			continue
		}
		for _, e := range entry.Set.Elements {
			var parts []string
			for _, part := range e.Element.Value.Parts { // addresses and protocols are strings, ports numbers
				parts = append(parts, strings.Trim(string(part), `"`))
			}
			if len(parts) != 4 {
				return 0, nil, fmt.Errorf("read the seal's counter: nft lists a sender of %d parts, want 4", len(parts))
			}
			streams = append(streams, stream{parts[0], parts[1], parts[2], parts[3], e.Element.Counter.Packets})
		}
	}
	if !found {
		return 0, nil, fmt.Errorf("read the seal's counter: nft lists none: %s", out)
	}
	return packets, streams, nil
}
