package environment

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/edgeproof/edgeproof/mocks/outside"
)

// sealRules drops and counts what tries to leave the cluster: packets of pods (forward) and of the node itself
// (output) for anything but the cluster's own networks. Answers to connections that came from outside (kubectl) pass.
// Addresses of TEST-NET-3 that no Service has are refused as an unassigned public address would be; that is the
// world's answer to a wrong DNS record, not an escape, and is counted apart. It runs before kube-proxy's own filter
// rules and after its address translation.
const sealRules = `table inet edgeproof
delete table inet edgeproof
table inet edgeproof {
  counter escaped {}
  counter unassigned {}
  chain judge {
    ct state established,related accept
    ip daddr { 10.244.0.0/16, 10.96.0.0/16, 127.0.0.0/8, 224.0.0.0/4 } accept
    ip6 daddr { ::1, fe80::/10, ff00::/8 } accept
    fib daddr type local accept
    ip daddr 203.0.113.0/24 counter name unassigned reject
    counter name escaped drop
  }
  chain forward { type filter hook forward priority filter - 5; policy accept; jump judge; }
  chain output { type filter hook output priority filter - 5; policy accept; jump judge; }
}
`

// sealProbe is an address that is nobody's: TEST-NET-2, RFC 5737.
const sealProbe = "198.51.100.1"

// sealNode seals the node and shows that the seal holds: a packet sent to the outside must be counted. The counters
// then begin at zero.
func (s *Scene) sealNode(ctx context.Context) error {
	if _, err := s.Node.Exec(ctx, "bash", "-c", "nft -f - <<'RULES'\n"+sealRules+"RULES"); err != nil {
		return fmt.Errorf("seal the node: %w", err)
	}
	// The kernel tells the sender of a dropped packet that it may not send: the command's own failure is expected.
	if _, err := s.Node.Exec(ctx, "bash", "-c", "echo probe 2>/dev/null >/dev/udp/"+sealProbe+"/9 || exit 0"); err != nil {
		return fmt.Errorf("try the seal: %w", err)
	}
	return s.sealHeld(ctx, "the node")
}

// trySealFromAPod sends the same from a pod, whose packets take another way through the kernel.
func (s *Scene) trySealFromAPod(ctx context.Context) error {
	if _, err := s.Internet.Probe(ctx, outside.Request{URL: "http://" + sealProbe + "/", TimeoutMillis: 300}); err != nil {
		return fmt.Errorf("try the seal from a pod: %w", err)
	}
	return s.sealHeld(ctx, "a pod")
}

// sealHeld checks that a packet was counted, and sets the counters to zero.
func (s *Scene) sealHeld(ctx context.Context, from string) error {
	dropped, err := s.DroppedPackets(ctx)
	if err != nil {
		return err
	}
	if dropped == 0 {
		return fmt.Errorf("try the seal: a packet of %s to %s was neither dropped nor counted", from, sealProbe)
	}
	if _, err := s.Node.Exec(ctx, "nft", "reset", "counters", "table", "inet", "edgeproof"); err != nil {
		return fmt.Errorf("reset the seal's counters: %w", err)
	}
	return nil
}

// DroppedPackets reads how many packets tried to leave the cluster since it was sealed, and were dropped.
func (s *Scene) DroppedPackets(ctx context.Context) (uint64, error) {
	out, err := s.Node.Exec(ctx, "nft", "--json", "list", "counter", "inet", "edgeproof", "escaped")
	if err != nil {
		return 0, fmt.Errorf("read the seal's counter: %w", err)
	}
	return readCounter(out)
}

// readCounter reads nft's JSON (libnftables-json(5)).
func readCounter(out []byte) (uint64, error) {
	var listing struct {
		Nftables []struct {
			Counter *struct {
				Packets uint64 `json:"packets"`
			} `json:"counter"`
		} `json:"nftables"`
	}
	if err := json.Unmarshal(out, &listing); err != nil {
		return 0, fmt.Errorf("read the seal's counter: %w", err)
	}
	for _, entry := range listing.Nftables {
		if entry.Counter != nil {
			return entry.Counter.Packets, nil
		}
	}
	return 0, fmt.Errorf("read the seal's counter: nft lists none: %s", out)
}
