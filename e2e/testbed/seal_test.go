package testbed

import (
	"errors"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/edgeproof/edgeproof/e2e/cluster"
)

func TestReadSeal(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		said    string
		want    uint64
		streams int
		err     string
	}{
		"packets":      {said: counter, want: 12},
		"none dropped": {said: strings.Replace(counter, "12,", "0,", 1), want: 0},
		"senders":      {said: strings.Replace(counter, "\n", sender+",\n", 1), want: 12, streams: 2},
		"a sender in parts": {
			said: strings.Replace(counter, "\n", strings.Replace(sender, `, "tcp"`, "", 1)+",\n", 1),
			err:  "a sender of 3 parts",
		},
		"another counter":   {said: strings.Replace(counter, "escaped", "unassigned", 1), err: "nft lists none"},
		"more than 32 bits": {said: strings.Replace(counter, "12,", "18446744073709551615,", 1), want: 1<<64 - 1},
		"no counter":        {said: `{"nftables": [{"metainfo": {"version": "1.0.6"}}]}`, err: "nft lists none"},
		"nothing":           {said: "", err: "read the seal's counter"},
		"no JSON":           {said: "Error: No such file or directory", err: "read the seal's counter"},
		"negative":          {said: strings.Replace(counter, "12,", "-1,", 1), err: "read the seal's counter"},
		"not a number":      {said: strings.Replace(counter, "12,", `"12",`, 1), err: "read the seal's counter"},
	} {
		got, streams, err := readSeal([]byte(c.said))
		if said := message(err); got != c.want || len(streams) != c.streams || (c.err == "") != (err == nil) ||
			!strings.Contains(said, c.err) {
			t.Errorf("%s: %d, %v, %q, want %d, %d senders and an error with %q", name, got, streams, said, c.want, c.streams,
				c.err)
		}
	}
}

func FuzzReadSeal(f *testing.F) {
	f.Add([]byte(counter))
	f.Add([]byte(strings.Replace(counter, "\n", sender+",\n", 1)))
	f.Add([]byte(`{"nftables": [null, {"counter": null}]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if got, streams, err := readSeal(raw); err != nil && (got != 0 || streams != nil) {
			t.Errorf("both %d of %v and %v", got, streams, err)
		}
	})
}

// TestSealLetsTheClusterBe holds the rules against the networks that the cluster really has.
func TestSealLetsTheClusterBe(t *testing.T) {
	t.Parallel()
	found := regexp.MustCompile(`ip daddr \{([^}]*)\} accept`).FindStringSubmatch(sealRules)
	if found == nil {
		t.Fatalf("no set of addresses is accepted in\n%s", sealRules)
	}
	var accepted []netip.Prefix
	for _, each := range strings.Split(found[1], ",") {
		accepted = append(accepted, netip.MustParsePrefix(strings.TrimSpace(each)))
	}
	for _, network := range []string{cluster.PodSubnet, cluster.ServiceSubnet} {
		within := false
		for _, a := range accepted {
			within = within || a == netip.MustParsePrefix(network)
		}
		if !within {
			t.Errorf("the cluster's own network %s is not among %v", network, accepted)
		}
	}
	// What must not get out: a public resolver, an unassigned public address, the cloud's metadata service, the machine.
	for _, address := range []string{
		"1.1.1.1", PublicAddress, "169.254.169.254", "172.18.0.1", "192.168.1.1",
		"10.0.0.1",
	} {
		for _, a := range accepted {
			if a.Contains(netip.MustParseAddr(address)) {
				t.Errorf("%s is let out by %s", address, a)
			}
		}
	}
	if !netip.MustParsePrefix(cluster.ServiceSubnet).Contains(netip.MustParseAddr(InternetAddress)) {
		t.Errorf("the fake internet's address %s is no Service address of %s", InternetAddress, cluster.ServiceSubnet)
	}
	unassigned := regexp.MustCompile(`ip daddr (\S+) counter name unassigned reject`).FindStringSubmatch(sealRules)
	if unassigned == nil || !netip.MustParsePrefix(unassigned[1]).Contains(netip.MustParseAddr(PublicAddress)) {
		t.Errorf("the public address %s is not in the network that is refused: %v", PublicAddress, unassigned)
	}
	for _, rule := range []string{"hook forward", "hook output", "counter name escaped drop\n  }"} {
		if !strings.Contains(sealRules, rule) {
			t.Errorf("the rules have no %q", rule)
		}
	}
}

// TestSealIsTriedBeforeItIsBelieved: a packet to the outside must be seen by the counter, which then begins at zero.
func TestSealIsTriedBeforeItIsBelieved(t *testing.T) {
	t.Parallel()
	n := &fakeNode{out: counter}
	if err := (&Testbed{Node: n}).sealNode(t.Context()); err != nil {
		t.Fatal(err)
	}
	at := func(part string) int {
		return slices.IndexFunc(n.calls, func(call string) bool { return strings.Contains(call, part) })
	}
	rules, probe, look, reset := at(sealRules), at("/dev/udp/"+sealProbe), at("nft --json list table inet edgeproof"),
		at("nft reset counters")
	if rules != 0 || probe < rules || look < probe || reset < look {
		t.Errorf("on the node ran %q, want rules, probe, a look at the counter and its reset", n.calls)
	}
}

func TestSealThatProvesNothingIsRefused(t *testing.T) {
	t.Parallel()
	broken := errors.New("nft: command not found")
	for name, c := range map[string]struct {
		node *fakeNode
		want string
	}{
		"no nft":                {&fakeNode{err: broken}, "seal the node"},
		"no counter":            {&fakeNode{out: "{}"}, "nft lists none"},
		"nothing was dropped":   {&fakeNode{out: strings.Replace(counter, "12,", "0,", 1)}, "neither dropped nor counted"},
		"counters cannot reset": {&fakeNode{out: counter, err: broken, only: "nft reset"}, "reset the seal's counters"},
		"no probe":              {&fakeNode{out: counter, err: broken, only: "/dev/udp"}, "try the seal"},
	} {
		if err := (&Testbed{Node: c.node}).sealNode(t.Context()); !strings.Contains(message(err), c.want) {
			t.Errorf("%s: %v, want an error with %q", name, err, c.want)
		}
	}
}
