package rules_test

import (
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/probe"
)

func knownOfCloudflare() []known {
	return []known{
		{"cloudflare-526-origin-certificate", func(w world) {
			w.unissued("Waiting for DNS-01 challenge propagation: DNS record for \"" + host + "\" not yet propagated")
			w.order.Status.Reason = "Failed to finalize Order: 500 urn:ietf:params:acme:error:serverInternal: out of order"
			w.Challenges = nil
			w.throughProxy(526, "error code: 526")
			for _, rep := range []*probe.Report{w.Probes[host].HTTPS} {
				rep.OK, rep.Failed, rep.TLS.Verified = true, "", true
			}
		}, answer{
			Source:      "cloudflare/origin-ca-issuer#57 (2022-04-17)",
			Description: "the proxy asks for a valid certificate of the origin, and its issuance fails",
			Layer:       "certificate", Says: []string{"out of order"}, Not: codes{"proxied-unexpected"},
		}},
		{"cloudflare-526-no-secret", func(w world) {
			w.unmanaged()
			w.Secrets = append(w.Secrets[:1:1], w.Secrets[2:]...)
			w.showDefault()
			w.throughProxy(526, "error code: 526")
			w.Probes[host].HTTPS.OK, w.Probes[host].HTTPS.Failed, w.Probes[host].HTTPS.TLS.Verified = true, "", true
		}, answer{
			Source:      "cloudflare/origin-ca-issuer#57 (2022-04-17)",
			Description: "the proxy asks for a valid certificate of the origin, and there is none",
			Layer:       "certificate", Object: "Ingress develop/frontend", Not: codes{"proxied-unexpected"},
		}},
		{"cloudflare-521-origin-refuses", func(w world) {
			w.throughProxy(521, "error code: 521")
			w.refuses(w.Probes[host].RawIP)
		}, answer{
			Source:      "Cloudflare's documentation of 521",
			Description: "the origin refuses the connections of the proxy",
			Layer:       "routing", Says: []string{"521", "origin", address}, Not: codes{"proxied-unexpected"},
		}},
		{"cloudflare-522-only-from-cloudflare", func(w world) {
			w.throughProxy(522, "error code: 522")
		}, answer{
			Source:      "Cloudflare's documentation of 522",
			Description: "a firewall before the origin drops what comes from Cloudflare, and lets others in",
			Layer:       "routing", Says: []string{"522", "firewall"}, Not: codes{"proxied-unexpected"},
		}},
		{"cloudflare-525-handshake", func(w world) {
			w.throughProxy(525, "error code: 525")
			shakesNoHands(w.Probes[host].RawIP)
		}, answer{
			Source:      "Cloudflare's documentation of 525",
			Description: "the handshake between the proxy and the origin fails",
			Layer:       "routing", Says: []string{"525", "unrecognized name"}, Not: codes{"proxied-unexpected"},
		}},
		{"cloudflare-530-tunnel-down", func(w world) {
			annotated("external-dns.alpha.kubernetes.io/target", tunnel)(w.Snapshot)
			w.throughProxy(530, "error code: 1033")
			w.Zones[0].Records[0].Type, w.Zones[0].Records[0].Content = "CNAME", tunnel
			w.Zones[0].Records[1].Name = "cname-" + host
		}, answer{
			Source:      "Cloudflare's documentation of 1033",
			Description: "no cloudflared is connected to the tunnel that the record leads to",
			Layer:       "routing", Says: []string{"1033", "cloudflared", tunnel}, Not: codes{"proxied-unexpected"},
		}},
		{"cloudflare-flexible-redirects", func(w world) {
			w.throughProxy(301, "")
			w.Probes[host].HTTPS.HTTP.Headers["Location"] = "https://" + host + "/"
		}, answer{
			Source:      "Cloudflare's documentation of ERR_TOO_MANY_REDIRECTS: SSL mode Flexible",
			Description: "the proxy speaks plain HTTP to an origin that redirects to HTTPS",
			Layer:       "routing", Says: []string{"Full (strict)"},
		}},
		{"cloudflare-access-denied", func(w world) {
			w.throughProxy(403, "error code: 1020")
		}, answer{
			Source:      "Cloudflare's documentation of 1020",
			Description: "a rule of Cloudflare's firewall refuses the client",
			Layer:       "routing", Says: []string{"1020", "Cloudflare"},
		}},
		{"cloudflare-private-origin", func(w world) {
			w.throughProxy(403, "error code: 1002")
		}, answer{
			Source:      "Cloudflare's documentation of 1002",
			Description: "the proxied record leads to an address that the proxy may not use",
			Layer:       "dns", Object: "record " + host + " A", Says: []string{"1002"},
		}},
		{"cloudflare-host-too-deep", func(w world) {
			w.throughProxy(200, "")
			w.Zones = append(w.Zones[:0:0], facts.Zone{Name: "work", Status: "active", Records: w.Zones[0].Records})
			w.Tokens[0].Zones = []string{"work"}
			shakesNoHands(w.Probes[host].HTTPS)
			w.Probes[host].HTTPS.Error = "remote error: tls: handshake failure"
		}, answer{
			Source:      "Cloudflare's documentation of Universal SSL: one label below the zone",
			Description: "the proxy has no certificate for a host with two labels below the zone",
			Layer:       "routing", Says: []string{"universal", "handshake failure"},
		}},
		{"cloudflare-slow-for-one", func(w world) {
			w.unissued(
				"while attempting to find Zones for domain _acme-challenge." + host + "\nwhile querying the Cloudflare API for GET \"/zones?name=" +
					zone + "\": Get \"https://api.cloudflare.com/client/v4/zones?name=" + zone + "\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)",
			)
		}, answer{
			Source:      "cert-manager/cert-manager#8493 (2026-02-08), #8201 (2025-10-22)",
			Description: "cert-manager alone does not get an answer of Cloudflare's API in time",
			Layer:       "shared-credential", Object: "Deployment cert-manager/cert-manager",
			Says: []string{"external-dns", "2026-03-01T11:59:00Z", "Client.Timeout"},
		}},
		{"cloudflare-healthy-proxy", func(w world) {
			w.throughProxy(200, "hello")
			w.DNS[host] = facts.Answers{
				Authority: facts.Answer{Rcode: "NOERROR", Addresses: []string{"104.16.1.1"}, TTL: 300},
				Resolver:  facts.Answer{Rcode: "NOERROR", Addresses: []string{"104.16.1.1"}, TTL: 300},
			}
		}, answer{
			Source: "a healthy proxied route", Description: "the proxy serves the route", Healthy: true,
		}},
	}
}
