package criteria_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"testing"

	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	"github.com/google/go-cmp/cmp"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/judge"
)

// rendered are the objects of the healthy snapshot, as a bundle's.
func rendered(t *testing.T, s *facts.Snapshot) []*unstructured.Unstructured {
	t.Helper()
	var out []*unstructured.Unstructured
	add := func(version, kind string, o any) {
		object, err := runtime.DefaultUnstructuredConverter.ToUnstructured(o)
		if err != nil {
			t.Fatal(err)
		}
		u := &unstructured.Unstructured{Object: object}
		u.SetAPIVersion(version)
		u.SetKind(kind)
		out = append(out, u)
	}
	for i := range s.Deployments {
		add("apps/v1", "Deployment", &s.Deployments[i])
	}
	for i := range s.ClusterIssuers {
		add("cert-manager.io/v1", "ClusterIssuer", &s.ClusterIssuers[i])
	}
	for i := range s.Ingresses {
		add("networking.k8s.io/v1", "Ingress", &s.Ingresses[i])
	}
	return out
}

func TestExpectReadsTheBundle(t *testing.T) {
	t.Parallel()
	want := reference()
	want.Routes[0].Marker = ""
	for name, change := range map[string]func(*facts.Snapshot){
		"as it is":           func(*facts.Snapshot) {},
		"production renamed": func(s *facts.Snapshot) { s.ClusterIssuers[0].Name = "letsencrypt-prod" },
	} {
		s := healthy()
		change(s)
		start := judge.Reference()
		start.Credential = judge.Credential{}
		got, err := judge.Expect(start, rendered(t, s))
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
	broken := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "apps/v1", "kind": "Deployment",
		"spec": "none",
	}}
	if _, err := judge.Expect(judge.Reference(), []*unstructured.Unstructured{broken}); err == nil {
		t.Error("a Deployment that is none: no error")
	}
}

func TestACertificateReplacedByHandIsFound(t *testing.T) {
	t.Parallel()
	text := selfSigned(t)
	got, problem := facts.ParseCertificates(text)
	if problem != "" {
		t.Fatal(problem)
	}
	s := healthy()
	request := certmanager.CertificateRequest{ObjectMeta: made("develop", "frontend-tls-1", 9)}
	request.OwnerReferences = []meta.OwnerReference{{Name: "frontend-tls"}}
	request.Status.Certificate = text
	s.CertificateRequests = []certmanager.CertificateRequest{request}
	expect(t, judged("GR-1", s, reference()), true, "Secret develop/frontend-tls: holds a certificate that no "+
		"request of Certificate frontend-tls got")

	s.Secrets[1].Certificates = got
	if j := judged("GR-1", s, reference()); !j.Met {
		t.Errorf("the certificate of the request: %v", j.Reasons)
	}
}

func selfSigned(t *testing.T) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{host}, NotBefore: clock(),
		NotAfter: clock().AddDate(0, 0, 90),
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}
