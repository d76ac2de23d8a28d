package testbed

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/yaml"

	"github.com/edgeproof/edgeproof/e2e/await"
	"github.com/edgeproof/edgeproof/e2e/bundle"
	"github.com/edgeproof/edgeproof/e2e/progress"
	"github.com/edgeproof/edgeproof/e2e/supply/gomod"
	"github.com/edgeproof/edgeproof/mocks/acme"
	"github.com/edgeproof/edgeproof/mocks/cloudflare"
	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/control/server"
	"github.com/edgeproof/edgeproof/mocks/journal"
	"github.com/edgeproof/edgeproof/mocks/zone"
)

const (
	checkout = "../.."
	version  = "v1.37.2" // of the cluster to be
)

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// reference loads the reference bundle and the applications. Charts come from Go modules: no repository is asked.
func reference(t *testing.T) (candidate, apps *bundle.Bundle) {
	t.Helper()
	catalogue, err := bundle.ReadCatalogue(os.DirFS(filepath.Join(checkout, "fixtures", "charts")))
	if err != nil {
		t.Fatal(err)
	}
	unplugged := &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) {
		return nil, errors.New("no network in this test")
	})}
	charts := &bundle.RepositoryThenModules{Modules: catalogue, Download: gomod.Download, Client: unplugged, Logf: t.Logf}
	candidate, err = bundle.Load(t.Context(), filepath.Join(checkout, "fixtures", "bundles", "reference"),
		bundle.Options{Charts: charts, KubeVersion: version})
	if err != nil {
		t.Fatal(err)
	}
	apps, err = bundle.Load(t.Context(), filepath.Join(checkout, "fixtures", "apps"),
		bundle.Options{KubeVersion: version, Variables: candidate.Variables()})
	if err != nil {
		t.Fatal(err)
	}
	return candidate, apps
}

// made is a bundle of one stage with these objects.
func made(t *testing.T, manifests ...string) *bundle.Bundle {
	t.Helper()
	stage := bundle.Stage{Name: "root"}
	for _, manifest := range manifests {
		stage.Objects = append(stage.Objects, bundle.Object{Unstructured: object(t, manifest), Source: "made.yaml"})
	}
	return &bundle.Bundle{Path: "made", Stages: []bundle.Stage{stage}}
}

func object(t *testing.T, manifest string) *unstructured.Unstructured {
	t.Helper()
	o := &unstructured.Unstructured{}
	if err := yaml.UnmarshalStrict([]byte(manifest), &o.Object); err != nil {
		t.Fatal(err)
	}
	return o
}

// internet is a control API with a real store behind it, which is returned too.
func internet(t *testing.T) (*api.Client, *zone.Store) {
	t.Helper()
	store, seen := zone.New(zone.Options{}), journal.New(100)
	provider := cloudflare.New(cloudflare.Options{Store: store, Journal: seen})
	i := server.Internet{Store: store, Journal: seen, API: provider, WebRoot: []byte("-----ROOT-----\n")}
	for name, into := range map[string]**acme.Authority{"production": &i.Production, "staging": &i.Staging} {
		authority, err := acme.New(acme.Options{Name: name, Resolver: "127.0.0.1:1"})
		if err != nil {
			t.Fatal(err)
		}
		*into = authority
	}
	handler := server.New(i)
	listener := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v1/probe" { // the seal's probe goes to an address that no test may talk to
			_, _ = w.Write([]byte(`{"ok":false,"failed":"connect","class":"timeout"}`))
			return
		}
		handler.ServeHTTP(w, r)
	}))
	t.Cleanup(listener.Close)
	return api.NewClient(listener.URL, listener.Client()), store
}

// brief is a table of budgets for waits that end at once. A test in which one does not end gives it less time.
func brief() await.Budgets {
	table := await.Budgets{}
	for n, fields := 0, reflect.ValueOf(&table).Elem(); n < fields.NumField(); n++ {
		fields.Field(n).Set(reflect.ValueOf(await.Budget{
			Name: "brief", Timeout: time.Minute, Interval: time.Millisecond,
			Why: "a test",
		}))
	}
	return table
}

// builder makes clients that know our kinds.
func builder(t *testing.T) *fake.ClientBuilder {
	t.Helper()
	s := runtime.NewScheme()
	if err := registerKinds(s); err != nil {
		t.Fatal(err)
	}
	return fake.NewClientBuilder().WithScheme(s)
}

// scene is a scene on this client, with a fake internet.
func newTestbed(t *testing.T, c client.Client) *Testbed {
	t.Helper()
	control, _ := internet(t)
	s := &Testbed{Budgets: brief(), Log: progress.Plain(t.Output()), Client: c, Internet: control}
	s.applier = newApplier(c, s.Budgets)
	return s
}

// node records what is run on it, and answers with out, or with err where the command contains only.
type fakeNode struct {
	mu    sync.Mutex
	calls []string
	out   string
	err   error
	only  string
}

func (n *fakeNode) Exec(_ context.Context, command string, args ...string) ([]byte, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	call := strings.Join(append([]string{command}, args...), " ")
	n.calls = append(n.calls, call)
	if n.err != nil && strings.Contains(call, n.only) {
		return nil, n.err
	}
	return []byte(n.out), nil
}

func mustYAML(t *testing.T, content map[string]any) string {
	t.Helper()
	raw, err := yaml.Marshal(content)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func objects(t *testing.T, manifests ...string) []*unstructured.Unstructured {
	t.Helper()
	var out []*unstructured.Unstructured
	for _, manifest := range manifests {
		out = append(out, object(t, manifest))
	}
	return out
}

// counter is what nft 1.0 prints of the counter, and sender of one element of a set, for `nft --json list table`.
const counter = `{"nftables": [{"metainfo": {"version": "1.0.6", "release_name": "Lester Gooch #5", "json_schema_version": 1}},
 {"counter": {"family": "inet", "name": "escaped", "table": "edgeproof", "handle": 2, "packets": 12, "bytes": 720}}]}`

const sender = `{"set": {"family": "inet", "name": "senders4", "table": "edgeproof", "type": ["ipv4_addr", "ipv4_addr", "inet_proto", "inet_service"],
 "handle": 4, "size": 128, "flags": ["dynamic"], "elem": [
 {"elem": {"val": {"concat": ["10.244.0.7", "192.0.2.1", "tcp", 443]}, "counter": {"packets": 3, "bytes": 180}}},
 {"elem": {"val": {"concat": ["10.89.0.2", "192.0.2.2", "udp", 53]}, "counter": {"packets": 9, "bytes": 540}}}]}}`
