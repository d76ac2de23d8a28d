package rules_test

import (
	"slices"
	"strings"
	"testing"

	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"

	"github.com/edgeproof/edgeproof/e2e/diagnose"
	"github.com/edgeproof/edgeproof/e2e/diagnose/rules"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/probe"
)

const elsewhere = "198.51.100.20" // another controller's address

// leadsTo makes the whole route, from the record to the probes, lead to other addresses.
func (w world) leadsTo(addresses ...string) {
	w.ingress.Status.LoadBalancer.Ingress = nil
	w.Zones[0].Records = w.Zones[0].Records[1:]
	for _, a := range addresses {
		w.ingress.Status.LoadBalancer.Ingress = append(w.ingress.Status.LoadBalancer.Ingress,
			networking.IngressLoadBalancerIngress{IP: a})
		w.Zones[0].Records = append(w.Zones[0].Records, facts.Record{ID: "r-" +
			a, Name: host, Type: "A", Content: a, TTL: 1, Created: ago(9).Time, Modified: ago(9).Time})
	}
	answer := facts.Answer{Rcode: "NOERROR", Addresses: addresses, TTL: 300}
	w.DNS[host] = facts.Answers{Authority: answer, Resolver: answer}
	p := w.Probes[host]
	for _, rep := range []*probe.Report{p.HTTPS, p.HTTP} {
		rep.Resolve.Records = nil
		for _, a := range addresses {
			rep.Resolve.Records = append(rep.Resolve.Records, probe.AddressRecord{Type: "A", Address: a, TTL: 300})
		}
	}
	p.RawIP.Request.Address = addresses[0]
}

// class makes the Ingress one of another class, of which a controller may have an object.
func (w world) class(class, controller string) {
	*w.ingress.Spec.IngressClassName = class
	if controller != "" {
		w.IngressClasses = append(w.IngressClasses, networking.IngressClass{
			ObjectMeta: made("", class, 60),
			Spec:       networking.IngressClassSpec{Controller: controller},
		})
	}
}

// unasked takes away what the provider says: no token is given.
func (w world) unasked() {
	for _, part := range []facts.Part{facts.Provider, facts.Tokens} {
		w.Errors = append(w.Errors, facts.Error{Part: part, Message: "the provider is not asked"})
	}
	w.Zones, w.Tokens = nil, nil
}

// unmanaged takes away all that cert-manager has to do with the route.
func (w world) unmanaged() {
	delete(w.ingress.Annotations, "cert-manager.io/cluster-issuer")
	w.Certificates, w.CertificateRequests, w.Orders, w.Challenges = nil, nil, nil, nil
}

func (w world) refuses(rep *probe.Report) {
	rep.OK, rep.Failed, rep.Class, rep.Error, rep.TLS, rep.HTTP = false, probe.StepConnect, probe.ClassRefused,
		"connection refused", nil, nil
}

func (w world) assumed(path string) {
	p := w.Probes[host]
	p.Assumed = true
	for _, rep := range []*probe.Report{p.HTTPS, p.RawIP} {
		rep.Request.URL = "https://" + host + path
	}
	w.Probes[host] = p
}

// proxiedUnseen is a proxied record of which nothing is known but what the world sees.
func (w world) proxiedUnseen() {
	proxied(w.Snapshot)
	w.unasked()
	for _, rep := range []*probe.Report{w.Probes[host].HTTPS, w.Probes[host].HTTP} {
		rep.HTTP.Headers = map[string]string{"Server": "cloudflare"}
	}
}

// A cluster that is built otherwise than the reference is not to be blamed for it.
func TestOtherwiseBuiltAndHealthy(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]func(world){
		"another controller's Ingress beside Traefik": func(w world) {
			w.class("nginx",
				"k8s.io/ingress-nginx")
			w.leadsTo(elsewhere)
		},
		"another controller's, by the annotation of old": func(w world) {
			w.ingress.Spec.IngressClassName = nil
			w.ingress.Annotations["kubernetes.io/ingress.class"] = "nginx"
			w.leadsTo(elsewhere)
		},
		"another controller's, without a TLS block": func(w world) {
			w.class("nginx", "k8s.io/ingress-nginx")
			w.leadsTo(elsewhere)
			w.ingress.Spec.TLS = nil
			w.unmanaged()
			w.showDefault()
		},
		"another Traefik's": func(w world) {
			w.flag("--providers.kubernetesingress.ingressclass=traefik")
			w.class("internal", "traefik.io/ingress-controller")
			w.leadsTo(elsewhere)
		},
		"no Traefik at all": func(w world) {
			w.class("nginx", "k8s.io/ingress-nginx")
			w.leadsTo(elsewhere)
			w.Deployments = slices.DeleteFunc(w.Deployments, func(d apps.Deployment) bool { return d.Name == "traefik" })
			w.Pods = slices.DeleteFunc(w.Pods, func(p core.Pod) bool { return p.Namespace == "traefik" })
			w.Services = w.Services[:1]
		},
		"proxied, and the provider is not asked": func(w world) { w.proxiedUnseen() },
		"proxied by the flag, and the provider not asked": func(w world) {
			delete(w.ingress.Annotations, "external-dns.alpha.kubernetes.io/cloudflare-proxied")
			proxied(w.Snapshot)
			w.unasked()
			args("cloudflare-proxied", "--cloudflare-proxied")(w.Snapshot)
		},
		"proxied by annotation, and the provider not asked": func(w world) {
			annotated("external-dns.alpha.kubernetes.io/cloudflare-proxied", "True")(w.Snapshot)
			proxied(w.Snapshot)
			w.unasked()
		},
		"a load balancer with a name": func(w world) {
			const lb, at = "lb-1.elb.example", "198.51.100.30"
			w.leadsTo(at)
			w.ingress.Status.LoadBalancer.Ingress = []networking.IngressLoadBalancerIngress{{Hostname: lb}}
			w.front.Status.LoadBalancer.Ingress = []core.LoadBalancerIngress{{Hostname: lb}}
			r := &w.Zones[0].Records[len(w.Zones[0].Records)-1]
			r.Type, r.Content = "CNAME", lb
			w.DNS[host] = facts.Answers{
				Authority: facts.Answer{Rcode: "NOERROR", Names: []string{lb}, TTL: 300},
				Resolver:  facts.Answer{Rcode: "NOERROR", Names: []string{lb}, Addresses: []string{at}, TTL: 60},
			}
			p := w.Probes[host]
			p.HTTPS.Resolve.Chain, p.HTTP.Resolve.Chain, p.RawIP = []string{lb + "."}, []string{lb + "."}, nil
			w.Probes[host] = p
		},
		"a Secret of proxy settings beside that of the token": func(w world) {
			w.Secrets = append(w.Secrets, facts.Secret{
				ObjectMeta: made("cert-manager", "proxy", 60),
				Keys:       []facts.Key{{Name: "HTTPS_PROXY", Length: 20}},
			})
			c := &w.dns.Spec.Template.Spec.Containers[0]
			proxy := &core.SecretEnvSource{LocalObjectReference: core.LocalObjectReference{Name: "proxy"}}
			c.EnvFrom = append(c.EnvFrom, core.EnvFromSource{SecretRef: proxy})
		},
		"a domain filter of nothing": func(w world) {
			args("domain-filter",
				"--domain-filter=")(w.Snapshot)
		},
		"dual stack": func(w world) { w.leadsTo(address, "2001:db8::10") },
		"a host that external-dns is not meant for": func(w world) {
			w.unasked()
			args("domain-filter",
				"--domain-filter=elsewhere.example")(w.Snapshot)
		},
		"no plain HTTP": func(w world) { w.refuses(w.Probes[host].HTTP) },
		"the load balancer's address is not reached here": func(w world) { w.refuses(w.Probes[host].RawIP) },
		"an application that has nothing at the path": func(w world) {
			w.assumed("/v1")
			w.answer(404,
				`{"error":"no such resource"}`)
		},
		"Traefik's own certificate, trusted, no TLS block": func(w world) { w.unmanaged(); w.ingress.Spec.TLS = nil },
		"a wildcard certificate in Traefik's store": func(w world) {
			w.unmanaged()
			w.ingress.Spec.TLS[0].SecretName = ""
		},
		"a Secret that somebody copies": func(w world) { w.unmanaged() },
		"no cert-manager in the cluster": func(w world) {
			w.unmanaged()
			w.Deployments = slices.DeleteFunc(w.Deployments,
				func(d apps.Deployment) bool { return d.Namespace == "cert-manager" && d.Name != "external-dns" })
			noKinds(w.Snapshot)
		},
		"the last page of Secrets was not read": func(w world) {
			w.Errors = append(w.Errors, facts.Error{Part: facts.Secrets, Message: "timeout"})
			w.Secrets[1].Certificates = nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := healthy()
			do(w)
			d := rules.Explain(w.Snapshot, route())
			if len(d.Causes) > 0 {
				t.Errorf("blamed: %+v", d.Causes)
			}
			for _, link := range d.Chain {
				if link.State != diagnose.Clear && link.State != diagnose.Unknown {
					t.Errorf("layer %s is %s: %s", link.Layer, link.State, link.Seen)
				}
			}
		})
	}
}

// What is no fault of a cluster that is built otherwise is one where it does not work.
func TestOtherwiseBuiltAndBroken(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		do   func(world)
		want diagnose.Code
	}{
		"another controller's Ingress without its Service": {func(w world) {
			w.class("nginx", "k8s.io/ingress-nginx")
			w.leadsTo(elsewhere)
			w.answer(503, "<html>503 Service Temporarily Unavailable</html>")
			w.Services = w.Services[1:]
		}, "backend-service-missing"},
		"of Traefik's class by the annotation of old, and the address is gone": {func(w world) {
			w.ingress.Spec.IngressClassName = nil
			w.ingress.Annotations["kubernetes.io/ingress.class"] = "edge"
			w.flag("--providers.kubernetesingress.ingressclass=edge")
			w.leadsTo(elsewhere)
		}, "stale-ingress-status"},
		"proxied, unseen, and the origin fails": {func(w world) {
			w.proxiedUnseen()
			w.answer(404,
				traefik404)
			w.Services = w.Services[1:]
		}, "backend-service-missing"},
		"no plain HTTP and no HTTPS": {func(w world) {
			w.refuses(w.Probes[host].HTTP)
			w.refuses(w.Probes[host].HTTPS)
			w.refuses(w.Probes[host].RawIP)
		}, "unattributed"},
		"an application that fails at the path": {func(w world) {
			w.assumed("/v1")
			w.answer(500,
				`{"error":"no database"}`)
		}, "app-404-vs-traefik-404"},
		"a copied Secret that does not verify": {func(w world) { w.unmanaged(); w.showDefault() }, "no-issuer-annotation"},
		"a token that may not write the host's zone": {func(w world) {
			w.token.Zones, w.token.ReadOnly = []string{"other.example", zone}, []string{zone}
		}, "token-no-dns-edit"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := healthy()
			c.do(w)
			d := rules.Explain(w.Snapshot, route())
			if !slices.ContainsFunc(d.Causes, func(f diagnose.Finding) bool { return f.Code == c.want }) {
				t.Errorf("causes %+v; want %s", d.Causes, c.want)
			}
		})
	}
}

// What external-dns meets with its token says nothing of the issuer's own.
func TestSignsAreOfTheCredentialThatMetThem(t *testing.T) {
	t.Parallel()
	w := healthy()
	w.unasked()
	w.Secrets = append(w.Secrets, facts.Secret{
		ObjectMeta: made("cert-manager", "issuers-own", 60),
		Keys:       []facts.Key{{Name: "token", Length: 40, Fingerprint: "sha256:ffff"}},
	})
	for i := range w.ClusterIssuers {
		for j := range w.ClusterIssuers[i].Spec.ACME.Solvers {
			ref := w.ClusterIssuers[i].Spec.ACME.Solvers[j].DNS01.Cloudflare.APIToken
			ref.Name, ref.Key = "issuers-own", "token"
		}
	}
	w.refused("error", `failed to list zones: 401 Unauthorized {"success":false,"errors":[{"code":1000,"message":"Invalid API Token"}]}`)
	d := rules.Explain(w.Snapshot, route())
	if len(d.Causes) == 0 {
		t.Fatal("no cause is named for a token that is refused")
	}
	for _, c := range d.Causes {
		if c.Object != "Secret cert-manager/cloudflare-api-token" {
			t.Errorf("%s of %s: %s", c.Code, c.Object, c.Summary)
		}
	}
}

// A challenge that no rule knows is quoted in its own words.
func TestUnattributedCertificateTellsItsChallenge(t *testing.T) {
	t.Parallel()
	w := healthy()
	c := w.unissued("wrong status code '404', expected '200'")
	c.Spec.Type = "HTTP-01"
	d := rules.Explain(w.Snapshot, route())
	quoted := func(f diagnose.Finding) bool {
		return slices.ContainsFunc(f.Evidence, func(e diagnose.Evidence) bool {
			return strings.Contains(e.Text,
				"expected '200'")
		})
	}
	if !slices.ContainsFunc(append(d.Causes, d.Notes...), quoted) {
		t.Errorf("causes %+v, notes %+v", d.Causes, d.Notes)
	}
}

// A token that may not write another zone than the host's is good for the host.
func TestReadOnlyElsewhere(t *testing.T) {
	t.Parallel()
	w := healthy()
	w.token.Zones, w.token.ReadOnly = []string{"aaa.example", zone}, []string{"aaa.example"}
	if d := rules.Explain(w.Snapshot, route()); !d.Healthy {
		t.Errorf("%+v", d)
	}
}

// A wildcard of a TLS block is a route of its own only where it stands for no host of the rules.
func TestTargetsOfWildcards(t *testing.T) {
	t.Parallel()
	for wildcard, want := range map[string]int{"*." + zone: 1, "*.other.example": 2} {
		w := healthy()
		w.ingress.Spec.TLS[0].Hosts = []string{wildcard}
		if got := rules.New(w.Snapshot).Targets(); len(got) != want {
			t.Errorf("TLS hosts %s: %+v; want %d", wildcard, got, want)
		}
	}
}
