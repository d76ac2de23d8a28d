package certmanager_test

import (
	"testing"
	"time"

	acme "github.com/cert-manager/cert-manager/pkg/apis/acme/v1"
	api "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	meta "github.com/cert-manager/cert-manager/pkg/apis/meta/v1"
	core "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/edgeproof/edgeproof/e2e/edge/certmanager"
)

// at is an object of namespace "a", made so many minutes after others.
func at(name string, minutes int, owner core.OwnerReference) core.ObjectMeta {
	made := core.NewTime(time.Date(2026, 3, 1, 0, minutes, 0, 0, time.UTC))
	return core.ObjectMeta{
		Namespace:         "a",
		Name:              name,
		CreationTimestamp: made,
		OwnerReferences:   []core.OwnerReference{owner},
	}
}

func TestIssuance(t *testing.T) {
	t.Parallel()
	of := func(kind, name string) core.OwnerReference { return core.OwnerReference{Kind: kind, Name: name} }
	annotated := at("web-2", 2, core.OwnerReference{})
	annotated.OwnerReferences, annotated.Annotations = nil, map[string]string{api.CertificateNameKey: "web"}
	objects := certmanager.NewObjects(
		[]api.CertificateRequest{
			{ObjectMeta: at("web-1", 1, of("Certificate", "web"))},
			{ObjectMeta: annotated},
			{ObjectMeta: at("other-1", 3, of("Certificate", "other"))},
		},
		[]acme.Order{
			{ObjectMeta: at("web-1-9", 9, of("CertificateRequest", "web-1"))},
			{ObjectMeta: at("web-2-1", 2, of("CertificateRequest", "web-2"))},
			{ObjectMeta: at("web-2-2", 3, of("CertificateRequest", "web-2"))},
		},
		[]acme.Challenge{
			{ObjectMeta: at("web-2-1-1", 2, of("Order", "web-2-1"))},
			{ObjectMeta: at("web-2-2-1", 3, of("Order", "web-2-2"))},
			{ObjectMeta: at("web-2-2-2", 3, of("Order", "web-2-2"))},
		},
	)
	got := objects.Of(&api.Certificate{ObjectMeta: core.ObjectMeta{Namespace: "a", Name: "web"}})
	if got.Request == nil || got.Request.Name != "web-2" || got.Order == nil || got.Order.Name != "web-2-2" ||
		len(got.Challenges) != 2 {
		t.Errorf("followed to %+v", got)
	}
	none := objects.Of(&api.Certificate{ObjectMeta: core.ObjectMeta{Namespace: "b", Name: "web"}})
	if none.Request != nil || none.Order != nil || none.Challenges != nil {
		t.Errorf("a Certificate of another namespace: followed to %+v", none)
	}
}

func TestRequested(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name        string
		annotations map[string]string
		want        certmanager.Reference
		own         bool
		conflict    bool
	}{
		{"none", nil, certmanager.Reference{}, true, false},
		{
			"cluster issuer",
			map[string]string{"cert-manager.io/cluster-issuer": "le"},
			certmanager.Reference{Kind: "ClusterIssuer", Name: "le"},
			true, false,
		},
		{
			"issuer",
			map[string]string{"cert-manager.io/issuer": "le"},
			certmanager.Reference{Kind: "Issuer", Name: "le"},
			true, false,
		},
		{
			"issuer of a kind",
			map[string]string{"cert-manager.io/issuer": "le", "cert-manager.io/issuer-kind": "ClusterIssuer"},
			certmanager.Reference{Kind: "ClusterIssuer", Name: "le"},
			true, false,
		},
		{
			"of another group",
			map[string]string{
				"cert-manager.io/issuer": "pca", "cert-manager.io/issuer-kind": "AWSPCAClusterIssuer",
				"cert-manager.io/issuer-group": "awspca.cert-manager.io",
			},
			certmanager.Reference{Kind: "AWSPCAClusterIssuer", Group: "awspca.cert-manager.io", Name: "pca"},
			false, false,
		},
		{
			"both",
			map[string]string{"cert-manager.io/issuer": "a", "cert-manager.io/cluster-issuer": "b"},
			certmanager.Reference{Kind: "ClusterIssuer", Name: "b"},
			true, true,
		},
		{
			"a cluster issuer with a group",
			map[string]string{"cert-manager.io/cluster-issuer": "b", "cert-manager.io/issuer-group": "example.com"},
			certmanager.Reference{Kind: "ClusterIssuer", Name: "b"},
			true, true,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := certmanager.Requested(c.annotations)
			if got != c.want || got.Own() != c.own {
				t.Errorf("asks %+v, own %v; want %+v, %v", got, got.Own(), c.want, c.own)
			}
			if conflict := certmanager.Conflict(c.annotations); (conflict != "") != c.conflict {
				t.Errorf("conflict %q", conflict)
			}
		})
	}
}

func TestPick(t *testing.T) {
	t.Parallel()
	solver := func(email string, sel *acme.CertificateDNSNameSelector) acme.ACMEChallengeSolver {
		return acme.ACMEChallengeSolver{Selector: sel, DNS01: &acme.ACMEChallengeSolverDNS01{
			Cloudflare: &acme.ACMEIssuerDNS01ProviderCloudflare{Email: email},
		}}
	}
	all := solver("all", nil)
	zone := solver("zone", &acme.CertificateDNSNameSelector{DNSZones: []string{"example.com"}})
	deeper := solver("deeper", &acme.CertificateDNSNameSelector{DNSZones: []string{"org", "shop.example.com"}})
	named := solver("named", &acme.CertificateDNSNameSelector{DNSNames: []string{"www.example.com"}})
	labeled := solver("labeled", &acme.CertificateDNSNameSelector{MatchLabels: map[string]string{"team": "shop"}})
	http := acme.ACMEChallengeSolver{HTTP01: &acme.ACMEChallengeSolverHTTP01{}}
	for _, c := range []struct {
		name    string
		solvers []acme.ACMEChallengeSolver
		host    string
		labels  map[string]string
		want    string // the e-mail address of the solver, "" for none, "http" for HTTP-01
	}{
		{"the first of equals", []acme.ACMEChallengeSolver{all, solver("again", nil)}, "a.example.com", nil, "all"},
		{"zone before all", []acme.ACMEChallengeSolver{all, zone}, "a.example.com", nil, "zone"},
		{"longer zone", []acme.ACMEChallengeSolver{deeper, zone}, "a.shop.example.com", nil, "deeper"},
		{"zone is no suffix of letters", []acme.ACMEChallengeSolver{zone}, "aexample.com", nil, ""},
		{"name before zone", []acme.ACMEChallengeSolver{zone, named, deeper}, "www.example.com", nil, "named"},
		{
			"labels before all",
			[]acme.ACMEChallengeSolver{all, labeled},
			"a.example.com",
			map[string]string{"team": "shop"},
			"labeled",
		},
		{"labels that differ", []acme.ACMEChallengeSolver{labeled}, "a.example.com", map[string]string{"team": "web"}, ""},
		{
			"zone before labels",
			[]acme.ACMEChallengeSolver{labeled, zone},
			"a.example.com",
			map[string]string{"team": "shop"},
			"zone",
		},
		{"HTTP-01 takes a name", []acme.ACMEChallengeSolver{http, all}, "a.example.com", nil, "http"},
		{"and no wildcard", []acme.ACMEChallengeSolver{http, all}, "*.example.com", nil, "all"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, s := "", certmanager.Pick(c.solvers, c.host, c.labels)
			switch {
			case s == nil:
			case s.HTTP01 != nil:
				got = "http"
			default:
				got = s.DNS01.Cloudflare.Email
			}
			if got != c.want {
				t.Errorf("picked %q, want %q", got, c.want)
			}
		})
	}
}

func TestCredentials(t *testing.T) {
	t.Parallel()
	key := func(name, key string) *meta.SecretKeySelector {
		return &meta.SecretKeySelector{LocalObjectReference: meta.LocalObjectReference{Name: name}, Key: key}
	}
	of := func(c acme.ACMEIssuerDNS01ProviderCloudflare) acme.ACMEChallengeSolver {
		return acme.ACMEChallengeSolver{DNS01: &acme.ACMEChallengeSolverDNS01{Cloudflare: &c}}
	}
	got := certmanager.Credentials(&acme.ACMEIssuer{Solvers: []acme.ACMEChallengeSolver{
		of(acme.ACMEIssuerDNS01ProviderCloudflare{APIToken: key("token", "t"), APIKey: key("key", "k")}),
		of(acme.ACMEIssuerDNS01ProviderCloudflare{APIToken: key("token", "t")}),
		of(acme.ACMEIssuerDNS01ProviderCloudflare{APIKey: key("key", "k"), Email: "a@example.com"}),
		{HTTP01: &acme.ACMEChallengeSolverHTTP01{}},
	}})
	want := []certmanager.Credential{
		{Secret: "token", Key: "t"},
		{Secret: "key", Key: "k", Global: true, Email: "a@example.com"},
	}
	if len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("credentials %+v, want %+v", got, want)
	}
	if got := certmanager.Credentials(nil); got != nil {
		t.Errorf("an issuer that is no ACME issuer has credentials %+v", got)
	}
}

func TestRetry(t *testing.T) {
	t.Parallel()
	failed := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		attempts int // 0 for not counted
		want     time.Duration
	}{{0, time.Hour}, {1, time.Hour}, {2, 2 * time.Hour}, {6, 32 * time.Hour}, {60, 32 * time.Hour}} {
		at := core.NewTime(failed)
		certificate := &api.Certificate{Status: api.CertificateStatus{LastFailureTime: &at}}
		if c.attempts > 0 {
			certificate.Status.FailedIssuanceAttempts = &c.attempts
		}
		if next, ok := certmanager.Retry(certificate); !ok || next.Sub(failed) != c.want {
			t.Errorf("after %d attempts: waits %s, %v; want %s", c.attempts, next.Sub(failed), ok, c.want)
		}
	}
	if _, ok := certmanager.Retry(&api.Certificate{}); ok {
		t.Error("waits though nothing failed")
	}
}

func TestProblemIn(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]certmanager.Problem{
		"": "", "429 Too Many Requests": "",
		"429 urn:ietf:params:acme:error:rateLimited: too many certificates": certmanager.RateLimited,
		"acme: urn:ietf:params:acme:error:caa":                              certmanager.CAA,
		`"urn:ietf:params:acme:error:somethingNew"`:                         "somethingNew",
	} {
		if got := certmanager.ProblemIn(text); got != want {
			t.Errorf("%q: problem %q, want %q", text, got, want)
		}
	}
}
