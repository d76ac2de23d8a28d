package criteria_test

import (
	"time"

	acme "github.com/cert-manager/cert-manager/pkg/apis/acme/v1"
	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	cmmeta "github.com/cert-manager/cert-manager/pkg/apis/meta/v1"
	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/edgeproof/edgeproof/e2e/edge"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/judge"
	"github.com/edgeproof/edgeproof/e2e/probe"
)

const (
	host    = "develop.safeops.work"
	address = "203.0.113.10"
)

// clock is the moment of the snapshots; objects came to be minutes before it.
func clock() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }

func ago(minutes int) meta.Time {
	return meta.NewTime(clock().Add(-time.Duration(minutes) * time.Minute))
}

// reference is the target of the reference bundle.
func reference() judge.Target {
	t := judge.Reference()
	t.Zones, t.OwnerID = []string{"safeops.work"}, "sre-cluster"
	t.Routes = []judge.Route{{
		Source: edge.Source{Kind: edge.Ingress, Namespace: "develop", Name: "frontend"}, Hosts: []string{host},
		Marker: `"app":"frontend"`,
	}}
	return t
}

// healthy is a snapshot in which every criterion is met.
func healthy() *facts.Snapshot {
	s := &facts.Snapshot{Format: facts.Format, Time: clock(), Parts: facts.All()}
	s.Delivered.Flux = deliveredBy()
	s.Secrets = []facts.Secret{
		{
			ObjectMeta: made("cert-manager", "cloudflare-api-token", 30), Type: core.SecretTypeOpaque,
			Keys: []facts.Key{{Name: "api-token", Length: 40, Fingerprint: "sha256:0123456789ab"}},
		},
		{
			ObjectMeta: made("develop", "frontend-tls", 9), Type: core.SecretTypeTLS,
			Keys: []facts.Key{{Name: "tls.crt", Length: 1800}, {Name: "tls.key", Length: 1700}},
			Certificates: []facts.Certificate{{
				Names: []string{host}, NotBefore: ago(60).Time,
				NotAfter: clock().AddDate(0, 0, 89), SHA256: "aa",
			}},
		},
	}
	s.Secrets[1].Annotations = map[string]string{
		"cert-manager.io/certificate-name": "frontend-tls",
		"cert-manager.io/issuer-name":      "letsencrypt-production",
	}
	for _, name := range []string{"cert-manager", "cert-manager-webhook", "cert-manager-cainjector", "external-dns"} {
		image := "quay.io/jetstack/" + name + ":v1.19.3"
		if name == "cert-manager" {
			image = "quay.io/jetstack/cert-manager-controller:v1.19.3"
		}
		runs(s, "cert-manager", name, image)
	}
	runs(s, "traefik", "traefik", "docker.io/library/traefik:v3.6.12")
	dns := &s.Deployments[3].Spec.Template.Spec.Containers[0]
	dns.Image = "registry.k8s.io/external-dns/external-dns:v0.20.0"
	dns.Args = []string{
		"--log-level=info", "--log-format=text", "--interval=1m", "--source=ingress", "--policy=sync", "--registry=txt",
		"--txt-owner-id=sre-cluster", "--domain-filter=safeops.work", "--provider=cloudflare",
	}
	dns.Env = []core.EnvVar{{Name: "CF_API_TOKEN", ValueFrom: &core.EnvVarSource{SecretKeyRef: &core.SecretKeySelector{
		LocalObjectReference: core.LocalObjectReference{Name: "cloudflare-api-token"}, Key: "api-token",
	}}}}
	s.ClusterIssuers = []certmanager.ClusterIssuer{
		issuer("letsencrypt-production", "https://acme-v02.api.letsencrypt.org/directory"),
		issuer("letsencrypt-staging", "https://acme-staging-v02.api.letsencrypt.org/directory"),
	}
	s.IngressClasses = []networking.IngressClass{{
		ObjectMeta: made("", "traefik", 40),
		Spec:       networking.IngressClassSpec{Controller: "traefik.io/ingress-controller"},
	}}
	s.Services = []core.Service{{
		ObjectMeta: made("traefik", "traefik", 40),
		Status: core.ServiceStatus{LoadBalancer: core.LoadBalancerStatus{
			Ingress: []core.LoadBalancerIngress{{IP: address}},
		}},
	}}
	class := "traefik"
	s.Ingresses = []networking.Ingress{{
		ObjectMeta: made("develop", "frontend", 10),
		Spec: networking.IngressSpec{
			IngressClassName: &class,
			TLS:              []networking.IngressTLS{{Hosts: []string{host}, SecretName: "frontend-tls"}},
			Rules:            []networking.IngressRule{{Host: host}},
		},
	}}
	s.Ingresses[0].Annotations = map[string]string{"cert-manager.io/cluster-issuer": "letsencrypt-production"}
	s.Certificates = []certmanager.Certificate{certificate(cmmeta.ConditionTrue, "Ready",
		"Certificate is up to date and has not expired")}
	s.Zones = []facts.Zone{{Name: "safeops.work", Status: "active", Records: []facts.Record{
		{Name: host, Type: "A", Content: address, TTL: 1},
		{Name: "a-" + host, Type: "TXT", Content: `"heritage=external-dns,external-dns/owner=sre-cluster,external-dns/resource=ingress/develop/frontend"`, TTL: 1},
	}}}
	answer := facts.Answer{Rcode: "NOERROR", Addresses: []string{address}, TTL: 300}
	s.DNS = map[string]facts.Answers{host: {Authority: answer, Resolver: answer}}
	s.Probes = map[string]facts.Probe{host: {HTTPS: https(), HTTP: answered("http://"+host+"/", 200), RawIP: https()}}
	s.Probes[host].RawIP.Request.Address = address
	s.Logs = []facts.Log{{
		Component: facts.ExternalDNS, Namespace: "cert-manager", Pod: "external-dns-1",
		Lines: []facts.Line{
			line(5, "info", "Instantiating new Kubernetes client"),
			line(2, "info", "Changing record."),
			line(1, "info", "All records are already up to date"),
		},
	}}
	return s
}

func made(namespace, name string, minutes int) meta.ObjectMeta {
	return meta.ObjectMeta{Namespace: namespace, Name: name, CreationTimestamp: ago(minutes), Generation: 1}
}

func line(minutes int, level, message string) facts.Line {
	return facts.Line{Time: ago(minutes).Time, Level: level, Message: message}
}

// runs adds a Deployment with one healthy pod.
func runs(s *facts.Snapshot, namespace, name, image string) {
	labels := map[string]string{"app": name}
	spec := core.PodSpec{Containers: []core.Container{{Name: name, Image: image}}}
	s.Deployments = append(s.Deployments, apps.Deployment{
		ObjectMeta: made(namespace, name, 20),
		Spec: apps.DeploymentSpec{
			Selector: &meta.LabelSelector{MatchLabels: labels},
			Template: core.PodTemplateSpec{Spec: spec},
		},
		Status: apps.DeploymentStatus{ObservedGeneration: 1, AvailableReplicas: 1},
	})
	pod := core.Pod{ObjectMeta: made(namespace, name+"-1", 20), Spec: spec, Status: core.PodStatus{
		Phase:             core.PodRunning,
		Conditions:        []core.PodCondition{{Type: core.PodReady, Status: core.ConditionTrue}},
		ContainerStatuses: []core.ContainerStatus{{Name: name, Ready: true}},
	}}
	pod.Labels = labels
	s.Pods = append(s.Pods, pod)
}

func issuer(name, server string) certmanager.ClusterIssuer {
	token := &cmmeta.SecretKeySelector{
		LocalObjectReference: cmmeta.LocalObjectReference{Name: "cloudflare-api-token"},
		Key:                  "api-token",
	}
	out := certmanager.ClusterIssuer{ObjectMeta: made("", name, 20)}
	out.Spec.ACME = &acme.ACMEIssuer{Server: server, Solvers: []acme.ACMEChallengeSolver{{
		DNS01: &acme.ACMEChallengeSolverDNS01{Cloudflare: &acme.ACMEIssuerDNS01ProviderCloudflare{APIToken: token}},
	}}}
	out.Status.Conditions = []certmanager.IssuerCondition{{
		Type: certmanager.IssuerConditionReady, Status: cmmeta.ConditionTrue, Reason: "ACMEAccountRegistered",
		Message: "The ACME account was registered with the ACME server", ObservedGeneration: 1,
	}}
	return out
}

func certificate(status cmmeta.ConditionStatus, reason, message string) certmanager.Certificate {
	until := meta.NewTime(clock().AddDate(0, 0, 89))
	out := certmanager.Certificate{ObjectMeta: made("develop", "frontend-tls", 10)}
	out.Spec.SecretName, out.Spec.DNSNames = "frontend-tls", []string{host}
	out.Spec.IssuerRef = cmmeta.IssuerReference{Name: "letsencrypt-production", Kind: "ClusterIssuer"}
	out.Status.NotAfter = &until
	out.Status.Conditions = []certmanager.CertificateCondition{{
		Type: certmanager.CertificateConditionReady, Status: status, Reason: reason, Message: message, ObservedGeneration: 1,
	}}
	return out
}

func answered(url string, status int) *probe.Report {
	return &probe.Report{
		Request: probe.Request{URL: url, Insecure: true}, OK: true,
		Resolve: &probe.Resolution{Name: host, Rcode: "NOERROR"}, Connect: &probe.Connection{Address: address + ":443"},
		HTTP: &probe.Answer{Status: status, Body: `{"app":"frontend","host":"develop.safeops.work","path":"/"}`},
	}
}

func https() *probe.Report {
	out := answered("https://"+host+"/", 200)
	out.TLS = &probe.Handshake{
		ServerName: host, SNI: host, Verified: true, TrustedBy: "production",
		LeadsTo: "production", Chain: []probe.Certificate{{
			Subject: "CN=" + host, Issuer: "CN=Pebble Intermediate CA", SANs: []string{host}, NotBefore: ago(60).Time,
			NotAfter: clock().AddDate(0, 0, 89),
		}},
	}
	return out
}
