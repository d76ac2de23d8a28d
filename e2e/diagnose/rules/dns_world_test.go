package rules_test

import (
	"strings"
	"time"

	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"

	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/probe"
)

// This file breaks the DNS layer of a healthy world, one way each.

// reached lets clients get through by name.
func reached(s *facts.Snapshot) {
	p := s.Probes[host]
	*p.HTTPS, *p.HTTP = *https(200), *plain(200)
}

// restarted replaces the pod of external-dns, which is not ready yet.
func restarted(s *facts.Snapshot) {
	unavailable(s, facts.ExternalDNS)
	p := podOf(s, facts.ExternalDNS)
	p.CreationTimestamp.Time = clock().Add(-3 * time.Second)
	p.Status.ContainerStatuses[0].Ready = false
	s.Logs = nil
	logs(s, facts.Line{Time: clock().Add(-time.Second), Level: "info", Message: "Instantiating new Kubernetes client"})
}

func container(s *facts.Snapshot, c facts.Component) *core.Container {
	for i := range s.Deployments {
		if spec := &s.Deployments[i].Spec.Template.Spec; facts.ComponentOf(*spec) == c {
			return &spec.Containers[0]
		}
	}
	panic("no " + c)
}

func image(tag string) change {
	return func(s *facts.Snapshot) {
		container(s, facts.ExternalDNS).Image = "registry.k8s.io/external-dns/external-dns:" + tag
	}
}

// args replaces a flag of external-dns.
func args(flag string, with ...string) change {
	return func(s *facts.Snapshot) {
		c := container(s, facts.ExternalDNS)
		var kept []string
		for _, a := range c.Args {
			if !strings.HasPrefix(a, "--"+flag+"=") {
				kept = append(kept, a)
			}
		}
		c.Args = append(kept, with...)
	}
}

func policied(s *facts.Snapshot) { args("policy", "--policy=sync")(s) }

func podOf(s *facts.Snapshot, c facts.Component) *core.Pod {
	for i := range s.Pods {
		if facts.ComponentOf(s.Pods[i].Spec) == c {
			return &s.Pods[i]
		}
	}
	panic("no pod of " + c)
}

// logs appends to the log of external-dns.
func logs(s *facts.Snapshot, lines ...facts.Line) {
	for i := range s.Logs {
		if s.Logs[i].Component == facts.ExternalDNS {
			s.Logs[i].Lines = append(s.Logs[i].Lines, lines...)
			return
		}
	}
	s.Logs = append(s.Logs, facts.Log{
		Component: facts.ExternalDNS, Namespace: "cert-manager", Pod: "external-dns-1",
		Lines: lines,
	})
}

// errs adds an error of just now to the log of external-dns.
func errs(message string, fields map[string]string) change {
	return func(s *facts.Snapshot) {
		logs(s, facts.Line{Time: clock().Add(-5 * time.Second), Level: "error", Message: message, Fields: fields})
	}
}

func crash(fatal string) change {
	return func(s *facts.Snapshot) {
		unavailable(s, facts.ExternalDNS)
		status := &podOf(s, facts.ExternalDNS).Status.ContainerStatuses[0]
		status.Ready, status.RestartCount = false, 5
		status.State = core.ContainerState{Waiting: &core.ContainerStateWaiting{
			Reason:  "CrashLoopBackOff",
			Message: "back-off 2m40s restarting failed container",
		}}
		logs(s, facts.Line{Time: clock().Add(-20 * time.Second), Level: "fatal", Message: fatal})
	}
}

// ended has the crashed container seen after its end, before the kubelet holds it back.
func ended(s *facts.Snapshot) {
	status := &podOf(s, facts.ExternalDNS).Status.ContainerStatuses[0]
	status.State = core.ContainerState{Terminated: &core.ContainerStateTerminated{ExitCode: 1, FinishedAt: ago(0)}}
}

func unavailable(s *facts.Snapshot, c facts.Component) {
	for i := range s.Deployments {
		if facts.ComponentOf(s.Deployments[i].Spec.Template.Spec) == c {
			s.Deployments[i].Status.AvailableReplicas = 0
		}
	}
}

func scaled(c facts.Component, to int32) change {
	return func(s *facts.Snapshot) {
		unavailable(s, c)
		for i := range s.Deployments {
			if facts.ComponentOf(s.Deployments[i].Spec.Template.Spec) == c {
				s.Deployments[i].Spec.Replicas = &to
			}
		}
		var kept []core.Pod
		for _, p := range s.Pods {
			if facts.ComponentOf(p.Spec) != c {
				kept = append(kept, p)
			}
		}
		s.Pods = kept
	}
}

// answered sets what the DNS answers, "" for no such name.
func answered(authority, resolver string) change {
	answer := func(address string) facts.Answer {
		if address == "" {
			return facts.Answer{Rcode: "NXDOMAIN", TTL: 1200}
		}
		return facts.Answer{Rcode: "NOERROR", Addresses: []string{address}, TTL: 300}
	}
	return func(s *facts.Snapshot) {
		s.DNS[host] = facts.Answers{Authority: answer(authority), Resolver: answer(resolver)}
		leads(s, resolver)
	}
}

// leads says where a client gets to by name: nowhere, to an address that does not answer, or to the load balancer.
func leads(s *facts.Snapshot, to string) {
	p := s.Probes[host]
	for _, rep := range []*probe.Report{p.HTTPS, p.HTTP} {
		switch to {
		case address:
		case "":
			*rep = probe.Report{
				Request: rep.Request, Failed: probe.StepResolve, Class: probe.ClassNXDomain, Error: "no such name",
				Resolve: &probe.Resolution{Name: host, Rcode: "NXDOMAIN"},
			}
		default:
			*rep = probe.Report{
				Request: rep.Request, Failed: probe.StepConnect, Class: probe.ClassTimeout, Error: "connect: i/o timeout",
				Resolve: &probe.Resolution{
					Name: host, Rcode: "NOERROR",
					Records: []probe.AddressRecord{{Type: "A", Address: to, TTL: 300}},
				},
				Connect: &probe.Connection{Address: to, Tried: []probe.Attempt{{Address: to, Error: "i/o timeout"}}},
			}
		}
	}
}

func records(s *facts.Snapshot, keep func(facts.Record) bool) {
	z := &s.Zones[0]
	var kept []facts.Record
	for _, r := range z.Records {
		if keep(r) {
			kept = append(kept, r)
		}
	}
	z.Records = kept
}

// noRecords takes the host's records and marks away.
func noRecords(s *facts.Snapshot) {
	records(s, func(r facts.Record) bool { return !strings.HasSuffix(r.Name, host) })
	answered("", "")(s)
}

// noAddress takes the host's record away and leaves its mark.
func noAddress(s *facts.Snapshot) {
	records(s, func(r facts.Record) bool { return r.Name != host })
	answered("", "")(s)
}

func addressRecord(s *facts.Snapshot) *facts.Record {
	for i := range s.Zones[0].Records {
		if r := &s.Zones[0].Records[i]; r.Name == host && r.Type == "A" {
			return r
		}
	}
	panic("no record")
}

// target changes the record, and with it the answers.
func target(content string) change {
	return func(s *facts.Snapshot) {
		addressRecord(s).Content = content
		answered(content, content)(s)
		touched(time.Hour)(s)
		lastSync(10 * time.Minute)(s)
	}
}

// touched says how long ago the record was changed.
func touched(ago time.Duration) change {
	return func(s *facts.Snapshot) {
		addressRecord(s).Modified = clock().Add(-ago)
		if ago < time.Minute {
			lastSync(time.Minute)(s)
		}
	}
}

func lastSync(ago time.Duration) change {
	return func(s *facts.Snapshot) {
		s.Logs = nil
		logs(s, facts.Line{Time: clock().Add(-ago), Level: "info", Message: "All records are already up to date"})
	}
}

// proxied switches the provider's proxy on: the name leads to its edge, which answers for the origin.
func proxied(s *facts.Snapshot) {
	const edge = "104.16.1.1"
	addressRecord(s).Proxied = true
	s.DNS[host] = facts.Answers{
		Authority: facts.Answer{Rcode: "NOERROR", Addresses: []string{edge}, TTL: 300},
		Resolver:  facts.Answer{Rcode: "NOERROR", Addresses: []string{edge}, TTL: 300},
	}
	for _, rep := range []*probe.Report{s.Probes[host].HTTPS, s.Probes[host].HTTP} {
		rep.Resolve.Records, rep.Connect.Address = []probe.AddressRecord{{Type: "A", Address: edge, TTL: 300}}, edge
	}
}

// foreign replaces the host's record by one that somebody else made long ago.
func foreign(kind, content string) change {
	return func(s *facts.Snapshot) {
		noRecords(s)
		s.Zones[0].Records = append(s.Zones[0].Records, facts.Record{
			ID: "r9", Name: host, Type: kind, Content: content,
			TTL: 300, Created: clock().Add(-600 * time.Hour),
		})
		if kind == "A" {
			answered(content, content)(s)
		}
		lastSync(10 * time.Minute)(s)
	}
}

// remark sets an ownership record, made so many minutes ago.
func remark(name, owner, ingress string, minutes int) change {
	return func(s *facts.Snapshot) {
		records(s, func(r facts.Record) bool { return r.Name != name })
		s.Zones[0].Records = append(s.Zones[0].Records, facts.Record{
			ID: "m9", Name: name, Type: "TXT", TTL: 300, Created: clock().Add(-time.Duration(minutes) * time.Minute),
			Content: `"heritage=external-dns,external-dns/owner=` + owner + `,external-dns/resource=ingress/` + ingress + `"`,
		})
	}
}

// refused is how external-dns 0.20 tells of a record that the provider does not take.
func refused(message string) change {
	return func(s *facts.Snapshot) {
		at := clock().Add(-15 * time.Second)
		fields := map[string]string{
			"action": "CREATE", "record": host, "type": "A", "ttl": "1",
			"zone": "023e105f4ecef8ad9ca31a8372d0c353",
		}
		logs(s, facts.Line{Time: at, Level: "info", Message: "Changing record.", Fields: fields},
			facts.Line{Time: at, Level: "error", Message: "failed to create record: error from makeRequest: HTTP status 400: " +
				"content: " + message, Fields: fields})
	}
}

// refusedBatch is how 0.23 tells of it, after its batch was refused.
func refusedBatch(body string) change {
	return func(s *facts.Snapshot) {
		logs(s, facts.Line{
			Time: clock().Add(-15 * time.Second), Level: "error",
			Message: `fallback: individual CREATE failed: POST "https://api.cloudflare.com/client/v4/zones/023e105f4ecef8ad9ca31a8372d0c353/dns_records": 400 Bad Request {"errors":[{` + body + `}]}`,
			Fields:  map[string]string{"record": host, "type": "A"},
		})
	}
}

// changed logs changes of the host's record, one a minute.
func changed(minutes int, actions ...string) change {
	return func(s *facts.Snapshot) {
		s.Logs = nil
		for i, action := range actions {
			logs(s, facts.Line{
				Time: clock().Add(time.Duration(i-minutes) * time.Minute), Level: "info", Message: "Changing record.",
				Fields: map[string]string{"action": action, "record": host, "type": "A"},
			})
		}
	}
}

// softly logs syncs that failed, one a minute, the last a moment ago.
func softly(times int, inner string) change {
	return func(s *facts.Snapshot) {
		for i := range times {
			logs(s, facts.Line{
				Time: clock().Add(time.Duration(i-times)*time.Minute + 50*time.Second), Level: "error",
				Message: "Failed to do run once: " + inner + " (consecutive soft errors: " + string(rune('1'+i)) + ")",
			})
		}
	}
}

func annotated(key, value string) change {
	return func(s *facts.Snapshot) { s.Ingresses[0].Annotations[key] = value }
}

// reports sets the addresses in the status of the Ingress, and of the Service behind it.
func reports(targets ...string) change {
	return func(s *facts.Snapshot) {
		var out []networking.IngressLoadBalancerIngress
		for _, t := range targets {
			entry := networking.IngressLoadBalancerIngress{IP: t}
			if isName(t) {
				entry = networking.IngressLoadBalancerIngress{Hostname: t}
			}
			out = append(out, entry)
		}
		s.Ingresses[0].Status.LoadBalancer.Ingress = out
		moved(targets...)(s)
	}
}

// moved moves the load balancer.
func moved(targets ...string) change {
	return func(s *facts.Snapshot) {
		for i := range s.Services {
			if s.Services[i].Spec.Type != core.ServiceTypeLoadBalancer {
				continue
			}
			var out []core.LoadBalancerIngress
			for _, t := range targets {
				entry := core.LoadBalancerIngress{IP: t}
				if isName(t) {
					entry = core.LoadBalancerIngress{Hostname: t}
				}
				out = append(out, entry)
			}
			s.Services[i].Status.LoadBalancer.Ingress = out
		}
	}
}

func isName(target string) bool { return strings.ContainsAny(target, "abcdefghijklmnopqrstuvwxyz") }

func young(age time.Duration) change {
	return func(s *facts.Snapshot) { s.Ingresses[0].CreationTimestamp.Time = clock().Add(-age) }
}

// marked says how long ago external-dns wrote its mark.
func marked(ago time.Duration) change {
	return func(s *facts.Snapshot) {
		for z := range s.Zones {
			for n := range s.Zones[z].Records {
				if rec := &s.Zones[z].Records[n]; rec.Name == markName {
					rec.Modified = clock().Add(-ago)
				}
			}
		}
	}
}

// twin adds an Ingress of the same host.
func twin(at string) change {
	return func(s *facts.Snapshot) {
		other := *s.Ingresses[0].DeepCopy()
		other.Namespace, other.Name = "shop", "web"
		other.Spec.TLS = nil
		other.Status.LoadBalancer.Ingress = []networking.IngressLoadBalancerIngress{{IP: at}}
		s.Ingresses = append(s.Ingresses, other)
	}
}

// also adds a second address to the record set.
func also(content string) change {
	return func(s *facts.Snapshot) {
		r := *addressRecord(s)
		r.ID, r.Content = "r8", content
		s.Zones[0].Records = append(s.Zones[0].Records, r)
	}
}

// answers lets the public name answer with a status.
func answers(status int) change {
	return func(s *facts.Snapshot) { s.Probes[host].HTTPS.HTTP.Status = status }
}
