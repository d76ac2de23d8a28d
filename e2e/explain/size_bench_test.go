package explain_test

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
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	cmmeta "github.com/cert-manager/cert-manager/pkg/apis/meta/v1"
	"github.com/miekg/dns"
	"golang.org/x/sync/errgroup"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	extensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	suite "github.com/edgeproof/edgeproof/e2e/run"
)

// Sizes of the cluster, in routes.
const (
	few  = 500
	many = 5000
)

// BenchmarkRealServer explains every route of a cluster of generated objects on a real API server and etcd, by
// the real program, and measures its time and the most memory that it used. Hosts resolve to this machine,
// where nothing answers them. It needs both servers: scripts/bench.sh takes them from the images that a run has
// built and names their folder in KUBEBUILDER_ASSETS.
func BenchmarkRealServer(b *testing.B) {
	if os.Getenv("KUBEBUILDER_ASSETS") == "" {
		b.Skip("KUBEBUILDER_ASSETS names no folder with etcd and kube-apiserver; run scripts/bench.sh")
	}
	kube, kubeconfig := realServer(b)
	program := filepath.Join(b.TempDir(), "edgeproof")
	if output, err := exec.CommandContext(b.Context(), "go", "build", "-trimpath", "-gcflags=all=-dwarf=false", "-o",
		program, "../cmd/edgeproof").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, output)
	}
	resolver := everywhereHere(b)
	tls := secretData(b)
	for b.Loop() { // -benchtime 1x: the second time everything is there
		fill(b, kube, tls, 0, few)
		a, _ := explainAll(b, program, kubeconfig, resolver, few)
		fill(b, kube, tls, few, many)
		z, used := explainAll(b, program, kubeconfig, resolver, many)
		b.ReportMetric(z.Seconds(), "s/5000-routes")
		b.ReportMetric(used, "MiB-of-5000-routes")
		b.ReportMetric(z.Seconds()/many/(a.Seconds()/few), "5000-of-500")
	}
}

// explainAll runs the program three times and returns its best time, and the most memory of any in MiB.
func explainAll(b *testing.B, program, kubeconfig, resolver string, routes int) (best time.Duration, used float64) {
	b.Helper()
	for range 3 {
		cmd := exec.CommandContext(b.Context(), program, "explain", "--all", "-o", "json", "--kubeconfig", kubeconfig,
			"--internet", "live", "--resolver", resolver)
		var output strings.Builder
		cmd.Stderr = &output
		began := time.Now()
		out, err := cmd.Output()
		took := time.Since(began)
		var exit *exec.ExitError
		if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 1) { // a fault is found: nothing answers
			b.Fatalf("%v\n%s", err, output.String())
		}
		if n := strings.Count(string(out), `"host": "route-`); n < routes {
			b.Fatalf("%d of %d routes were explained", n, routes)
		}
		if best == 0 || took < best {
			best = took
		}
		usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
		if !ok {
			b.Fatal("this system does not report the memory of a process")
		}
		used = max(used, float64(usage.Maxrss)/1024) // in KiB on Linux, getrusage(2)
	}
	return best, used
}

// realServer starts etcd and the API server with the reference bundle's CRDs.
func realServer(b *testing.B) (client.Client, string) {
	b.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		b.Fatal(err)
	}
	reference, err := suite.LoadBundle(b.Context(), filepath.Join(root, "fixtures", "bundles", "reference"), nil,
		func(string, ...any) {})
	if err != nil {
		b.Fatal(err)
	}
	server := &envtest.Environment{}
	for _, o := range reference.Objects() {
		if o.GetKind() != "CustomResourceDefinition" {
			continue
		}
		var definition extensions.CustomResourceDefinition
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(o.Object, &definition); err != nil {
			b.Fatal(err)
		}
		server.CRDs = append(server.CRDs, &definition)
	}
	config, err := server.Start()
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = server.Stop() })
	config.QPS, config.Burst = 1000, 1000
	scheme := runtime.NewScheme()
	if err := errors.Join(clientgoscheme.AddToScheme(scheme), certmanager.AddToScheme(scheme)); err != nil {
		b.Fatal(err)
	}
	kube, err := client.New(config, client.Options{Scheme: scheme})
	if err != nil {
		b.Fatal(err)
	}
	path := filepath.Join(b.TempDir(), "kubeconfig")
	if err := os.WriteFile(path, server.KubeConfig, 0o600); err != nil {
		b.Fatal(err)
	}
	return kube, path
}

// everywhereHere is a resolver that finds every host at this machine's loopback address.
func everywhereHere(b *testing.B) string {
	b.Helper()
	listener, err := new(net.ListenConfig).ListenPacket(b.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	server := &dns.Server{PacketConn: listener, Handler: dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
		answer := new(dns.Msg).SetReply(q)
		if asked := q.Question[0]; asked.Qtype == dns.TypeA {
			answer.Answer = []dns.RR{&dns.A{Hdr: dns.RR_Header{
				Name: asked.Name, Rrtype: dns.TypeA, Class: dns.ClassINET,
				Ttl: 60,
			}, A: net.IPv4(127, 0, 0, 1)}}
		}
		_ = w.WriteMsg(answer)
	})}
	go func() { _ = server.ActivateAndServe() }()
	b.Cleanup(func() { _ = server.Shutdown() })
	return listener.LocalAddr().String()
}

// secretData is a certificate of every host, with its key.
func secretData(b *testing.B) map[string][]byte {
	b.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{"*.safeops.work"},
		NotBefore: time.Now(), NotAfter: time.Now().Add(90 * 24 * time.Hour),
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		b.Fatal(err)
	}
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		b.Fatal(err)
	}
	return map[string][]byte{
		"tls.crt": pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate}),
		"tls.key": pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der}),
	}
}

// fill makes the routes from one number to another, unless they are there.
func fill(b *testing.B, kube client.Client, tls map[string][]byte, from, to int) {
	b.Helper()
	var some errgroup.Group
	some.SetLimit(16)
	for n := range 50 {
		some.Go(func() error {
			return client.IgnoreAlreadyExists(kube.Create(b.Context(),
				&core.Namespace{ObjectMeta: meta.ObjectMeta{Name: fmt.Sprintf("team-%d", n)}}))
		})
	}
	if err := some.Wait(); err != nil {
		b.Fatal(err)
	}
	for n := from; n < to; n++ {
		some.Go(func() error { return makeRoute(b.Context(), kube, tls, n) })
	}
	if err := some.Wait(); err != nil {
		b.Fatal(err)
	}
}

// makeRoute makes a route as it is in a cluster where all is well.
func makeRoute(ctx context.Context, kube client.Client, tls map[string][]byte, n int) error {
	at := meta.ObjectMeta{Namespace: fmt.Sprintf("team-%d", n%50), Name: fmt.Sprintf("route-%05d", n)}
	host := at.Name + ".safeops.work"
	named := *at.DeepCopy()
	named.Annotations = map[string]string{"cert-manager.io/cluster-issuer": "letsencrypt-production"}
	ingress := &networking.Ingress{ObjectMeta: named, Spec: networking.IngressSpec{
		IngressClassName: ptr.To("traefik"), TLS: []networking.IngressTLS{{Hosts: []string{host}, SecretName: at.Name}},
		Rules: []networking.IngressRule{{Host: host, IngressRuleValue: networking.IngressRuleValue{HTTP: &networking.HTTPIngressRuleValue{Paths: []networking.HTTPIngressPath{{
			Path: "/", PathType: ptr.To(networking.PathTypePrefix),
			Backend: networking.IngressBackend{Service: &networking.IngressServiceBackend{
				Name: at.Name,
				Port: networking.ServiceBackendPort{Number: 8080},
			}},
		}}}}}},
	}}
	certificate := &certmanager.Certificate{ObjectMeta: at, Spec: certmanager.CertificateSpec{
		DNSNames: []string{host}, SecretName: at.Name, IssuerRef: cmmeta.IssuerReference{
			Name: "letsencrypt-production",
			Kind: "ClusterIssuer",
		},
	}}
	for _, o := range []client.Object{
		&core.Service{ObjectMeta: at, Spec: core.ServiceSpec{
			ClusterIP: core.ClusterIPNone,
			Selector:  map[string]string{"app": "frontend"}, Ports: []core.ServicePort{{Port: 8080}},
		}},
		&core.Secret{ObjectMeta: at, Type: core.SecretTypeTLS, Data: tls},
		ingress, certificate,
	} {
		if err := client.IgnoreAlreadyExists(kube.Create(ctx, o)); err != nil {
			return err
		}
	}
	if certificate.ResourceVersion == "" {
		return nil // it was there
	}
	ingress.Status.LoadBalancer.Ingress = []networking.IngressLoadBalancerIngress{{IP: "127.0.0.1"}}
	now := meta.Now()
	certificate.Status.Conditions = []certmanager.CertificateCondition{{
		Type: certmanager.CertificateConditionReady, Status: cmmeta.ConditionTrue, Reason: "Ready", LastTransitionTime: &now,
		Message: "Certificate is up to date and has not expired",
	}}
	return errors.Join(kube.Status().Update(ctx, ingress), kube.Status().Update(ctx, certificate))
}
