package supply

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	"github.com/edgeproof/edgeproof/e2e/progress"
)

// aRegistry starts a registry that holds one image, and returns its host, the reference and the image.
func aRegistry(t *testing.T, middle func(http.Handler) http.Handler) (host, ref string, image v1.Image) {
	t.Helper()
	server := httptest.NewServer(middle(registry.New(registry.Logger(log.New(io.Discard, "", 0)))))
	t.Cleanup(server.Close)
	host = strings.TrimPrefix(server.URL, "http://")
	ref = host + "/team/app:v1.0.0"
	image, err := random.Image(1024, 2)
	if err != nil {
		t.Fatal(err)
	}
	tag, err := name.NewTag(ref)
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.Write(tag, image); err != nil {
		t.Fatal(err)
	}
	return host, ref, image
}

func plain(h http.Handler) http.Handler { return h }

func supplier(t *testing.T, mode Mode, kindNode string) *Supplier {
	t.Helper()
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	return &Supplier{Source: root, Cache: t.TempDir(), Mode: mode, Log: progress.Plain(io.Discard), kindNode: kindNode}
}

func planFor(t *testing.T, s *Supplier, refs ...string) (*plan, error) {
	t.Helper()
	recipes, err := s.recipes()
	if err != nil {
		t.Fatal(err)
	}
	var needs []Need
	for _, ref := range refs {
		needs = append(needs, Need{Reference: ref, UsedBy: []string{"Deployment a/b container c"}})
	}
	return s.plan(context.Background(), recipes, needs)
}

func TestAnImageWhoseRegistryAnswersIsPulledByDigest(t *testing.T) {
	t.Parallel()
	_, ref, image := aRegistry(t, plain)
	s := supplier(t, Auto, ref)
	p, err := planFor(t, s, ref)
	if err != nil {
		t.Fatal(err)
	}
	want, err := image.Digest()
	if err != nil {
		t.Fatal(err)
	}
	if got := p.images[0].digest; got != want.String() {
		t.Errorf("planned digest %s, want %s", got, want)
	}
	if !p.base.pulled() || p.kubernetes != "v1.0.0" {
		t.Errorf("kind's node image answers and is not the base: %+v", p.base)
	}

	w := &work{Supplier: s, plan: p}
	made, err := w.one(context.Background(), &p.images[0])
	if err != nil {
		t.Fatal(err)
	}
	if made.Digest != want.String() || made.Origin != "pulled" {
		t.Errorf("archive %+v, want digest %s, pulled", made.Provided, want)
	}
	kept, err := tarball.ImageFromPath(made.path, nil)
	if err != nil {
		t.Fatal(err)
	}
	wantConfig, _ := image.ConfigName()
	if got, _ := kept.ConfigName(); got != wantConfig {
		t.Errorf("the archive holds image %s, want %s", got, wantConfig)
	}
	if _, ok := s.archived(&p.images[0]); !ok {
		t.Error("a second run would pull it again")
	}
}

// TestASilentRegistryIsNoReasonToBuildWhatWasPulled: a laptop that is offline goes on with what it has.
func TestASilentRegistryIsNoReasonToBuildWhatWasPulled(t *testing.T) {
	t.Parallel()
	silent := false
	_, ref, _ := aRegistry(t, func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if silent {
				w.WriteHeader(http.StatusForbidden)
				return
			}
			h.ServeHTTP(w, r)
		})
	})
	s := supplier(t, Auto, ref)
	first, err := planFor(t, s, ref)
	if err != nil {
		t.Fatal(err)
	}
	w := &work{Supplier: s, plan: first}
	for _, i := range []*item{&first.base, &first.images[0]} {
		if _, err := w.one(context.Background(), i); err != nil {
			t.Fatal(err)
		}
	}
	silent = true
	second, err := planFor(t, s, ref)
	if err != nil {
		t.Fatal(err)
	}
	if second.key != first.key {
		t.Errorf("offline the node image has another key: it would be made again\n%s", second.why)
	}
	if !strings.Contains(second.why, "what was pulled before is used") {
		t.Errorf("the reason does not say so: %s", second.why)
	}
}

func TestAForgedManifestIsRefused(t *testing.T) {
	t.Parallel()
	forging := false
	_, ref, _ := aRegistry(t, func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !forging || r.Method != http.MethodGet || !strings.Contains(r.URL.Path, "/manifests/") {
				h.ServeHTTP(w, r)
				return
			}
			var seen bytes.Buffer
			recorder := httptest.NewRecorder()
			h.ServeHTTP(recorder, r)
			seen.Write(recorder.Body.Bytes())
			w.Header().Set("Content-Type", recorder.Header().Get("Content-Type"))
			_, _ = w.Write(append(seen.Bytes(), ' '))
		})
	})
	s := supplier(t, Auto, ref)
	p, err := planFor(t, s, ref)
	if err != nil {
		t.Fatal(err)
	}
	forging = true
	if _, err := (&work{Supplier: s, plan: p}).one(context.Background(), &p.images[0]); err == nil ||
		!strings.Contains(err.Error(), "digest") {
		t.Errorf("pull of a forged manifest = %v, want an error about the digest", err)
	}
}

func TestWhatCanNeitherBePulledNorBuiltIsOneClearError(t *testing.T) {
	t.Parallel()
	host, ref, _ := aRegistry(t, plain)
	unknown := host + "/team/other:v1"
	for name, c := range map[string]struct {
		mode Mode
		need string
		want []string
	}{
		"no recipe":          {Auto, unknown, []string{unknown, "Deployment a/b container c", "no recipe", "HTTP 404"}},
		"building forbidden": {Pull, unknown, []string{unknown, "forbids building", "IMAGES=auto"}},
		"not queried":        {Build, unknown, []string{"no recipe", "none was queried"}},
		"pinned": {
			Build, "registry.k8s.io/etcd:3.7.0-0@sha256:" + digestOf("x"),
			[]string{"pinned to sha256:", "pin by tag"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := planFor(t, supplier(t, c.mode, ref), c.need)
			var missing *MissingError
			if !errors.As(err, &missing) {
				t.Fatalf("plan = %v, want a MissingError", err)
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error lacks %q: %v", want, err)
				}
			}
		})
	}
}

// Another Kubernetes is asked for, so our own node does not do in its place.
func TestANodeImageThatIsNamedIsPulledOrMissed(t *testing.T) {
	t.Parallel()
	_, node, _ := aRegistry(t, plain)
	s := supplier(t, Auto, "unreachable.invalid/node:v1.0.0")
	s.NodeImage = node
	p, err := planFor(t, s)
	if err != nil || !p.base.pulled() || p.kubernetes != "v1.0.0" {
		t.Errorf("base %+v of Kubernetes %q, %v", p.base, p.kubernetes, err)
	}
	s.NodeImage = "unreachable.invalid/kindest/node:v1.36.4"
	var missing *MissingError
	if _, err := planFor(t, s); !errors.As(err, &missing) {
		t.Errorf("no registry: %v, want a MissingError", err)
	}
	s.Mode = Build
	if _, err := planFor(t, s); err == nil || !strings.Contains(err.Error(), "leave NODE= out") {
		t.Errorf("building only: %v", err)
	}
}

func TestAutoSaysWhatItChoseAndWhy(t *testing.T) {
	t.Parallel()
	p, err := planFor(t, supplier(t, Auto, "unreachable.invalid/node:v1.0.0"), "edgeproof.dev/frontend:dev")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"IMAGES=auto", "0 pulled, 2 built", "unreachable.invalid (its name does not resolve)"} {
		if !strings.Contains(p.why, want) {
			t.Errorf("reason lacks %q: %s", want, p.why)
		}
	}
	if p.base.pulled() || p.kubernetes == "" {
		t.Errorf("base %+v of Kubernetes %q, want our own", p.base, p.kubernetes)
	}
}
