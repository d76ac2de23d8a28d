package rules_test

import (
	"testing"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/diagnose/rules"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/probe"
)

// shakesNoHands makes a probe fail in the handshake, before a certificate was shown.
func shakesNoHands(rep *probe.Report) {
	rep.OK, rep.Failed, rep.Class, rep.Error = false, probe.StepTLS, probe.ClassHandshake,
		"remote error: tls: unrecognized name"
	rep.TLS, rep.HTTP = nil, nil
}

// targets publishes other addresses by annotation, and leads the name there.
func (w world) targets(address string) {
	w.ingress.Annotations["external-dns.alpha.kubernetes.io/target"] = address
	w.Zones[0].Records[0].Content = address
	answer := facts.Answer{Rcode: "NOERROR", Addresses: []string{address}, TTL: 300}
	w.DNS[host] = facts.Answers{Authority: answer, Resolver: answer}
	for _, rep := range []*probe.Report{w.Probes[host].HTTPS, w.Probes[host].HTTP} {
		rep.Resolve.Records = []probe.AddressRecord{{Type: "A", Address: address, TTL: 300}}
	}
}

// tunneled publishes a name by annotation that no public resolver has an address for.
func (w world) tunneled() {
	const tunnel = "0123.cfargotunnel.com"
	w.ingress.Annotations["external-dns.alpha.kubernetes.io/target"] = tunnel
	w.Zones[0].Records[0].Type, w.Zones[0].Records[0].Content = "CNAME", tunnel
	answer := facts.Answer{Rcode: "NOERROR", Names: []string{tunnel}, TTL: 300}
	w.DNS[host] = facts.Answers{Authority: answer, Resolver: answer}
	for _, rep := range []*probe.Report{w.Probes[host].HTTPS, w.Probes[host].HTTP} {
		*rep = probe.Report{Request: rep.Request, Failed: probe.StepResolve, Class: probe.ClassNoData, Error: "no address"}
	}
}

// throughProxy makes the provider's proxy answer by name.
func (w world) throughProxy(status int, body string) {
	annotated("external-dns.alpha.kubernetes.io/cloudflare-proxied", "true")(w.Snapshot)
	proxied(w.Snapshot)
	for _, rep := range []*probe.Report{w.Probes[host].HTTPS, w.Probes[host].HTTP} {
		rep.HTTP.Status, rep.HTTP.Body, rep.HTTP.Headers = status, body, map[string]string{"Server": "cloudflare"}
	}
}

// A route is never called healthy while its application is not reached by name.
func TestNeverFalselyHealthy(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		do    func(world)
		layer diagnose.Layer
	}{
		"no handshake, by name or at the address": {func(w world) {
			shakesNoHands(w.Probes[host].HTTPS)
			shakesNoHands(w.Probes[host].RawIP)
		}, diagnose.Routing},
		"no handshake by name": {func(w world) { shakesNoHands(w.Probes[host].HTTPS) }, diagnose.Routing},
		"a published target that refuses": {func(w world) {
			w.targets("198.51.100.9")
			w.refuses(w.Probes[host].HTTPS)
		}, diagnose.Routing},
		"a published target that is not this controller": {func(w world) {
			w.targets("198.51.100.9")
			w.Probes[host].HTTPS.HTTP.Status, w.Probes[host].HTTPS.HTTP.Body = 404, "<html>nginx</html>"
		}, diagnose.Routing},
		"a name without an address": {func(w world) { w.tunneled() }, diagnose.DNS},
		"403 of the proxy":          {func(w world) { w.throughProxy(403, "error code: 1020") }, diagnose.Routing},
		"429 of the proxy":          {func(w world) { w.throughProxy(429, "error code: 1015") }, diagnose.Routing},
		"502 of the proxy":          {func(w world) { w.throughProxy(502, "error code: 502") }, diagnose.Routing},
		"503 of the proxy": {
			func(w world) { w.throughProxy(503, "<html>Just a moment...</html>") },
			diagnose.Routing,
		},
		"504 of the proxy":            {func(w world) { w.throughProxy(504, "error code: 504") }, diagnose.Routing},
		"403 that Traefik may answer": {func(w world) { w.answer(403, "Forbidden") }, diagnose.Routing},
		"429 that Traefik may answer": {func(w world) { w.answer(429, "Too Many Requests") }, diagnose.Routing},
		"403 that no backend answered": {func(w world) {
			w.answer(403, "Forbidden")
			w.access(map[string]string{"RouterName": "r@k", "OriginStatus": "0"})
		}, diagnose.Routing},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := healthy()
			c.do(w)
			d := rules.Explain(w.Snapshot, route())
			if d.Healthy {
				t.Errorf("called healthy: %+v", d.Chain)
			}
			for _, link := range d.Chain {
				if link.Layer == c.layer && link.State == diagnose.Clear {
					t.Errorf("layer %s is clear: %s", link.Layer, link.Seen)
				}
			}
		})
	}
}

// What the application itself answers is its own affair, and how a client gets to a proxy that works is too.
func TestApplicationsOwnRefusalIsHealthy(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]func(world){
		"401 of the application": func(w world) { w.answer(401, `{"error":"log in"}`) },
		"403 of the application": func(w world) { w.answer(403, `{"error":"not for you"}`) },
		"403 of the application, by the access log": func(w world) {
			w.answer(403, "Forbidden")
			w.access(map[string]string{"RouterName": "r@k", "OriginStatus": "403"})
		},
		"403 of the application, through the proxy": func(w world) {
			w.throughProxy(403,
				`{"error":"not for you"}`)
			w.Probes[host].RawIP.HTTP.Status = 403
		},
		"a target that leads here by another address": func(w world) { w.targets("198.51.100.9") },
		"the proxy, and no way to the address": func(w world) {
			w.throughProxy(200,
				"hello")
			w.refuses(w.Probes[host].RawIP)
		},
		"429 of the application, with words of its own": func(w world) { w.answer(429, `{"error":"slow down"}`) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := healthy()
			do(w)
			if d := rules.Explain(w.Snapshot, route()); !d.Healthy {
				t.Errorf("not healthy: %+v; causes %+v", d.Chain, d.Causes)
			}
		})
	}
}

// What the layer of DNS explains is not blamed on routing, too.
func TestPublishedTargetIsBlamedOnce(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]func(world){
		"an address of a private network": func(w world) { w.targets("10.244.0.1") },
		"a record that differs from the annotation": func(w world) {
			w.targets("198.51.100.9")
			w.ingress.Annotations["external-dns.alpha.kubernetes.io/target"] = "198.51.100.10"
		},
		"another route of the host": func(w world) {
			w.targets("198.51.100.9")
			twin("198.51.100.9")(w.Snapshot)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := healthy()
			do(w)
			w.refuses(w.Probes[host].HTTPS)
			for _, c := range rules.Explain(w.Snapshot, route()).Causes {
				if c.Code == "published-address-unreachable" {
					t.Errorf("blamed: %+v", c)
				}
			}
		})
	}
}
