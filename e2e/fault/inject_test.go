package fault_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	"github.com/edgeproof/edgeproof/e2e/fault"
	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/control/server"
	"github.com/edgeproof/edgeproof/mocks/journal"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

func secret() *corev1.Secret {
	return &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: "n", Name: "token"},
		Data:       map[string][]byte{"k": []byte("v")},
	}
}

func ingress() *networkingv1.Ingress {
	return &networkingv1.Ingress{
		ObjectMeta: metav1.ObjectMeta{Namespace: "n", Name: "web", Annotations: map[string]string{"a": "1", "b": "2"}},
		Spec:       networkingv1.IngressSpec{TLS: []networkingv1.IngressTLS{{Hosts: []string{"h"}}}},
	}
}

func object(kind, name string) fault.Object {
	versions := map[string]string{"Secret": "v1", "Ingress": "networking.k8s.io/v1"}
	return fault.Object{APIVersion: versions[kind], Kind: kind, Namespace: "n", Name: name}
}

func TestDeleteIsUndone(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	c := fake.NewClientBuilder().WithObjects(secret()).Build()
	in, err := (&fault.Injector{Client: c}).Inject(ctx,
		fault.Fault{Inject: []fault.Action{{Delete: ptr(object("Secret", "token"))}}})
	if err != nil {
		t.Fatal(err)
	}
	key := types.NamespacedName{Namespace: "n", Name: "token"}
	if err := c.Get(ctx, key, &corev1.Secret{}); !apierrors.IsNotFound(err) {
		t.Fatalf("after injection the Secret is still there: %v", err)
	}
	for range 2 { // undoing twice must not undo twice
		if err := in.Undo(ctx); err != nil {
			t.Fatal(err)
		}
	}
	var back corev1.Secret
	if err := c.Get(ctx, key, &back); err != nil || string(back.Data["k"]) != "v" {
		t.Errorf("after the undo: %v, %v; want the Secret as it was", back.Data, err)
	}
}

func TestPatchIsUndone(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	c := fake.NewClientBuilder().WithObjects(ingress()).Build()
	patch := &fault.Patch{Object: object("Ingress", "web"), JSONPatch: []map[string]any{
		{"op": "remove", "path": "/spec/tls"}, {"op": "remove", "path": "/metadata/annotations/a"},
	}}
	in, err := (&fault.Injector{Client: c}).Inject(ctx, fault.Fault{Inject: []fault.Action{{Patch: patch}}})
	if err != nil {
		t.Fatal(err)
	}
	read := func() *networkingv1.Ingress {
		var live networkingv1.Ingress
		if err := c.Get(ctx, types.NamespacedName{Namespace: "n", Name: "web"}, &live); err != nil {
			t.Fatal(err)
		}
		return &live
	}
	if live := read(); len(live.Spec.TLS) != 0 || live.Annotations["a"] != "" {
		t.Fatalf("after injection: %+v", live)
	}
	if err := in.Undo(ctx); err != nil {
		t.Fatal(err)
	}
	if live := read(); len(live.Spec.TLS) != 1 || live.Annotations["a"] != "1" || live.Annotations["b"] != "2" {
		t.Errorf("after the undo: %+v, want it as it was", live)
	}
}

// TestWhatBreaksNothingIsRefused: a fault that finds nothing to break must not pass for one that was injected;
// and what its earlier actions did is undone.
func TestWhatBreaksNothingIsRefused(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	deletion := fault.Action{Delete: ptr(object("Secret", "token"))}
	for name, second := range map[string]fault.Action{
		"no such object": {Delete: ptr(object("Secret", "other"))},
		"no such field": {Patch: &fault.Patch{
			Object:    object("Ingress", "web"),
			JSONPatch: []map[string]any{{"op": "remove", "path": "/spec/none"}},
		}},
		"no action": {},
	} {
		c := fake.NewClientBuilder().WithObjects(secret(), ingress()).Build()
		_, err := (&fault.Injector{Client: c}).Inject(ctx, fault.Fault{ID: "f", Inject: []fault.Action{deletion, second}})
		if err == nil || !strings.Contains(err.Error(), "inject fault f: action 2") {
			t.Errorf("%s: Inject = %v, want an error that names the action", name, err)
		}
		if err := c.Get(ctx, types.NamespacedName{Namespace: "n", Name: "token"}, &corev1.Secret{}); err != nil {
			t.Errorf("%s: the first action was not undone: %v", name, err)
		}
	}
}

func TestRestartDeletesThePodsNowAndAgainAtTheEnd(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	labels := map[string]string{"app": "x"}
	order := []string{}
	c := recording{fake.NewClientBuilder().WithObjects(secret(), &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Namespace: "n", Name: "d"},
		Spec:       appsv1.DeploymentSpec{Selector: &metav1.LabelSelector{MatchLabels: labels}},
	}).Build(), &order}
	i := &fault.Injector{Client: c}
	in, err := i.Inject(ctx, fault.Fault{Inject: []fault.Action{
		{Delete: ptr(object("Secret", "token"))}, {Restart: &fault.Restart{Namespace: "n", Name: "d"}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	const deletion = "delete pods app=x now"
	if !slices.Equal(order, []string{deletion}) {
		t.Fatalf("after injection: %v, want one deletion of the pods", order)
	}
	if err := in.Undo(ctx); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(order, []string{deletion, "create", deletion}) {
		t.Errorf("%v; want the Secret made again, then the pods restarted", order)
	}
}

// recording notes what is made, and which pods are deleted.
type recording struct {
	client.Client

	order *[]string
}

func (r recording) Create(ctx context.Context, o client.Object, opts ...client.CreateOption) error {
	*r.order = append(*r.order, "create")
	return r.Client.Create(ctx, o, opts...)
}

func (r recording) DeleteAllOf(ctx context.Context, o client.Object, opts ...client.DeleteAllOfOption) error {
	var all client.DeleteAllOfOptions
	all.ApplyOptions(opts)
	when := "later"
	if all.GracePeriodSeconds != nil && *all.GracePeriodSeconds == 0 {
		when = "now"
	}
	*r.order = append(*r.order, "delete pods "+all.LabelSelector.String()+" "+when)
	return r.Client.DeleteAllOf(ctx, o, opts...)
}

func TestRecordIsUndone(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	store := zone.New(zone.Options{})
	server := httptest.NewServer(server.New(server.Internet{Store: store, Journal: journal.New(100)}))
	t.Cleanup(server.Close)
	internet := api.NewClient(server.URL, http.DefaultClient)
	if _, err := internet.CreateZone(ctx, api.ZoneDraft{Name: "example.com"}); err != nil {
		t.Fatal(err)
	}
	if _, err := internet.PutRecord(ctx, "example.com",
		api.RecordDraft{Name: "www.example.com", Type: "A", Content: "203.0.113.10"}); err != nil {
		t.Fatal(err)
	}
	content := func() string {
		records, err := internet.Records(ctx, "example.com", api.RecordFilter{Name: "www.example.com", Type: "A"})
		if err != nil {
			t.Fatal(err)
		}
		if len(records) == 0 {
			return ""
		}
		return records[0].Content
	}
	for broken, want := range map[string]string{"": "", "203.0.113.66": "203.0.113.66"} {
		i := &fault.Injector{Internet: internet}
		in, err := i.Inject(ctx, fault.Fault{Inject: []fault.Action{{Record: &fault.Record{
			Zone: "example.com",
			Name: "www.example.com", Type: "A", Content: broken,
		}}}})
		if err != nil {
			t.Fatal(err)
		}
		if got := content(); got != want {
			t.Errorf("while the fault is in the record is %q, want %q", got, want)
		}
		if err := in.Undo(ctx); err != nil {
			t.Fatal(err)
		}
		if got := content(); got != "203.0.113.10" {
			t.Errorf("after the undo the record is %q, want it as it was", got)
		}
	}
	_, err := (&fault.Injector{Internet: internet}).Inject(ctx,
		fault.Fault{Inject: []fault.Action{{Record: &fault.Record{Zone: "example.com", Name: "no.example.com", Type: "A"}}}})
	if err == nil || !strings.Contains(err.Error(), "there is none") {
		t.Errorf("deletion of no record = %v, want a refusal", err)
	}
}

func ptr[T any](v T) *T { return &v }
