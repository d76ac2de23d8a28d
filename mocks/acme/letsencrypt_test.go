package acme_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"

	xacme "golang.org/x/crypto/acme"

	"github.com/edgeproof/edgeproof/mocks/acme"
)

func TestChallengesOfferedAsLetsEncryptDoes(t *testing.T) {
	t.Parallel()
	_, https, _, _ := authority(t)
	client := account(t, https)
	for name, want := range map[string]string{
		"www.example.com": "http-01 tls-alpn-01 dns-01",
		"*.example.com":   "dns-01",
	} {
		for range 5 { // Pebble shuffles
			order, err := client.AuthorizeOrder(t.Context(), xacme.DomainIDs(name))
			if err != nil {
				t.Fatal(err)
			}
			authz, err := client.GetAuthorization(t.Context(), order.AuthzURLs[0])
			if err != nil {
				t.Fatal(err)
			}
			var types []string
			for _, c := range authz.Challenges {
				types = append(types, c.Type)
				if c.Token == "" {
					t.Errorf("%s: %s has no token", name, c.Type)
				}
			}
			if got := strings.Join(types, " "); got != want {
				t.Errorf("%s: %s, want %s", name, got, want)
			}
		}
	}
}

// TestProblemsOfValidations: what a client reads of a failed challenge.
func TestProblemsOfValidations(t *testing.T) {
	t.Parallel()
	_, https, x, _ := authority(t)
	client := account(t, https)
	for host, tc := range map[string]struct {
		challenge, txt, problem, detail string
	}{
		"absent.example.com": {
			"dns-01", "", "dns", "DNS problem: NXDOMAIN looking up TXT for _acme-challenge.absent.example.com - check that a " +
				"DNS record exists for this domain",
		},
		"wrong.example.com": {
			"dns-01", "another", "unauthorized", `Incorrect TXT record "another" found at _acme-challenge.wrong.example.com`,
		},
		"no-address.example.com": {
			"http-01", "", "dns", "DNS problem: NXDOMAIN looking up A for no-address.example.com - check that a DNS record " +
				"exists for this domain; " +
				"DNS problem: NXDOMAIN looking up AAAA for no-address.example.com - check that a DNS record exists for this " +
				"domain",
		},
		"no-tls.example.com": {
			"tls-alpn-01", "", "dns", "DNS problem: NXDOMAIN looking up A for no-tls.example.com - check that a DNS record " +
				"exists for this domain; " +
				"DNS problem: NXDOMAIN looking up AAAA for no-tls.example.com - check that a DNS record exists for this domain",
		},
	} {
		t.Run(host, func(t *testing.T) {
			t.Parallel()
			if tc.txt != "" {
				x.set("_acme-challenge."+host+".", tc.txt)
			}
			got := failed(t, client, host, tc.challenge)
			if got.ProblemType != "urn:ietf:params:acme:error:"+tc.problem || got.Detail != tc.detail {
				t.Errorf("%s %s", got.ProblemType, got.Detail)
			}
		})
	}
}

// failed lets a challenge fail and returns its problem.
func failed(t *testing.T, client *xacme.Client, host, challenge string) *xacme.Error {
	t.Helper()
	order, err := client.AuthorizeOrder(t.Context(), xacme.DomainIDs(host))
	if err != nil {
		t.Fatal(err)
	}
	authz, err := client.GetAuthorization(t.Context(), order.AuthzURLs[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range authz.Challenges {
		if c.Type != challenge {
			continue
		}
		if _, err := client.Accept(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	_, err = client.WaitAuthorization(t.Context(), authz.URI)
	var refused *xacme.AuthorizationError
	var problem *xacme.Error
	if !errors.As(err, &refused) || len(refused.Errors) != 1 || !errors.As(refused.Errors[0], &problem) {
		t.Fatalf("%s: %v", host, err)
	}
	return problem
}

func TestOwnWays(t *testing.T) {
	t.Parallel()
	a, err := acme.New(acme.Options{Name: "staging", Resolver: "127.0.0.1:1", OwnWays: true})
	if err != nil {
		t.Fatal(err)
	}
	https := httptest.NewTLSServer(a)
	defer https.Close()
	client := account(t, https)
	order, err := client.AuthorizeOrder(t.Context(), xacme.DomainIDs("localhost"))
	if err != nil {
		t.Fatal(err)
	}
	authz, err := client.GetAuthorization(t.Context(), order.AuthzURLs[0])
	if err != nil || len(authz.Challenges) < 4 {
		t.Errorf("%d challenges, %v", len(authz.Challenges), err)
	}
}

func TestTerms(t *testing.T) {
	t.Parallel()
	_, https, _, _ := authority(t)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	client := &xacme.Client{Key: key, DirectoryURL: https.URL + "/directory", HTTPClient: https.Client()}
	_, err = client.Register(t.Context(), &xacme.Account{},
		func(terms string) bool { return !strings.HasPrefix(terms, "https://") })
	var problem *xacme.Error
	if !errors.As(err, &problem) || problem.StatusCode != 400 ||
		problem.ProblemType != "urn:ietf:params:acme:error:malformed" {
		t.Errorf("without agreement: %v", err)
	}
}

func TestKeyOfAnotherAccount(t *testing.T) {
	t.Parallel()
	_, https, _, _ := authority(t)
	one, other := account(t, https), account(t, https)
	var problem *xacme.Error
	if err := one.AccountKeyRollover(t.Context(), other.Key); !errors.As(err, &problem) || problem.StatusCode != 409 {
		t.Errorf("the key of another account: %v", err)
	}
	free, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if err := one.AccountKeyRollover(t.Context(), free); err != nil {
		t.Errorf("a free key: %v", err)
	}
}

func TestMustStapleIsRefused(t *testing.T) {
	t.Parallel()
	_, https, x, _ := authority(t)
	client := account(t, https)
	const host = "staple.example.com"
	order, err := client.AuthorizeOrder(t.Context(), xacme.DomainIDs(host))
	if err != nil {
		t.Fatal(err)
	}
	authz, err := client.GetAuthorization(t.Context(), order.AuthzURLs[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range authz.Challenges {
		if c.Type == "dns-01" {
			value, _ := client.DNS01ChallengeRecord(c.Token)
			x.set("_acme-challenge."+host+".", value)
			if _, err := client.Accept(t.Context(), c); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := client.WaitAuthorization(t.Context(), authz.URI); err != nil {
		t.Fatal(err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	feature := pkix.Extension{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 1, 24}, Value: []byte{0x30, 3, 2, 1, 5}}
	csr, err := x509.CreateCertificateRequest(rand.Reader,
		&x509.CertificateRequest{DNSNames: []string{host}, ExtraExtensions: []pkix.Extension{feature}}, key)
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = client.CreateOrderCert(t.Context(), order.FinalizeURL, csr, true)
	var problem *xacme.Error
	if !errors.As(err, &problem) || problem.StatusCode != 403 || !strings.Contains(problem.Detail, "must-staple") {
		t.Errorf("must-staple: %v", err)
	}
}
