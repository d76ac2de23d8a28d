package inventory_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	acme "github.com/cert-manager/cert-manager/pkg/apis/acme/v1"
	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	cmmeta "github.com/cert-manager/cert-manager/pkg/apis/meta/v1"
	"github.com/google/go-cmp/cmp"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/edgeproof/edgeproof/e2e/edge/externaldns"
	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/inventory"
)

const (
	namespace = "develop"
	host      = "develop.safeops.work"
)

func named(name string, change ...func(*metav1.ObjectMeta)) metav1.ObjectMeta {
	m := metav1.ObjectMeta{Namespace: namespace, Name: name}
	for _, c := range change {
		c(&m)
	}
	return m
}

func ownedBy(kind string) func(*metav1.ObjectMeta) {
	return func(m *metav1.ObjectMeta) { m.OwnerReferences = []metav1.OwnerReference{{Kind: kind, Name: "x"}} }
}

func labelled(key string) func(*metav1.ObjectMeta) {
	return func(m *metav1.ObjectMeta) { m.Labels = map[string]string{key: "true"} }
}

// atRest is a route that nothing is at work on.
func atRest() *facts.Snapshot {
	other := metav1.ObjectMeta{Namespace: "staging", Name: "frontend-tls"}
	return &facts.Snapshot{
		Services:     []core.Service{{ObjectMeta: named("frontend")}},
		Ingresses:    []networking.Ingress{{ObjectMeta: named("frontend")}},
		Secrets:      []facts.Secret{{ObjectMeta: named("frontend-tls")}, {ObjectMeta: other}},
		Certificates: []certmanager.Certificate{{ObjectMeta: named("frontend-tls", ownedBy("Ingress"))}},
		Zones: []facts.Zone{{Name: "safeops.work", Records: []facts.Record{
			{Name: host, Type: "A", Content: "203.0.113.10"},
			{Name: "a-" + host, Type: "TXT", Content: `"heritage=external-dns,external-dns/owner=sre-cluster"`},
			{Name: "staging.safeops.work", Type: "A", Content: "203.0.113.10"},
		}}},
	}
}

func TestOfHoldsWhatLasts(t *testing.T) {
	t.Parallel()
	want := inventory.Inventory{
		"Certificate frontend-tls", "Ingress frontend", "Secret frontend-tls", "Service frontend",
		`record a-develop.safeops.work TXT "heritage=external-dns,external-dns/owner=sre-cluster"`,
		"record develop.safeops.work A 203.0.113.10",
	}
	got := inventory.Of(atRest(), externaldns.Naming{}, namespace, host)
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("inventory (-want +got):\n%s", d)
	}
	if !got.Owned() || got[:4].Owned() {
		t.Errorf("owned: %t with the ownership record, %t without", got.Owned(), got[:4].Owned())
	}
	if work := inventory.Work(atRest(), namespace, host); work != nil {
		t.Errorf("work at rest: %q", work)
	}
}

// Each of these exists for a moment only; an inventory that contains one reports it missing in every later comparison.
func TestOfHoldsNothingTransient(t *testing.T) {
	t.Parallel()
	gone := metav1.NewTime(time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC))
	for name, tc := range map[string]struct {
		add  func(*facts.Snapshot)
		work string // work that is under way, if any
	}{
		"the private key of a certificate that is being issued": {func(s *facts.Snapshot) {
			s.Secrets = append(s.Secrets, facts.Secret{ObjectMeta: named("frontend-tls-x7k2p",
				labelled("cert-manager.io/next-private-key"))})
		}, "temporary Secret frontend-tls-x7k2p"},
		"a certificate that is being issued": {func(s *facts.Snapshot) {
			s.Certificates[0].Status.Conditions = []certmanager.CertificateCondition{
				{Type: certmanager.CertificateConditionIssuing, Status: cmmeta.ConditionTrue},
			}
		}, "Certificate frontend-tls being issued"},
		"a challenge": {func(s *facts.Snapshot) {
			s.Challenges = append(s.Challenges, acme.Challenge{ObjectMeta: named("frontend-tls-1-2-3", ownedBy("Order"))})
		}, "Challenge frontend-tls-1-2-3"},
		"the record of a challenge": {func(s *facts.Snapshot) {
			s.Zones[0].Records = append(s.Zones[0].Records,
				facts.Record{Name: "_acme-challenge." + host, Type: "TXT", Content: "token"})
		}, "record _acme-challenge.develop.safeops.work TXT"},
		"the Service of an HTTP-01 solver": {func(s *facts.Snapshot) {
			s.Services = append(s.Services, core.Service{ObjectMeta: named("cm-acme-http-solver-4fx2k",
				labelled("acme.cert-manager.io/http01-solver"))})
		}, ""},
		"the Ingress of an HTTP-01 solver": {func(s *facts.Snapshot) {
			s.Ingresses = append(s.Ingresses, networking.Ingress{ObjectMeta: named("cm-acme-http-solver-9zx2k",
				ownedBy("Challenge"))})
		}, ""},
		"a Secret on its way out": {func(s *facts.Snapshot) {
			s.Secrets = append(s.Secrets, facts.Secret{ObjectMeta: named("old-tls",
				func(m *metav1.ObjectMeta) { m.DeletionTimestamp = &gone })})
		}, "temporary Secret old-tls"},
		"what a certificate request owns": {func(s *facts.Snapshot) {
			s.Secrets = append(s.Secrets, facts.Secret{ObjectMeta: named("frontend-tls-request",
				ownedBy("CertificateRequest"))})
		}, "temporary Secret frontend-tls-request"},
	} {
		s := atRest()
		tc.add(s)
		rest := inventory.Of(atRest(), externaldns.Naming{}, namespace, host)
		if differ := rest.Differences(inventory.Of(s, externaldns.Naming{}, namespace, host)); differ != nil {
			t.Errorf("%s is in the inventory: %q", name, differ)
		}
		if work := strings.Join(inventory.Work(s, namespace, host), "; "); work != tc.work {
			t.Errorf("%s: work %q, want %q", name, work, tc.work)
		}
		if work := inventory.Work(s, "staging", "staging.safeops.work"); work != nil {
			t.Errorf("%s: work for another route: %q", name, work)
		}
	}
}

func TestDifferencesNameWhatIsLeftAndWhatIsMissing(t *testing.T) {
	t.Parallel()
	s := atRest()
	s.Secrets = s.Secrets[1:]
	s.Services = append(s.Services, core.Service{ObjectMeta: named("left")})
	got := inventory.Of(atRest(), externaldns.Naming{}, namespace,
		host).Differences(inventory.Of(s, externaldns.Naming{}, namespace, host))
	if want := []string{"left behind: Service left", "missing: Secret frontend-tls"}; !slices.Equal(got, want) {
		t.Errorf("differences %q, want %q", got, want)
	}
}

// The ownership record counts whatever the registry's settings call it: without it nothing would ever be at rest.
func TestOwnedUnderEveryName(t *testing.T) {
	t.Parallel()
	for _, naming := range []externaldns.Naming{
		{},
		externaldns.NewNaming("k8s.", "", ""), externaldns.NewNaming("", "-own", ""),
		externaldns.NewNaming("%{record_type}-own.", "", ""), externaldns.NewNaming("", "-%{record_type}-own", ""),
	} {
		s := atRest()
		s.Zones[0].Records[1].Name = naming.Name(host, "A")
		if got := inventory.Of(s, naming, namespace, host); !got.Owned() {
			t.Errorf("%+v: %v", naming, got)
		}
	}
}

func TestLostIsWhatNothingMakesAgain(t *testing.T) {
	t.Parallel()
	asks := func(s *facts.Snapshot) {
		s.Ingresses[0].Spec.TLS = []networking.IngressTLS{{Hosts: []string{host}, SecretName: "frontend-tls"}}
	}
	for name, tc := range map[string]struct {
		change func(*facts.Snapshot)
		want   []string
	}{
		"nothing missing": {func(*facts.Snapshot) {}, nil},
		"a record":        {func(s *facts.Snapshot) { s.Zones = nil }, nil},
		"a Service":       {func(s *facts.Snapshot) { s.Services = nil }, []string{"Service frontend"}},
		"an Ingress": {
			func(s *facts.Snapshot) { s.Ingresses = nil },
			[]string{"Ingress frontend"},
		},
		"a Secret that nothing asks for": {
			func(s *facts.Snapshot) { s.Secrets = nil },
			[]string{"Secret frontend-tls"},
		},
		"a Secret that an Ingress asks for": {func(s *facts.Snapshot) { asks(s); s.Secrets = nil }, nil},
		"a Secret that a Certificate asks for": {func(s *facts.Snapshot) {
			s.Certificates[0].Spec.SecretName,
				s.Secrets = "frontend-tls", nil
		}, nil},
		"a Certificate without its Ingress": {func(s *facts.Snapshot) {
			s.Certificates, s.Secrets, s.Ingresses = nil, nil,
				nil
		}, []string{
			"Certificate frontend-tls", "Ingress frontend", "Secret frontend-tls",
		}},
		"a Certificate that an Ingress asks for": {
			func(s *facts.Snapshot) { asks(s); s.Certificates, s.Secrets = nil, nil },
			nil,
		},
	} {
		s := atRest()
		before := inventory.Of(s, externaldns.Naming{}, namespace, host)
		tc.change(s)
		if got := before.Lost(s, namespace); !slices.Equal(got, tc.want) {
			t.Errorf("%s: lost %q, want %q", name, got, tc.want)
		}
	}
}
