package testbed

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/edgeproof/edgeproof/mocks/control/api"
)

const token = `
apiVersion: v1
kind: Secret
metadata: {name: token, namespace: cert-manager, labels: {by: operator}}
`

// read returns the value of the token Secret's key.
func read(t *testing.T, c client.Client, key SecretKey) (corev1.Secret, string) {
	t.Helper()
	var secret corev1.Secret
	if err := c.Get(t.Context(), types.NamespacedName{Namespace: key.Namespace, Name: key.Name}, &secret); err != nil {
		t.Fatal(err)
	}
	return secret, string(secret.Data[key.Key])
}

func TestProvideToken(t *testing.T) {
	t.Parallel()
	key := SecretKey{Namespace: "cert-manager", Name: "token", Key: "api-token"}
	for name, c := range map[string]struct {
		there string
		kept  string // the value that must stay
	}{
		"there is none":               {"", ""},
		"an operator's is kept":       {token + "data: {api-token: b3duLXRva2Vu}\n", "own-token"},
		"one without the key":         {token + "data: {other: b3duLXRva2Vu}\n", ""},
		"one with an empty value":     {token + "data: {api-token: \"\"}\n", ""},
		"one that has no data at all": {token, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := builder(t)
			if c.there != "" {
				b = b.WithObjects(object(t, c.there))
			}
			s := newTestbed(t, b.Build())
			for range 2 { // a second run finds what the first has made
				if err := s.provideToken(t.Context(), key); err != nil {
					t.Fatal(err)
				}
			}
			secret, value := read(t, s.Client, key)
			tokens, err := s.Internet.Tokens(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if c.kept != "" {
				if value != c.kept || len(tokens) != 0 {
					t.Errorf("the value is %q with %d tokens at the provider, want %q and none", value, len(tokens), c.kept)
				}
				return
			}
			if len(tokens) != 1 || tokens[0].Fingerprint != api.Fingerprint(value) {
				t.Errorf("the provider knows %+v, want the one token of the Secret", tokens)
			}
			if c.there != "" && secret.Labels["by"] != "operator" {
				t.Errorf("what the operator gave is lost: %+v", secret.ObjectMeta)
			}
			if strings.Contains(c.there, "other") && string(secret.Data["other"]) != "own-token" {
				t.Error("the operator's other key is lost")
			}
		})
	}
}

// unhealthy is a control API that answers nothing but errors.
func unhealthy(t *testing.T) *api.Client {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "no endpoints available for service", http.StatusServiceUnavailable)
	}))
	t.Cleanup(server.Close)
	return api.NewClient(server.URL, server.Client())
}

func TestProvideTokenNamesWhatFails(t *testing.T) {
	t.Parallel()
	key := SecretKey{Namespace: "cert-manager", Name: "token", Key: "api-token"}
	down := errors.New("connection refused")
	for name, c := range map[string]struct {
		given interceptor.Funcs
		api   *api.Client
		want  string
	}{
		"look": {interceptor.Funcs{Get: func(context.Context, client.WithWatch, client.ObjectKey, client.Object,
			...client.GetOption,
		) error {
			return down
		}}, nil, "look for Secret cert-manager/token key api-token"},
		"make": {interceptor.Funcs{Create: func(context.Context, client.WithWatch, client.Object,
			...client.CreateOption,
		) error {
			return down
		}}, nil, "make Secret cert-manager/token key api-token"},
		"mint": {interceptor.Funcs{}, unhealthy(t), "mint the API token at the provider"},
	} {
		s := newTestbed(t, builder(t).WithInterceptorFuncs(c.given).Build())
		if c.api != nil {
			s.Internet = c.api
		}
		err := s.provideToken(t.Context(), key)
		if !strings.Contains(message(err), c.want) || c.api == nil && !errors.Is(err, down) {
			t.Errorf("%s: %v, want an error with %q and its cause", name, err, c.want)
		}
	}
}

func TestMakeZones(t *testing.T) {
	t.Parallel()
	s := newTestbed(t, builder(t).Build())
	if _, err := s.Internet.CreateZone(t.Context(), api.ZoneDraft{Name: "old.example", Plan: "free"}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.makeZones(t.Context(), []string{"new.example", "old.example"}); err != nil {
			t.Fatal(err)
		}
	}
	zones, err := s.Internet.Zones(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, z := range zones {
		got = append(got, z.Name+" "+z.Plan.LegacyID)
	}
	slices.Sort(got)
	if diff := cmp.Diff([]string{"new.example pro", "old.example free"}, got); diff != "" {
		t.Errorf("zones (-want +got):\n%s", diff)
	}
}

func TestMakeZonesNamesWhatFails(t *testing.T) {
	t.Parallel()
	s := newTestbed(t, builder(t).Build())
	if err := s.makeZones(t.Context(), []string{"no zone"}); !strings.Contains(message(err),
		"make zone no zone at the provider") {
		t.Errorf("a name that is none: %v", err)
	}
	s.Internet = unhealthy(t)
	if err := s.makeZones(t.Context(), []string{"a.example"}); !strings.Contains(message(err),
		"list zones at the provider") {
		t.Errorf("a provider that does not answer: %v", err)
	}
}

// TestRemoveWaitsUntilAHookIsGone: the next Job of the same name must be a new one.
func TestRemoveWaitsUntilAHookIsGone(t *testing.T) {
	t.Parallel()
	blocked := object(t, job)
	blocked.SetFinalizers([]string{"foregroundDeletion"})
	looks := 0
	s := newTestbed(t, builder(t).WithObjects(blocked).WithInterceptorFuncs(interceptor.Funcs{
		Get: func(ctx context.Context, c client.WithWatch, key client.ObjectKey, o client.Object,
			opts ...client.GetOption,
		) error {
			if looks++; looks == 3 { // its end comes between two looks
				live := object(t, job)
				if err := c.Get(ctx, key, live); err != nil {
					return err
				}
				live.SetFinalizers(nil)
				if err := c.Update(ctx, live); err != nil {
					return err
				}
			}
			return c.Get(ctx, key, o, opts...)
		},
	}).Build())
	if err := s.clearHooks(t.Context(), objects(t, job)); err != nil {
		t.Fatal(err)
	}
	if looks < 3 {
		t.Errorf("after %d looks a Job that is still there was taken for gone", looks)
	}
	if err := s.clearHooks(t.Context(), objects(t, job)); err != nil {
		t.Errorf("nothing to remove: %v", err)
	}
}

func TestRemoveSaysWhatDoesNotGo(t *testing.T) {
	t.Parallel()
	blocked := object(t, job)
	blocked.SetFinalizers([]string{"foregroundDeletion"})
	s := newTestbed(t, builder(t).WithObjects(blocked).Build())
	s.Budgets.FaultVisible.Timeout = s.Budgets.FaultVisible.Interval * 20
	if err := s.clearHooks(t.Context(), objects(t, job)); !strings.Contains(message(err), "end of Job apps/check") ||
		!strings.Contains(message(err), "still there") {
		t.Errorf("a Job that stays: %v", err)
	}
}

// TestTheReferenceBundleIsInstalledInOrder installs it on a cluster on which everything becomes ready at once.
func TestTheReferenceBundleIsInstalledInOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if err := w.testbed.installBundle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if w.testbed.Stuck != "" {
		t.Errorf("stuck at %s", w.testbed.Stuck)
	}
	order := []string{
		"apply Namespace flux-system",
		"apply Namespace cert-manager",
		"create Secret cert-manager/cloudflare-api-token",
		"apply Deployment cert-manager/cert-manager",
		"apply Job cert-manager/cert-manager-startupapicheck",
		"delete Job cert-manager/cert-manager-startupapicheck",
		"apply ClusterIssuer letsencrypt-production",
		"apply Deployment cert-manager/external-dns",
		"apply Ingress develop/frontend",
		"apply Deployment develop/frontend",
	}
	at := -1
	for _, event := range order {
		next := slices.Index(w.events[at+1:], event)
		if next < 0 {
			t.Fatalf("no %q after %q in\n%s", event, w.events[max(at, 0)], strings.Join(w.events, "\n"))
		}
		at += 1 + next
	}
	for _, stage := range slices.Concat(w.testbed.Bundle.Stages, w.testbed.Apps.Stages) {
		for _, o := range stage.Objects {
			if !slices.Contains(w.events, "apply "+describe(o.Unstructured)) {
				t.Errorf("%s was never applied", o.Source)
			}
		}
	}
	zones, err := w.testbed.Internet.Zones(t.Context())
	if err != nil || len(zones) != 1 || zones[0].Name != "safeops.work" {
		t.Errorf("zones at the provider: %+v, %v", zones, err)
	}
}

// TestInstallingAgain: each step is safe on a cluster where it has run before. The token stays, since pods hold
// it; a Job that a killed run left is created again, since its result is of an earlier run.
func TestInstallingAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	old := object(t, job)
	old.SetNamespace("cert-manager")
	old.SetName("cert-manager-startupapicheck")
	var values []string
	for range 2 {
		if err := w.testbed.installBundle(t.Context()); err != nil {
			t.Fatal(err)
		}
		_, value := read(t, w.testbed.Client, SecretKey{"cert-manager", "cloudflare-api-token", "api-token"})
		values = append(values, value)
		if err := w.testbed.Client.Create(t.Context(), old.DeepCopy()); err != nil {
			t.Fatal(err)
		}
		w.events = append(w.events, "next")
	}
	second := w.events[slices.Index(w.events, "next"):]
	if deleted, applied := slices.Index(second, "delete "+describe(old)),
		slices.Index(second, "apply "+describe(old)); deleted < 0 || applied < deleted {
		t.Errorf("the Job of the run before was deleted at %d, and applied at %d", deleted, applied)
	}
	if values[0] == "" || values[0] != values[1] {
		t.Error("the second run made another token")
	}
}

// TestWhatDependsOnAStuckStageIsNotApplied, as with Flux; and the run goes on to be judged.
func TestWhatDependsOnAStuckStageIsNotApplied(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.never = "Deployment cert-manager/external-dns"
	w.testbed.Budgets.WorkloadReady.Timeout = 2 * time.Second // the stages before need some of it
	if err := w.testbed.installBundle(t.Context()); err != nil {
		t.Fatalf("a bundle that does not become ready is to be judged, not an error: %v", err)
	}
	for _, part := range []string{"stage dns-and-certificates", "release cert-manager/external-dns", w.never + " ready"} {
		if !strings.Contains(w.testbed.Stuck, part) {
			t.Errorf("Stuck is %q, want %q in it", w.testbed.Stuck, part)
		}
	}
	if slices.Contains(w.events, "apply Ingress develop/frontend") {
		t.Error("the stage after the one that is stuck was applied")
	}
}

// TestAnInterruptIsNoStuckBundle: who stops a run learns nothing about the bundle.
func TestAnInterruptIsNoStuckBundle(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, stop := context.WithCancel(t.Context())
	w.on["apply Deployment cert-manager/cert-manager"] = stop
	w.never = "Deployment cert-manager/cert-manager"
	if err := w.testbed.installBundle(ctx); !errors.Is(err, context.Canceled) || w.testbed.Stuck != "" {
		t.Errorf("interrupted: %v, stuck at %q", err, w.testbed.Stuck)
	}
}

// TestAnObjectThatIsRefusedIsJudgedToo: the bundle is at fault, not the suite.
func TestAnObjectThatIsRefusedIsJudgedToo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.refuse = "ClusterIssuer letsencrypt-production"
	if err := w.testbed.installBundle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(w.testbed.Stuck, "apply of "+w.refuse) {
		t.Errorf("Stuck is %q", w.testbed.Stuck)
	}
}

// TestPrepareLooksOnlyWhereNamespacesAre: a token or a look at trust needs its namespace first.
func TestPrepareLooksOnlyWhereNamespacesAre(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := SecretKey{"cert-manager", "token", "k"}
	if err := w.testbed.prepare(t.Context(), []SecretKey{key}); err != nil || len(w.events) != 0 || w.trials != 0 {
		t.Errorf("without namespaces: %v, %v, %d looks at trust", err, w.events, w.trials)
	}
	if err := w.testbed.Client.Create(t.Context(), namespaceObject("cert-manager")); err != nil {
		t.Fatal(err)
	}
	w.untrusted = 3 // the policy takes a moment to act
	if err := w.testbed.prepare(t.Context(), []SecretKey{key}); err != nil || w.trials != 4 {
		t.Errorf("with the namespace: %v, %d looks at trust, want 4", err, w.trials)
	}
	if _, value := read(t, w.testbed.Client, key); value == "" {
		t.Error("no token was made")
	}
	w.testbed.names = []*unstructured.Unstructured{object(t, "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: "+
		"coredns, namespace: kube-system}\n")}
	w.testbed.Budgets.WorkloadReady.Timeout = w.testbed.Budgets.WorkloadReady.Interval * 20
	if err := w.testbed.prepare(t.Context(), nil); !strings.Contains(message(err), "coredns") {
		t.Errorf("without the cluster's DNS: %v", err)
	}
	w.testbed.names = nil
	w.untrusted = 1 << 30
	w.testbed.Budgets.WebhookReady.Timeout = w.testbed.Budgets.WebhookReady.Interval * 20
	if err := w.testbed.prepare(t.Context(), nil); !strings.Contains(message(err),
		"trust of pods in namespace cert-manager") {
		t.Errorf("without trust: %v", err)
	}
	refused := apierrors.NewServiceUnavailable("down")
	down := newTestbed(t, builder(t).WithInterceptorFuncs(interceptor.Funcs{
		Get: func(context.Context, client.WithWatch, client.ObjectKey, client.Object, ...client.GetOption) error {
			return refused
		},
	}).Build())
	down.Bundle = w.testbed.Bundle
	if err := down.prepare(t.Context(), []SecretKey{key}); !errors.Is(err, refused) ||
		!strings.Contains(fmt.Sprint(err), "look for namespace cert-manager") {
		t.Errorf("without an API server: %v", err)
	}
}
