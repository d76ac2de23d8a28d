package rules_test

import (
	"time"

	acme "github.com/cert-manager/cert-manager/pkg/apis/acme/v1"
	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	cmmeta "github.com/cert-manager/cert-manager/pkg/apis/meta/v1"
	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	discovery "k8s.io/api/discovery/v1"
	networking "k8s.io/api/networking/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/probe"
)

const (
	zone        = "safeops.work"
	host        = "develop." + zone
	address     = "203.0.113.10"
	fingerprint = "sha256:0123456789ab"
	production  = "letsencrypt-production"
	leafSHA     = "aa11"
)

// clock is the moment of the snapshots; objects came to be minutes before it.
func clock() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }

func ago(minutes int) meta.Time {
	return meta.NewTime(clock().Add(-time.Duration(minutes) * time.Minute))
}

func route() diagnose.Target {
	return diagnose.Target{Host: host, Ingress: types.NamespacedName{Namespace: "develop", Name: "frontend"}}
}

// world is a snapshot with hands to break it by: each pointer leads to the one object of its kind that the
// route rests on.
type world struct {
	*facts.Snapshot
	traefik, controller, webhook, injector, dns *apps.Deployment
	front, service                              *core.Service
	ingress                                     *networking.Ingress
	certificate                                 *certmanager.Certificate
	request                                     *certmanager.CertificateRequest
	order                                       *acme.Order
	token                                       *facts.Token
}

// healthy is the reference bundle with its one route, in which everything works: the route was asked for ten
// minutes ago.
func healthy() world {
	s := &facts.Snapshot{Format: facts.Format, Time: clock(), Parts: facts.All(), Kubernetes: "v1.37.2"}
	for _, n := range []string{"cert-manager", "develop", "traefik"} {
		s.Namespaces = append(s.Namespaces, core.Namespace{ObjectMeta: made("", n, 60)})
	}
	runs(s, "cert-manager", "cert-manager", "quay.io/jetstack/cert-manager-controller:v1.19.3",
		"--cluster-resource-namespace=$(POD_NAMESPACE)", "--leader-election-namespace=kube-system")
	runs(s, "cert-manager", "cert-manager-webhook", "quay.io/jetstack/cert-manager-webhook:v1.19.3")
	runs(s, "cert-manager", "cert-manager-cainjector", "quay.io/jetstack/cert-manager-cainjector:v1.19.3")
	runs(s, "cert-manager", "external-dns", "registry.k8s.io/external-dns/external-dns:v0.20.0",
		"--log-level=info", "--log-format=text", "--interval=1m", "--source=ingress", "--policy=sync", "--registry=txt",
		"--txt-owner-id=sre-cluster", "--domain-filter="+zone, "--provider=cloudflare")
	runs(s, "traefik", "traefik", "docker.io/traefik:v3.6.12",
		"--entryPoints.web.address=:8000/tcp", "--entryPoints.websecure.address=:8443/tcp",
		"--entryPoints.websecure.http.tls=true",
		"--entryPoints.traefik.address=:8080/tcp", "--providers.kubernetesingress",
		"--providers.kubernetesingress.ingressendpoint.publishedservice=traefik/traefik", "--log.level=INFO")
	runs(s, "develop", "frontend", "edgeproof.dev/frontend:dev")
	withToken(s)
	s.IngressClasses = []networking.IngressClass{{
		ObjectMeta: made("", "traefik", 60),
		Spec:       networking.IngressClassSpec{Controller: "traefik.io/ingress-controller"},
	}}
	s.Services = []core.Service{serves("develop", "frontend", 8080), serves("traefik", "traefik", 443)}
	s.Services[1].Spec.Type = core.ServiceTypeLoadBalancer
	s.Services[1].Status.LoadBalancer.Ingress = []core.LoadBalancerIngress{{IP: address}}
	s.EndpointSlices = []discovery.EndpointSlice{
		endpoints("develop", "frontend", "10.244.0.9"),
		endpoints("traefik", "traefik", "10.244.0.5"),
	}
	s.Ingresses = []networking.Ingress{asks("develop", "frontend", host)}
	issued(s)
	published(s)
	seen(s)
	return hands(s)
}

// hands finds the objects again, after their slices have their final place.
func hands(s *facts.Snapshot) world {
	return world{
		Snapshot: s, controller: &s.Deployments[0], webhook: &s.Deployments[1], injector: &s.Deployments[2],
		dns: &s.Deployments[3], traefik: &s.Deployments[4],
		service: &s.Services[0], front: &s.Services[1], ingress: &s.Ingresses[0], certificate: &s.Certificates[0],
		request: &s.CertificateRequests[0],
		order:   &s.Orders[0], token: &s.Tokens[0],
	}
}

// again is the world with its hands on the objects as they are now, after some were taken away.
func (w world) again() *world {
	out := hands(w.Snapshot)
	return &out
}

func made(namespace, name string, minutes int) meta.ObjectMeta {
	return meta.ObjectMeta{Namespace: namespace, Name: name, CreationTimestamp: ago(minutes), Generation: 1}
}

func owned(m meta.ObjectMeta, kind, name string) meta.ObjectMeta {
	m.OwnerReferences = []meta.OwnerReference{{Kind: kind, Name: name}}
	return m
}

// runs adds a Deployment with one healthy pod.
func runs(s *facts.Snapshot, namespace, name, image string, args ...string) {
	labels := map[string]string{"app": name}
	spec := core.PodSpec{Containers: []core.Container{{Name: name, Image: image, Args: args}}}
	one := int32(1)
	s.Deployments = append(s.Deployments, apps.Deployment{
		ObjectMeta: made(namespace, name, 60),
		Spec: apps.DeploymentSpec{
			Replicas: &one, Selector: &meta.LabelSelector{MatchLabels: labels},
			Template: core.PodTemplateSpec{ObjectMeta: meta.ObjectMeta{Labels: labels}, Spec: spec},
		},
		Status: apps.DeploymentStatus{ObservedGeneration: 1, Replicas: 1, ReadyReplicas: 1, AvailableReplicas: 1},
	})
	pod := core.Pod{ObjectMeta: made(namespace, name+"-1", 40), Spec: spec, Status: core.PodStatus{
		Phase:      core.PodRunning,
		Conditions: []core.PodCondition{{Type: core.PodReady, Status: core.ConditionTrue}},
		ContainerStatuses: []core.ContainerStatus{{
			Name: name, Ready: true, State: core.ContainerState{Running: &core.ContainerStateRunning{StartedAt: ago(40)}},
		}},
	}}
	pod.Labels = labels
	s.Pods = append(s.Pods, pod)
}

// withToken adds the one credential, the two that use it, and what it may do.
func withToken(s *facts.Snapshot) {
	s.Secrets = []facts.Secret{{
		ObjectMeta: made("cert-manager", "cloudflare-api-token", 60), Type: core.SecretTypeOpaque,
		Keys: []facts.Key{{Name: "api-token", Length: 40, Fingerprint: fingerprint}},
	}}
	s.Deployments[3].Spec.Template.Spec.Containers[0].Env = []core.EnvVar{{
		Name: "CF_API_TOKEN",
		ValueFrom: &core.EnvVarSource{
			SecretKeyRef: &core.SecretKeySelector{
				LocalObjectReference: core.LocalObjectReference{Name: "cloudflare-api-token"},
				Key:                  "api-token",
			},
		},
	}}
	s.ClusterIssuers = []certmanager.ClusterIssuer{
		issuer(production, "https://acme-v02.api.letsencrypt.org/directory"),
		issuer("letsencrypt-staging", "https://acme-staging-v02.api.letsencrypt.org/directory"),
	}
	yes := true
	s.Tokens = []facts.Token{{
		Namespace: "cert-manager", Secret: "cloudflare-api-token", Key: "api-token", Fingerprint: fingerprint,
		Status: "active",
		UsedBy: []string{
			"ClusterIssuer letsencrypt-production", "ClusterIssuer letsencrypt-staging",
			"Deployment cert-manager/external-dns",
		},
		ZoneRead: &yes, DNSRead: &yes, DNSEdit: &yes, Zones: []string{zone},
	}}
}

func issuer(name, server string) certmanager.ClusterIssuer {
	token := &cmmeta.SecretKeySelector{
		LocalObjectReference: cmmeta.LocalObjectReference{Name: "cloudflare-api-token"},
		Key:                  "api-token",
	}
	out := certmanager.ClusterIssuer{ObjectMeta: made("", name, 60)}
	out.Spec.ACME = &acme.ACMEIssuer{
		Server: server, Email: "platform@safeops.work", PrivateKey: cmmeta.SecretKeySelector{LocalObjectReference: cmmeta.LocalObjectReference{Name: name}},
		Solvers: []acme.ACMEChallengeSolver{{DNS01: &acme.ACMEChallengeSolverDNS01{Cloudflare: &acme.ACMEIssuerDNS01ProviderCloudflare{APIToken: token}}}},
	}
	out.Status.ACME = &acme.ACMEIssuerStatus{URI: server + "/acct/1"}
	out.Status.Conditions = []certmanager.IssuerCondition{{
		Type: certmanager.IssuerConditionReady, Status: cmmeta.ConditionTrue, Reason: "ACMEAccountRegistered",
		Message: "The ACME account was registered with the ACME server", ObservedGeneration: 1,
	}}
	return out
}

func serves(namespace, name string, port int32) core.Service {
	return core.Service{ObjectMeta: made(namespace, name, 60), Spec: core.ServiceSpec{
		Type: core.ServiceTypeClusterIP, Selector: map[string]string{"app": name},
		Ports: []core.ServicePort{{Name: "http", Port: port, TargetPort: intstr.FromString("http")}},
	}}
}

func endpoints(namespace, service, ip string) discovery.EndpointSlice {
	ready := true
	out := discovery.EndpointSlice{ObjectMeta: made(namespace, service+"-x", 60), Endpoints: []discovery.Endpoint{{
		Addresses: []string{ip}, Conditions: discovery.EndpointConditions{Ready: &ready},
	}}}
	out.Labels = map[string]string{discovery.LabelServiceName: service}
	return out
}

// asks is an Ingress as the bundle has it, with the address that Traefik wrote into it.
func asks(namespace, name, host string) networking.Ingress {
	class, prefix := "traefik", networking.PathTypePrefix
	out := networking.Ingress{ObjectMeta: made(namespace, name, 10), Spec: networking.IngressSpec{
		IngressClassName: &class,
		TLS:              []networking.IngressTLS{{Hosts: []string{host}, SecretName: name + "-tls"}},
		Rules: []networking.IngressRule{{Host: host, IngressRuleValue: networking.IngressRuleValue{HTTP: &networking.HTTPIngressRuleValue{
			Paths: []networking.HTTPIngressPath{{Path: "/", PathType: &prefix, Backend: networking.IngressBackend{
				Service: &networking.IngressServiceBackend{Name: name, Port: networking.ServiceBackendPort{Number: 8080}},
			}}},
		}}}},
	}}
	out.Annotations = map[string]string{
		"cert-manager.io/cluster-issuer":                      production,
		"external-dns.alpha.kubernetes.io/cloudflare-proxied": "false",
	}
	out.Status.LoadBalancer.Ingress = []networking.IngressLoadBalancerIngress{{IP: address}}
	return out
}

// issued adds the chain from the Certificate to its finished Order, and the Secret that came of it. Challenges
// are gone by then.
func issued(s *facts.Snapshot) {
	until, from, renew := meta.NewTime(clock().AddDate(0, 0, 89)), ago(68), meta.NewTime(clock().AddDate(0, 0, 59))
	revision := 1
	ref := cmmeta.IssuerReference{Name: production, Kind: "ClusterIssuer", Group: "cert-manager.io"}
	c := certmanager.Certificate{ObjectMeta: owned(made("develop", "frontend-tls", 10), "Ingress", "frontend")}
	c.Spec.SecretName, c.Spec.DNSNames, c.Spec.IssuerRef = "frontend-tls", []string{host}, ref
	c.Status = certmanager.CertificateStatus{
		NotBefore: &from, NotAfter: &until, RenewalTime: &renew, Revision: &revision,
		Conditions: []certmanager.CertificateCondition{{
			Type: certmanager.CertificateConditionReady, Status: cmmeta.ConditionTrue, Reason: "Ready",
			Message: "Certificate is up to date and has not expired", ObservedGeneration: 1,
		}},
	}
	s.Certificates = []certmanager.Certificate{c}
	q := certmanager.CertificateRequest{ObjectMeta: owned(made("develop", "frontend-tls-1", 10), "Certificate",
		"frontend-tls")}
	q.Annotations = map[string]string{certmanager.CertificateNameKey: "frontend-tls"}
	q.Spec.IssuerRef = ref
	q.Status.Conditions = []certmanager.CertificateRequestCondition{
		{Type: certmanager.CertificateRequestConditionApproved, Status: cmmeta.ConditionTrue, Reason: "cert-manager.io"},
		{
			Type: certmanager.CertificateRequestConditionReady, Status: cmmeta.ConditionTrue, Reason: "Issued",
			Message: "Certificate fetched from issuer successfully",
		},
	}
	s.CertificateRequests = []certmanager.CertificateRequest{q}
	o := acme.Order{ObjectMeta: owned(made("develop", "frontend-tls-1-1", 10), "CertificateRequest", "frontend-tls-1")}
	o.Spec.IssuerRef, o.Spec.DNSNames = ref, []string{host}
	o.Status.State, o.Status.URL = acme.Valid, "https://acme-v02.api.letsencrypt.org/order/1"
	s.Orders = []acme.Order{o}
	secret := facts.Secret{
		ObjectMeta: made("develop", "frontend-tls", 9), Type: core.SecretTypeTLS,
		Keys: []facts.Key{
			{Name: "tls.crt", Length: 1800, Fingerprint: "sha256:ccc"},
			{Name: "tls.key", Length: 1700, Fingerprint: "sha256:ddd"},
		},
		Certificates: []facts.Certificate{{
			Subject: "CN=" + host, Issuer: "CN=Pebble Intermediate CA", Serial: "1f", Names: []string{host},
			NotBefore: from.Time, NotAfter: until.Time, SHA256: leafSHA,
		}},
	}
	secret.Annotations = map[string]string{
		"cert-manager.io/certificate-name": "frontend-tls",
		"cert-manager.io/issuer-name":      production, "cert-manager.io/issuer-kind": "ClusterIssuer",
	}
	s.Secrets = append(s.Secrets, secret)
	for _, n := range []string{production, "letsencrypt-staging"} {
		s.Secrets = append(s.Secrets, facts.Secret{
			ObjectMeta: made("cert-manager", n, 60), Type: core.SecretTypeOpaque,
			Keys: []facts.Key{{Name: "tls.key", Length: 1700, Fingerprint: "sha256:" + n}},
		})
	}
}

// published adds the zone with the record and its mark of ownership, what the DNS answers, and the log of
// external-dns.
func published(s *facts.Snapshot) {
	s.Zones = []facts.Zone{{
		Name: zone, Status: "active",
		NameServers: []string{"ada.ns.cloudflare.com", "bob.ns.cloudflare.com"}, Records: []facts.Record{
			{ID: "r1", Name: host, Type: "A", Content: address, TTL: 1, Created: ago(9).Time, Modified: ago(9).Time},
			{ID: "r2", Name: "a-" + host, Type: "TXT", Content: `"heritage=external-dns,external-dns/owner=sre-cluster,external-dns/resource=ingress/develop/frontend"`, TTL: 1, Created: ago(9).Time, Modified: ago(9).Time},
		},
	}}
	answer := facts.Answer{Rcode: "NOERROR", Addresses: []string{address}, TTL: 300}
	s.DNS = map[string]facts.Answers{host: {Authority: answer, Resolver: answer}}
	s.Domains = map[string]facts.Domain{host: {Zone: zone, NameServers: s.Zones[0].NameServers, Challenge: facts.Answers{
		Authority: facts.Answer{Rcode: "NXDOMAIN"}, Resolver: facts.Answer{Rcode: "NXDOMAIN"},
	}}}
	s.Logs = []facts.Log{{
		Component: facts.ExternalDNS, Namespace: "cert-manager", Pod: "external-dns-1",
		Container: "external-dns", Lines: []facts.Line{
			line(10, "info", "All records are already up to date"),
			{
				Time: ago(9).Time, Level: "info", Message: "Changing record.",
				Fields: map[string]string{"action": "CREATE", "record": host, "type": "A", "ttl": "1", "zone": "z1"},
			},
			{
				Time: ago(9).Time, Level: "info", Message: "Changing record.",
				Fields: map[string]string{"action": "CREATE", "record": "a-" + host, "type": "TXT", "ttl": "1", "zone": "z1"},
			},
			line(2, "info", "All records are already up to date"),
			line(1, "info", "All records are already up to date"),
		},
	}}
}

func line(minutes int, level, message string) facts.Line {
	return facts.Line{Time: ago(minutes).Time, Level: level, Message: message}
}

// seen adds what a client on the internet met.
func seen(s *facts.Snapshot) {
	raw := https(200)
	raw.Request.Address, raw.Resolve = address, nil
	s.Probes = map[string]facts.Probe{host: {HTTPS: https(200), HTTP: plain(200), RawIP: raw}}
}

// plain is the report of a probe over HTTP by name.
func plain(status int) *probe.Report {
	return &probe.Report{
		Request: probe.Request{URL: "http://" + host + "/", Insecure: true}, Started: clock(), OK: true,
		Resolve: &probe.Resolution{
			Name: host, Rcode: "NOERROR",
			Records: []probe.AddressRecord{{Type: "A", Address: address, TTL: 300}},
		},
		Connect: &probe.Connection{Address: address + ":80"},
		HTTP: &probe.Answer{
			Status: status, Proto: "HTTP/1.1",
			Body: `{"app":"frontend","host":"develop.safeops.work","path":"/"}`,
		},
	}
}

// https is the report of a probe over HTTPS by name, with the certificate that the Secret holds.
func https(status int) *probe.Report {
	out := plain(status)
	out.Request.URL, out.Connect.Address = "https://"+host+"/", address+":443"
	out.TLS = &probe.Handshake{
		ServerName: host, SNI: host, Verified: true, TrustedBy: "production",
		LeadsTo: "production", Chain: []probe.Certificate{{
			Subject: "CN=" + host, Issuer: "CN=Pebble Intermediate CA", Serial: "1f", SANs: []string{host},
			NotBefore: ago(68).Time, NotAfter: clock().AddDate(0, 0, 89), SHA256: leafSHA,
		}},
	}
	return out
}

// answer makes all three probes get a status and a body from the ingress controller or what is behind it.
func (w world) answer(status int, body string) {
	for _, rep := range w.probes() {
		rep.HTTP.Status, rep.HTTP.Body = status, body
	}
}

// show makes HTTPS show a certificate that does not verify.
func (w world) show(c probe.Certificate, class probe.Class, why string) {
	for _, rep := range w.probes() {
		if rep.TLS != nil {
			rep.OK, rep.Failed, rep.Class, rep.Error = false, probe.StepTLS, class, why
			rep.TLS.Verified, rep.TLS.TrustedBy, rep.TLS.LeadsTo, rep.TLS.VerifyError, rep.TLS.Chain = false, "", "", why,
				[]probe.Certificate{c}
		}
	}
}

// showDefault makes HTTPS show Traefik's own certificate.
func (w world) showDefault() {
	w.show(probe.Certificate{
		Subject: "CN=TRAEFIK DEFAULT CERT", Issuer: "CN=TRAEFIK DEFAULT CERT",
		SANs: []string{"0f.0e.traefik.default"}, NotAfter: clock().AddDate(1, 0, 0), SHA256: "default",
	},
		probe.ClassUnknownAuthority, "x509: certificate signed by unknown authority")
}

// unresolved makes the name have no address, at the provider, in the DNS and so for a client.
func (w world) unresolved() {
	w.Zones[0].Records = nil
	none := facts.Answer{Rcode: "NXDOMAIN"}
	w.DNS[host] = facts.Answers{Authority: none, Resolver: none}
	p := w.Probes[host]
	for _, rep := range []*probe.Report{p.HTTPS, p.HTTP} {
		*rep = probe.Report{
			Request: rep.Request, Failed: probe.StepResolve, Class: probe.ClassNXDomain,
			Error: "no such name", Resolve: &probe.Resolution{Name: host, Rcode: "NXDOMAIN"},
		}
	}
}

// unissued takes the certificate away: the Order waits for a challenge that says why.
func (w world) unissued(reason string) *acme.Challenge {
	w.Secrets = append(w.Secrets[:1:1], w.Secrets[2:]...)
	w.certificate.Status = certmanager.CertificateStatus{Conditions: []certmanager.CertificateCondition{
		{
			Type: certmanager.CertificateConditionReady, Status: cmmeta.ConditionFalse, Reason: "DoesNotExist",
			Message: "Issuing certificate as Secret does not exist",
		},
		{
			Type: certmanager.CertificateConditionIssuing, Status: cmmeta.ConditionTrue, Reason: "DoesNotExist",
			Message: "Issuing certificate as Secret does not exist",
		},
	}}
	w.request.Status.Conditions = []certmanager.CertificateRequestCondition{{
		Type: certmanager.CertificateRequestConditionReady, Status: cmmeta.ConditionFalse, Reason: "Pending",
		Message: `Waiting on certificate issuance from order develop/frontend-tls-1-1: "pending"`,
	}}
	w.order.Status.State = acme.Pending
	c := acme.Challenge{ObjectMeta: owned(made("develop", "frontend-tls-1-1-2", 10), "Order", "frontend-tls-1-1")}
	c.Spec.DNSName, c.Spec.IssuerRef, c.Spec.Type = host, w.certificate.Spec.IssuerRef, acme.ACMEChallengeTypeDNS01
	c.Status = acme.ChallengeStatus{Processing: true, State: acme.Pending, Reason: reason}
	w.Challenges = []acme.Challenge{c}
	if reason != "" {
		w.Events = append(w.Events, core.Event{
			ObjectMeta:     made("develop", "frontend-tls-1-1-2.1", 1),
			InvolvedObject: core.ObjectReference{Kind: "Challenge", Namespace: "develop", Name: c.Name},
			Type:           core.EventTypeWarning, Reason: "PresentError", Message: "Error presenting challenge: " +
				reason, Count: 3, FirstTimestamp: ago(9), LastTimestamp: ago(1),
		})
	}
	w.showDefault()
	return &w.Challenges[0]
}

// probes are the reports of the route, without those that got no answer.
func (w world) probes() []*probe.Report {
	var out []*probe.Report
	p := w.Probes[host]
	for _, rep := range []*probe.Report{p.HTTPS, p.HTTP, p.RawIP} {
		if rep != nil && rep.HTTP != nil {
			out = append(out, rep)
		}
	}
	return out
}

// pod is the pod of a Deployment.
func (w world) pod(d *apps.Deployment) *core.Pod {
	for i := range w.Pods {
		if w.Pods[i].Namespace == d.Namespace && w.Pods[i].Name == d.Name+"-1" {
			return &w.Pods[i]
		}
	}
	return nil
}

// stops makes the pod of a Deployment wait for a reason, and the Deployment have none available.
func (w world) stops(d *apps.Deployment, reason, message string) {
	d.Status.ReadyReplicas, d.Status.AvailableReplicas = 0, 0
	p := w.pod(d)
	p.Status.Conditions[0].Status = core.ConditionFalse
	p.Status.ContainerStatuses[0].Ready = false
	p.Status.ContainerStatuses[0].State = core.ContainerState{Waiting: &core.ContainerStateWaiting{
		Reason:  reason,
		Message: message,
	}}
}

// logs replaces the log of external-dns.
func (w world) logs(lines ...facts.Line) { w.Logs[0].Lines = lines }
