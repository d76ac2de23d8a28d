package upgrade

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	certmanagerv1 "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	cmmeta "github.com/cert-manager/cert-manager/pkg/apis/meta/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	kubescheme "k8s.io/client-go/kubernetes/scheme"
	kube "sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	"github.com/edgeproof/edgeproof/e2e/await"
	"github.com/edgeproof/edgeproof/e2e/probe"
	"github.com/edgeproof/edgeproof/e2e/verdict"
	"github.com/edgeproof/edgeproof/mocks/control/api"
)

// provider is one zone with a journal.
type provider struct {
	mu      sync.Mutex
	records []api.Record
	entries []api.JournalEntry
	dropped uint64
	err     error
}

func (p *provider) Zones(context.Context) ([]api.Zone, error) {
	return []api.Zone{{Name: "example.org"}}, nil
}

func (p *provider) Records(context.Context, string, api.RecordFilter) ([]api.Record, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]api.Record(nil), p.records...), p.err
}

func (p *provider) Journal(_ context.Context, f api.JournalFilter) (api.JournalPage, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	last := uint64(len(p.entries))
	return api.JournalPage{Entries: p.entries[min(f.After, last):], Last: last, Dropped: p.dropped}, nil
}

// edge is a small edge of one host, whose certificate a test can renew.
type edge struct {
	*provider

	cluster kube.Client
	visitor *visitor
	leaf    atomic.Value // serial that is served
}

func chain(t *testing.T, serial int64) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(serial)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

func newEdge(t *testing.T, due time.Time) *edge {
	t.Helper()
	scheme := runtime.NewScheme()
	if err := errors.Join(kubescheme.AddToScheme(scheme), certmanagerv1.AddToScheme(scheme)); err != nil {
		t.Fatal(err)
	}
	renewal, since := metav1.NewTime(due), metav1.NewTime(noon())
	definition := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
		"metadata": map[string]any{"name": "orders.acme.cert-manager.io"},
		"spec":     map[string]any{"versions": []any{map[string]any{"name": "v1", "served": true}}},
		"status":   map[string]any{"storedVersions": []any{"v1"}},
	}}
	e := &edge{
		provider: &provider{records: kept().Records},
		cluster: fake.NewClientBuilder().WithScheme(scheme).WithObjects(
			&certmanagerv1.ClusterIssuer{ObjectMeta: metav1.ObjectMeta{Name: "production"}, Status: certmanagerv1.IssuerStatus{
				Conditions: []certmanagerv1.IssuerCondition{{
					Type:   certmanagerv1.IssuerConditionReady,
					Status: cmmeta.ConditionTrue, LastTransitionTime: &since,
				}},
			}},
			&certmanagerv1.Certificate{
				ObjectMeta: metav1.ObjectMeta{Namespace: "develop", Name: "www"},
				Spec:       certmanagerv1.CertificateSpec{SecretName: "tls", DNSNames: []string{"www.example.org"}},
				Status:     certmanagerv1.CertificateStatus{RenewalTime: &renewal},
			},
			&certmanagerv1.Certificate{
				ObjectMeta: metav1.ObjectMeta{Namespace: "develop", Name: "not-issued"},
				Spec:       certmanagerv1.CertificateSpec{SecretName: "none"},
			},
			&corev1.Secret{
				ObjectMeta: metav1.ObjectMeta{Namespace: "develop", Name: "tls"},
				Data:       map[string][]byte{"tls.crt": chain(t, 10)},
			},
			definition,
		).Build(),
	}
	e.leaf.Store("a")
	e.visitor = &visitor{answer: func(string, int) (probe.Report, error) { return works(fmt.Sprint(e.leaf.Load())), nil }}
	return e
}

// renew gives the certificate another serial and adds the order to the journal.
func (e *edge) renew(ctx context.Context, t *testing.T) error {
	t.Helper()
	e.mu.Lock()
	e.entries = append(e.entries, ordered(time.Now().Add(time.Second), "www.example.org"))
	e.mu.Unlock()
	var secret corev1.Secret
	if err := e.cluster.Get(ctx, types.NamespacedName{Namespace: "develop", Name: "tls"}, &secret); err != nil {
		return err
	}
	secret.Data["tls.crt"] = chain(t, 11)
	return e.cluster.Update(ctx, &secret)
}

func (e *edge) plan() Plan {
	return Plan{
		Direction: verdict.Forward, From: verdict.Content{Path: "a", Digest: "sha256:a"},
		To:    verdict.Content{Path: "b", Digest: "sha256:b"},
		Hosts: []string{"www.example.org"}, Issuers: []string{"production"},
		Renewing: types.NamespacedName{Namespace: "develop", Name: "www"}, RenewingHost: "www.example.org",
		Change:  func(context.Context) ([]string, error) { return nil, nil },
		Renewal: await.Budget{Name: "renewal", Timeout: 10 * time.Second, Interval: time.Millisecond, Why: "a test"},
		Every:   time.Millisecond,
	}
}

func (e *edge) world() World {
	return World{Cluster: e.cluster, Provider: e.provider, External: e.visitor}
}

// soon is a time that a Certificate can hold, which knows no fractions of a second.
func soon() time.Time { return time.Now().Truncate(time.Second).Add(5 * time.Second) }

// TestTry changes nothing that matters, and the certificate is renewed after it: there is no objection to the change.
func TestTry(t *testing.T) {
	t.Parallel()
	due := soon()
	e := newEdge(t, due)
	plan := e.plan()
	plan.Afterwards = func(ctx context.Context) ([]string, []verdict.OwnerChange, error) {
		<-time.After(time.Until(due))
		e.leaf.Store("b")
		return nil, nil, e.renew(ctx, t)
	}
	u := e.world().Try(t.Context(), plan)
	if objections := u.Objections(); len(objections) > 0 {
		t.Errorf("objections %q", objections)
	}
	if u.Compared != (verdict.Compared{Records: 2, Certificates: 1, Issuers: 1, Definitions: 1}) || !u.Renewal.Served ||
		u.Renewal.SerialAfter != "b" {
		t.Errorf("%+v", u)
	}
}

// TestTryFinds: each effect that a change must not have is in the evidence, and is an objection.
func TestTryFinds(t *testing.T) {
	t.Parallel()
	nothing := func(*testing.T, *edge, *Plan) {}
	for name, c := range map[string]struct {
		due   time.Duration
		spoil func(*testing.T, *edge, *Plan)
		want  string
	}{
		"a renewal that comes too early": {-time.Second, nothing, "before the bundle was ready"},
		"a renewal that does not come": {time.Until(soon()), func(_ *testing.T, _ *edge, p *Plan) {
			p.Renewal.Timeout = 100 * time.Millisecond
		}, "was not renewed after it: await renewal of Certificate develop/www"},
		"a leaf that is not served": {time.Until(soon()), func(t *testing.T, e *edge, p *Plan) {
			t.Helper()
			p.Renewal.Timeout = 100 * time.Millisecond
			p.Afterwards = func(ctx context.Context) ([]string, []verdict.OwnerChange, error) {
				return nil, nil,
					e.renew(ctx, t)
			}
		}, "no external client met the new leaf"},
		"no such certificate": {
			time.Hour, func(_ *testing.T, _ *edge, p *Plan) { p.Renewing.Name = "other" },
			"Certificate develop/other is not issued",
		},
		"a bundle that gets stuck": {time.Hour, func(_ *testing.T, _ *edge, p *Plan) {
			p.Change = func(context.Context) ([]string, error) { return []string{"stage x: Deployment y"}, nil }
		}, "stage x: Deployment y"},
		"a world that fails": {time.Hour, func(_ *testing.T, _ *edge, p *Plan) {
			p.Change = func(context.Context) ([]string, error) { return nil, errors.New("node gone") }
		}, "did not finish: change the bundle: node gone"},
		"what is broken afterwards": {time.Hour, func(_ *testing.T, _ *edge, p *Plan) {
			p.Afterwards = func(context.Context) ([]string, []verdict.OwnerChange, error) {
				return []string{"new.example.org got no record"},
					[]verdict.OwnerChange{{Name: "new.example.org", Type: "A", Before: "x", After: "y"}}, nil
			}
		}, `the registry owner of the A record of new.example.org changed from "x" to "y"`},
		"a host that is broken before": {time.Hour, func(_ *testing.T, e *edge, _ *Plan) {
			e.visitor.answer = func(string, int) (probe.Report, error) { return probe.Report{Failed: probe.StepTLS}, nil }
		}, "before the change: it fails already"},
		"probes that fail": {time.Hour, func(_ *testing.T, e *edge, p *Plan) {
			e.visitor.answer = func(_ string, n int) (probe.Report, error) {
				if n > 1 {
					return probe.Report{Failed: probe.StepConnect, Class: probe.ClassRefused, Resolve: &probe.Resolution{}}, nil
				}
				return works("a"), nil
			}
			p.Change = func(context.Context) ([]string, error) { return stuck(), e.probedAtLeast(5) }
		}, "https probes of www.example.org failed (100.00 %)"},
		"probes that cannot be sent": {time.Hour, func(_ *testing.T, e *edge, p *Plan) {
			e.visitor.answer = func(_ string, n int) (probe.Report, error) {
				if n > 1 {
					return probe.Report{}, errors.New("API server away")
				}
				return works("a"), nil
			}
			p.Change = func(context.Context) ([]string, error) { return stuck(), e.probedAtLeast(5) }
		}, "probes could not be sent"},
		"a journal that has forgotten": {time.Hour, func(_ *testing.T, e *edge, p *Plan) {
			p.Change = func(context.Context) ([]string, error) {
				e.mu.Lock()
				defer e.mu.Unlock()
				e.dropped = 7
				return stuck(), nil
			}
		}, "the journal has dropped entries"},
		"a record that is lost": {time.Hour, func(_ *testing.T, e *edge, p *Plan) {
			p.Change = func(context.Context) ([]string, error) {
				e.mu.Lock()
				defer e.mu.Unlock()
				e.records = e.records[1:]
				return stuck(), nil
			}
		}, "the A record of www.example.org (203.0.113.10) is lost"},
		"a provider that does not answer": {
			time.Hour, func(_ *testing.T, e *edge, _ *Plan) { e.err = errors.New("502") },
			"list records of zone example.org: 502",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := newEdge(t, time.Now().Add(c.due).Round(time.Second))
			plan := e.plan()
			c.spoil(t, e, &plan)
			u := e.world().Try(t.Context(), plan)
			if said := strings.Join(u.Objections(), "\n"); !strings.Contains(said, c.want) {
				t.Errorf("objections\n%s\nwant %q among them", said, c.want)
			}
		})
	}
}

func stuck() []string { return []string{"stage x: Deployment y"} }

// probedAtLeast waits until the host was probed this often.
func (e *edge) probedAtLeast(often int) error {
	deadline := time.Now().Add(10 * time.Second)
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for e.visitor.count("www.example.org") < often {
		if time.Now().After(deadline) {
			return fmt.Errorf("probed only %d times", e.visitor.count("www.example.org"))
		}
		<-tick.C
	}
	return nil
}
