package rules_test

import (
	"time"

	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"

	"github.com/edgeproof/edgeproof/e2e/edge/logline"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/probe"
)

const tunnel = "3f1b.cfargotunnel.com"

// syncs replaces the log of external-dns by lines as it writes them.
func (w world) syncs(lines string) { w.logs(logline.ParseAll(lines)...) }

// leadsToTunnel makes the record of the host a CNAME to a tunnel, which has an address of a private network.
func (w world) leadsToTunnel() {
	const private = "fd10:aec2:5dae::1"
	w.Zones[0].Records[0].Type, w.Zones[0].Records[0].Content = "CNAME", tunnel
	w.Zones[0].Records[1].Name = "cname-" + host
	answer := facts.Answer{Rcode: "NOERROR", Names: []string{tunnel}, Addresses: []string{private}, TTL: 300}
	w.DNS[host] = facts.Answers{Authority: answer, Resolver: answer}
	for _, rep := range []*probe.Report{w.Probes[host].HTTPS, w.Probes[host].HTTP} {
		w.refuses(rep)
		rep.Class, rep.Error = probe.ClassUnreachable, "connect: network is unreachable"
		rep.Resolve.Chain = []string{tunnel}
		rep.Resolve.Records = []probe.AddressRecord{{Type: "AAAA", Address: private, TTL: 300}}
	}
}

// dies makes the container of external-dns end now and then, while it runs at the moment of the snapshot.
func (w world) dies(message string) {
	status := &w.pod(w.dns).Status.ContainerStatuses[0]
	status.RestartCount = 3
	status.State.Running.StartedAt.Time = clock().Add(-30 * time.Second)
	status.LastTerminationState.Terminated = &core.ContainerStateTerminated{
		ExitCode: 1, Reason: "Error", FinishedAt: ago(1), StartedAt: ago(2),
	}
	w.syncs("time=\"2026-03-01T11:59:35Z\" level=info msg=\"Instantiating new Kubernetes client\"")
	w.Logs = append(w.Logs, facts.Log{
		Component: facts.ExternalDNS, Namespace: "cert-manager", Pod: "external-dns-1", Container: "external-dns",
		Previous: true, Lines: logline.ParseAll("time=\"2026-03-01T11:59:00Z\" level=fatal msg=\"" + message + "\""),
	})
}

func knownOfExternalDNS() []known {
	return []known{
		{"dns-proxied-target-without-address", func(w world) {
			const internal = "internal.safeops.work"
			annotated("external-dns.alpha.kubernetes.io/target", internal)(w.Snapshot)
			w.throughProxy(530, "error code: 1016")
			w.Zones[0].Records[0].Type, w.Zones[0].Records[0].Content = "CNAME", internal
			w.Zones[0].Records[1].Name = "cname-" + host
			w.DNS[internal] = facts.Answers{
				Authority: facts.Answer{Rcode: "NXDOMAIN"},
				Resolver:  facts.Answer{Rcode: "NXDOMAIN"},
			}
		}, answer{
			Source:      "gavinmcfall/home-ops#2354 (2026-07-10)",
			Description: "the proxied record leads to a name that has no address, so the proxy cannot find the origin",
			Layer:       "dns", Object: "Ingress develop/frontend", Says: []string{"internal.safeops.work", "1016", "NXDOMAIN"},
			Not: codes{"proxied-unexpected"},
		}},
		{"dns-proxied-origin-error-unseen-target", func(w world) {
			annotated("external-dns.alpha.kubernetes.io/target", "internal.safeops.work")(w.Snapshot)
			w.throughProxy(530, "error code: 1016")
			w.Zones[0].Records[0].Type, w.Zones[0].Records[0].Content = "CNAME", "internal.safeops.work"
			w.Zones[0].Records[1].Name = "cname-" + host
		}, answer{
			Source:      "gavinmcfall/home-ops#2354 (2026-07-10), from a snapshot that did not ask for the target",
			Description: "the proxied record leads to a name that has no address, so the proxy cannot find the origin",
			Layer:       "dns", Object: "Ingress develop/frontend", Says: []string{"internal.safeops.work", "1016"},
			Not: codes{"proxied-unexpected"},
		}},
		{"dns-target-without-address", func(w world) {
			const internal = "internal.safeops.work"
			annotated("external-dns.alpha.kubernetes.io/target", internal)(w.Snapshot)
			w.Zones[0].Records[0].Type, w.Zones[0].Records[0].Content = "CNAME", internal
			w.Zones[0].Records[1].Name = "cname-" + host
			answer := facts.Answer{Rcode: "NXDOMAIN", Names: []string{internal}}
			w.DNS[host] = facts.Answers{Authority: answer, Resolver: answer}
			for _, rep := range []*probe.Report{w.Probes[host].HTTPS, w.Probes[host].HTTP} {
				*rep = probe.Report{
					Request: rep.Request,
					Failed:  probe.StepResolve,
					Class:   probe.ClassNXDomain,
					Error:   "no such name",
				}
			}
		}, answer{
			Source:      "kin of gavinmcfall/home-ops#2354, without the proxy",
			Description: "the record leads to a name that has no address",
			Layer:       "dns", Object: "Ingress develop/frontend", Says: []string{"internal.safeops.work", "no address"},
		}},
		{"dns-tunnel-unproxied", func(w world) {
			annotated("external-dns.alpha.kubernetes.io/target", tunnel)(w.Snapshot)
			delete(w.ingress.Annotations, "external-dns.alpha.kubernetes.io/cloudflare-proxied")
			w.leadsToTunnel()
		}, answer{
			Source:      "mrwulf/home-cluster#5060 (2026-09-01)",
			Description: "the record leads to a tunnel, which only Cloudflare's proxy can serve, and is not proxied",
			Layer:       "dns", Object: "record " + host + " CNAME",
			Says: []string{"cfargotunnel.com", "external-dns.alpha.kubernetes.io/cloudflare-proxied=true"},
		}},
		{"dns-tunnel-controller-unproxied", func(w world) {
			w.class("cloudflare-tunnel", "strrl.dev/cloudflare-tunnel-ingress-controller")
			w.ingress.Spec.TLS, w.ingress.Annotations = nil, map[string]string{}
			w.unmanaged()
			w.ingress.Status.LoadBalancer.Ingress = []networking.IngressLoadBalancerIngress{{Hostname: tunnel}}
			w.leadsToTunnel()
			p := w.Probes[host]
			p.RawIP = nil
			w.Probes[host] = p
		}, answer{
			Source:      "thaum-xyz/ankhmorpork#1020 (2026-08-17)",
			Description: "an Ingress of a tunnel's controller is published without the proxy",
			Layer:       "dns", Object: "record " + host + " CNAME", Says: []string{"cfargotunnel.com", "cloudflare-proxied=true"},
		}},
		{"dns-target-that-refuses", func(w world) {
			w.targets("203.0.113.11")
			w.refuses(w.Probes[host].HTTPS)
			w.refuses(w.Probes[host].HTTP)
		}, answer{
			Source:      "general form of mrwulf/home-cluster#5060",
			Description: "the annotation publishes an address at which nothing listens",
			Layer:       "routing", Object: "Ingress develop/frontend", Says: []string{"203.0.113.11", "external-dns.alpha.kubernetes.io/target"},
		}},
		{"dns-migrate-from-txt-owner", func(w world) {
			w.dnsFlag("--txt-owner-id=new-cluster")
			w.dnsFlag("--migrate-from-txt-owner=sre-cluster")
			w.syncs(
				`time="2026-03-01T11:58:00Z" level=error msg="failed to find previous record: a-` + host + `" action=UPDATE record=a-` + host + ` ttl=1 type=TXT zone=z1
time="2026-03-01T11:59:00Z" level=error msg="failed to find previous record: a-` + host + `" action=UPDATE record=a-` + host + ` ttl=1 type=TXT zone=z1`,
			)
		}, answer{
			Source:      "kubernetes-sigs/external-dns#6223 (2026-02-25)",
			Description: "--migrate-from-txt-owner does not rewrite the ownership records at Cloudflare; each sync fails",
			Works:       true, Layer: "dns", Says: []string{"a-" + host, "sre-cluster", "new-cluster"},
		}},
		{"dns-dies-slowly", func(w world) {
			w.dnsFlag("--source=traefik-proxy")
			w.dnsFlag("--traefik-enable-legacy")
			w.dies(
				"failed to sync traefik.containo.us/v1alpha1, Resource=ingressroutes: context deadline exceeded with timeout 1m0s",
			)
		}, answer{
			Source:      "kubernetes-sigs/external-dns#3055, comment of 2024-06-19",
			Description: "external-dns ends after a minute, again and again, since it waits for a kind that is not installed",
			Layer:       "dns", Codes: codes{"external-dns-crashloop"}, Object: "Deployment cert-manager/external-dns",
			Says: []string{"traefik.containo.us", "--traefik-enable-legacy"},
		}},
		{"dns-unknown-error-in-each-sync", func(w world) {
			noAddress(w.Snapshot)
			w.syncs(`time="2026-03-01T11:58:00Z" level=error msg="the flux capacitor refuses" record=` + host + `
time="2026-03-01T11:59:00Z" level=error msg="the flux capacitor refuses" record=` + host)
		}, answer{
			Source:      "an error that no rule knows",
			Description: "external-dns fails for a reason that is not known here",
			Layer:       "dns", Codes: codes{"unattributed"}, Object: "Deployment cert-manager/external-dns",
			Says: []string{"flux capacitor", "11:59:00"},
		}},
	}
}

// dnsFlag adds a flag of external-dns; one that is there is replaced, unless it is a list.
func (w world) dnsFlag(flag string) {
	args := &w.dns.Spec.Template.Spec.Containers[0].Args
	*args = append(append([]string{}, *args...), flag)
}
