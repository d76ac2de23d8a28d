package main

import (
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// announce prints what is served, and what to export to use it.
func (w *world) announce(out io.Writer, took time.Duration) {
	https, resolver := reachable(w.sockets.https.Addr()), reachable(w.sockets.dns.Stream.Addr())
	base := "http://" + reachable(w.sockets.control.Addr())
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("fake internet ready in %d ms", took.Milliseconds())
	line("  https    %s  (%s, both ACME hosts)", https, apiHost)
	line("  dns      %s  (udp, tcp)", resolver)
	if w.sockets.secondary.Stream != nil {
		line(
			"  dns      %s  (second name server, %v behind)",
			reachable(w.sockets.secondary.Stream.Addr()),
			w.config.secondaryLag,
		)
	}
	line("  control  %s", base)
	for _, z := range w.store.Zones() {
		line("  zone     %s  %s  %s  %d records", z.Name, z.ID, z.Plan.LegacyID, w.store.Len(z.ID))
	}
	for _, t := range w.store.Tokens() {
		line("  token    %s  %s", t.Fingerprint, t.Name)
	}
	line("")
	line("export CLOUDFLARE_BASE_URL=https://%s/client/v4", https)
	if w.caFile != "" {
		line("export SSL_CERT_FILE=%s", w.caFile)
	} else {
		line("# web root: curl %s/v1/roots/web.pem", base)
	}
	switch {
	case w.token != "" && !w.config.tokenGiven:
		line("export CF_API_TOKEN=%s", w.token) // created here, and printed nowhere else
	case w.config.tokenGiven:
		line("# CF_API_TOKEN: the one given, %s", api.Fingerprint(w.config.token))
	}
	host, port, _ := net.SplitHostPort(resolver)
	line("# resolver: dig @%s -p %s NAME", host, port)
	_, _ = io.WriteString(out, b.String())
}
