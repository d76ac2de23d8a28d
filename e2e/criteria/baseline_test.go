package criteria_test

import (
	"testing"

	acme "github.com/cert-manager/cert-manager/pkg/apis/acme/v1"

	core "k8s.io/api/core/v1"

	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/judge"
)

func TestBaselineFaults(t *testing.T) {
	t.Parallel()
	arg := func(old, with string) func(*facts.Snapshot) {
		return func(s *facts.Snapshot) {
			args := s.Deployments[3].Spec.Template.Spec.Containers[0].Args
			for i := range args {
				if args[i] == old {
					args[i] = with
				}
			}
		}
	}
	run(t, []fault{
		{
			"class of another controller", "BL-1", func(s *facts.Snapshot) { s.IngressClasses[0].Spec.Controller = "k8s.io/ingress-nginx" }, true,
			"IngressClass traefik: belongs to k8s.io/ingress-nginx; Ingress develop/frontend needs one of " +
				"traefik.io/ingress-controller",
		},
		{
			"class missing", "BL-1", func(s *facts.Snapshot) { s.IngressClasses = nil }, false,
			"IngressClass traefik: not found; Ingress develop/frontend names it",
		},
		{
			"no class named", "BL-1", func(s *facts.Snapshot) { s.Ingresses[0].Spec.IngressClassName = nil }, true,
			"Ingress develop/frontend: names no class",
		},
		{
			"traefik down", "BL-1", func(s *facts.Snapshot) { s.Deployments[4].Status.AvailableReplicas = 0 }, false,
			"Deployment traefik/traefik: 0 of 1 pods available",
		},
		{
			"no traefik", "BL-1", func(s *facts.Snapshot) { s.Deployments = s.Deployments[:4] }, false,
			"Deployment of traefik: none in namespace traefik",
		},

		{
			"another namespace", "BL-2", func(s *facts.Snapshot) { s.Deployments[3].Namespace = "kube-system" }, true,
			"Deployment of external-dns: none in namespace cert-manager; it runs as kube-system/external-dns",
		},
		{
			"another provider", "BL-2", arg("--provider=cloudflare", "--provider=aws"), true,
			"Deployment cert-manager/external-dns: " +
				"--provider is aws, not cloudflare",
		},
		{
			"another source", "BL-2", arg("--source=ingress", "--source=service"), true,
			"--source is service: it does not read Ingresses",
		},
		{
			"another domain", "BL-2", arg("--domain-filter=safeops.work", "--domain-filter=example.org"), true,
			"--domain-filter=example.org: safeops.work is not synced",
		},
		{
			"only below the domain", "BL-2", arg("--domain-filter=safeops.work", "--domain-filter=.safeops.work"), true,
			"safeops.work is not synced",
		},
		{
			"no registry", "BL-2", arg("--registry=txt", "--registry=noop"), true,
			"--registry is noop: its records bear no owner",
		},
		{"no record", "BL-2", func(s *facts.Snapshot) { s.Zones[0].Records = nil }, false, "record develop.safeops.work: " +
			"not at the provider yet"},
		{
			"record without owner", "BL-2", func(s *facts.Snapshot) { s.Zones[0].Records = s.Zones[0].Records[:1] }, false,
			"record develop.safeops.work: is not external-dns's",
		},

		{
			"production renamed", "BL-3", func(s *facts.Snapshot) { s.ClusterIssuers[0].Name = "letsencrypt-prod" }, true,
			"ClusterIssuer letsencrypt-production: not found; the bundle has letsencrypt-prod for " +
				"https://acme-v02.api.letsencrypt.org/directory",
		},
		{
			"staging not there yet", "BL-3", func(s *facts.Snapshot) { s.ClusterIssuers = s.ClusterIssuers[:1] }, false,
			"ClusterIssuer letsencrypt-staging: not found; the cluster has letsencrypt-production",
		},
		{"production at staging", "BL-3", func(s *facts.Snapshot) {
			s.ClusterIssuers[0].Spec.ACME.Server = s.ClusterIssuers[1].Spec.ACME.Server
		}, true, "ClusterIssuer letsencrypt-production: names the ACME server " +
			"https://acme-staging-v02.api.letsencrypt.org/directory"},
		{
			"no acme", "BL-3", func(s *facts.Snapshot) { s.ClusterIssuers[1].Spec.ACME = nil }, true,
			"ClusterIssuer letsencrypt-staging: is no ACME issuer",
		},

		{"staging requested", "BL-4", func(s *facts.Snapshot) {
			s.Ingresses[0].Annotations["cert-manager.io/cluster-issuer"] = "letsencrypt-staging"
		}, true, "Ingress develop/frontend: asks the ClusterIssuer letsencrypt-staging; it must ask letsencrypt-production"},
		{
			"no request", "BL-4", func(s *facts.Snapshot) { s.Ingresses[0].Annotations = nil }, true,
			"has no annotation cert-manager.io/cluster-issuer",
		},
		{"an Issuer requested", "BL-4", func(s *facts.Snapshot) {
			s.Ingresses[0].Annotations = map[string]string{"cert-manager.io/issuer": "mine"}
		}, true, "asks the Issuer mine of its namespace"},
		{
			"host in no block", "BL-4", func(s *facts.Snapshot) { s.Ingresses[0].Spec.TLS = nil }, true,
			"names host develop.safeops.work in no TLS block",
		},

		{"two secrets", "BL-5", func(s *facts.Snapshot) {
			s.Deployments[3].Spec.Template.Spec.Containers[0].Env[0].ValueFrom.SecretKeyRef.Name = "other"
		}, true, "Deployment cert-manager/external-dns: uses key api-token of Secret other; the credential is key " +
			"api-token of Secret cloudflare-api-token"},
		{
			"two keys", "BL-5", func(s *facts.Snapshot) {
				s.ClusterIssuers[1].Spec.ACME.Solvers[0].DNS01.Cloudflare.APIToken.Key = "token"
			}, true,
			"ClusterIssuer letsencrypt-staging: uses key token of Secret cloudflare-api-token",
		},
		{
			"another token for the host", "BL-5", func(s *facts.Snapshot) { twoSolvers(s, "safeops.work") }, true,
			"ClusterIssuer letsencrypt-staging: uses key token of Secret other",
		},
		{
			"a kind beside a ClusterIssuer", "BL-4", func(s *facts.Snapshot) {
				s.Ingresses[0].Annotations["cert-manager.io/issuer-kind"] = "Issuer"
			}, true,
			"Ingress develop/frontend: cert-manager takes no issuer of it: both",
		},
		{"plain text", "BL-5", func(s *facts.Snapshot) {
			s.Deployments[3].Spec.Template.Spec.Containers[0].Env = []core.EnvVar{{Name: "CF_API_TOKEN", Value: "[sha256:00]"}}
		}, true, "Deployment cert-manager/external-dns: has its token in plain text in CF_API_TOKEN"},
		{
			"no token", "BL-5", func(s *facts.Snapshot) { s.Deployments[3].Spec.Template.Spec.Containers[0].Env = nil }, true,
			"reads no CF_API_TOKEN: it has no token",
		},
		{
			"no solver", "BL-5", func(s *facts.Snapshot) { s.ClusterIssuers[0].Spec.ACME.Solvers = nil }, true,
			"ClusterIssuer letsencrypt-production: has no DNS-01 solver with an API token of Cloudflare",
		},
		{
			"secret missing", "BL-5", func(s *facts.Snapshot) { s.Secrets = nil }, false,
			"Secret cert-manager/cloudflare-api-token: " +
				"not found",
		},
		{
			"secret elsewhere", "BL-5", func(s *facts.Snapshot) { s.Secrets[0].Namespace = "default" }, false,
			"there is one of that name in namespace default",
		},
		{
			"key missing", "BL-5", func(s *facts.Snapshot) { s.Secrets[0].Keys[0].Name = "apiToken" }, false,
			"has no key api-token, it has apiToken",
		},
		{
			"value empty", "BL-5", func(s *facts.Snapshot) { s.Secrets[0].Keys[0].Length = 0 }, false,
			"key api-token is empty",
		},
		{
			"line end", "BL-5", func(s *facts.Snapshot) { s.Secrets[0].Keys[0].Spaced = true }, false,
			"key api-token begins or ends with white space",
		},
	})
}

// twoSolvers gives the staging issuer a second solver, with another token, for a zone.
func twoSolvers(s *facts.Snapshot, zone string) {
	spec := s.ClusterIssuers[1].Spec.ACME
	second := *spec.Solvers[0].DeepCopy()
	second.Selector = &acme.CertificateDNSNameSelector{DNSZones: []string{zone}}
	second.DNS01.Cloudflare.APIToken.Name, second.DNS01.Cloudflare.APIToken.Key = "other", "token"
	spec.Solvers = append(spec.Solvers, second)
}

func TestASolverOfAnotherZoneHasACredentialOfItsOwn(t *testing.T) {
	t.Parallel()
	s := healthy()
	twoSolvers(s, "example.org")
	if j := judged("BL-5", s, reference()); !j.Met {
		t.Errorf("%s", j)
	}
	s.ClusterIssuers = s.ClusterIssuers[1:]
	s.ClusterIssuers[0].Name = reference().Production.Name
	for zone, want := range map[string]string{"example.org": "cloudflare-api-token", "safeops.work": "other"} {
		s.ClusterIssuers[0].Spec.ACME.Solvers[1].Selector.DNSZones = []string{zone}
		got, err := judge.Expect(reference(), rendered(t, s))
		if err != nil || got.Credential.Secret != want {
			t.Errorf("a solver of its own for %s: credential %+v, %v; want Secret %s", zone, got.Credential, err, want)
		}
	}
}
