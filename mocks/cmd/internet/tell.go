package main

import (
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// tell prints what there is, and what to export to use it.
func (w *world) tell(out io.Writer, took time.Duration) {
	https, resolver := reachable(w.sockets.https.Addr()), reachable(w.sockets.dns.Stream.Addr())
	base := "http://" + reachable(w.sockets.control.Addr())
	var b strings.Builder
	say := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	say("fake internet ready in %d ms", took.Milliseconds())
	say("  https    %s  (%s, both ACME hosts)", https, apiHost)
	say("  dns      %s  (udp, tcp)", resolver)
	if w.sockets.secondary.Stream != nil {
		say(
			"  dns      %s  (second name server, %v behind)",
			reachable(w.sockets.secondary.Stream.Addr()),
			w.config.secondaryLag,
		)
	}
	say("  control  %s", base)
	for _, z := range w.store.Zones() {
		say("  zone     %s  %s  %s  %d records", z.Name, z.ID, z.Plan.LegacyID, w.store.Len(z.ID))
	}
	for _, t := range w.store.Tokens() {
		say("  token    %s  %s", t.Fingerprint, t.Name)
	}
	say("")
	say("export CLOUDFLARE_BASE_URL=https://%s/client/v4", https)
	if w.caFile != "" {
		say("export SSL_CERT_FILE=%s", w.caFile)
	} else {
		say("# web root: curl %s/v1/roots/web.pem", base)
	}
	switch {
	case w.token != "" && !w.config.tokenGiven:
		say("export CF_API_TOKEN=%s", w.token) // minted here, and shown nowhere else
	case w.config.tokenGiven:
		say("# CF_API_TOKEN: the one given, %s", api.Fingerprint(w.config.token))
	}
	host, port, _ := net.SplitHostPort(resolver)
	say("# resolver: dig @%s -p %s NAME", host, port)
	_, _ = io.WriteString(out, b.String())
}
