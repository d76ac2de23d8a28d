package main

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/edgeproof/edgeproof/e2e/probe"
	"github.com/edgeproof/edgeproof/mocks/acme"
	"github.com/edgeproof/edgeproof/mocks/cfproxy"
	"github.com/edgeproof/edgeproof/mocks/cloudflare"
	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/control/server"
	"github.com/edgeproof/edgeproof/mocks/dns"
	"github.com/edgeproof/edgeproof/mocks/doh"
	"github.com/edgeproof/edgeproof/mocks/faultinjection"
	"github.com/edgeproof/edgeproof/mocks/git"
	"github.com/edgeproof/edgeproof/mocks/httpsfront"
	"github.com/edgeproof/edgeproof/mocks/journal"
	"github.com/edgeproof/edgeproof/mocks/registry"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

// apiHost is the host of Cloudflare's API.
const apiHost = "api.cloudflare.com"

// controlTimeout bounds how long a control client may take to send its headers, and then its body,
// controlGrace how long requests under way may take at the end.
const (
	controlTimeout = 10 * time.Second
	controlGrace   = time.Second
)

// world is everything, put together, and listening but not yet serving.
type world struct {
	config      config
	store       *zone.Store
	api         *cloudflare.Server
	dns         *dns.Server
	journal     *journal.Journal
	faults      *faultinjection.Set
	pki         *httpsfront.PKI
	front       *httpsfront.Front
	production  *acme.Authority
	staging     *acme.Authority
	git         *git.Server
	registry    *registry.Server
	edge        *cfproxy.Edge
	control     http.Handler
	token       string // shown once, when it was minted
	caFile      string
	sockets     sockets
	serving     atomic.Bool
	initial     *zone.State
	savedFailed func(error)
}

// build makes all parts and opens all listeners; on an error none stays open.
func build(ctx context.Context, c config, errs io.Writer) (_ *world, err error) {
	w := &world{config: c, store: zone.New(zone.Options{}), journal: journal.New(c.journalSize)}
	if w.sockets, err = listen(ctx, c); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			w.sockets.close()
		}
	}()
	if err = w.seed(); err != nil {
		return nil, err
	}
	logs := log.New(io.Discard, "", 0)
	if c.verbose {
		logs = log.New(errs, "", log.LstdFlags|log.Lmicroseconds)
	}
	w.savedFailed = func(err error) { _, _ = fmt.Fprintf(errs, "internet: %v\n", err) }
	w.faults = faultinjection.New(c.seed, w.journal)
	w.dns = dns.New(dns.Options{
		Store:   w.store,
		Address: c.address,
		Journal: w.journal,
		Faults:  w.faults,
		Own: slices.Concat(
			[]string{apiHost, acme.ProductionHost, acme.StagingHost},
			websites(), doh.CloudflareHosts(), doh.GoogleHosts(),
		),
		Elsewhere: c.nameServers,
	})
	if err = w.authorities(logs); err != nil {
		return nil, err
	}
	if w.pki, err = httpsfront.NewPKI(); err != nil {
		return nil, err
	}
	w.api = cloudflare.New(cloudflare.Options{Store: w.store, Journal: w.journal, Limit: w.limit()})
	api := w.faults.HTTP(faultinjection.Host{Name: "api"}, w.api)
	w.front = httpsfront.New(w.pki, logs)
	w.front.Host(apiHost, traced(api))
	w.resolvers()
	w.front.Local(api, localNames(c, w.sockets.https.Addr())...)
	for host, a := range map[string]*acme.Authority{acme.ProductionHost: w.production, acme.StagingHost: w.staging} {
		w.front.Host(host, w.faults.HTTP(faultinjection.Host{Name: a.Name(), Step: acme.Step, Nonce: a.Nonce}, a))
	}
	if err = w.deliver(); err != nil {
		return nil, err
	}
	if err = w.proxy(logs); err != nil {
		return nil, err
	}
	return w, w.openControl()
}

// websites are the hosts at which programs read the addresses of Cloudflare's edge, or their own.
func websites() []string { return []string{"cloudflare.com", "www.cloudflare.com"} }

// resolvers serves DNS over HTTPS, and the websites.
func (w *world) resolvers() {
	for _, host := range doh.CloudflareHosts() {
		w.front.Host(host, traced(doh.Cloudflare(w.dns.Resolve)))
	}
	for _, host := range doh.GoogleHosts() {
		w.front.Host(host, doh.Google(w.dns.Resolve))
	}
	for _, host := range websites() {
		w.front.Host(host, cloudflare.Website())
	}
}

// traced adds what Cloudflare answers on each of its hosts.
func traced(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/cdn-cgi/trace" {
			cloudflare.Trace(w, r)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// limit is the API's rate limit at the start.
func (w *world) limit() cloudflare.Limit {
	if w.config.rateLimit {
		return cloudflare.DefaultLimit()
	}
	return cloudflare.Limit{}
}

// localNames are the names by which the API is reached without the fake DNS.
func localNames(c config, bound net.Addr) []string {
	names := []string{"localhost", "127.0.0.1", "::1", c.address.String()}
	if host, _, err := net.SplitHostPort(reachable(bound)); err == nil {
		names = append(names, host)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// authorities makes both, at once: most of it is drawing keys.
func (w *world) authorities(logs *log.Logger) error {
	resolver := reachable(w.sockets.dns.Stream.Addr())
	issuer := func(name string, into **acme.Authority) func() error {
		return func() error {
			a, err := acme.New(
				acme.Options{Name: name, Resolver: resolver, Journal: w.journal, Log: logs, OwnWays: w.config.pebble},
			)
			*into = a
			return err
		}
	}
	var g errgroup.Group
	g.Go(issuer("production", &w.production))
	g.Go(issuer("staging", &w.staging))
	return g.Wait()
}

// openControl adds the external client and the control API.
func (w *world) openControl() error {
	trusted, known := x509.NewCertPool(), x509.NewCertPool()
	if !trusted.AppendCertsFromPEM(w.production.RootPEM()) || !known.AppendCertsFromPEM(w.staging.RootPEM()) {
		return errors.New("read the authorities' roots: not PEM")
	}
	client := probe.New(probe.Options{
		Resolver: reachable(w.sockets.dns.Stream.Addr()), TrustedName: "production", Trusted: trusted,
		Public: map[string]*x509.CertPool{"web": w.pki.Roots()},
		Known:  map[string]*x509.CertPool{"staging": known}, Dial: w.dial,
	})
	w.control = server.New(server.Internet{
		Store: w.store, API: w.api, DNS: w.dns, Probe: external(client, w.journal), Journal: w.journal, Faults: w.faults,
		Production: w.production, Staging: w.staging, WebRoot: w.pki.RootPEM(), Delivery: w.delivery(),
		Ready: func() error {
			if !w.serving.Load() {
				return errors.New("the listeners do not serve yet")
			}
			return nil
		},
		Reset: w.reset,
	})
	return w.writeCA()
}

// writeCA writes the web root where SSL_CERT_FILE can point. Only a file that
// was requested must succeed: a pod's root file system is read-only, and the
// control API has the root too.
func (w *world) writeCA() error {
	file := w.config.caFile
	if file == "" {
		file = filepath.Join(os.TempDir(), "edgeproof-web-root.pem")
	}
	err := os.WriteFile(file, w.pki.RootPEM(), 0o644) //nolint:gosec // a root is public
	switch {
	case err == nil:
		w.caFile = file
	case w.config.caFile != "":
		return fmt.Errorf("write --ca-file: %w", err)
	}
	return nil
}

// seed puts the zones and the token of the flags, or the state file, into the store.
func (w *world) seed() error {
	if w.config.stateFile != "" {
		if err := loadState(w.config.stateFile, w.store); err != nil {
			return err
		}
	}
	for _, z := range w.config.zones {
		if len(w.store.ZonesNamed(z.Name)) > 0 {
			continue // the state file had it
		}
		if _, err := w.store.AddZone(z); err != nil {
			return fmt.Errorf("--zone: %w", err)
		}
	}
	_, known := w.store.TokenFor(w.config.token)
	if !known && (w.config.tokenGiven || len(w.store.Tokens()) == 0) {
		_, value, err := w.store.AddToken(
			api.Token{Name: "from the command line", Permissions: api.EditDNS()},
			w.config.token,
		)
		if err != nil {
			return err
		}
		w.token = value
	}
	w.initial, _ = w.store.Snapshot()
	return nil
}

// reset brings everything back to the start.
func (w *world) reset() error {
	if err := w.store.Restore(w.initial); err != nil {
		return err
	}
	for _, a := range []*acme.Authority{w.production, w.staging} {
		if err := a.SetValidity(acme.Validity{}); err != nil {
			return err
		}
		if err := a.SetProfiles(acme.Profiles{}); err != nil {
			return err
		}
	}
	if err := w.dns.SetDelays(nil); err != nil {
		return err
	}
	w.api.SetLimit(w.limit())
	w.faults.ClearAll()
	w.forgetDelivered()
	w.dns.ForgetUnknown()
	w.dns.ForgetQuestions()
	w.journal.Clear()
	return nil
}

// serve answers on all listeners until ctx ends or one fails; ready is called once they do.
func (w *world) serve(ctx context.Context, ready func()) error {
	g, ctx := errgroup.WithContext(ctx)
	listeners := []dns.Listener{w.sockets.dns}
	if w.sockets.secondary.Packet != nil {
		listeners = append(listeners, w.sockets.secondary)
	}
	g.Go(func() error { return w.dns.Serve(ctx, listeners...) })
	g.Go(func() error { return w.front.Serve(ctx, w.sockets.https) })
	if w.sockets.ssh != nil {
		g.Go(func() error { return w.git.ServeSSH(ctx, w.sockets.ssh) })
	}
	g.Go(func() error { return w.edge.Serve(ctx, w.sockets.edgePlain, w.sockets.edgeSecure) })
	g.Go(func() error { return serveControl(ctx, w.sockets.control, w.control, controlTimeout) })
	if w.config.stateFile != "" {
		g.Go(func() error { keepState(ctx, w.config.stateFile, w.store, w.savedFailed); return nil })
	}
	w.serving.Store(true)
	ready()
	return g.Wait()
}

func serveControl(ctx context.Context, l net.Listener, h http.Handler, patience time.Duration) error {
	server := &http.Server{
		Handler: httpsfront.Patience(h, patience), ReadHeaderTimeout: patience,
		BaseContext: func(net.Listener) context.Context { return ctx }, // ends long-polls
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serve control: %w", err)
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), controlGrace)
	defer cancel()
	if err := server.Shutdown(grace); err != nil {
		_ = server.Close() // what still runs has had its time
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve control: %w", err)
	}
	return nil
}
