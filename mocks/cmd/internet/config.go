package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net/netip"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/control/server"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

const usage = `internet runs a fake internet: DNS, Cloudflare's API, two ACME authorities, an external client.

Examples:
  internet --zone example.com                 all of it on loopback; prints what to export
  internet --zone example.com --zone example.org=pro --token-file token.txt
  internet --state world.json                 keeps zones, records and tokens over a restart
  POD_IP=10.0.0.7 internet --https-address :8443 --dns-address :8053 \
    --control-address 10.0.0.7:8081 --address 10.96.0.53 --zone example.com   in a pod

Flags:
`

// config is what the flags say.
type config struct {
	httpsAddress, dnsAddress, controlAddress string
	secondaryAddress, sshAddress             string
	secondaryLag                             time.Duration
	controlAnywhere                          bool
	address                                  netip.Addr
	nameServers                              addressFlag
	zones                                    zoneFlag
	token                                    string
	tokenGiven                               bool
	caFile                                   string
	stateFile                                string
	journalSize                              int
	rateLimit                                bool
	seed                                     uint64
	verbose                                  bool
	pebble                                   bool
	podIP                                    string
}

// zoneFlag collects --zone NAME[=PLAN].
type zoneFlag []api.Zone

// String is what the flag package shows.
func (z *zoneFlag) String() string {
	names := make([]string, 0, len(*z))
	for _, one := range *z {
		names = append(names, one.Name)
	}
	return strings.Join(names, ",")
}

// Set adds a zone.
func (z *zoneFlag) Set(text string) error {
	name, planName, given := strings.Cut(text, "=")
	name = zone.Canonical(name)
	if !zone.ValidName(name) {
		return fmt.Errorf("%q is no DNS name", name)
	}
	if !given {
		planName = "free"
	}
	plan, ok := zone.PlanNamed(planName)
	if !ok {
		return fmt.Errorf("plan %q: give free, pro or enterprise", planName)
	}
	*z = append(*z, api.Zone{Name: name, Plan: plan})
	return nil
}

// addressFlag collects --name-server NAME=IP.
type addressFlag map[string]netip.Addr

// String is what the flag package shows.
func (a addressFlag) String() string {
	pairs := make([]string, 0, len(a))
	for name, addr := range a {
		pairs = append(pairs, name+"="+addr.String())
	}
	slices.Sort(pairs)
	return strings.Join(pairs, ",")
}

// Set adds a name.
func (a addressFlag) Set(text string) error {
	name, ip, _ := strings.Cut(text, "=")
	addr, err := netip.ParseAddr(ip)
	if err != nil || !zone.ValidName(zone.Canonical(name)) {
		return fmt.Errorf("%q: give NAME=IP", text)
	}
	a[name] = addr
	return nil
}

// parse reads the flags; getenv gives POD_IP, which the downward API sets in a pod.
func parse(args []string, getenv func(string) string, errs io.Writer) (config, error) {
	c := config{podIP: getenv("POD_IP"), nameServers: addressFlag{}}
	var address, tokenFile string
	f := flag.NewFlagSet("internet", flag.ContinueOnError)
	f.SetOutput(errs)
	f.Usage = func() {
		_, _ = fmt.Fprint(errs, usage)
		f.PrintDefaults()
	}
	f.StringVar(
		&c.httpsAddress,
		"https-address",
		"127.0.0.1:8443",
		"public HTTPS `host:port`: the API and the ACME authorities, by name",
	)
	f.StringVar(
		&c.dnsAddress,
		"dns-address",
		"127.0.0.1:8053",
		"public DNS `host:port`, UDP and TCP: name servers and resolver in one",
	)
	f.StringVar(
		&c.secondaryAddress,
		"secondary-dns-address",
		"",
		"a second name server's `host:port`, authority only; none unless set",
	)
	f.StringVar(&c.sshAddress, "ssh-address", "", "public ssh `host:port` of the Git hosts; none unless set")
	f.DurationVar(&c.secondaryLag, "secondary-lag", 0, "how far the second name server lags behind")
	f.Var(
		c.nameServers,
		"name-server",
		"an address of its own for a name server, `NAME=IP`: bob.ns.cloudflare.com=10.96.0.54; repeatable",
	)
	f.StringVar(
		&c.controlAddress,
		"control-address",
		"127.0.0.1:8081",
		"control API's `host:port`; only loopback and $POD_IP are taken",
	)
	f.BoolVar(
		&c.controlAnywhere,
		"control-anywhere",
		false,
		"let --control-address be any address: whoever reaches it may change everything",
	)
	f.StringVar(
		&address,
		"address",
		"127.0.0.1",
		"the `IP` that this internet's own names resolve to (in a cluster: the Service's)",
	)
	f.Var(&c.zones, "zone", "a zone to begin with, `NAME[=PLAN]`, plan free, pro or enterprise; repeatable")
	f.StringVar(
		&c.token,
		"token",
		"",
		"`value` of an API token for all zones (Zone:Read, DNS:Edit); one is minted and printed unless set",
	)
	f.StringVar(&tokenFile, "token-file", "", "`file` that holds the token's value")
	f.StringVar(
		&c.caFile,
		"ca-file",
		"",
		"write the web root, for SSL_CERT_FILE, to this `file`; in the temporary folder unless set",
	)
	f.StringVar(&c.stateFile, "state", "", "keep zones, records and tokens in this `file` over a restart")
	f.IntVar(&c.journalSize, "journal", 50_000, "how many journal `entries` are kept")
	f.BoolVar(
		&c.rateLimit,
		"rate-limit",
		false,
		"enforce Cloudflare's 1200 requests per 5 minutes and user, and 200 per second and address",
	)
	f.Uint64Var(&c.seed, "seed", 1, "seed of the dice of injected faults: the same `number` repeats a run")
	f.BoolVar(
		&c.pebble,
		"pebble",
		false,
		"show the ACME authorities as Pebble is, not as Let's Encrypt: "+
			"challenge types in random order, words of problems, names that are ordered",
	)
	f.BoolVar(&c.verbose, "verbose", false, "write Pebble's and the servers' own logs to standard error")
	if err := f.Parse(args); err != nil {
		return c, err
	}
	if f.NArg() > 0 {
		return c, fmt.Errorf("argument %q: there are only flags, see --help", f.Arg(0))
	}
	return c, c.complete(address, tokenFile)
}

func (c *config) complete(address, tokenFile string) error {
	var err error
	if c.address, err = netip.ParseAddr(address); err != nil {
		return fmt.Errorf("--address %q: give an IP address", address)
	}
	if c.journalSize < 1 || c.journalSize > 10_000_000 {
		return fmt.Errorf("--journal %d: give 1 to 10000000", c.journalSize)
	}
	if c.secondaryLag < 0 || c.secondaryLag > time.Hour {
		return fmt.Errorf("--secondary-lag %v: give 0 to 1h", c.secondaryLag)
	}
	if tokenFile != "" {
		if c.token != "" {
			return errors.New("--token and --token-file: give one of them")
		}
		text, err := os.ReadFile(tokenFile) //nolint:gosec // the file the user names
		if err != nil {
			return fmt.Errorf("read --token-file: %w", err)
		}
		if c.token = strings.TrimSpace(string(text)); c.token == "" {
			return fmt.Errorf("--token-file %s: the file is empty", tokenFile)
		}
	}
	c.tokenGiven = c.token != ""
	return server.CheckAddress(c.controlAddress, c.podIP, c.controlAnywhere)
}
