package registry_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fluxcd/pkg/oci"
	"github.com/google/go-containerregistry/pkg/crane"
	"helm.sh/helm/v4/pkg/getter"
	helmregistry "helm.sh/helm/v4/pkg/registry"
	repo "helm.sh/helm/v4/pkg/repo/v1"

	"github.com/edgeproof/edgeproof/mocks/control/api"
	"github.com/edgeproof/edgeproof/mocks/journal"
	"github.com/edgeproof/edgeproof/mocks/registry"
)

// published is the host of most tests; the certificate of httptest has this name.
const published = "example.com"

// pack is a compressed tar archive of one file.
func pack(t *testing.T, name, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	zip := gzip.NewWriter(&b)
	w := tar.NewWriter(zip)
	if err := w.WriteHeader(&tar.Header{
		Name: name, Typeflag: tar.TypeReg, Mode: 0o644,
		Size: int64(len(text)),
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	for _, c := range []io.Closer{w, zip} {
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

func chart(t *testing.T, name, version string) []byte {
	t.Helper()
	return pack(t, name+"/Chart.yaml", "apiVersion: v2\nname: "+name+"\nversion: "+version+"\nappVersion: 9.9.9\n")
}

// serve serves a host, and returns a transport that reaches it by its name.
func serve(t *testing.T, s *registry.Server) *http.Transport {
	t.Helper()
	web := httptest.NewTLSServer(s.Host(published))
	t.Cleanup(web.Close)
	transport, ok := web.Client().Transport.(*http.Transport)
	if !ok {
		t.Fatalf("transport is a %T", web.Client().Transport)
	}
	transport = transport.Clone()
	transport.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, web.Listener.Addr().String())
	}
	return transport
}

func newServer() (*registry.Server, *journal.Journal) {
	seen := journal.New(100)
	return registry.New(registry.Options{
		Journal: seen,
		Now:     func() time.Time { return time.Unix(1_700_000_000, 0).UTC() },
	}), seen
}

func publish(t *testing.T, s *registry.Server, repository string, archive []byte) api.Published {
	t.Helper()
	p, err := s.PublishChart(t.Context(), repository, archive)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestHelmReadsARepository(t *testing.T) {
	t.Parallel()
	s, seen := newServer()
	older := chart(t, "edge", "1.9.0")
	p := publish(t, s, "https://example.com/charts/", older)
	publish(t, s, "https://example.com/charts", chart(t, "edge", "1.10.0"))
	publish(t, s, "https://example.com/charts", chart(t, "edge", "1.2.0"))
	publish(t, s, "https://example.com/charts", chart(t, "other", "0.1.0"))
	if again := publish(t, s, "https://example.com/charts", older); again != p ||
		p.URL != "https://example.com/charts/edge-1.9.0.tgz" {
		t.Errorf("published %+v, and again %+v", p, again)
	}
	get, err := getter.NewHTTPGetter(getter.WithTransport(serve(t, s)))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := get.Get("https://example.com/charts/index.yaml")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "index.yaml")
	if err := os.WriteFile(file, raw.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	index, err := repo.LoadIndexFile(file)
	if err != nil {
		t.Fatal(err)
	}
	newest, err := index.Get("edge", "")
	if err != nil || newest.Version != "1.10.0" || newest.AppVersion != "9.9.9" {
		t.Errorf("the newest edge is %+v, %v", newest, err)
	}
	listed, err := index.Get("edge", "1.9.x")
	if err != nil || "sha256:"+listed.Digest != p.Digest || !slices.Equal(listed.URLs, []string{"edge-1.9.0.tgz"}) {
		t.Fatalf("edge 1.9.x is %+v, %v", listed, err)
	}
	archive, err := get.Get("https://example.com/charts/" + listed.URLs[0])
	if err != nil || !bytes.Equal(archive.Bytes(), older) {
		t.Errorf("the archive is not what was published: %v", err)
	}
	if _, err := get.Get("https://example.com/index.yaml"); err == nil {
		t.Error("there is an index where nothing was published")
	}
	if got := seen.Entries(api.JournalFilter{
		Source:   api.SourceRegistry,
		Contains: "/charts/edge-1.9.0.tgz",
	}); len(got) != 1 || got[0].Outcome != "200" {
		t.Errorf("the journal has %+v", got)
	}
}

func TestHelmPullsFromARegistry(t *testing.T) {
	t.Parallel()
	s, _ := newServer()
	archive := chart(t, "edge", "1.9.0+build.1")
	p := publish(t, s, "oci://example.com/platform/charts", archive)
	if p.URL != "oci://example.com/platform/charts/edge:1.9.0_build.1" {
		t.Errorf("published %+v", p)
	}
	client, err := helmregistry.NewClient(helmregistry.ClientOptHTTPClient(&http.Client{Transport: serve(t, s)}),
		helmregistry.ClientOptWriter(io.Discard))
	if err != nil {
		t.Fatal(err)
	}
	pulled, err := client.Pull("example.com/platform/charts/edge:1.9.0+build.1")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(pulled.Chart.Data, archive) || pulled.Chart.Meta.Name != "edge" ||
		pulled.Manifest.Digest != p.Digest {
		t.Errorf("pulled %+v of %s, want what was published", pulled.Chart.Meta, pulled.Manifest.Digest)
	}
	if tags, err := client.Tags("example.com/platform/charts/edge"); err != nil ||
		!slices.Equal(tags, []string{"1.9.0+build.1"}) {
		t.Errorf("Tags = %v, %v", tags, err)
	}
}

func TestFluxPullsAnArtifact(t *testing.T) {
	t.Parallel()
	s, _ := newServer()
	origin := api.Origin{Source: "https://git.example.com/platform/edge", Revision: "main@sha1:abc"}
	for _, text := range []string{"before", "a: 1"} {
		if _, err := s.PublishArtifact(t.Context(), "oci://example.com/manifests/edge:latest", origin,
			pack(t, "a.yaml", text)); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	client := oci.NewClient([]crane.Option{crane.WithTransport(serve(t, s))})
	metadata, err := client.Pull(t.Context(), "example.com/manifests/edge:latest", dir)
	if err != nil {
		t.Fatal(err)
	}
	if metadata.Revision != origin.Revision || metadata.Source != origin.Source {
		t.Errorf("pulled %+v", metadata)
	}
	if raw, err := os.ReadFile(filepath.Join(dir, "a.yaml")); err != nil || string(raw) != "a: 1" {
		t.Errorf("a.yaml = %q, %v", raw, err)
	}
}

func TestPublishRefuses(t *testing.T) {
	t.Parallel()
	s, _ := newServer()
	publish(t, s, "https://example.com", chart(t, "edge", "1.0.0"))
	publish(t, s, "oci://example.com", chart(t, "edge", "1.0.0"))
	other := pack(t, "edge/Chart.yaml", "apiVersion: v2\nname: edge\nversion: 1.0.0\ndescription: other\n")
	for name, tc := range map[string]struct {
		at      string
		archive []byte
		want    string
	}{
		"another content":       {"https://example.com", other, "with other content"},
		"another OCI content":   {"oci://example.com", other, "with other content"},
		"no archive":            {"https://example.com", []byte("nothing"), "read the chart's archive"},
		"no version":            {"https://example.com", pack(t, "a/Chart.yaml", "apiVersion: v2\nname: a\n"), "version"},
		"no URL":                {"example.com/charts", chart(t, "a", "1.0.0"), "is not the URL of a repository"},
		"no path in a registry": {"oci://example.com/UPPER", chart(t, "a", "1.0.0"), "read the reference"},
	} {
		if _, err := s.PublishChart(t.Context(), tc.at, tc.archive); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: PublishChart = %v, want an error with %q", name, err, tc.want)
		}
	}
	for _, reference := range []string{"https://example.com/a:1", "oci://example.com/a", "oci://example.com/:1", "%"} {
		if _, err := s.PublishArtifact(t.Context(), reference, api.Origin{}, nil); err == nil {
			t.Errorf("PublishArtifact at %s = nil error", reference)
		}
	}
}

func TestHosts(t *testing.T) {
	t.Parallel()
	s, _ := newServer()
	publish(t, s, "https://b.example.com", chart(t, "edge", "1.0.0"))
	publish(t, s, "oci://A.example.com/x", chart(t, "edge", "1.0.0"))
	if got := s.Hosts(); !slices.Equal(got, []string{"a.example.com", "b.example.com"}) {
		t.Errorf("Hosts = %v", got)
	}
	for _, tc := range []struct {
		method, host, path string
		want               int
	}{
		{http.MethodGet, "b.example.com", "/index.yaml", http.StatusOK},
		{http.MethodHead, "b.example.com", "/edge-1.0.0.tgz", http.StatusOK},
		{http.MethodGet, "b.example.com", "/none", http.StatusNotFound},
		{http.MethodGet, "c.example.com", "/index.yaml", http.StatusNotFound},
		{http.MethodGet, "a.example.com", "/v2/", http.StatusOK},
		{http.MethodPost, "a.example.com", "/v2/x/edge/blobs/uploads/", http.StatusMethodNotAllowed},
	} {
		w := httptest.NewRecorder()
		s.Host(tc.host).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), tc.method, "https://"+tc.host+tc.path, nil))
		if w.Code != tc.want {
			t.Errorf("%s %s%s = %d, want %d", tc.method, tc.host, tc.path, w.Code, tc.want)
		}
	}
	s.Clear()
	if len(s.Hosts()) != 0 {
		t.Error("Clear leaves hosts")
	}
}
