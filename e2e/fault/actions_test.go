package fault_test

import (
	"context"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	certmanager "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	cmmeta "github.com/cert-manager/cert-manager/pkg/apis/meta/v1"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	"github.com/edgeproof/edgeproof/e2e/facts"
	"github.com/edgeproof/edgeproof/e2e/fault"
	"github.com/edgeproof/edgeproof/mocks/acme"
	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/control/server"
	"github.com/edgeproof/edgeproof/mocks/dns"
	"github.com/edgeproof/edgeproof/mocks/faultinjection"
	"github.com/edgeproof/edgeproof/mocks/journal"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

// world is a cluster of a few objects and a fake internet with the zone example.com.
func world(t *testing.T, objects ...client.Object) *fault.Injector {
	t.Helper()
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, certmanager.AddToScheme} {
		if err := add(scheme); err != nil {
			t.Fatal(err)
		}
	}
	store := zone.New(zone.Options{})
	production, err := acme.New(acme.Options{Name: "production", Resolver: "127.0.0.1:1"})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(server.New(server.Internet{
		Store: store, Journal: journal.New(100), Faults: faultinjection.New(1, nil), DNS: dns.New(dns.Options{Store: store}),
		Production: production,
	}))
	t.Cleanup(server.Close)
	internet := api.NewClient(server.URL, http.DefaultClient)
	if _, err := internet.CreateZone(t.Context(), api.ZoneDraft{Name: "example.com"}); err != nil {
		t.Fatal(err)
	}
	return &fault.Injector{
		Client: fake.NewClientBuilder().WithScheme(scheme).WithObjects(objects...).
			WithStatusSubresource(&certmanager.Certificate{}, &corev1.Service{}).Build(),
		Internet: internet,
	}
}

// parse reads one action.
func parse(t *testing.T, action string) fault.Fault {
	t.Helper()
	f, err := fault.Parse([]byte(strings.Replace(whole, "restart: {namespace: \"${namespace}\", name: a}", action, 1)))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// cycle injects an action, looks, undoes it, and compares what is there then with what was there before.
func cycle(t *testing.T, i *fault.Injector, action string, state func() string, want string) {
	t.Helper()
	before := state()
	in, err := i.Inject(t.Context(), parse(t, action))
	if err != nil {
		t.Fatal(err)
	}
	if got := state(); !strings.Contains(got, want) {
		t.Errorf("%s: while it is in: %s, want %s", action, got, want)
	}
	for range 2 {
		if err := in.Undo(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if got := state(); got != before {
		t.Errorf("%s: after the undo: %s, want as before: %s", action, got, before)
	}
	if _, err := i.Inject(t.Context(), parse(t, action)); err != nil {
		t.Errorf("%s: injected once more: %v", action, err)
	}
}

func get(t *testing.T, i *fault.Injector, into client.Object, name string) bool {
	t.Helper()
	err := i.Client.Get(t.Context(), types.NamespacedName{Namespace: "ns", Name: name}, into)
	if err != nil && !apierrors.IsNotFound(err) {
		t.Fatal(err)
	}
	return err == nil
}

func TestApply(t *testing.T) {
	t.Parallel()
	i := world(t)
	cycle(t, i, "apply: {apiVersion: v1, kind: Secret, metadata: {namespace: ns, name: s}, stringData: {a: b}}",
		func() string {
			if get(t, i, &corev1.Secret{}, "s") {
				return "there"
			}
			return ""
		}, "there")
	if _, err := i.Inject(t.Context(), parse(t, "apply: {apiVersion: v1, kind: Secret, metadata: {namespace: ns, name: "+
		"s}}")); err == nil {
		t.Error("an object that was there already was applied: undoing would remove it")
	}
}

func TestPatchOfStatus(t *testing.T) {
	t.Parallel()
	i := world(t, &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Namespace: "ns", Name: "lb"},
		Status:     corev1.ServiceStatus{LoadBalancer: corev1.LoadBalancerStatus{Ingress: []corev1.LoadBalancerIngress{{IP: "203.0.113.10"}}}},
	})
	cycle(t, i, "patch: {apiVersion: v1, kind: Service, namespace: ns, name: lb, status: true, jsonPatch: [{op: "+
		"replace, path: /status/loadBalancer/ingress/0/ip, value: 203.0.113.66}]}",
		func() string {
			var s corev1.Service
			get(t, i, &s, "lb")
			return s.Status.LoadBalancer.Ingress[0].IP
		}, "203.0.113.66")
}

func TestScale(t *testing.T) {
	t.Parallel()
	labels := map[string]string{"app": "d"}
	i := world(t, &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Namespace: "ns", Name: "d"},
		Spec:       appsv1.DeploymentSpec{Replicas: new(int32(2)), Selector: &metav1.LabelSelector{MatchLabels: labels}},
	}, pod("d-1", labels), pod("other", map[string]string{"app": "other"}))
	cycle(t, i, "scale: {namespace: ns, name: d, replicas: 0}", func() string {
		var d appsv1.Deployment
		get(t, i, &d, "d")
		return string('0' + *d.Spec.Replicas)
	}, "0")
	var left corev1.PodList
	if err := i.Client.List(t.Context(), &left); err != nil || len(left.Items) != 1 || left.Items[0].Name != "other" {
		t.Errorf("the pods of a Deployment that is scaled away were left to end when they like: %v, %v", left.Items, err)
	}
	if _, err := i.Inject(t.Context(), parse(t, "scale: {namespace: ns, name: d, replicas: 0}")); err == nil ||
		!strings.Contains(err.Error(), "so already") {
		t.Errorf("a scale to what it is = %v, want a refusal", err)
	}
}

func pod(name string, labels map[string]string) *corev1.Pod {
	return &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "ns", Name: name, Labels: labels}}
}

func TestRenew(t *testing.T) {
	t.Parallel()
	i := world(t, &certmanager.Certificate{ObjectMeta: metav1.ObjectMeta{Namespace: "ns", Name: "c"}})
	cycle(t, i, "renew: {namespace: ns, name: c}", func() string {
		var c certmanager.Certificate
		get(t, i, &c, "c")
		var out string
		for _, cond := range c.Status.Conditions {
			out += string(cond.Type) + "=" + string(cond.Status) + " " + cond.Reason
		}
		return out
	}, "Issuing=True ManuallyTriggered")
}

// A renewal whose certificate is there is left to end: cert-manager writes the Secret, and its request must stay.
func TestRenewThatWasIssued(t *testing.T) {
	t.Parallel()
	i := world(t,
		&certmanager.Certificate{
			ObjectMeta: metav1.ObjectMeta{Namespace: "ns", Name: "c"},
			Status:     certmanager.CertificateStatus{Revision: ptr(1)},
		},
		&certmanager.CertificateRequest{
			ObjectMeta: metav1.ObjectMeta{Namespace: "ns", Name: "c-2", Annotations: map[string]string{
				certmanager.CertificateNameKey: "c", certmanager.CertificateRequestRevisionAnnotationKey: "2",
			}},
			Status: certmanager.CertificateRequestStatus{Conditions: []certmanager.CertificateRequestCondition{
				{Type: certmanager.CertificateRequestConditionReady, Status: cmmeta.ConditionTrue},
			}},
		})
	injection, err := i.Inject(t.Context(), parse(t, "renew: {namespace: ns, name: c}"))
	if err != nil {
		t.Fatal(err)
	}
	if err := injection.Undo(t.Context()); err != nil {
		t.Fatal(err)
	}
	var c certmanager.Certificate
	get(t, i, &c, "c")
	if len(c.Status.Conditions) != 1 {
		t.Errorf("conditions %v, want Issuing, which cert-manager ends", c.Status.Conditions)
	}
}

func TestSecret(t *testing.T) {
	t.Parallel()
	for action, want := range map[string]string{
		`secret: {namespace: ns, name: token, key: k, value: ""}`:      `k=""`,
		`secret: {namespace: ns, name: token, key: k, suffix: "\n"}`:   `k="v\n"`,
		`secret: {namespace: ns, name: token, key: k, prefix: "B "}`:   `k="B v"`,
		`secret: {namespace: ns, name: token, key: other, value: "x"}`: `other="x"`,
	} {
		i := world(t, tokenSecret())
		cycle(t, i, action, func() string { return data(t, i) }, want)
	}
	i := world(t, tokenSecret())
	if _, err := i.Inject(t.Context(), parse(t, "secret: {namespace: ns, name: token, key: k, value: v}")); err == nil ||
		!strings.Contains(err.Error(), "so already") {
		t.Errorf("the same value = %v, want a refusal", err)
	}
}

func tokenSecret() *corev1.Secret {
	s := secret()
	s.Namespace = "ns"
	return s
}

func data(t *testing.T, i *fault.Injector) string {
	t.Helper()
	var s corev1.Secret
	get(t, i, &s, "token")
	var out []string
	for _, key := range slices.Sorted(maps.Keys(s.Data)) {
		out = append(out, key+"="+quote(string(s.Data[key])))
	}
	return strings.Join(out, " ")
}

func quote(s string) string { return `"` + strings.ReplaceAll(s, "\n", `\n`) + `"` }

// tokens are the provider's, by what they may.
func tokens(t *testing.T, i *fault.Injector) string {
	t.Helper()
	all, err := i.Internet.Tokens(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, x := range all {
		line := x.Name + " " + string(x.StatusAt(time.Now()))
		for _, p := range x.Permissions {
			line += " " + string(p)
		}
		for _, p := range x.AllowFrom {
			line += " " + p.String()
		}
		out = append(out, line)
	}
	slices.Sort(out)
	return strings.Join(out, "; ")
}

func TestMintedTokens(t *testing.T) {
	t.Parallel()
	for token, want := range map[string]string{
		`{permissions: ["Zone:Read"]}`: "fault active Zone:Read",
		`{status: disabled}`:           "fault disabled",
		`{expires: -1h}`:               "fault expired",
		`{allowFrom: [192.0.2.0/24]}`:  "192.0.2.0/24",
		`{zones: [example.com]}`:       "fault active",
	} {
		i := world(t, tokenSecret())
		before := data(t, i)
		cycle(t, i, `secret: {namespace: ns, name: token, key: k, token: `+token+
			`}`, func() string { return tokens(t, i) }, want)
		if data(t, i) == before {
			t.Errorf("%s: the Secret still holds the old value", token)
		}
	}
}

func TestTokenEdit(t *testing.T) {
	t.Parallel()
	for edit, want := range map[string]string{
		`permissions: ["DNS:Edit"]`: "good active DNS:Edit",
		`status: disabled`:          "good disabled",
		`allowFrom: [192.0.2.0/24]`: "192.0.2.0/24",
	} {
		i := world(t, tokenSecret())
		if _, err := i.Internet.CreateToken(t.Context(), api.TokenDraft{Name: "good", Value: "v"}); err != nil {
			t.Fatal(err)
		}
		cycle(t, i, `tokenEdit: {namespace: ns, name: token, key: k, `+edit+`}`, func() string { return tokens(t, i) }, want)
	}
	i := world(t, tokenSecret())
	if _, err := i.Inject(t.Context(), parse(t, "tokenEdit: {namespace: ns, name: token, key: k, status: disabled}")); err == nil || !strings.Contains(err.Error(), "no such token") {
		t.Errorf("a token that the provider does not know = %v, want a refusal", err)
	}
}

func TestCertificate(t *testing.T) {
	t.Parallel()
	state := func(i *fault.Injector) func() string {
		return func() string {
			var s corev1.Secret
			if !get(t, i, &s, "web-tls") {
				return ""
			}
			chain, problem := facts.ParseCertificates(s.Data["tls.crt"])
			if len(chain) == 0 {
				return "no certificate: " + problem
			}
			out := chain[0].Names[0] + " by " + s.Annotations[certmanager.IssuerNameAnnotationKey]
			if chain[0].NotAfter.Before(time.Now()) {
				out += ", expired"
			}
			return out
		}
	}
	i := world(t)
	cycle(t, i, "certificate: {namespace: ns, secret: web-tls, names: [www.example.com], certificate: web-tls, issuer: "+
		"le}", state(i), "www.example.com by le")

	i = world(t, &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: "ns", Name: "web-tls",
			Annotations: map[string]string{certmanager.IssuerNameAnnotationKey: "le"},
		},
		Data: map[string][]byte{"tls.crt": []byte("x"), "tls.key": []byte("y")},
	})
	cycle(t, i, "certificate: {namespace: ns, secret: web-tls, names: [www.example.com], backdate: 2h, lifetime: 1h}",
		state(i), "www.example.com by , expired")
}

// provider is what the DNS provider has.
func provider(t *testing.T, i *fault.Injector) string {
	t.Helper()
	zones, err := i.Internet.Zones(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, z := range zones {
		out = append(out, z.Name+" "+string(z.Status))
		if z.Paused {
			out = append(out, z.Name+" paused")
		}
		records, err := i.Internet.Records(t.Context(), z.ID.String(), api.RecordFilter{})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range records {
			line := r.Name + " " + r.Type + " " + r.Content
			if r.Proxied {
				line += " proxied"
			}
			out = append(out, line)
		}
	}
	slices.Sort(out)
	return strings.Join(out, "; ")
}

func TestProvider(t *testing.T) {
	t.Parallel()
	for action, want := range map[string]string{
		"record: {zone: example.com, name: www.example.com, type: A, content: 203.0.113.66}":                "www.example.com A 203.0.113.66",
		"record: {zone: example.com, name: www.example.com, type: A, content: 203.0.113.10, proxied: true}": "203.0.113.10 proxied",
		"record: {zone: example.com, name: other.example.com, type: A, content: 203.0.113.7, new: true}":    "other.example.com A",
		"record: {zone: example.com, name: example.com, type: CAA, data: {flags: 0, tag: issue, value: other.example}, " +
			"new: true}": "other.example",
		"zone: {name: example.com, status: pending}": "example.com pending",
		"zone: {name: example.com, paused: true}":    "example.com paused",
		"zone: {name: example.net, new: true}":       "example.net active",
	} {
		i := world(t)
		if _, err := i.Internet.PutRecord(t.Context(), "example.com",
			api.RecordDraft{Name: "www.example.com", Type: "A", Content: "203.0.113.10"}); err != nil {
			t.Fatal(err)
		}
		cycle(t, i, action, func() string { return provider(t, i) }, want)
	}
}

func TestTheInternet(t *testing.T) {
	t.Parallel()
	i := world(t)
	rules := func() string {
		all, err := i.Internet.Faults(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var out string
		for _, r := range all {
			out += r.HTTP.Path
		}
		return out
	}
	cycle(t, i, "internet: {http: {host: api, path: /x}, do: {status: 500}}", rules, "/x")
	validity := func() string {
		v, err := i.Internet.Validity(t.Context(), "production")
		if err != nil {
			t.Fatal(err)
		}
		return (time.Duration(v.LifetimeSeconds) * time.Second).String()
	}
	cycle(t, i, "validity: {authority: production, lifetimeSeconds: 600}", validity, "10m0s")
	delays := func() string {
		all, err := i.Internet.Delays(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var out string
		for _, d := range all {
			out += d.Name
		}
		return out
	}
	cycle(t, i, "delay: {name: www.example.com, seconds: 5}", delays, "www.example.com")
}

// TestHealingForgivesWhatIsGone: a rule that has ended by itself, and a record that external-dns has removed.
func TestHealingForgivesWhatIsGone(t *testing.T) {
	t.Parallel()
	i := world(t)
	ctx := context.Background()
	in, err := i.Inject(ctx, parse(t, "internet: {id: r, http: {host: api}, do: {status: 500}}"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := i.Internet.ClearFaults(ctx); err != nil {
		t.Fatal(err)
	}
	if err := in.Undo(ctx); err != nil {
		t.Errorf("a rule that ended: %v", err)
	}
	in, err = i.Inject(ctx, parse(t, "record: {zone: example.com, name: w.example.com, type: A, content: 203.0.113.7, "+
		"new: true}"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := i.Internet.DeleteRecords(ctx, "example.com", api.RecordFilter{Name: "w.example.com"}); err != nil {
		t.Fatal(err)
	}
	if err := in.Undo(ctx); err != nil {
		t.Errorf("a record that is gone: %v", err)
	}
}
